import type { RowDifference } from '../results';
import { ColumnSelection } from '../sqlite/digest/column-selection';
import { forEachRow } from '../sqlite/digest/digest';
import { RowEncoder } from '../sqlite/digest/row-encoder';
import { columnValue } from '../sqlite/rows/column-value';
import type { StoredValue } from '../sqlite/rows/stored-value';
import type { WorkOptions } from '../ports';
import type { Rows } from './expected-rows';

/** Rows are first summed in buckets by their hash, so that only the rows of buckets that differ are held in memory. */
const BUCKETS = 1 << 16;
/** How many differing rows are listed. */
export const LISTED = 20;
/** Rows that are held while they are matched; a table that differs everywhere is not listed any further. */
const HELD = 20_000;
const LONGEST_VALUE = 120;

interface Side {
  readonly rows: readonly Rows[];
  /** Which rows of the set count, by the values of these columns. */
  readonly only?: (value: (column: string) => StoredValue) => boolean;
}

/**
 * The rows that one side has and the other has not, capped. Each side is walked twice.
 * @returns rows with their values as SQL literals, `missing` for those that the target lacks
 */
export async function rowDifferences(
  expected: Side,
  actual: Side,
  columns: readonly string[],
  options: WorkOptions,
): Promise<RowDifference[]> {
  const sums = new Int32Array(BUCKETS);
  const add = (sign: 1 | -1) => (hash: Int32Array) => {
    const bucket = hash[0]! & (BUCKETS - 1);
    sums[bucket] = sums[bucket]! + sign * (hash[1]! | 1);
  };
  await walk(expected, options, add(1));
  await walk(actual, options, add(-1));
  const held = new Map<string, { count: number; values: string[] }>();
  const hold = (by: number) => (hash: Int32Array, values: () => string[]) => {
    if (sums[hash[0]! & (BUCKETS - 1)] === 0) return;
    const key = hash.join();
    const entry = held.get(key);
    if (entry) entry.count += by;
    else if (held.size < HELD) held.set(key, { count: by, values: values() });
  };
  await walk(expected, options, hold(1));
  await walk(actual, options, hold(-1));
  const differing = [...held.values()].filter(({ count }) => count !== 0);
  const half = (kind: RowDifference['kind'], sign: number) =>
    differing
      .filter(({ count }) => Math.sign(count) === sign)
      .slice(0, LISTED / 2)
      .map(({ count, values }): RowDifference => ({
        kind,
        rows: Math.abs(count),
        values: Object.fromEntries(columns.map((column, index) => [column, values[index]!])),
      }));
  return [...half('missing', 1), ...half('unexpected', -1)];
}

async function walk(
  side: Side,
  options: WorkOptions,
  visit: (hash: Int32Array, values: () => string[]) => void,
): Promise<void> {
  for (const rows of side.rows)
    await rows(async ({ image, table, columns }) => {
      const selection = ColumnSelection.of(table, columns);
      const encoder = new RowEncoder(image.encoding);
      await forEachRow(
        image,
        table,
        (row) => {
          const { only } = side;
          if (only) {
            const value = (name: string) =>
              columnValue(
                row,
                table.columns.find((column) => column.name === name)!,
                image.encoding,
              );
            if (!only(value)) return;
          }
          selection.encode(row, encoder);
          encoder.hash.finish();
          visit(encoder.hash.result, () =>
            selection.columns.map((column) => literal(columnValue(row, column, image.encoding))),
          );
        },
        options,
      );
    });
}

/** As an SQL literal, long values cut. */
function literal(value: StoredValue): string {
  switch (value.kind) {
    case 'null':
      return 'NULL';
    case 'integer':
      return String(value.value);
    case 'real':
      return Number.isInteger(value.value) ? value.value.toFixed(1) : String(value.value);
    case 'text': {
      const text = Buffer.from(value.bytes.subarray(0, LONGEST_VALUE)).toString('utf8');
      return `'${text.replaceAll("'", "''")}'${value.bytes.length > LONGEST_VALUE ? ` … (${value.bytes.length} bytes)` : ''}`;
    }
    case 'blob': {
      const hex = Buffer.from(value.bytes.subarray(0, LONGEST_VALUE / 2)).toString('hex');
      return `x'${hex}'${value.bytes.length > LONGEST_VALUE / 2 ? ` … (${value.bytes.length} bytes)` : ''}`;
    }
  }
}
