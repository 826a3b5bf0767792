import { ConsolidationError } from '../errors';
import type { WorkOptions } from '../ports';
import { DigestSum, EMPTY_DIGEST } from './digest-sum';
import type { DatabaseImage } from './image';
import { Pause } from './pause';
import { Row } from './row';
import { RowEncoder } from './row-encoder';
import type { SchemaColumn, SchemaTable } from './schema-table';
import { columnValue } from './stored-value';
import type { StoredValue } from './stored-value';
import { TreeWalk } from './tree-walk';

export { addDigests, EMPTY_DIGEST } from './digest-sum';

/** Number of rows, and the sum of their hashes: 32 hexadecimal digits, the same in whatever order the rows are stored. */
export interface TableDigest {
  readonly rows: number;
  readonly digest: string;
}

/**
 * Digest of chosen columns, in the order they are named, from the bytes of the records. Without columns the rows are
 * only counted. `docs/digest.md` defines it exactly.
 * @throws ConsolidationError `DATABASE_CORRUPT`, `CANCELLED`
 */
export async function digestTable(
  image: DatabaseImage,
  table: SchemaTable,
  columns: readonly string[],
  options: WorkOptions = {},
): Promise<TableDigest> {
  if (columns.length === 0) return { rows: await countRows(image, table, options), digest: EMPTY_DIGEST };
  const chosen = columns.map((name) => columnOf(table, name));
  const encoder = new RowEncoder(image.encoding);
  const sum = new DigestSum();
  await forEachRow(
    image,
    table,
    (row) => {
      encodeRow(encoder, row, chosen);
      sum.add(encoder.hash.result);
    },
    options,
  );
  return { rows: sum.rows, digest: sum.digest() };
}

/** As `digestTable`, apart for each combination of values in `groupColumns`; the keys are those of `groupKey`. */
export async function digestTableGroups(
  image: DatabaseImage,
  table: SchemaTable,
  columns: readonly string[],
  groupColumns: readonly string[],
  options: WorkOptions = {},
): Promise<Map<string, TableDigest>> {
  const chosen = columns.map((name) => columnOf(table, name));
  const grouping = groupColumns.map((name) => columnOf(table, name));
  const encoder = new RowEncoder(image.encoding);
  const sums = new Map<string, DigestSum>();
  await forEachRow(
    image,
    table,
    (row) => {
      const key = groupKey(grouping.map((column) => columnValue(row, column, image.encoding)));
      let sum = sums.get(key);
      if (!sum) sums.set(key, (sum = new DigestSum()));
      encodeRow(encoder, row, chosen);
      sum.add(encoder.hash.result);
    },
    options,
  );
  return new Map([...sums].map(([key, sum]) => [key, { rows: sum.rows, digest: sum.digest() }]));
}

/** Typed values as one text, different for different values: 1, 1.0 and '1' are three groups. */
export function groupKey(values: readonly StoredValue[]): string {
  return JSON.stringify(
    values.map((value) => {
      if (value.kind === 'null') return 'null';
      const text =
        value.kind === 'integer' || value.kind === 'real'
          ? String(value.value)
          : Buffer.from(value.bytes).toString('hex');
      return `${value.kind} ${text}`;
    }),
  );
}

/** Rows of a table, without reading what is in them. */
export async function countRows(image: DatabaseImage, table: SchemaTable, options: WorkOptions = {}): Promise<number> {
  if (table.rootPage === 0) return 0;
  const walk = new TreeWalk(image, table.rootPage, table.withoutRowid ? 'index' : 'table');
  const pause = new Pause(options.signal);
  let rows = 0;
  while (walk.next()) {
    rows += walk.end - walk.first;
    if (pause.due) await pause.take();
  }
  return rows;
}

/**
 * Visits every row in key order. The row is a window that is valid only during the call.
 * @throws ConsolidationError `DATABASE_CORRUPT`, `CANCELLED`
 */
export async function forEachRow(
  image: DatabaseImage,
  table: SchemaTable,
  visit: (row: Row) => void,
  options: WorkOptions = {},
): Promise<void> {
  if (table.rootPage === 0) return;
  const walk = new TreeWalk(image, table.rootPage, table.withoutRowid ? 'index' : 'table');
  const row = new Row(walk);
  const pause = new Pause(options.signal);
  while (walk.next()) {
    for (let cell = walk.first; cell < walk.end; cell++) {
      row.moveTo(cell);
      visit(row);
    }
    if (pause.due) await pause.take();
  }
}

function encodeRow(encoder: RowEncoder, row: Row, columns: readonly SchemaColumn[]): void {
  for (const column of columns) {
    if (column.rowidAlias) encoder.integer(row.rowidHigh | 0, row.rowidLow | 0);
    else if (column.field >= row.fieldCount) encoder.value(column.missing);
    else encoder.field(row, column.field, column.affinity === 'real');
  }
  encoder.hash.finish();
}

function columnOf(table: SchemaTable, name: string): SchemaColumn {
  const column =
    table.columns.find((candidate) => candidate.name === name) ??
    table.columns.find((candidate) => candidate.name.toLowerCase() === name.toLowerCase());
  if (column && column.field >= 0) return column;
  throw new ConsolidationError(
    'SQL_FAILED',
    `${table.name} has no stored column ${name}. Scan the workspace again and correct the plan.`,
    { table: table.name },
  );
}
