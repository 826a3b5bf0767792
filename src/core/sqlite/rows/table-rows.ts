import type { DatabaseImage } from '../image/image';
import { Pause } from './pause';
import { Row } from './row';
import { TreeWalk } from './tree-walk';

export interface WalkOptions {
  readonly signal?: AbortSignal;
}

/** What a walk needs to know of a table; any `SchemaTable` will do. */
export interface TablePlace {
  readonly rootPage: number;
  readonly withoutRowid: boolean;
  /** Columns of the table: a record's fields behind them are not looked at. Without them every field is. */
  readonly columns?: readonly { readonly field: number }[];
}

/** How many fields of a record SQL can see; all where nothing is known of the columns. */
export function fieldsOf({ columns = [] }: TablePlace): number | undefined {
  return columns.length === 0 ? undefined : 1 + columns.reduce((last, { field }) => Math.max(last, field), -1);
}

/**
 * Calls `visitor` with every row of a table in key order. The row is a window that moves: copy what must be kept.
 * Work is cut so that a cancel gets through. @throws ConsolidationError `DATABASE_CORRUPT`, `CANCELLED`
 */
export async function forEachRow(
  image: DatabaseImage,
  table: TablePlace,
  visitor: (row: Row) => void,
  options: WalkOptions = {},
): Promise<void> {
  if (table.rootPage === 0) return;
  const pause = new Pause(options.signal);
  const walk = new TreeWalk(image, table.rootPage, table.withoutRowid ? 'index' : 'table');
  const row = new Row(walk, fieldsOf(table));
  while (walk.next()) {
    for (let cell = walk.first; cell < walk.end; cell++) {
      row.moveTo(cell);
      visitor(row);
    }
    if (pause.due) await pause.take();
  }
}

/** The same with the row before, undefined at the first one; that window, too, moves on at the next row. */
export async function forEachNeighbour(
  image: DatabaseImage,
  table: TablePlace,
  visitor: (row: Row, previous: Row | undefined) => void,
  options: WalkOptions = {},
): Promise<void> {
  if (table.rootPage === 0) return;
  const pause = new Pause(options.signal);
  const walk = new TreeWalk(image, table.rootPage, table.withoutRowid ? 'index' : 'table');
  let row = new Row(walk, fieldsOf(table));
  let spare = new Row(walk, fieldsOf(table));
  let previous: Row | undefined;
  while (walk.next()) {
    for (let cell = walk.first; cell < walk.end; cell++) {
      row.moveTo(cell);
      visitor(row, previous);
      previous = row;
      row = spare;
      spare = previous;
    }
    if (pause.due) await pause.take();
  }
}

/** Number of rows, from the page headers alone: no record is read. */
export async function countRows(image: DatabaseImage, table: TablePlace, options: WalkOptions = {}): Promise<number> {
  if (table.rootPage === 0) return 0;
  const pause = new Pause(options.signal);
  const walk = new TreeWalk(image, table.rootPage, table.withoutRowid ? 'index' : 'table');
  let rows = 0;
  while (walk.next()) {
    rows += walk.end - walk.first;
    if (pause.due) await pause.take();
  }
  return rows;
}
