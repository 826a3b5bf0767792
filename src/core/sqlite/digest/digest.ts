import { ColumnSelection } from './column-selection';
import { DigestSum } from './digest-sum';
import { groupKeyOf } from './group-key';
import type { DatabaseImage } from '../image/image';
import { RowEncoder } from './row-encoder';
import type { SchemaTable } from '../schema/schema-table';
import { columnValue } from '../rows/column-value';
import { forEachRow } from '../rows/table-rows';

export { addDigests, EMPTY_DIGEST } from './digest-sum';
export { groupKey } from './group-key';
export { countRows, forEachRow } from '../rows/table-rows';

/** Content of a table or a part of it: how many rows, and their digest (32 hexadecimal digits). */
export interface TableDigest {
  readonly rows: number;
  readonly digest: string;
}

export interface DigestOptions {
  readonly signal?: AbortSignal;
}

/**
 * Digest of a table's rows over chosen columns in a chosen order. It depends on the set of rows alone: not on their order or
 * rowids (unless the rowid is a chosen column), the page layout, the text encoding, or whether values come from the record or
 * from the default of a column that was added later. Types count: 1, 1.0, '1' and x'31' all differ.
 *
 * Each row is encoded by `RowEncoder`, hashed by `RowHash` and added up by `DigestSum`. It is computed from the stored bytes;
 * values of any size are read in pieces. Ill-formed UTF-8 is hashed as it is; ill-formed UTF-16 as what SQLite converts it to.
 * @throws ConsolidationError `DATABASE_CORRUPT`, `CANCELLED`, `SQL_FAILED` for a column that is not stored
 */
export async function digestTable(
  image: DatabaseImage,
  table: SchemaTable,
  columns: readonly string[],
  options: DigestOptions = {},
): Promise<TableDigest> {
  const selection = ColumnSelection.of(table, columns);
  const encoder = new RowEncoder(image.encoding);
  const sum = new DigestSum();
  await forEachRow(
    image,
    table,
    (row) => {
      selection.encode(row, encoder);
      encoder.hash.finish();
      sum.add(encoder.hash.result);
    },
    options,
  );
  return { rows: sum.rows, digest: sum.digest() };
}

/**
 * The same for each group of rows that agree in `groupColumns`, by `groupKey` of their values. The sum of all groups is
 * `digestTable` of the table.
 */
export async function digestTableGroups(
  image: DatabaseImage,
  table: SchemaTable,
  columns: readonly string[],
  groupColumns: readonly string[],
  options: DigestOptions = {},
): Promise<Map<string, TableDigest>> {
  const selection = ColumnSelection.of(table, columns);
  const grouping = ColumnSelection.of(table, groupColumns);
  const encoder = new RowEncoder(image.encoding);
  const groupEncoder = new RowEncoder(image.encoding);
  const groupHash = groupEncoder.hash.result;
  // By the first word of the group's hash; the list has more than one entry once in 2^32 groups.
  const groups = new Map<number, Group[]>();
  let group: Group | undefined;
  await forEachRow(
    image,
    table,
    (row) => {
      grouping.encode(row, groupEncoder);
      groupEncoder.hash.finish();
      // Rows of a group mostly follow one another: only a change of group costs a look-up.
      if (!group || !sameWords(group.hash, groupHash)) {
        const candidates = groups.get(groupHash[0]) ?? [];
        group = candidates.find(({ hash }) => sameWords(hash, groupHash));
        if (!group) {
          const values = grouping.columns.map((column) => columnValue(row, column, image.encoding));
          group = { key: groupKeyOf(values), hash: groupHash.slice(), sum: new DigestSum() };
          groups.set(groupHash[0], [...candidates, group]);
        }
      }
      selection.encode(row, encoder);
      encoder.hash.finish();
      group.sum.add(encoder.hash.result);
    },
    options,
  );
  return new Map([...groups.values()].flat().map(({ key, sum }) => [key, { rows: sum.rows, digest: sum.digest() }]));
}

interface Group {
  readonly key: string;
  readonly hash: Int32Array;
  readonly sum: DigestSum;
}

function sameWords(a: Int32Array, b: Int32Array): boolean {
  return a[0] === b[0] && a[1] === b[1] && a[2] === b[2] && a[3] === b[3];
}
