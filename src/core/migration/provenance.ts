import type { InventoryDatabase } from '../inventory/inventory';
import { rowsOf, totalRows } from '../inventory/rows';
import type { ResolvedDatabase, ResolvedSource, TableDisposition } from '../plan/resolved';
import type { DatabaseResult, TableFate } from '../results';
import type { Migration } from './compile';
import { sourceKey } from './source-key';

/** What becomes of every row of every legacy database, table by table, and in sum. */
export function databaseResults(migration: Migration): DatabaseResult[] {
  const sources = sourcesByTable(migration);
  return migration.plan.databases.map((resolved) => {
    const { path, action, reason } = resolved;
    const database = migration.inventory.databases.find((candidate) => candidate.path === path);
    const tables = database ? tableFates(migration, resolved, database, sources) : [];
    const sum = (of: (table: TableFate) => number) => tables.reduce((total, table) => total + of(table), 0);
    return {
      path,
      action,
      reason,
      bytes: database?.bytes ?? 0,
      rows: {
        total: database ? totalRows(database) : 0,
        moved: sum(({ moved }) => moved),
        superseded: sum(({ superseded }) => superseded),
        retired: sum(({ retired, leftOut }) => retired + leftOut),
        rejected: sum(({ rejected }) => rejected),
      },
      walFrames: database?.walFrames ?? 0,
      tables,
    };
  });
}

interface Placed {
  readonly source: ResolvedSource;
  readonly key: string;
}

function sourcesByTable({ plan }: Migration): ReadonlyMap<string, Placed> {
  return new Map(
    plan.targets.flatMap((target) =>
      target.tables.flatMap((table) =>
        table.sources.map(
          (source) =>
            [
              JSON.stringify([source.database, source.table]),
              { source, key: sourceKey(target, table, source) },
            ] as const,
        ),
      ),
    ),
  );
}

function tableFates(
  migration: Migration,
  { path, action, tables, reason }: ResolvedDatabase,
  database: InventoryDatabase,
  sources: ReadonlyMap<string, Placed>,
): TableFate[] {
  if (action === 'keep') return [];
  if (action === 'retire')
    return database.tables
      .filter((table) => table.shadowOf === undefined && table.kind !== 'view')
      .map(({ name }) => retired(name, rowsOf(database, name), 'retire', reason));
  return tables.map((disposition) => {
    const rows = rowsOf(database, disposition.table);
    if (disposition.action !== 'move') return retired(disposition.table, rows, disposition.action, disposition.reason);
    return moved(migration, disposition, rows, sources.get(JSON.stringify([path, disposition.table])));
  });
}

function retired(table: string, rows: number, action: TableFate['action'], reason: string | undefined): TableFate {
  return { table, action, rows, moved: 0, superseded: 0, leftOut: 0, rejected: 0, retired: rows, reason, dropped: [] };
}

function moved(
  { measurements }: Migration,
  { table, target, name }: Extract<TableDisposition, { action: 'move' }>,
  rows: number,
  placed: Placed | undefined,
): TableFate {
  const key = placed?.key ?? '';
  const superseded = measurements.superseded.get(key) ?? 0;
  const leftOut = measurements.filtered.get(key) ?? 0;
  const rejected = (measurements.refused.get(key) ?? []).reduce((sum, refusal) => sum + refusal.rows, 0);
  const offset = measurements.offsets.get(key) ?? 0n;
  return {
    table,
    action: 'move',
    to: `${target}.${name}`,
    rows,
    moved: rows - superseded - leftOut - rejected,
    superseded,
    leftOut,
    rejected,
    retired: 0,
    ...(offset === 0n ? {} : { idsPlus: String(offset) }),
    ...(leftOut > 0 ? { reason: placed?.source.whereReason } : {}),
    dropped: placed?.source.dropped ?? [],
  };
}
