import { readUint16, readUint32 } from '../format/bytes';
import { corrupt } from '../format/corrupt';
import type { DatabaseImage } from '../image/image';
import { PageSet } from '../image/page-set';

/** Kinds of b-tree pages: the first byte of the page header (file format, section 1.6). */
export const INDEX_INTERIOR = 0x02;
export const TABLE_INTERIOR = 0x05;
export const INDEX_LEAF = 0x0a;
export const TABLE_LEAF = 0x0d;

/** `BTCURSOR_MAX_DEPTH` in SQLite: no valid tree is deeper. */
const DEEPEST = 20;

interface Interior {
  readonly pageNumber: number;
  readonly page: Uint8Array;
  readonly cells: number;
  /** Next child to descend to; the last one is the right-most pointer. */
  next: number;
}

/**
 * Walks a b-tree in key order, a run of cells at a time: all cells of a leaf, or one cell of an index interior page. Every
 * page is read once; page type, range, cycles, double use and depth are checked.
 *
 *     const walk = new TreeWalk(image, root, 'table');
 *     while (walk.next()) for (let cell = walk.first; cell < walk.end; cell++) …
 */
export class TreeWalk {
  /** The page of the present run; its bytes are overwritten by the run after the next one. */
  pageNumber = 0;
  page: Uint8Array;
  view: DataView;
  /** Cells `first` up to, not including, `end` of the page. */
  first = 0;
  end = 0;
  /** Pages used by the tree so far, overflow pages included when `Row` reads them. */
  readonly used = new PageSet();
  /** Offset of the cell pointer array in the page. */
  pointers = 0;
  leaf = true;
  readonly #path: Interior[] = [];
  #leafPage: Uint8Array;
  #leafView: DataView;
  /** The leaf before: rows of two runs that follow one another can be compared. */
  #otherPage: Uint8Array;
  #otherView: DataView;
  #pending: number;
  /** Has the interior cell before the next child been shown? */
  #entered = false;

  constructor(
    readonly image: DatabaseImage,
    root: number,
    readonly kind: 'table' | 'index',
  ) {
    this.#pending = root;
    this.#leafPage = new Uint8Array(image.pageSize);
    this.#leafView = new DataView(this.#leafPage.buffer);
    this.#otherPage = new Uint8Array(image.pageSize);
    this.#otherView = new DataView(this.#otherPage.buffer);
    this.page = this.#leafPage;
    this.view = this.#leafView;
  }

  /** Moves to the next run of cells. @throws ConsolidationError `DATABASE_CORRUPT` */
  next(): boolean {
    for (;;) {
      if (this.#pending > 0) {
        this.#descend(this.#pending);
        this.#pending = 0;
        if (this.leaf) return true;
      }
      const top = this.#path[this.#path.length - 1];
      if (top === undefined) return false;
      // Index interior cells are entries too: they come between their children.
      if (this.kind === 'index' && top.next > 0 && top.next <= top.cells && this.#between(top)) return true;
      if (top.next > top.cells) {
        this.#path.pop();
        continue;
      }
      this.#pending = this.#child(top);
      top.next++;
    }
  }

  /** Offset of a cell in the page; it can hold at least 4 bytes there. */
  cellOffset(cell: number): number {
    const offset = readUint16(this.page, this.pointers + 2 * cell);
    if (offset < this.pointers || offset > this.image.usableSize - 4) {
      throw corrupt(this.image.name, this.pageNumber, `cell ${cell} lies at offset ${offset}, outside the page`);
    }
    return offset;
  }

  /** Shows the interior cell before child `next`, once. */
  #between(top: Interior): boolean {
    if (this.#entered) {
      this.#entered = false;
      return false;
    }
    this.#entered = true;
    const { page } = top;
    this.#show(top.pageNumber, page, new DataView(page.buffer), false, top.next - 1, top.next);
    return true;
  }

  #child(top: Interior): number {
    const header = top.pageNumber === 1 ? 100 : 0;
    if (top.next === top.cells) return this.#checked(top, readUint32(top.page, header + 8));
    const offset = readUint16(top.page, header + 12 + 2 * top.next);
    if (offset < header + 12 || offset > this.image.usableSize - 4) {
      throw corrupt(this.image.name, top.pageNumber, `cell ${top.next} lies at offset ${offset}, outside the page`);
    }
    return this.#checked(top, readUint32(top.page, offset));
  }

  #checked(parent: Interior, child: number): number {
    if (child < 1 || child > this.image.pageCount) {
      throw corrupt(this.image.name, parent.pageNumber, `child pointer ${parent.next} leads to page ${child}`);
    }
    return child;
  }

  #descend(pageNumber: number): void {
    const { image } = this;
    if (pageNumber < 1 || pageNumber > image.pageCount) {
      throw corrupt(image.name, 0, `a b-tree begins at page ${pageNumber} of ${image.pageCount}`);
    }
    if (!this.used.add(pageNumber)) throw corrupt(image.name, pageNumber, 'the page is used twice in one b-tree');
    const page = this.#otherPage;
    image.copyPage(pageNumber, page);
    const header = pageNumber === 1 ? 100 : 0;
    const type = page[header];
    const leaf = type === (this.kind === 'table' ? TABLE_LEAF : INDEX_LEAF);
    if (!leaf && type !== (this.kind === 'table' ? TABLE_INTERIOR : INDEX_INTERIOR)) {
      throw corrupt(
        image.name,
        pageNumber,
        `page type ${type} in the b-tree of ${this.kind === 'table' ? 'a table' : 'an index'}`,
      );
    }
    const cells = readUint16(page, header + 3);
    if (header + (leaf ? 8 : 12) + 2 * cells > image.usableSize) {
      throw corrupt(image.name, pageNumber, `${cells} cells do not fit the page`);
    }
    if (leaf) {
      const view = this.#otherView;
      this.#otherPage = this.#leafPage;
      this.#otherView = this.#leafView;
      this.#leafPage = page;
      this.#leafView = view;
      this.#show(pageNumber, page, view, true, 0, cells);
      return;
    }
    if (this.#path.length + 1 >= DEEPEST) throw corrupt(image.name, pageNumber, 'the b-tree is deeper than 20 levels');
    this.leaf = false;
    this.#path.push({ pageNumber, page: page.slice(), cells, next: 0 });
  }

  #show(pageNumber: number, page: Uint8Array, view: DataView, leaf: boolean, first: number, end: number): void {
    this.pageNumber = pageNumber;
    this.page = page;
    this.view = view;
    this.pointers = (pageNumber === 1 ? 100 : 0) + (leaf ? 8 : 12);
    this.leaf = leaf;
    this.first = first;
    this.end = end;
  }
}
