import * as vscode from 'vscode';
import type { Reference } from '../../core/references/reference';
import { plural } from '../../protocol/text';
import type { Services } from '../services';
import type { WorkspaceSession } from '../session';
import { node, registerTree } from './tree';
import type { TreeNode } from './tree';

/** References by the database they name (and where it goes), then by file; stale ones first. */
export function registerReferencesTree(services: Services): void {
  const view = registerTree(services, 'sqliteConsolidator.references', ['references', 'check'], roots);
  const update = (): void => {
    const stale = services.sessions.all.reduce((sum, session) => sum + session.staleReferences.length, 0);
    view.badge = stale > 0 ? { value: stale, tooltip: plural(stale, 'stale reference') } : undefined;
  };
  services.context.subscriptions.push(services.sessions.onDidChange(update));
}

function roots(session: WorkspaceSession): TreeNode[] {
  const byDatabase = groupBy(session.references?.references ?? [], (reference) => reference.database);
  const groups = [...byDatabase].map(([database, references]) => ({
    database,
    references,
    stale: countStale(references),
  }));
  groups.sort((a, b) => Number(b.stale > 0) - Number(a.stale > 0) || a.database.localeCompare(b.database));
  return groups.map(({ database, references, stale }) => {
    const target = references.find((reference) => reference.target !== undefined)?.target;
    const total = plural(references.length, 'reference');
    return node(
      database,
      {
        description: `${target === undefined ? '' : `→ ${target} · `}${stale > 0 ? `${stale} stale of ${total}` : `${total}, none stale`}`,
        iconPath: stale > 0 ? new vscode.ThemeIcon('database') : done,
        id: `${session.folder.uri.toString()} ${database}`,
        contextValue: 'referencedDatabase',
        expanded: stale > 0 && groups.length <= 12,
      },
      () => fileNodes(session, database, references),
    );
  });
}

function fileNodes(session: WorkspaceSession, database: string, references: readonly Reference[]): TreeNode[] {
  const files = [...groupBy(references, (reference) => reference.file)];
  files.sort(([a, inA], [b, inB]) => Number(countStale(inB) > 0) - Number(countStale(inA) > 0) || a.localeCompare(b));
  return files.map(([file, inFile]) =>
    node(
      file.slice(file.lastIndexOf('/') + 1),
      {
        description: file.includes('/') ? file.slice(0, file.lastIndexOf('/')) : undefined,
        tooltip: file,
        resourceUri: session.uri(file),
        iconPath: vscode.ThemeIcon.File,
        id: `${session.folder.uri.toString()} ${database} ${file}`,
        contextValue: countStale(inFile) > 0 ? 'fileWithStale' : 'file',
        argument: { folder: session.folder.uri.toString(), file },
        expanded: inFile.length <= 4,
      },
      () => inFile.map((reference) => referenceNode(session, reference)),
    ),
  );
}

function referenceNode(session: WorkspaceSession, reference: Reference): TreeNode {
  const text = reference.text.split('\n')[0]!.trim();
  const note = reference.stale
    ? reference.fix
      ? ''
      : (reference.note ?? 'no certain fix')
    : (reference.note ?? 'not stale');
  return node(text.length > 80 ? `${text.slice(0, 79)}…` : text, {
    description: [
      `line ${reference.line}`,
      ...(reference.table ? [reference.table] : []),
      ...(note ? [note] : []),
    ].join(' · '),
    tooltip: `${reference.file}:${reference.line}\n${reference.text}${reference.fix ? `\n${reference.fix.title}` : ''}`,
    iconPath: reference.stale ? new vscode.ThemeIcon('warning', new vscode.ThemeColor('list.warningForeground')) : done,
    contextValue: reference.stale ? 'staleReference' : 'reference',
    command: {
      command: 'sqliteConsolidator.openReference',
      title: 'Open',
      arguments: [
        {
          folder: session.folder.uri.toString(),
          file: reference.file,
          line: reference.line,
          column: reference.column,
        },
      ],
    },
  });
}

const done = new vscode.ThemeIcon('pass', new vscode.ThemeColor('testing.iconPassed'));

function countStale(references: readonly Reference[]): number {
  return references.filter((reference) => reference.stale).length;
}

function groupBy<T>(values: readonly T[], key: (value: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const value of values) {
    const group = groups.get(key(value));
    if (group) group.push(value);
    else groups.set(key(value), [value]);
  }
  return groups;
}
