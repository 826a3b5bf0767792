import { readUint16, readUint32 } from '../format/bytes';
import type { ProblemList } from './check-problem';
import type { DatabaseImage } from '../image/image';
import { PageSet } from '../image/page-set';
import {
  FIRST_OVERFLOW_PAGE,
  FREE_PAGE,
  LATER_OVERFLOW_PAGE,
  PointerMap,
  ROOT_PAGE,
  TREE_PAGE,
  lockBytePage,
} from '../format/pointer-map';
import { INDEX_INTERIOR, INDEX_LEAF, TABLE_INTERIOR, TABLE_LEAF } from '../rows/tree-walk';

/** No valid tree is deeper (`BTCURSOR_MAX_DEPTH`). */
const DEEPEST = 20;

/** Exact either way: a number where it is one. JavaScript compares the two by their values. */
type Rowid = number | bigint;

/** A cell of a b-tree page taken apart (file format, section 1.6). */
interface Cell {
  /** Bytes in the page, at least 4. */
  readonly bytes: number;
  readonly rowid: Rowid;
  readonly overflowPages: number;
  readonly overflowPage: number;
}

/**
 * The structure of a file as `integrity_check` looks at it: every page is used exactly once, by the free list, a b-tree, an
 * overflow chain or the pointer map; the cells of a page lie within it and do not overlap; what is left is accounted for;
 * rowids ascend; leaves are equally deep. Memory: a bit for each page.
 */
export class PageCheck {
  readonly #used = new PageSet();
  readonly #map: PointerMap | undefined;
  readonly #overflow: Uint8Array;

  constructor(
    private readonly image: DatabaseImage,
    private readonly list: ProblemList,
  ) {
    this.#overflow = new Uint8Array(image.pageSize);
    this.#map = image.header.largestRootPage === 0 ? undefined : new PointerMap(image);
    const lock = lockBytePage(image.pageSize);
    if (lock <= image.pageCount) this.#used.add(lock);
  }

