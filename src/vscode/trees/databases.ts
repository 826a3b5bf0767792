import * as vscode from 'vscode';
import type { InventoryDatabase, InventoryTable } from '../../core/inventory/inventory';
import type { ResolvedTarget } from '../../core/plan/resolved';
import { formatBytes, formatCount, plural } from '../../protocol/text';
import type { Services } from '../services';
import type { WorkspaceSession } from '../session';
import { node, registerTree } from './tree';
import type { TreeNode } from './tree';

/** Legacy databases and targets, with their tables below. */
export function registerDatabasesTree(services: Services): void {
  registerTree(services, 'sqliteConsolidator.databases', ['inventory', 'check', 'status'], roots);
}

function roots(session: WorkspaceSession): TreeNode[] {
  const targets = session.checked?.resolved?.targets ?? [];
  const stands = (name: string) =>
    session.status?.targets.some((target) => target.name === name && target.state !== 'absent');
  const published = targets.filter((target) => !target.replaces || stands(target.name));
  const targetPaths = new Set(published.map((target) => target.path));
  const legacy = (session.inventory?.databases ?? []).filter((database) => !targetPaths.has(database.path));
  const groups: TreeNode[] = [];
  if (targets.length > 0)
    groups.push(
      node('Targets', { description: String(targets.length), expanded: true, contextValue: 'targets' }, () =>
        targets.map((target) => targetNode(session, target)),
      ),
    );
  if (legacy.length > 0)
    groups.push(
      node('Legacy', { description: String(legacy.length), expanded: true, contextValue: 'legacy' }, () =>
        legacy.map((database) => legacyNode(session, database)),
      ),
    );
  return groups;
}

function legacyNode(session: WorkspaceSession, database: InventoryDatabase): TreeNode {
  const resolved = session.checked?.resolved?.databases.find(({ path }) => path === database.path);
  const description = [
    database.kind === 'sqlite' ? formatBytes(database.bytes) : kinds[database.kind],
    ...(resolved ? [actionTexts[resolved.action]] : []),
  ].join(' · ');
  const problem = database.problems[0];
  const tables = database.tables.filter((table) => table.shadowOf === undefined);
  const options = {
    description,
    tooltip: [database.path, resolved?.reason, ...database.problems.map(({ message }) => message)]
      .filter((line) => line !== undefined)
      .join('\n'),
    iconPath: problem
      ? new vscode.ThemeIcon('warning', new vscode.ThemeColor('list.warningForeground'))
      : new vscode.ThemeIcon('database'),
    contextValue: 'database',
    id: `${session.folder.uri.toString()} legacy ${database.path}`,
    command: {
      command: 'sqliteConsolidator.openInventory',
      title: 'Show in Inventory',
      arguments: [{ folder: session.folder.uri.toString(), database: database.path }],
    },
  };
  if (tables.length === 0) return node(database.path, options);
  return node(database.path, options, () =>
    tables.map((table) => {
      const move = resolved?.tables.find((disposition) => disposition.table === table.name);
      const goes = move?.action === 'move' ? ` → ${move.target}.${move.name}` : move ? ` · ${move.action}` : '';
      return tableNode(table, goes);
    }),
  );
}

function tableNode(table: InventoryTable, suffix: string): TreeNode {
  const rows = table.rows === null ? (table.module ?? table.kind) : plural(table.rows, 'row');
  const columns = table.columns.map((column) => `${column.name} ${column.type}`.trim());
  return node(table.name, {
    description: `${rows}${suffix}`,
    tooltip: `${table.name}\n${columns.join('\n')}`,
    iconPath: new vscode.ThemeIcon(table.kind === 'view' ? 'eye' : 'table'),
    contextValue: 'table',
  });
}

function targetNode(session: WorkspaceSession, target: ResolvedTarget): TreeNode {
  const state = session.status?.targets.find(({ name }) => name === target.name)?.state ?? 'absent';
  const sources = (table: ResolvedTarget['tables'][number]) =>
    table.sources.length === 1
      ? `from ${table.sources[0]!.database}`
      : `from ${formatCount(table.sources.length)} sources`;
  return node(
    target.path,
    {
      description: `${target.name} · ${states[state]}`,
      tooltip: target.purpose,
      iconPath: new vscode.ThemeIcon(
        state === 'absent' ? 'circle-outline' : 'database',
        state === 'published' ? new vscode.ThemeColor('testing.iconPassed') : undefined,
      ),
      contextValue: 'target',
      id: `${session.folder.uri.toString()} target ${target.name}`,
    },
    () =>
      target.tables.map((table) =>
        node(table.name, {
          description: sources(table),
          tooltip: table.sources.map(({ database, table: name }) => `${database} ${name}`).join('\n'),
          iconPath: new vscode.ThemeIcon('table'),
          contextValue: 'table',
        }),
      ),
  );
}

const kinds: Record<InventoryDatabase['kind'], string> = {
  sqlite: 'SQLite',
  empty: 'empty file',
  'apple-double': 'AppleDouble file',
  'encrypted-or-unknown': 'not readable',
  truncated: 'truncated',
  corrupt: 'corrupt',
  absent: 'named in code only',
};

const actionTexts = { merge: 'merge', keep: 'keep', retire: 'retire', rebuild: 'rebuild' } as const;
const states = { absent: 'planned', published: 'published', changed: 'published, written since' } as const;
