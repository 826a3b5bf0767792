import { quoteIdentifier } from '../identifiers';
import type { InventoryTable } from '../inventory/inventory';
import type { ResolvedSource, ResolvedTable } from '../plan/resolved';
import { mappedValue } from './values';
import type { Shifts } from './values';

/** Schema name under which a legacy image is attached while its rows are copied. */
export const SOURCE_SCHEMA = 'legacy';

/** The columns that one source fills, and with what. */
export interface CopyColumns {
  /** Quoted unified columns, the rowid among them where it is kept. */
  readonly into: readonly string[];
  /** SQL expressions over the legacy row. */
  readonly values: readonly string[];
  /** `FROM … WHERE …`. NOT INDEXED: the rows come in rowid order, whatever indexes there are. */
  readonly from: string;
}

export function copyColumns(
  table: ResolvedTable,
  source: ResolvedSource,
  legacy: InventoryTable,
  shifts: Shifts,
): CopyColumns {
  const rowid = keptRowid(table, legacy);
  const where = source.where === undefined ? '' : ` WHERE (${source.where}\n)`;
  return {
    into: [...(rowid ? [rowid.to] : []), ...source.columns.map((column) => quoteIdentifier(column.target))],
    values: [...(rowid ? [rowid.from] : []), ...source.columns.map((column) => mappedValue(column, shifts))],
    from: `FROM ${SOURCE_SCHEMA}.${quoteIdentifier(source.table)} NOT INDEXED${where}`,
  };
}

/**
 * `INSERT … SELECT` with every column named. OR ABORT: a constraint's own ON CONFLICT clause would drop or replace rows
 * without a word (https://sqlite.org/lang_conflict.html).
 */
export function insertSelect(table: ResolvedTable, { into, values, from }: CopyColumns): string {
  return `INSERT OR ABORT INTO main.${quoteIdentifier(table.name)} (${into.join(', ')}) SELECT ${values.join(', ')} ${from}`;
}

/**
 * Rowids that no column holds are kept where one source feeds the table: programs may rely on them. Undefined where they
 * are not kept, or where columns hide every name of the rowid.
 */
export function keptRowid(
  table: ResolvedTable,
  legacy: Pick<InventoryTable, 'columns' | 'withoutRowid'>,
): { readonly from: string; readonly to: string } | undefined {
  if (table.keepRowid !== true || legacy.withoutRowid) return undefined;
  const from = rowidName(legacy.columns.map(({ name }) => name));
  const to = rowidName(table.columns);
  return from === undefined || to === undefined ? undefined : { from, to };
}

/** A name of the rowid that no column hides (https://sqlite.org/lang_createtable.html#rowid). */
export function rowidName(columns: readonly string[]): string | undefined {
  const names = new Set(columns.map((name) => name.toLowerCase()));
  return ['rowid', '_rowid_', 'oid'].find((name) => !names.has(name));
}
