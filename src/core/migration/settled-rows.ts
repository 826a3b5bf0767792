import type { EngineDatabase } from '../engine';
import { quoteIdentifier, quoteLiteral } from '../identifiers';
import type { InventoryTable } from '../inventory/inventory';
import type { ResolvedTable } from '../plan/resolved';
import { gatheredName, places, rawColumn, rawRowid, rowColumn, sourceColumn } from './gather';
import { ownNames, quarantineColumns, quarantineName } from './refused-rows';
import type { Refusal } from './refused-rows';

/**
 * How rows that a key policy has chosen go one by one into the unified table, where it refuses some of them: the legacy
 * values of these, gathered beside the mapped ones, go into the quarantine table. A row that gave way to one that is then
 * refused has given way all the same: which row stands for a key does not depend on what the unified table thinks of it.
 */
export interface SettledSieve {
  /** For each list of columns that sources give: the rows with their source's number, and how one row is inserted. */
  readonly lists: readonly { readonly rows: string; readonly insert: string }[];
  /** One refused row: its number, then the reason. Undefined where rows are only counted. */
  readonly quarantine?: string;
}

/** @param legacyTables undefined to count only; else of all sources that are there */
export function settledSieve(
  table: ResolvedTable,
  number: number,
  legacyTables?: readonly InventoryTable[],
): SettledSieve {
  const name = gatheredName(number);
  const [row, source] = [rowColumn(table), sourceColumn(table)];
  return {
    lists: places(table).map(({ list, sources }) => ({
      rows: `SELECT ${row}, ${source} FROM ${name} WHERE ${source} IN (${sources.join(', ')}) ORDER BY ${source}, ${row}`,
      insert: `INSERT OR ABORT INTO main.${quoteIdentifier(table.name)} (${list}) SELECT ${list} FROM ${name} WHERE ${row} = ?`,
    })),
    ...(legacyTables ? { quarantine: quarantineRow(table, number, legacyTables) } : {}),
  };
}

function quarantineRow(table: ResolvedTable, number: number, legacyTables: readonly InventoryTable[]): string {
  const columns = quarantineColumns(legacyTables);
  const origin = (value: (index: number) => string) =>
    `CASE ${sourceColumn(table)} ${table.sources.map((_, index) => `WHEN ${index} THEN ${quoteLiteral(value(index))}`).join(' ')} END`;
  const values = [
    origin((index) => table.sources[index]!.database),
    origin((index) => table.sources[index]!.table),
    rawRowid(table),
    '?2',
    ...columns.map((_, index) => rawColumn(table, index)),
  ];
  return (
    `INSERT INTO main.${quoteIdentifier(quarantineName(table))} (${[...ownNames(columns), ...columns].map(quoteIdentifier).join(', ')}) ` +
    `SELECT ${values.join(', ')} FROM ${gatheredName(number)} WHERE ${rowColumn(table)} = ?1`
  );
}

/** @returns what the unified table refuses, by the number of the source, by reason */
export function settleRows(
  database: EngineDatabase,
  sieve: SettledSieve,
  quarantine: boolean,
): Map<number, readonly Refusal[]> {
  const refusals = new Map<number, Map<string, number>>();
  const keep = quarantine && sieve.quarantine !== undefined ? database.prepare(sieve.quarantine) : undefined;
  try {
    for (const { rows, insert } of sieve.lists) {
      const statement = database.prepare(insert);
      try {
        for (const [row, source] of database.exec(rows)[0]?.values ?? []) {
          try {
            statement.run([Number(row)]);
          } catch (error) {
            // The expressions were computed when the rows were gathered: what fails here is a constraint.
            statement.reset();
            const reason = error instanceof Error ? error.message : String(error);
            const own = refusals.get(Number(source)) ?? new Map<string, number>();
            refusals.set(Number(source), own.set(reason, (own.get(reason) ?? 0) + 1));
            keep?.run([Number(row), reason]);
          }
        }
      } finally {
        statement.free();
      }
    }
  } finally {
    keep?.free();
  }
  return new Map(
    [...refusals].map(([source, reasons]) => [source, [...reasons].map(([reason, rows]) => ({ reason, rows }))]),
  );
}
