import type { Engine, EngineDatabase } from '../engine';
import { quoteIdentifier } from '../identifiers';
import type { InventoryDatabase, InventoryTable } from '../inventory/inventory';
import { foldName, replaceAll, sqlTokens, tokenName } from '../sqlite/sql-tokens';

/** What happens to the names of one legacy table. */
export interface TableRename {
  readonly table: string;
  readonly name: string;
  /** Legacy column to unified column. */
  readonly columns: ReadonlyMap<string, string>;
}

export interface Dependent {
  readonly kind: 'view' | 'trigger';
  readonly name: string;
  /** The table or view a trigger belongs to, under its legacy name. */
  readonly table?: string;
  readonly sql: string;
  /** Names, folded, that the statement mentions. */
  readonly mentions: ReadonlySet<string>;
}

export interface RewrittenDatabase {
  /** `CREATE TABLE` and `CREATE INDEX` of the tables whose columns were renamed, by legacy name. */
  readonly tables: ReadonlyMap<string, { readonly sql: string; readonly indexes: ReadonlyMap<string, string> }>;
  /** New text of views and triggers, by kind and name. */
  readonly dependents: ReadonlyMap<string, string>;
  /** Why a view or trigger could not be rewritten, in SQLite's words. */
  readonly failures: ReadonlyMap<string, string>;
}

export const dependentKey = (dependent: { kind: string; name: string }) =>
  `${dependent.kind} ${foldName(dependent.name)}`;

/** Key of a table of which a column could not be renamed. */
export const columnsKey = (table: string) => `columns ${foldName(table)}`;

/** Views and triggers of a database, in the order in which they are stored. */
export function dependentsOf(database: InventoryDatabase): Dependent[] {
  return database.tables.flatMap((table): Dependent[] => {
    const triggers = table.triggers.map((trigger): Dependent => ({
      kind: 'trigger',
      name: trigger.name,
      table: table.name,
      sql: trigger.sql,
      mentions: mentionedNames(trigger.sql),
    }));
    if (table.kind !== 'view') return triggers;
    return [{ kind: 'view', name: table.name, sql: table.sql, mentions: mentionedNames(table.sql) }, ...triggers];
  });
}

/** Every name, folded, that occurs in a statement; columns and functions are among them. */
export function mentionedNames(sql: string): Set<string> {
  const names = new Set<string>();
  for (const token of sqlTokens(sql))
    if (token.kind === 'word' || token.kind === 'quoted' || token.kind === 'string')
      names.add(foldName(tokenName(token)));
  return names;
}

/**
 * Rewrites what depends on renamed tables and columns by letting SQLite itself rename them in an empty copy of the schema
 * (`ALTER TABLE … RENAME`, https://sqlite.org/lang_altertable.html). Tables get names that occur nowhere else first, so
 * that names can be exchanged, and two tables can end in one.
 */
export function rewriteDependents(
  engine: Engine,
  database: InventoryDatabase,
  renames: readonly TableRename[],
): RewrittenDatabase {
  const dependents = dependentsOf(database);
  const involved = involvedTables(database, dependents, renames);
  const failures = new Map<string, string>();
  return inScratch(engine, (scratch) => {
    for (const table of involved) createEmpty(scratch, table);
    createDependents(scratch, dependents, failures);
    const placeholders = renameAll(scratch, involved, renames, failures);
    return { ...readBack(scratch, placeholders), failures };
  });
}

/** One database for all, kept open: what is done in it is rolled back. */
let kept: { readonly engine: Engine; readonly scratch: EngineDatabase } | undefined;

function inScratch<T>(engine: Engine, use: (scratch: EngineDatabase) => T): T {
  if (kept?.engine !== engine) {
    kept?.scratch.close();
    kept = { engine, scratch: new engine.Database() };
    kept.scratch.run('PRAGMA foreign_keys = OFF; PRAGMA legacy_alter_table = OFF');
  }
  const { scratch } = kept;
  scratch.run('BEGIN');
  try {
    return use(scratch);
  } finally {
    scratch.run('ROLLBACK');
  }
}

/** Closes the database that `rewriteDependents` keeps open. */
export function closeScratch(): void {
  kept?.scratch.close();
  kept = undefined;
}

/** Is a view or trigger still valid when some tables (folded names) are not there? */
export function worksWithout(
  engine: Engine,
  database: InventoryDatabase,
  dependent: Dependent,
  all: readonly Dependent[],
  missing: ReadonlySet<string>,
): boolean {
  return inScratch(engine, (scratch) => {
    for (const table of involvedTables(database, all, []))
      if (!missing.has(foldName(table.name))) createEmpty(scratch, table);
    const failures = new Map<string, string>();
    const views = all.filter(({ kind, name }) => kind === 'view' && dependent.mentions.has(foldName(name)));
    createDependents(scratch, [...views.filter((view) => view !== dependent), dependent], failures);
    return !failures.has(dependentKey(dependent));
  });
}

/** Tables that views, triggers or column renames touch; the others are no business of the scratch database. */
function involvedTables(
  database: InventoryDatabase,
  dependents: readonly Dependent[],
  renames: readonly TableRename[],
): InventoryTable[] {
  const withColumns = new Set(
    renames.filter((rename) => rename.columns.size > 0).map((rename) => foldName(rename.table)),
  );
  const parents = new Set(
    database.tables
      .filter((table) => withColumns.has(foldName(table.name)))
      .flatMap((table) => table.foreignKeys.map((key) => foldName(key.table))),
  );
  return database.tables.filter((table) => {
    if (table.kind === 'view' || foldName(table.name).startsWith('sqlite_')) return false;
    const folded = foldName(table.name);
    return (
      withColumns.has(folded) ||
      parents.has(folded) ||
      table.foreignKeys.some((key) => withColumns.has(foldName(key.table))) ||
      dependents.some((dependent) => dependent.mentions.has(folded))
    );
  });
}

