import { ConsolidationError } from '../../errors';
import type { WorkOptions } from '../../ports';
import type { ProblemList } from './check-problem';
import { compareRecords, isNull } from '../rows/compare-records';
import type { KeyField } from '../rows/compare-records';
import { ColumnSelection, ROWID } from '../digest/column-selection';
import { DigestSum } from '../digest/digest-sum';
import { KeptRecord } from '../rows/kept-record';
import type { RecordWindow } from '../rows/record-window';
import { forEachNeighbour } from '../rows/table-rows';
import type { DatabaseImage } from '../image/image';
import type { Row } from '../rows/row';
import { RowEncoder } from '../digest/row-encoder';
import type { SchemaColumn, SchemaIndex, SchemaTable } from '../schema/schema-table';
import { SERIAL_NULL, SERIAL_REAL } from '../format/serial-type';
import { isKeyword, sameName, sqlTokens } from '../sql-tokens';
import type { StoredValue } from '../rows/stored-value';

/** An index with what its entries hold: the key, then what finds the row. */
interface IndexPlan {
  readonly index: SchemaIndex;
  /**
   * What an entry holds of its row, the rowid last; undefined where an expression or a virtual column would have to be
   * computed.
   */
  readonly ofRow: ColumnSelection | undefined;
  /** The same values in the entry itself. */
  readonly ofEntry: ColumnSelection | undefined;
  readonly order: readonly KeyField[];
  readonly sum: DigestSum;
}

/**
 * Does `checkRows` leave anything of the table out? CHECK constraints, expressions in the key of an index, and which rows a
 * partial index has: these only the engine's own `integrity_check` can tell.
 */
export function needsEngine(table: SchemaTable): boolean {
  const own = table.indexes.some(
    (index) => index.rootPage !== table.rootPage && planOf(table, index).ofRow === undefined,
  );
  return own || sqlTokens(table.sql).some((token) => isKeyword(token, 'CHECK'));
}

/**
 * Rows of one table against its indexes, and both against their order: each index has an entry for every row, with the
 * row's values (compared as order-independent digests, in one pass over the table and one over each index), its entries
 * ascend, UNIQUE ones differ; NOT NULL and STRICT hold. Not looked at: CHECK constraints, the keys of expression indexes,
 * which rows a partial index leaves out, and the order under collations that only the writer knows.
 * @param sound root pages of the trees whose structure is all right
 */
export async function checkRows(
  image: DatabaseImage,
  table: SchemaTable,
  sound: ReadonlySet<number>,
  list: ProblemList,
  options: WorkOptions,
): Promise<void> {
  if (!sound.has(table.rootPage)) return;
  const plans = table.indexes
    .filter((index) => index.rootPage !== table.rootPage && sound.has(index.rootPage))
    .map((index) => planOf(table, index));
  const encoder = new RowEncoder(image.encoding);
  let rows = 0;
  const order = table.withoutRowid ? keyOrder(table) : undefined;
  const sorted = order && new OrderCheck(image, order, order.length, list, table.name);
  const guarded = table.columns.filter((column) => isGuarded(table, column));
  const finished = await attempt(table.name, list, () =>
    forEachNeighbour(
      image,
      table,
      (row, previous) => {
        rows++;
        constraints(table, guarded, row, list);
        sorted?.next(row, previous);
        for (const { ofRow, sum } of plans) {
          if (!ofRow) continue;
          ofRow.encode(row, encoder);
          encoder.hash.finish();
          sum.add(encoder.hash.result);
        }
      },
      options,
    ),
  );
  if (!finished) return;
  for (const plan of plans) await checkIndex(image, plan, rows, encoder, list, options);
}

async function checkIndex(
  image: DatabaseImage,
  { index, ofEntry, order, sum }: IndexPlan,
  rows: number,
  encoder: RowEncoder,
  list: ProblemList,
  options: WorkOptions,
): Promise<void> {
  const found = new DigestSum();
  const sorted = new OrderCheck(image, order, index.unique ? index.columns.length : 0, list, index.name);
  let entries = 0;
  const finished = await attempt(index.name, list, () =>
    forEachNeighbour(
      image,
      { rootPage: index.rootPage, withoutRowid: true },
      (row, previous) => {
        entries++;
        sorted.next(row, previous);
        // One that lacks a value is the entry of no row.
        if (!ofEntry || row.fieldCount < ofEntry.columns.length) return;
        ofEntry.encode(row, encoder);
        encoder.hash.finish();
        found.add(encoder.hash.result);
      },
      options,
    ),
  );
  if (!finished) return;
  if (index.partial ? entries > rows : entries !== rows) {
    list.add(index.rootPage, index.name, `the index has ${entries} entries for ${rows} rows`);
  } else if (ofEntry && found.digest() !== sum.digest()) {
    list.add(index.rootPage, index.name, 'entries of the index differ from the rows of the table');
  }
}

/** Compares each entry with the one before it. */
class OrderCheck {
  readonly #first: KeptRecord;
  readonly #second: KeptRecord;
  #reported = false;

