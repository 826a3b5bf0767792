import { ConsolidationError } from '../errors';
import { quoteIdentifier } from '../identifiers';
import type { ResolvedSource, ResolvedTable } from '../plan/resolved';
import { affinityOf } from '../sqlite/format/affinity';
import type { TableShape } from './table-shapes';
import { TYPE_OF, mappedValue } from './values';
import type { Shifts } from './values';

/**
 * Tables whose sources hold rows with the same keys are gathered in a temporary table first, with the number of the
 * source each row came from, and settled from there. Its columns have the affinity and its key the collation of the
 * unified table, so that keys are the same here when they are the same there.
 */
export const gatheredName = (number: number) => `temp.${quoteIdentifier(`gathered ${number}`)}`;

/** Columns of our own beside those of the unified table, which may have any name. */
const rowColumn = (table: ResolvedTable) => ownColumn(table, 'row');
const sourceColumn = (table: ResolvedTable) => ownColumn(table, 'source');

function ownColumn(table: ResolvedTable, name: string): string {
  const taken = new Set(table.columns.map((column) => column.toLowerCase()));
  let own = `gathered ${name}`;
  while (taken.has(own)) own += '_';
  return quoteIdentifier(own);
}

/** @param shape undefined when SQLite refuses the table's DDL, which the run reports in its place */
export function gatherTable(table: ResolvedTable, number: number, shape: TableShape | undefined): string {
  const key = shape?.indexes.find((index) => index.origin === 'pk')?.columns ?? [];
  const columns = table.columns.map((name) => {
    const same = (other: string | null) => other?.toLowerCase() === name.toLowerCase();
    const column = shape?.columns.find((candidate) => same(candidate.name));
    const type = column ? TYPE_OF[affinityOf(column.type, shape!.strict)] : '';
    const collation = key.find((candidate) => same(candidate.name))?.collation;
    return `${quoteIdentifier(name)} ${type}${collation === undefined ? '' : ` COLLATE ${quoteIdentifier(collation)}`}`;
  });
  return `CREATE TEMP TABLE ${quoteIdentifier(`gathered ${number}`)} (${rowColumn(table)} INTEGER PRIMARY KEY, ${sourceColumn(table)} INTEGER, ${columns.join(', ')})`;
}

/** Adds the rows of one source, from the attached schema `legacy`. */
export function collect(table: ResolvedTable, number: number, source: ResolvedSource, shifts: Shifts): string {
  const columns = source.columns.map((column) => quoteIdentifier(column.target));
  const values = source.columns.map((column) => mappedValue(column, shifts));
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

/** Statements that leave the rows that stay and move them into the unified table, each source with the columns it gives. */
export function settle(table: ResolvedTable, number: number, into = 'main'): string[] {
  const lists = new Map<string, number[]>();
  for (const [index, source] of table.sources.entries()) {
    const list = source.columns.map((column) => quoteIdentifier(column.target)).join(', ');
    lists.set(list, [...(lists.get(list) ?? []), index]);
  }
  const name = gatheredName(number);
  return [
    `DELETE FROM ${name} WHERE ${rowColumn(table)} IN (SELECT row FROM (${givesWay(table, number)}))`,
    // A column that a source does not give gets its default, as it does everywhere else.
    ...[...lists].map(
      ([list, sources]) =>
        `INSERT INTO ${into}.${quoteIdentifier(table.name)} (${list}) SELECT ${list} FROM ${name} ` +
        `WHERE ${sourceColumn(table)} IN (${sources.join(', ')}) ORDER BY ${sourceColumn(table)}, ${rowColumn(table)}`,
    ),
  ];
}

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
