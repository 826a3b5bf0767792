import type { EngineDatabase } from '../engine';
import { quoteIdentifier, quoteLiteral } from '../identifiers';
import type { InventoryTable } from '../inventory/inventory';
import type { ResolvedSource, ResolvedTable } from '../plan/resolved';
import type { CopyColumns } from './copy-statement';
import { rowidName } from './copy-statement';

/** Rows of one source that the unified table refused for one reason (the sentence is SQLite's). */
export interface Refusal {
  readonly reason: string;
  readonly rows: number;
}

/**
 * The statements by which rows that a unified table refuses are told from those it takes: the mapped rows go into a
 * temporary table without types, in which nothing changes, and from there one by one into the unified table. The legacy
 * values of those that are refused go into a quarantine table as they are.
 */
export interface Sieve {
  readonly create: string;
  readonly fill: string;
  /** One row, by its number. */
  readonly insert: string;
  readonly numbers: string;
  /** One refused row into the quarantine table: its number, then the reason. Undefined where it is only counted. */
  readonly quarantine?: string;
  readonly drop: string;
}

export const quarantineName = (table: ResolvedTable) => `_rejected_${table.name}`;

/** Our columns of a quarantine table: where a row came from and why it is not where it was meant to go. */
const OWN = ['rejected_database', 'rejected_table', 'rejected_rowid', 'rejected_reason'] as const;

/** `CREATE TABLE` of the quarantine table: the legacy columns of all sources without types, which keeps every value. */
export function quarantineTable(table: ResolvedTable, legacyTables: readonly InventoryTable[]): string {
  const columns = quarantineColumns(legacyTables);
  return `CREATE TABLE ${quoteIdentifier(quarantineName(table))} (${[...ownNames(columns), ...columns].map(quoteIdentifier).join(', ')})`;
}

/** Columns with a value, stored or computed, of all sources; the same name is the same column. */
export function quarantineColumns(legacyTables: readonly InventoryTable[]): string[] {
  const columns = new Map<string, string>();
  for (const table of legacyTables)
    for (const { name, generated } of table.columns)
      if (generated !== 'hidden' && !columns.has(name.toLowerCase())) columns.set(name.toLowerCase(), name);
  return [...columns.values()];
}

/** A legacy column may have one of our names. */
export function ownNames(columns: readonly string[]): string[] {
  const taken = new Set(columns.map((name) => name.toLowerCase()));
  return OWN.map((name) => {
    let own: string = name;
    while (taken.has(own)) own += '_';
    return own;
  });
}

export function sieve(
  table: ResolvedTable,
  source: ResolvedSource,
  legacy: InventoryTable,
  allLegacy: readonly InventoryTable[],
  copy: CopyColumns,
): Sieve {
  const kept = legacy.columns.filter(({ generated }) => generated !== 'hidden').map(({ name }) => name);
  const rowid = legacy.withoutRowid ? undefined : rowidName(kept);
  const raw = [rowid ?? 'NULL', ...kept.map(quoteIdentifier)];
  const rawNames = raw.map((_, index) => `raw${index}`);
  const mappedNames = copy.values.map((_, index) => `mapped${index}`);
  const name = quoteIdentifier(quarantineName(table));
  const own = ownNames(quarantineColumns(allLegacy)).map(quoteIdentifier);
  return {
    create: `CREATE TEMP TABLE incoming (number INTEGER PRIMARY KEY, ${[...rawNames, ...mappedNames].join(', ')})`,
    fill: `INSERT INTO temp.incoming (${[...rawNames, ...mappedNames].join(', ')}) SELECT ${[...raw, ...copy.values].join(', ')} ${copy.from}`,
    insert: `INSERT OR ABORT INTO main.${quoteIdentifier(table.name)} (${copy.into.join(', ')}) SELECT ${mappedNames.join(', ')} FROM temp.incoming WHERE number = ?`,
    numbers: 'SELECT max(number) FROM temp.incoming',
    quarantine:
      `INSERT INTO main.${name} (${[...own, ...kept.map(quoteIdentifier)].join(', ')}) ` +
      `SELECT ${[quoteLiteral(source.database), quoteLiteral(source.table), 'raw0', '?2', ...rawNames.slice(1)].join(', ')} FROM temp.incoming WHERE number = ?1`,
    drop: 'DROP TABLE temp.incoming',
  };
}

/** Puts through what the unified table takes. @returns what it refuses, by reason, in the order of the first of each */
export function putThrough(database: EngineDatabase, statements: Sieve, quarantine: boolean): Refusal[] {
  database.run(statements.create);
  database.run(statements.fill);
  const last = Number(database.exec(statements.numbers)[0]?.values[0]?.[0] ?? 0);
  const refusals = new Map<string, number>();
  const insert = database.prepare(statements.insert);
  const keep = quarantine && statements.quarantine !== undefined ? database.prepare(statements.quarantine) : undefined;
  try {
    for (let number = 1; number <= last; number++) {
      try {
        insert.run([number]);
      } catch (error) {
        // The expressions were computed when the temporary table was filled: what fails here is a constraint.
        insert.reset();
        const reason = error instanceof Error ? error.message : String(error);
        refusals.set(reason, (refusals.get(reason) ?? 0) + 1);
        keep?.run([number, reason]);
      }
    }
  } finally {
    insert.free();
    keep?.free();
    database.run(statements.drop);
  }
  return [...refusals].map(([reason, rows]) => ({ reason, rows }));
}