  /** @param unique fields at the begin that no two entries may share, unless one is NULL; 0 when they may */
  constructor(
    private readonly image: DatabaseImage,
    private readonly order: readonly KeyField[],
    private readonly unique: number,
    private readonly list: ProblemList,
    private readonly name: string,
  ) {
    this.#first = new KeptRecord(order.length);
    this.#second = new KeptRecord(order.length);
  }

  next(row: Row, previous: Row | undefined): void {
    if (this.#reported || previous === undefined) return;
    const first = inMemory(previous, this.#first);
    const second = inMemory(row, this.#second);
    const { order, field } = compareRecords(first, second, this.order, this.image.encoding);
    if (order !== undefined && order > 0) this.#report('entries are out of order');
    if (this.unique > 0 && field >= this.unique && !this.#hasNull(second)) this.#report('entries are not unique');
  }

  #hasNull(record: RecordWindow): boolean {
    for (let field = 0; field < this.unique; field++) if (isNull(record, field)) return true;
    return false;
  }

  #report(what: string): void {
    this.#reported = true;
    this.list.add(0, this.name, what);
  }
}

/** The row itself, or its key where not all of the row is in memory. */
function inMemory(row: Row, kept: KeptRecord): RecordWindow {
  if (row.payloadBytes <= row.availableBytes) return row;
  kept.keep(row);
  return kept;
}

function planOf(table: SchemaTable, index: SchemaIndex): IndexPlan {
  const columns = [...index.columns];
  if (table.withoutRowid) {
    const key = table.indexes.find(({ origin }) => origin === 'pk');
    for (const column of key?.columns ?? []) {
      const there = columns.some(
        ({ name, collation }) => name === column.name && sameName(collation, column.collation),
      );
      if (!there) columns.push({ ...column, descending: false });
    }
  }
  const found = columns.map(({ name }) => table.columns.find((column) => name !== null && sameName(column.name, name)));
  const readable = found.filter((column): column is SchemaColumn => column !== undefined && column.field >= 0);
  // Which rows a partial index has depends on an expression.
  const known = !index.partial && readable.length === columns.length;
  const held = table.withoutRowid ? readable : [...readable, ROWID];
  return {
    index,
    ofRow: known ? new ColumnSelection(held) : undefined,
    ofEntry: known
      ? new ColumnSelection(held.map((column, field) => ({ ...column, field, rowidAlias: false })))
      : undefined,
    order: table.withoutRowid ? columns.slice(0, sortedColumns(table, index)) : [...columns, ROWID_ORDER],
    sum: new DigestSum(),
  };
}

const ROWID_ORDER: KeyField = { collation: 'BINARY', descending: false };

/** With a descending primary key it depends on the version of SQLite how entries of another index sort behind its own key. */
function sortedColumns(table: SchemaTable, index: SchemaIndex): number | undefined {
  const key = table.indexes.find(({ origin }) => origin === 'pk');
  return key?.columns.some(({ descending }) => descending) ? index.columns.length : undefined;
}

const keyOrder = (table: SchemaTable): readonly KeyField[] =>
  table.indexes.find(({ origin }) => origin === 'pk')?.columns ?? [];

/** Can a row break what the column declares? */
const isGuarded = (table: SchemaTable, column: SchemaColumn) =>
  !column.rowidAlias && column.field >= 0 && (column.notNull || table.strict);

function constraints(table: SchemaTable, guarded: readonly SchemaColumn[], row: Row, list: ProblemList): void {
  for (const column of guarded) {
    const missing = column.field >= row.fieldCount;
    const type = missing ? serialTypeOf(column.missing) : row.serialTypes[column.field]!;
    if (column.notNull && type === SERIAL_NULL) {
      list.add(0, table.name, `a row has NULL in the column ${column.name}, which is NOT NULL`);
    }
    if (table.strict && !fits(type, column)) {
      list.add(0, table.name, `a row has a value of another type in the column ${column.name} of a STRICT table`);
    }
  }
}

/** A serial type of the kind of value that rows older than the column have in it. */
const SERIAL_TYPES: Record<StoredValue['kind'], number> = {
  null: SERIAL_NULL,
  integer: 6,
  real: SERIAL_REAL,
  text: 13,
  blob: 12,
};
const serialTypeOf = (value: StoredValue) => SERIAL_TYPES[value.kind];

/** Does a serial type fit the column of a STRICT table (https://sqlite.org/stricttables.html)? */
function fits(type: number, column: SchemaColumn): boolean {
  if (type === 0) return true;
  switch (column.affinity) {
    case 'integer':
      return type < 10 && type !== SERIAL_REAL;
    case 'real':
      return type < 10;
    case 'text':
      return type >= 13 && (type & 1) === 1;
    default:
      return column.type.toUpperCase() === 'ANY' || (type >= 12 && (type & 1) === 0);
  }
}

/** @returns false when the walk met something malformed, which is then in the list */
async function attempt(name: string, list: ProblemList, walk: () => Promise<void>): Promise<boolean> {
  try {
    await walk();
    return true;
  } catch (error) {
    if (!(error instanceof ConsolidationError) || error.code !== 'DATABASE_CORRUPT') throw error;
    list.add(Number(error.details.page ?? 0), name, String(error.details.what ?? error.message));
    return false;
  }
}
