import * as vscode from 'vscode';
import { ConsolidationError } from '../../core/errors';
import type { MigrateResult } from '../../core/results';
import { isFromReport, isToReport } from '../../protocol/report';
import type { FromReport, ReportState, ToReport } from '../../protocol/report';
import { formatRun } from '../../protocol/text';
import { run } from '../commands/command';
import type { Services } from '../services';
import type { WorkspaceSession } from '../session';
import { connect } from './webview';

export const reportViewType = 'sqliteConsolidator.report';

/** The Report views, one for each run. */
export class ReportPanels {
  private readonly panels = new Map<string, { reveal: () => void; update: (result: MigrateResult) => void }>();

  constructor(private readonly services: Omit<Services, 'views'>) {}

  async showRun(session: WorkspaceSession, name: string): Promise<void> {
    this.showResult(session, await readReport(session, name));
  }

  showResult(session: WorkspaceSession, result: MigrateResult): void {
    const open = this.panels.get(keyOf(session, result));
    if (open) {
      open.update(result);
      open.reveal();
      return;
    }
    this.restore(session, vscode.window.createWebviewPanel(reportViewType, 'Report', vscode.ViewColumn.Active), result);
  }

  /** Fills a panel, a new one or one that VS Code brings back after a reload. */
  restore(session: WorkspaceSession, panel: vscode.WebviewPanel, first: MigrateResult): void {
    let result = first;
    const { context, sessions } = this.services;
    const key = keyOf(session, result);
    const folder = session.folder.uri.toString();
    panel.title = result.run ? `Report: ${formatRun(result.run)}` : titles[result.status];
    panel.iconPath = vscode.Uri.joinPath(context.extensionUri, 'media', 'icon.png');
    const receive = (message: FromReport): void => {
      if (message.type === 'ready') sendState();
      else if (message.type === 'command') void run(message.command, { folder, run: result.run || undefined });
      else void openFile(session, result, message.which);
    };
    const view = connect<ToReport, FromReport>(panel.webview, context.extensionUri, {
      name: 'report',
      title: panel.title,
      identity: { folder, run: result.run },
      guard: isFromReport,
      receive,
    });
    const sendState = (): void => {
      const state = stateOf(session, result);
      if (isToReport(state)) view.post(state);
    };
    const subscription = sessions.onDidChange((event) => {
      if (event.session === session && event.change !== 'inventory') sendState();
    });
    this.panels.set(key, {
      reveal: () => panel.reveal(),
      update: (newer) => {
        result = newer;
        sendState();
      },
    });
    panel.onDidDispose(() => {
      subscription.dispose();
      this.panels.delete(key);
    });
  }
}

/** @throws ConsolidationError `NO_RUN` when the run has no readable report. */
export async function readReport(session: WorkspaceSession, name: string): Promise<MigrateResult> {
  const status = session.status ?? (await session.refreshStatus());
  const file = status.runs.find((entry) => entry.run === name)?.reportFile;
  if (file === undefined)
    throw new ConsolidationError(
      'NO_RUN',
      `The run ${name} has no report. It may have been interrupted; see the Runs view.`,
    );
  const folder = file.slice(0, file.lastIndexOf('/') + 1);
  const bytes = await vscode.workspace.fs.readFile(session.uri(`${folder}report.json`));
  const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
  const result = value as MigrateResult;
  if (typeof result !== 'object' || result === null || !Array.isArray(result.targets) || !result.verification)
    throw new ConsolidationError('NO_RUN', `The report of ${name} is not readable: ${folder}report.json.`);
  return result;
}

function stateOf(session: WorkspaceSession, result: MigrateResult): ReportState {
  const summary = session.status?.runs.find((entry) => entry.run === result.run);
  const fallback = {
    published: 'published',
    'dry-run': 'dry-run',
    'backed-up': 'backed-up',
    verified: 'published',
    failed: 'failed',
    unchanged: 'unchanged',
  } as const;
  return {
    type: 'state',
    workspace: session.name,
    result,
    state: summary?.state ?? fallback[result.status],
    started: summary?.started ?? '',
    staleReferences: session.staleReferences.length,
    busy: null,
    error: null,
    trusted: vscode.workspace.isTrusted,
  };
}

async function openFile(session: WorkspaceSession, result: MigrateResult, which: 'report' | 'backup'): Promise<void> {
  if (which === 'backup') {
    if (result.backup) await vscode.commands.executeCommand('revealInExplorer', session.uri(result.backup));
    return;
  }
  if (result.reportFile) await vscode.commands.executeCommand('markdown.showPreview', session.uri(result.reportFile));
}

/** A dry run has no name; the next one takes the panel of the last. */
function keyOf(session: WorkspaceSession, result: MigrateResult): string {
  return `${session.folder.uri.toString()} ${result.run || 'dry-run'}`;
}

const titles: Record<MigrateResult['status'], string> = {
  published: 'Report',
  'dry-run': 'Dry Run',
  'backed-up': 'Backup',
  verified: 'Verification',
  failed: 'Failed Migration',
  unchanged: 'Nothing to Do',
};
