import { ConsolidationError } from '../errors';
import { quoteIdentifier } from '../identifiers';
import type { ResolvedSource, ResolvedTable } from '../plan/resolved';
import { mappedValue } from './values';

/**
 * Tables whose sources hold rows with the same keys are gathered in a temporary table first, with the number of the
 * source each row came from, and settled from there. Its columns have no type, so that no value changes in it.
 */
const ORDINAL = 'ordinal of the source';

export const gatheredName = (number: number) => quoteIdentifier(`gathered ${number}`);

export function gatherTable(table: ResolvedTable, number: number): string {
  return `CREATE TEMP TABLE ${gatheredName(number)} (${[ORDINAL, ...table.columns].map(quoteIdentifier).join(', ')})`;
}

/** Adds the rows of one source, from the attached schema `legacy`. */
export function collect(number: number, source: ResolvedSource, ordinal: number): string {
  const columns = source.columns.map((column) => quoteIdentifier(column.target));
  const values = source.columns.map((column) => mappedValue(column));
  const where = source.where === undefined ? '' : ` WHERE (${source.where}\n)`;
  return (
    `INSERT INTO temp.${gatheredName(number)} (${[quoteIdentifier(ORDINAL), ...columns].join(', ')}) ` +
    `SELECT ${[String(ordinal), ...values].join(', ')} FROM legacy.${quoteIdentifier(source.table)} NOT INDEXED${where}`
  );
}

/** Query: every gathered row with its `ordinal` and its `rank` among the rows of the same key; rank 1 stays. */
export function settledRank(table: ResolvedTable, number: number): string {
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
  const ordinal = quoteIdentifier(ORDINAL);
  return (
    `SELECT *, ${ordinal} AS ordinal, row_number() OVER (PARTITION BY ${key.join(', ')} ` +
    `ORDER BY ${quoteIdentifier(unified(table, column))} ${direction}, ${ordinal}) AS rank FROM temp.${gatheredName(number)}`
  );
}

/** Moves the rows that stay into the unified table. */
export function settle(table: ResolvedTable, number: number): string {
  const columns = table.columns.map(quoteIdentifier).join(', ');
  return `INSERT INTO main.${quoteIdentifier(table.name)} (${columns}) SELECT ${columns} FROM (${settledRank(table, number)}) WHERE rank = 1 ORDER BY ordinal`;
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
