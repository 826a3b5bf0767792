import picomatch from 'picomatch';
import type { Inventory, InventoryDatabase, InventoryTable } from '../inventory/inventory';
import { undescribedDatabase } from '../inventory/undescribed';
import type { Plan, PlanSource, PlanTable } from './definition';
import { foldName, sameName } from '../sqlite/sql-tokens';

/** A legacy database with the entry of the plan that speaks of it. */
export interface PlannedDatabase {
  readonly database: InventoryDatabase;
  /** Key in `sources`; undefined when no entry matches. */
  readonly key?: string;
  readonly source?: PlanSource;
}

export interface PlannedDatabases {
  readonly databases: readonly PlannedDatabase[];
  /** Keys that match nothing in the inventory. */
  readonly unmatched: readonly string[];
}

/** Is the key of a source a pattern? A key that is a file's path is never one, whatever characters it has. */
export function isPattern(key: string): boolean {
  return picomatch.scan(key).isGlob;
}

/**
 * Finds the entry for each legacy database: its own path first, else the first pattern, in the order of the file, that
 * matches. A database that is planned although neither file nor inventory knows it appears as `absent`.
 */
export function planDatabases(plan: Plan, inventory: Inventory): PlannedDatabases {
  const keys = Object.keys(plan.sources);
  const paths = new Set(inventory.databases.map((database) => database.path));
  const patterns = keys
    .filter((key) => !paths.has(key) && isPattern(key))
    .map((key) => ({ key, matches: picomatch(key, { dot: true, windows: false }) }));
  const matched = new Set<string>();
  const targets = new Set(Object.values(plan.targets).map((target) => target.path));

  const databases = inventory.databases.flatMap((database): PlannedDatabase[] => {
    const key = Object.hasOwn(plan.sources, database.path)
      ? database.path
      : patterns.find((pattern) => pattern.matches(database.path))?.key;
    if (key === undefined) return targets.has(database.path) ? [] : [{ database }];
    // A target that has been published where no legacy database was: a pattern over the folder does not mean it.
    if (key !== database.path && targets.has(database.path)) return [];
    matched.add(key);
    return [{ database, key, source: plan.sources[key]! }];
  });
  const unmatched = keys.filter((key) => !matched.has(key));
  for (const key of unmatched)
    if (!isPattern(key))
      databases.push({ database: undescribedDatabase(key, 'absent'), key, source: plan.sources[key]! });
  return { databases: databases.sort((a, b) => compareText(a.database.path, b.database.path)), unmatched };
}

/** Order by code units: the same on every machine, whatever its language. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Tables that rows are moved from: not views, not the engine's own, not the shadow tables of virtual ones. */
export function movableTables(database: InventoryDatabase): InventoryTable[] {
  return database.tables.filter(
    (table) => table.kind !== 'view' && !table.shadowOf && !foldName(table.name).startsWith('sqlite_'),
  );
}

/** The entry of a table, found without regard to case, with the key as the plan writes it. */
export function tableEntry(
  source: PlanSource,
  table: string,
): { readonly key: string; readonly entry: PlanTable } | undefined {
  const { tables } = source;
  if (!tables) return undefined;
  if (Object.hasOwn(tables, table)) return { key: table, entry: tables[table]! };
  const key = Object.keys(tables).find((candidate) => sameName(candidate, table));
  return key === undefined ? undefined : { key, entry: tables[key]! };
}

/** Puts parts of a database's path into a text: `${stem}`, `${name}`, `${dir}` (the folder's name) and `${path}`. */
export function expandPath(text: string, path: string): string {
  const parts = path.split('/');
  const name = parts.at(-1)!;
  const dot = name.lastIndexOf('.');
  const values: Readonly<Record<string, string>> = {
    name,
    stem: dot > 0 ? name.slice(0, dot) : name,
    dir: parts.at(-2) ?? '',
    path,
  };
  return text.replace(/\$\{(name|stem|dir|path)\}/g, (_, key: string) => values[key]!);
}
