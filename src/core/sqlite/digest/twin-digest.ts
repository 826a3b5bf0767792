import { ColumnSelection } from './column-selection';
import type { TableDigest } from './digest';
import { DigestSum } from './digest-sum';
import { RowEncoder } from './row-encoder';
import type { DatabaseImage } from '../image/image';
import { Pause } from '../rows/pause';
import { Row } from '../rows/row';
import { fieldsOf } from '../rows/table-rows';
import type { WalkOptions } from '../rows/table-rows';
import { TreeWalk } from '../rows/tree-walk';
import type { SchemaTable } from '../schema/schema-table';

/** A table, and the columns whose values are compared. */
export interface Twin {
  readonly image: DatabaseImage;
  readonly table: SchemaTable;
  readonly columns: readonly string[];
}

/**
 * `digestTable` of two tables of which the second was made from the first page by page: a leaf that has the same bytes on
 * both sides is hashed once and counted for both. It is exact whatever they hold: pages that differ, and rows that lie in
 * overflow pages too, are hashed on each side.
 * @throws ConsolidationError as `digestTable`
 */
export async function digestTwins(
  one: Twin,
  two: Twin,
  options: WalkOptions = {},
): Promise<[TableDigest, TableDigest]> {
  const a = new Side(one);
  const b = new Side(two);
  const comparable = a.readsAs(b);
  const pause = new Pause(options.signal);
  a.next();
  b.next();
  while (a.more || b.more) {
    if (comparable && a.more && b.more && a.hasSamePage(b)) a.addForBoth(b);
    else {
      a.add();
      b.add();
    }
    a.next();
    b.next();
    if (pause.due) await pause.take();
  }
  return [a.digest(), b.digest()];
}

class Side {
  more = true;
  readonly #walk: TreeWalk;
  readonly #row: Row;
  readonly #selection: ColumnSelection;
  readonly #encoder: RowEncoder;
  readonly #sum = new DigestSum();

  constructor({ image, table, columns }: Twin) {
    this.#walk = new TreeWalk(image, table.rootPage, table.withoutRowid ? 'index' : 'table');
    this.#row = new Row(this.#walk, fieldsOf(table));
    this.#selection = ColumnSelection.of(table, columns);
    this.#encoder = new RowEncoder(image.encoding);
  }

  /** Do the same bytes mean the same values here and there? */
  readsAs(other: Side): boolean {
    const { image, kind } = this.#walk;
    const { image: otherImage, kind: otherKind } = other.#walk;
    return (
      kind === otherKind &&
      image.encoding === otherImage.encoding &&
      image.pageSize === otherImage.pageSize &&
      image.usableSize === otherImage.usableSize &&
      this.#selection.readsAs(other.#selection)
    );
  }

  next(): void {
    this.more &&= this.#walk.next();
  }

  /** Interior pages hold page numbers, which differ. */
  hasSamePage(other: Side): boolean {
    const [walk, otherWalk] = [this.#walk, other.#walk];
    return (
      walk.leaf &&
      otherWalk.leaf &&
      walk.pointers === otherWalk.pointers &&
      Buffer.compare(walk.page, otherWalk.page) === 0
    );
  }

  add(): void {
    if (!this.more) return;
    for (let cell = this.#walk.first; cell < this.#walk.end; cell++) this.#addRow(cell);
  }

  addForBoth(other: Side): void {
    for (let cell = this.#walk.first; cell < this.#walk.end; cell++) {
      this.#addRow(cell);
      if (this.#row.overflowPage === 0) other.#sum.add(this.#encoder.hash.result);
      else other.#addRow(cell);
    }
  }

  digest(): TableDigest {
    return { rows: this.#sum.rows, digest: this.#sum.digest() };
  }

  #addRow(cell: number): void {
    this.#row.moveTo(cell);
    this.#selection.encode(this.#row, this.#encoder);
    this.#encoder.hash.finish();
    this.#sum.add(this.#encoder.hash.result);
  }
}
