import type { WorkOptions } from '../../ports';
import { readUint16, readUint32, writeUint32 } from '../format/bytes';
import { corrupt } from '../format/corrupt';
import type { DatabaseImage } from '../image/image';
import { PageCopyQueue } from './page-copy-queue';
import { POINTER_MAP_BTREE, POINTER_MAP_OVERFLOW_FIRST, POINTER_MAP_OVERFLOW_NEXT } from './page-file';
import type { PageFile } from './page-file';
import { PageSet } from '../image/page-set';
import { Pause } from '../rows/pause';
import { INDEX_INTERIOR, INDEX_LEAF, TABLE_INTERIOR, TABLE_LEAF } from '../rows/tree-walk';

/**
 * Copies a whole b-tree, overflow chains included, from an image to the end of another database file, page by page:
 * nothing in it changes but the page numbers it points to. Its root takes the place of the empty b-tree at `toRoot`.
 * Both have to agree on page size, usable size and text encoding.
 * @throws ConsolidationError `DATABASE_CORRUPT`, `CANCELLED`
 */
export async function graftTree(
  image: DatabaseImage,
  fromRoot: number,
  kind: 'table' | 'index',
  file: PageFile,
  toRoot: number,
  options: WorkOptions & {
    /** Told now and then how many pages are copied. */
    readonly copied?: (pages: number) => void;
  } = {},
): Promise<void> {
  if (image.pageSize !== file.pageSize || image.usableSize !== file.usableSize) {
    throw new Error(`pages of ${image.pageSize} bytes cannot be grafted among pages of ${file.pageSize}`);
  }
  await new Graft(image, kind, file, toRoot).run(fromRoot, new Pause(options.signal), options.copied);
}

class Graft {
  readonly #queue = new PageCopyQueue();
  readonly #seen = new PageSet();
  readonly #page: Uint8Array;
  readonly #largestLocal: number;
  readonly #smallestLocal: number;
  #to = 0;

  constructor(
    private readonly image: DatabaseImage,
    private readonly kind: 'table' | 'index',
    private readonly file: PageFile,
    private readonly toRoot: number,
  ) {
    const usable = image.usableSize;
    this.#page = new Uint8Array(image.pageSize);
    this.#largestLocal = kind === 'table' ? usable - 35 : Math.floor(((usable - 12) * 64) / 255) - 23;
    this.#smallestLocal = Math.floor(((usable - 12) * 32) / 255) - 23;
  }

  async run(fromRoot: number, pause: Pause, copied?: (pages: number) => void): Promise<void> {
    this.#see(fromRoot, fromRoot);
    this.#take(fromRoot, this.toRoot);
    this.#repoint(fromRoot);
    await this.file.replace(this.toRoot, this.#page);
    let pages = 1;
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
      this.#take(next.from, next.to);
      if (next.overflow) this.#repointOverflow(next.from);
      else this.#repoint(next.from);
      await this.file.append(next.to, this.#page);
      pages++;
      if (!pause.due) continue;
      copied?.(pages);
      await pause.take();
    }
  }

  /** Copies a page into the working buffer; what follows changes the pointers there. */
  #take(from: number, to: number): void {
    this.image.copyPage(from, this.#page);
    this.#to = to;
  }

  /** Pointers of a b-tree page (file format, section 1.6). No page here is page 1, whose header would come first. */
  #repoint(from: number): void {
    const page = this.#page;
    const type = page[0]!;
    const table = this.kind === 'table';
    const leaf = type === (table ? TABLE_LEAF : INDEX_LEAF);
    if (!leaf && type !== (table ? TABLE_INTERIOR : INDEX_INTERIOR)) {
      throw this.#corrupt(from, `page type ${type} in the b-tree of ${table ? 'a table' : 'an index'}`);
    }
    const cells = readUint16(page, 3);
    const pointers = leaf ? 8 : 12;
    if (pointers + 2 * cells > this.image.usableSize) throw this.#corrupt(from, `${cells} cells do not fit the page`);
    for (let cell = 0; cell < cells; cell++) {
      const offset = readUint16(page, pointers + 2 * cell);
      if (offset < pointers + 2 * cells || offset > this.image.usableSize - 4) {
        throw this.#corrupt(from, `cell ${cell} lies at offset ${offset}, outside the page`);
      }
      if (!leaf) this.#follow(from, offset, POINTER_MAP_BTREE);
      if (!table || leaf) this.#repointPayload(from, leaf ? offset : offset + 4);
    }
    if (!leaf) this.#follow(from, 8, POINTER_MAP_BTREE);
  }

  /** The overflow pointer of a cell, when its payload does not fit the page. */
  #repointPayload(from: number, offset: number): void {
    const page = this.#page;
    let at = offset;
    let payload = 0;
    for (let index = 0; index < 9; index++) {
      const byte = page[at++]!;
      payload = index === 8 ? payload * 256 + byte : payload * 128 + (byte & 0x7f);
      if (byte < 0x80) break;
    }
    if (this.kind === 'table') {
      let bytes = 1;
      while (page[at++]! >= 0x80 && bytes < 9) bytes++;
    }
    if (payload <= this.#largestLocal) return;
    const content = this.image.usableSize - 4;
    const surplus = this.#smallestLocal + ((payload - this.#smallestLocal) % content);
    const local = surplus <= this.#largestLocal ? surplus : this.#smallestLocal;
    if (at + local + 4 > this.image.usableSize) throw this.#corrupt(from, `a cell extends off the end of the page`);
    this.#follow(from, at + local, POINTER_MAP_OVERFLOW_FIRST);
  }

  #repointOverflow(from: number): void {
    if (readUint32(this.#page, 0) !== 0) this.#follow(from, 0, POINTER_MAP_OVERFLOW_NEXT);
  }

  /** Gives the page that is pointed to a new number, writes it there, and queues the page. */
  #follow(from: number, offset: number, type: number): void {
    const child = readUint32(this.#page, offset);
    if (child < 2 || child > this.image.pageCount) throw this.#corrupt(from, `a pointer leads to page ${child}`);
    this.#see(child, from);
    const number = this.file.allocate();
    writeUint32(this.#page, offset, number);
    this.file.point(number, type, this.#to);
    this.#queue.push(child, number, this.#to, type !== POINTER_MAP_BTREE);
  }

  #see(page: number, from: number): void {
    if (!this.#seen.add(page)) throw this.#corrupt(from, `page ${page} is used twice`);
  }

  #corrupt(page: number, what: string) {
    return corrupt(this.image.name, page, what);
  }
}