  freeList(): void {
    const { image, list } = this;
    const { freelistTrunk, freelistPages } = image.header;
    let left = freelistPages;
    const before = list.problems.length;
    for (let trunk = freelistTrunk; trunk !== 0;) {
      if (!this.#use(trunk, '')) break;
      this.#mapped(trunk, FREE_PAGE, 0);
      const page = image.readPage(trunk);
      const leaves = readUint32(page, 4);
      left--;
      if (leaves > image.usableSize / 4 - 2) {
        list.add(trunk, '', `a trunk page of the free list claims ${leaves} leaves`);
        break;
      }
      for (let leaf = 0; leaf < leaves && !list.full; leaf++) {
        const number = readUint32(page, 8 + 4 * leaf);
        this.#mapped(number, FREE_PAGE, 0);
        this.#use(number, '');
      }
      left -= leaves;
      trunk = readUint32(page, 0);
    }
    if (left !== 0 && list.problems.length === before) {
      list.add(0, '', `the header counts ${freelistPages} free pages, the free list has ${freelistPages - left}`);
    }
  }

  /** @returns false when something was wrong with the tree, so that its rows cannot be looked at */
  tree(root: number, kind: 'table' | 'index', name: string): boolean {
    const before = this.list.problems.length;
    if (root > 1) this.#mapped(root, ROOT_PAGE, 0);
    new TreeCheck(this.image, this.list, kind, name, this).page(root, 1, undefined);
    return this.list.problems.length === before;
  }

  /** Largest root page in the header of an auto-vacuum file (section 1.3.12). */
  largestRoot(roots: readonly number[]): void {
    const { largestRootPage, incrementalVacuum } = this.image.header;
    const largest = Math.max(1, ...roots);
    if (largestRootPage !== 0 && largest !== largestRootPage) {
      this.list.add(1, '', `the header names ${largestRootPage} as the largest root page, it is ${largest}`);
    }
    if (largestRootPage === 0 && incrementalVacuum) {
      this.list.add(1, '', 'incremental vacuum is on in a file without a pointer map');
    }
  }

  /** To be called last: every page must have been used by something. */
  unused(): void {
    for (let page = 1; page <= this.image.pageCount && !this.list.full; page++) {
      const isMap = this.#map?.isMapPage(page) ?? false;
      const used = this.#used.has(page);
      if (!used && !isMap) this.list.add(page, '', 'the page is never used');
      if (used && isMap && page !== lockBytePage(this.image.pageSize)) {
        this.list.add(page, '', 'a pointer map page is used for something else');
      }
    }
  }

  /** An overflow chain: as many pages as the payload needs, and then an end. */
  chain(owner: number, first: number, count: number, name: string): void {
    this.#mapped(first, FIRST_OVERFLOW_PAGE, owner);
    let page = first;
    for (let link = 0; page !== 0; link++) {
      if (link === count) {
        this.list.add(owner, name, `an overflow chain is longer than ${count} pages`);
        return;
      }
      if (!this.#use(page, name)) return;
      this.image.copyPage(page, this.#overflow);
      const next = readUint32(this.#overflow, 0);
      if (link + 1 < count) this.#mapped(next, LATER_OVERFLOW_PAGE, page);
      if (next === 0 && link + 1 < count) {
        this.list.add(owner, name, `an overflow chain of ${count} pages ends after ${link + 1}`);
      }
      page = next;
    }
    if (first === 0) this.list.add(owner, name, `an overflow chain of ${count} pages is missing`);
  }

  child(page: number, parent: number): void {
    this.#mapped(page, TREE_PAGE, parent);
  }

  use(page: number, name: string): boolean {
    return this.#use(page, name);
  }

  #use(page: number, name: string): boolean {
    if (page < 1 || page > this.image.pageCount) {
      this.list.add(0, name, `a pointer leads to page ${page} of ${this.image.pageCount}`);
      return false;
    }
    if (this.#used.add(page)) return true;
    this.list.add(page, name, 'the page is used twice');
    return false;
  }

  #mapped(page: number, kind: number, parent: number): void {
    if (!this.#map || page < 1 || page > this.image.pageCount) return;
    const entry = this.#map.entry(page);
    if (entry?.kind === kind && entry.parent === parent) return;
    const found = entry ? `kind ${entry.kind}, parent ${entry.parent}` : 'nothing';
    this.list.add(page, '', `the pointer map says ${found} instead of kind ${kind}, parent ${parent}`);
  }
}

/** More than an offset in a page. */
const AREA = 2 ** 17;

/** Parts of a page, each as one number: where it begins times `AREA`, and where it ends. */
class Areas {
  #areas = new Float64Array(128);
  #count = 0;

  clear(): void {
    this.#count = 0;
  }

  add(from: number, to: number): void {
    if (this.#count === this.#areas.length) {
      const more = new Float64Array(2 * this.#count);
      more.set(this.#areas);
      this.#areas = more;
    }
    this.#areas[this.#count++] = from * AREA + to;
  }

  /** From the begin of the page to its end. */
  sorted(): Float64Array {
    return this.#areas.subarray(0, this.#count).sort();
  }
}

class TreeCheck {
  readonly #usable: number;
  readonly #largestLocal: number;
  readonly #smallestLocal: number;
  readonly #size: number;
  /** Depth of the first leaf that was met; all others must have it. */
  #leafDepth = 0;
  /** The smallest key that comes after what was walked so far: trees are walked from their end. */
  #next: Rowid | undefined;
  readonly #leafAreas = new Areas();
  /** A page for each depth: that of a parent is needed again after its children. */
  readonly #buffers: Uint8Array[] = [];

  constructor(
    private readonly image: DatabaseImage,
    private readonly list: ProblemList,
    private readonly kind: 'table' | 'index',
    private readonly name: string,
    private readonly pages: PageCheck,
  ) {
    this.#usable = image.usableSize;
    this.#size = image.pageSize;
    this.#largestLocal = kind === 'table' ? this.#usable - 35 : Math.floor(((this.#usable - 12) * 64) / 255) - 23;
    this.#smallestLocal = Math.floor(((this.#usable - 12) * 32) / 255) - 23;
  }

  /** @param bound largest rowid that the parent allows here, itself included */
  page(number: number, depth: number, bound: Rowid | undefined): void {
    if (this.list.full || !this.pages.use(number, this.name)) return;
    const page = (this.#buffers[depth] ??= new Uint8Array(this.#size));
    this.image.copyPage(number, page);
    const header = number === 1 ? 100 : 0;
    const leaf = page[header] === (this.kind === 'table' ? TABLE_LEAF : INDEX_LEAF);
    if (!leaf && page[header] !== (this.kind === 'table' ? TABLE_INTERIOR : INDEX_INTERIOR)) {
      this.list.add(
        number,
        this.name,
        `page type ${page[header]} in the b-tree of ${this.kind === 'table' ? 'a table' : 'an index'}`,
      );
      return;
    }
    if (leaf) {
      this.#leafDepth ||= depth;
      if (this.#leafDepth !== depth)
        this.list.add(number, this.name, `a leaf at depth ${depth} instead of ${this.#leafDepth}`);
    } else if (depth >= DEEPEST) {
      this.list.add(number, this.name, 'the b-tree is deeper than 20 levels');
      return;
    }
    const cells = readUint16(page, header + 3);
    const pointers = header + (leaf ? 8 : 12);
    if (cells > Math.floor((this.#size - 8) / 6) || pointers + 2 * cells > this.#usable) {
      this.list.add(number, this.name, `${cells} cells do not fit the page`);
      return;
    }
    const contentStart = readUint16(page, header + 5) || 65536;
    if (contentStart > this.#usable || contentStart < pointers + 2 * cells) {
      this.list.add(number, this.name, `the cell content begins at ${contentStart}`);
      return;
    }
    this.#cells(number, page, { header, leaf, cells, pointers, contentStart, depth, bound });
  }

  #cells(
    number: number,
    page: Uint8Array,
    at: {
      header: number;
      leaf: boolean;
      cells: number;
      pointers: number;
      contentStart: number;
      depth: number;
      bound?: Rowid;
    },
  ): void {
    const { header, leaf, cells, pointers, contentStart, depth } = at;
    // The children of an interior page are looked at in between.
    const areas = leaf ? this.#leafAreas : new Areas();
    areas.clear();
    // From the right-most child to the left, so that each rowid is compared with the one that follows it.
    let canBeEqual = true;
    if (at.bound !== undefined) this.#next = at.bound;
    if (!leaf) {
      const right = readUint32(page, header + 8);
      this.pages.child(right, number);
      this.page(right, depth + 1, at.bound);
      canBeEqual = false;
    }
    for (let cell = cells - 1; cell >= 0 && !this.list.full; cell--) {
      const offset = readUint16(page, pointers + 2 * cell);
      if (offset < contentStart || offset > this.#usable - 4) {
        this.list.add(number, this.name, `cell ${cell} lies at offset ${offset}, outside the page`);
        return;
      }
      const parsed = this.#parse(page, offset, leaf);
      if (parsed === undefined || offset + parsed.bytes > this.#usable) {
        this.list.add(number, this.name, `cell ${cell} extends off the end of the page`);
        return;
      }
      areas.add(offset, offset + parsed.bytes);
      if (this.kind === 'table') {
        if (this.#next !== undefined && (canBeEqual ? parsed.rowid > this.#next : parsed.rowid >= this.#next)) {
          this.list.add(number, this.name, `rowid ${parsed.rowid} is out of order`);
        }
        this.#next = parsed.rowid;
        canBeEqual = false;
      }
      if (parsed.overflowPages > this.image.pageCount) {
        this.list.add(number, this.name, `cell ${cell} claims a payload of ${parsed.overflowPages} overflow pages`);
      } else if (parsed.overflowPages > 0) {
        this.pages.chain(number, parsed.overflowPage, parsed.overflowPages, this.name);
      }
      if (!leaf) {
        const child = readUint32(page, offset);
        this.pages.child(child, number);
        this.page(child, depth + 1, this.kind === 'table' ? parsed.rowid : undefined);
      }
    }
    this.#accounting(number, page, header, contentStart, areas);
  }

  /** Cells, freeblocks and fragments fill the cell content area, each byte once (section 1.6). */
  #accounting(number: number, page: Uint8Array, header: number, contentStart: number, areas: Areas): void {
    let previousEnd = 0;
    for (let block = readUint16(page, header + 1); block !== 0;) {
      if (block < contentStart || block > this.#usable - 4 || (previousEnd > 0 && block < previousEnd + 4)) {
        this.list.add(number, this.name, `a freeblock lies at offset ${block}`);
        return;
      }
      previousEnd = block + readUint16(page, block + 2);
      if (previousEnd > this.#usable || previousEnd < block + 4) {
        this.list.add(number, this.name, `the freeblock at offset ${block} ends at ${previousEnd}`);
        return;
      }
      areas.add(block, previousEnd);
      block = readUint16(page, block);
    }
    let end = contentStart;
    let fragments = 0;
    for (const area of areas.sorted()) {
      const from = Math.floor(area / AREA);
      const to = area % AREA;
      if (from < end) {
        this.list.add(number, this.name, `byte ${from} is used more than once`);
        return;
      }
      fragments += from - end;
      end = to;
    }
    fragments += this.#usable - end;
    if (fragments !== page[header + 7]) {
      this.list.add(number, this.name, `${fragments} fragmented bytes are reported as ${page[header + 7]}`);
    }
  }

  #parse(page: Uint8Array, start: number, leaf: boolean): Cell | undefined {
    let offset = leaf ? start : start + 4;
    let payload: Rowid = 0;
    if (this.kind === 'index' || leaf) {
      payload = varint(page, offset);
      offset += varintBytes(page, offset);
    }
    let rowid: Rowid = 0;
    if (this.kind === 'table') {
      rowid = varint(page, offset);
      offset += varintBytes(page, offset);
    }
    if (this.kind === 'table' && !leaf) {
      return { bytes: Math.max(4, offset - start), rowid, overflowPages: 0, overflowPage: 0 };
    }
    // SQLite takes the lower 32 bits.
    const bytes =
      typeof payload === 'number' && payload < 2 ** 32 ? payload : Number(BigInt.asUintN(32, BigInt(payload)));
    if (bytes <= this.#largestLocal) {
      return { bytes: Math.max(4, offset - start + bytes), rowid, overflowPages: 0, overflowPage: 0 };
    }
    const content = this.#usable - 4;
    const surplus = this.#smallestLocal + ((bytes - this.#smallestLocal) % content);
    const local = surplus <= this.#largestLocal ? surplus : this.#smallestLocal;
    if (offset + local + 4 > this.#usable) return undefined;
    return {
      bytes: offset - start + local + 4,
      rowid,
      overflowPages: Math.ceil((bytes - local) / content),
      overflowPage: readUint32(page, offset + local),
    };
  }
}

/** A variable-length integer (section 1.6); bytes past the end of the page count as 0. */
function varint(page: Uint8Array, offset: number): Rowid {
  let value = 0;
  // Up to seven bytes make 49 bits.
  for (let index = 0; index < 7; index++) {
    const byte = page[offset + index] ?? 0;
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) return value;
  }
  const eighth = page[offset + 7] ?? 0;
  const long = (BigInt(value) << 7n) | BigInt(eighth & 0x7f);
  if (eighth < 0x80) return long;
  return BigInt.asIntN(64, (long << 8n) | BigInt(page[offset + 8] ?? 0));
}

/** How long it is. */
function varintBytes(page: Uint8Array, offset: number): number {
  for (let index = 0; index < 8; index++) if ((page[offset + index] ?? 0) < 0x80) return index + 1;
  return 9;
}
