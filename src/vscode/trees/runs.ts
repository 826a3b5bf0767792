import * as vscode from 'vscode';
import type { RunSummary } from '../../core/results';
import { formatRun, joinNames, plural } from '../../protocol/text';
import type { Services } from '../services';
import type { WorkspaceSession } from '../session';
import { node, registerTree } from './tree';
import type { TreeNode } from './tree';

/** Migrations, newest first. */
export function registerRunsTree(services: Services): void {
  registerTree(services, 'sqliteConsolidator.runs', ['status'], (session) =>
    (session.status?.runs ?? []).map((run) => runNode(session, run)),
  );
}

function runNode(session: WorkspaceSession, run: RunSummary): TreeNode {
  const argument = { folder: session.folder.uri.toString(), run: run.run };
  return node(formatRun(run.run), {
    description: `${states[run.state].text} · ${plural(run.rows, 'row')} → ${joinNames(run.targets)}`,
    tooltip: `${run.run}\n${run.targets.join('\n')}`,
    iconPath: states[run.state].icon,
    contextValue: `run.${run.state}`,
    id: `${argument.folder} ${run.run}`,
    argument,
    command:
      run.reportFile === undefined
        ? undefined
        : { command: 'sqliteConsolidator.openReport', title: 'Open Report', arguments: [argument] },
  });
}

const states: Record<RunSummary['state'], { text: string; icon: vscode.ThemeIcon }> = {
  published: {
    text: 'published',
    icon: new vscode.ThemeIcon('pass-filled', new vscode.ThemeColor('testing.iconPassed')),
  },
  'rolled-back': { text: 'rolled back', icon: new vscode.ThemeIcon('discard') },
  failed: {
    text: 'failed, nothing published',
    icon: new vscode.ThemeIcon('error', new vscode.ThemeColor('testing.iconFailed')),
  },
  interrupted: {
    text: 'interrupted',
    icon: new vscode.ThemeIcon('debug-pause', new vscode.ThemeColor('list.warningForeground')),
  },
  'backed-up': { text: 'backup only', icon: new vscode.ThemeIcon('archive') },
};
