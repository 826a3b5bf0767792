import { ConsolidationError } from '../errors';
import type { InventoryTable } from '../inventory/inventory';
import { quoteIdentifier } from '../identifiers';
import type { ResolvedSource, ResolvedTable } from '../plan/resolved';
import { affinityOf } from '../sqlite/format/affinity';
import type { TableShape } from './table-shapes';
import { rowidName } from './copy-statement';
import { TYPE_OF, mappedValue } from './values';
import type { Shifts } from './values';

/**
 * Tables whose sources hold rows with the same keys are gathered in a temporary table first, with the number of the
 * source each row came from, and settled from there. Its columns have the affinity and its key the collation of the
 * unified table, so that keys are the same here when they are the same there.
 */
export const gatheredName = (number: number) => `temp.${quoteIdentifier(`gathered ${number}`)}`;

/** Columns of our own beside those of the unified table, which may have any name. */
export const rowColumn = (table: ResolvedTable) => ownColumn(table, 'row');
export const sourceColumn = (table: ResolvedTable) => ownColumn(table, 'source');

/** Legacy values as they are, beside the mapped ones, where rows may have to go into quarantine. */
export const rawRowid = (table: ResolvedTable) => ownColumn(table, 'rowid');
export const rawColumn = (table: ResolvedTable, index: number) => ownColumn(table, `value ${index}`);

function ownColumn(table: ResolvedTable, name: string): string {
  const taken = new Set(table.columns.map((column) => column.toLowerCase()));
  let own = `gathered ${name}`;
  while (taken.has(own)) own += '_';
  return quoteIdentifier(own);
}

/**
 * @param shape undefined when SQLite refuses the table's DDL, which the run reports in its place
 * @param raw legacy columns that are gathered as well, as the quarantine table has them
 */
export function gatherTable(
  table: ResolvedTable,
  number: number,
  shape: TableShape | undefined,
  raw?: readonly string[],
): string {
  const key = shape?.indexes.find((index) => index.origin === 'pk')?.columns ?? [];
  const columns = table.columns.map((name) => {
    const same = (other: string | null) => other?.toLowerCase() === name.toLowerCase();
    const column = shape?.columns.find((candidate) => same(candidate.name));
    const type = column ? TYPE_OF[affinityOf(column.type, shape!.strict)] : '';
    const collation = key.find((candidate) => same(candidate.name))?.collation;
    return `${quoteIdentifier(name)} ${type}${collation === undefined ? '' : ` COLLATE ${quoteIdentifier(collation)}`}`;
  });
  if (raw) columns.push(rawRowid(table), ...raw.map((_, index) => rawColumn(table, index)));
  return `CREATE TEMP TABLE ${quoteIdentifier(`gathered ${number}`)} (${rowColumn(table)} INTEGER PRIMARY KEY, ${sourceColumn(table)} INTEGER, ${columns.join(', ')})`;
}

/** Adds the rows of one source, from the attached schema `legacy`. */
export function collect(
  table: ResolvedTable,
  number: number,
  source: ResolvedSource,
  shifts: Shifts,
  raw?: { readonly columns: readonly string[]; readonly legacy: InventoryTable },
): string {
  const columns = source.columns.map((column) => quoteIdentifier(column.target));
  const values = source.columns.map((column) => mappedValue(column, shifts));
  if (raw) {
    const kept = raw.legacy.columns.filter(({ generated }) => generated !== 'hidden').map(({ name }) => name);
    columns.push(rawRowid(table), ...raw.columns.map((_, index) => rawColumn(table, index)));
    values.push((raw.legacy.withoutRowid ? undefined : rowidName(kept)) ?? 'NULL');
    for (const name of raw.columns)
      values.push(kept.some((own) => own.toLowerCase() === name.toLowerCase()) ? quoteIdentifier(name) : 'NULL');
  }
  const where = source.where === undefined ? '' : ` WHERE (${source.where}\n)`;
  return (
    `INSERT INTO ${gatheredName(number)} (${[sourceColumn(table), ...columns].join(', ')}) ` +
    `SELECT ${[String(table.sources.indexOf(source)), ...values].join(', ')} FROM legacy.${quoteIdentifier(source.table)} NOT INDEXED${where}`
  );
}

