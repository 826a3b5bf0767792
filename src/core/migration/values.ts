import { quoteIdentifier, quoteLiteral } from '../identifiers';
import type { ColumnMapping } from '../plan/resolved';
import type { Affinity } from '../sqlite/format/affinity';

/** Type names that give a column its affinity in any ordinary table: STRICT's `ANY` would be NUMERIC there. */
export const TYPE_OF: Readonly<Record<Affinity, string>> = {
  blob: '',
  text: 'TEXT',
  numeric: 'NUMERIC',
  integer: 'INTEGER',
  real: 'REAL',
};

/** What is added to keys, and to references to them, by unified column. */
export type Shifts = ReadonlyMap<string, bigint>;

/** The value of a unified column as an SQL expression over the legacy row. */
export function mappedValue(mapping: ColumnMapping, shifts?: Shifts): string {
  switch (mapping.kind) {
    case 'column':
      return shifted(quoteIdentifier(mapping.source), shifts?.get(mapping.target));
    case 'constant':
      return quoteLiteral(mapping.value);
    case 'sql':
      // The line break ends a comment that the expression may close with.
      return `(${mapping.sql}\n)`;
  }
}

/** Only integers are keys; NULL and anything else that stands in a reference stays what it is. */
function shifted(column: string, by: bigint | undefined): string {
  return by === undefined || by === 0n
    ? column
    : `CASE typeof(${column}) WHEN 'integer' THEN ${column} + ${by} ELSE ${column} END`;
}