/** The table without rows. The engine lacks some modules (FTS5), so a virtual table is stood in for by an ordinary one. */
function createEmpty(scratch: EngineDatabase, table: InventoryTable): void {
  const attempts = [table.sql, standIn(table)];
  if (table.kind === 'virtual') attempts.shift();
  for (const sql of attempts) {
    try {
      scratch.run(sql);
      break;
    } catch (error) {
      if (sql === attempts.at(-1)) throw error;
    }
  }
  for (const index of table.indexes) if (index.sql !== null) tryRun(scratch, index.sql);
}

function standIn(table: InventoryTable): string {
  const columns = table.columns.map((column) => column.name);
  if (table.kind === 'virtual')
    // Hidden columns of full-text tables: one named like the table, and `rank`.
    for (const hidden of [table.name, 'rank'])
      if (!columns.some((column) => foldName(column) === foldName(hidden))) columns.push(hidden);
  return `CREATE TABLE ${quoteIdentifier(table.name)} (${columns.map(quoteIdentifier).join(', ')})`;
}

/** Creates views and triggers; those at which a rename would fail are taken out again and reported. */
function createDependents(
  scratch: EngineDatabase,
  dependents: readonly Dependent[],
  failures: Map<string, string>,
): void {
  scratch.run('CREATE TABLE consolidator_probe_c41d (a)');
  const created = dependents.filter((dependent) => {
    const error = tryRun(scratch, dependent.sql);
    if (error !== undefined) failures.set(dependentKey(dependent), error);
    return error === undefined;
  });
  if (probe(scratch) === undefined) return;
  // At least one is broken: take all out and put them back one by one.
  for (const dependent of [...created].reverse()) tryRun(scratch, drop(dependent));
  for (const dependent of created) {
    const error = tryRun(scratch, dependent.sql) ?? probe(scratch);
    if (error === undefined) continue;
    failures.set(dependentKey(dependent), error);
    tryRun(scratch, drop(dependent));
  }
}

function drop(dependent: Dependent): string {
  return `DROP ${dependent.kind === 'view' ? 'VIEW' : 'TRIGGER'} IF EXISTS ${quoteIdentifier(dependent.name)}`;
}

/** A rename of an unrelated table checks every view and trigger of the schema. */
function probe(scratch: EngineDatabase): string | undefined {
  return tryRun(
    scratch,
    'SAVEPOINT probe; ALTER TABLE consolidator_probe_c41d RENAME TO consolidator_probed_c41d; ROLLBACK TO probe; RELEASE probe',
    'ROLLBACK TO probe; RELEASE probe',
  );
}

function tryRun(scratch: EngineDatabase, sql: string, undo?: string): string | undefined {
  try {
    scratch.run(sql);
    return undefined;
  } catch (error) {
    if (undo) scratch.run(undo);
    return (error as Error).message;
  }
}

interface Placeholders {
  /** Placeholder to the name that it stands for. */
  readonly final: Map<string, string>;
  /** Placeholder of a table to its legacy name. */
  readonly tables: Map<string, string>;
}

function renameAll(
  scratch: EngineDatabase,
  involved: readonly InventoryTable[],
  renames: readonly TableRename[],
  failures: Map<string, string>,
): Placeholders {
  const placeholders: Placeholders = { final: new Map(), tables: new Map() };
  const placeholder = (name: string): string => {
    const text = `consolidator_c41d_${placeholders.final.size}`;
    placeholders.final.set(text, name);
    return text;
  };
  for (const rename of renames) {
    const table = involved.find((candidate) => foldName(candidate.name) === foldName(rename.table));
    if (!table || (rename.columns.size === 0 && rename.name === rename.table)) continue;
    const name = placeholder(rename.name);
    placeholders.tables.set(name, table.name);
    scratch.run(`ALTER TABLE ${quoteIdentifier(table.name)} RENAME TO ${quoteIdentifier(name)}`);
    const columns = new Map(rename.columns);
    if (table.kind === 'virtual') columns.set(table.name, rename.name);
    for (const [from, to] of columns) {
      const error = tryRun(
        scratch,
        `ALTER TABLE ${quoteIdentifier(name)} RENAME COLUMN ${quoteIdentifier(from)} TO ${quoteIdentifier(placeholder(to))}`,
      );
      // SQLite renames no column that has a name of the rowid, although it lets one be made.
      if (error !== undefined) failures.set(columnsKey(table.name), `the column ${from}: ${error}`);
    }
  }
  return placeholders;
}

function readBack(scratch: EngineDatabase, placeholders: Placeholders) {
  const final = (sql: string): string =>
    replaceAll(
      sql,
      sqlTokens(sql).flatMap((token) => {
        const name =
          token.kind === 'word' || token.kind === 'quoted' ? placeholders.final.get(tokenName(token)) : undefined;
        return name === undefined ? [] : [{ start: token.start, end: token.end, text: quoteIdentifier(name) }];
      }),
    );
  const tables = new Map<string, { sql: string; indexes: Map<string, string> }>();
  const dependents = new Map<string, string>();
  const rows = scratch.exec(
    "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY type = 'index'",
  )[0];
  for (const [type, name, table, sql] of (rows?.values ?? []) as [string, string, string, string][]) {
    if (type === 'view' || type === 'trigger') dependents.set(dependentKey({ kind: type, name }), final(sql));
    const legacy = placeholders.tables.get(table) ?? table;
    if (type === 'table') tables.set(legacy, { sql: final(sql), indexes: new Map() });
    if (type === 'index') tables.get(legacy)?.indexes.set(name, final(sql));
  }
  return { tables, dependents };
}