/** The gathered rows that have a key: NULL in a key is equal to nothing, so such rows never give way. */
export function keyed(table: ResolvedTable): string {
  return (table.primaryKey ?? []).map((column) => `${quoteIdentifier(column)} IS NOT NULL`).join(' AND ');
}

/** Query: `row` and `source` of the gathered rows that give way to another one with the same key. */
export function givesWay(table: ResolvedTable, number: number): string {
  const key = (table.primaryKey ?? []).map(quoteIdentifier);
  const policy = table.sources.map((source) => source.keys).find((keys) => typeof keys === 'object');
  if (policy === undefined || key.length === 0) {
    throw new ConsolidationError(
      'UNSUPPORTED',
      `${table.name} has no primary key, so that "first" and "last" cannot choose between rows. Name another key policy in the plan.`,
      { table: table.name },
    );
  }
  const [column, direction] = 'first' in policy ? [policy.first, 'ASC'] : [policy.last, 'DESC'];
  const [row, source] = [rowColumn(table), sourceColumn(table)];
  return (
    `SELECT row, source FROM (SELECT ${row} AS row, ${source} AS source, row_number() OVER (PARTITION BY ${key.join(', ')} ` +
    `ORDER BY ${quoteIdentifier(unified(table, column))} ${direction}, ${source}, ${row}) AS place ` +
    `FROM ${gatheredName(number)} WHERE ${keyed(table)}) WHERE place > 1`
  );
}

/** Statement that leaves the rows that stay. */
export function removeLosers(table: ResolvedTable, number: number): string {
  return `DELETE FROM ${gatheredName(number)} WHERE ${rowColumn(table)} IN (SELECT row FROM (${givesWay(table, number)}))`;
}

/** Which sources, by their numbers, give which columns: a column that a source does not give gets its default. */
export function places(table: ResolvedTable): { readonly list: string; readonly sources: readonly number[] }[] {
  const lists = new Map<string, number[]>();
  for (const [index, source] of table.sources.entries()) {
    const list = source.columns.map((column) => quoteIdentifier(column.target)).join(', ');
    lists.set(list, [...(lists.get(list) ?? []), index]);
  }
  return [...lists].map(([list, sources]) => ({ list, sources }));
}

/** Statements that move the rows that stay into the unified table, each source with the columns it gives. */
export function moveSettled(table: ResolvedTable, number: number): string[] {
  return places(table).map(
    ({ list, sources }) =>
      `INSERT INTO main.${quoteIdentifier(table.name)} (${list}) SELECT ${list} FROM ${gatheredName(number)} ` +
      `WHERE ${sourceColumn(table)} IN (${sources.join(', ')}) ORDER BY ${sourceColumn(table)}, ${rowColumn(table)}`,
  );
}

export const settle = (table: ResolvedTable, number: number): string[] => [
  removeLosers(table, number),
  ...moveSettled(table, number),
];

/** A policy may name the column as the unified table or as a legacy table calls it. */
function unified(table: ResolvedTable, column: string): string {
  const same = (name: string) => name.toLowerCase() === column.toLowerCase();
  const found = table.columns.find(same);
  if (found !== undefined) return found;
  const mapping = table.sources
    .flatMap((source) => source.columns)
    .find((candidate) => candidate.kind === 'column' && same(candidate.source));
  if (mapping) return mapping.target;
  throw new ConsolidationError(
    'PLAN_INVALID',
    `${table.name} has no column ${column} for its key policy. Correct "keys" in the plan.`,
    {
      table: table.name,
    },
  );
}
