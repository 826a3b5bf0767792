import { readUint32 } from './bytes';
import type { DatabaseImage } from '../image/image';

/** Kinds of pointer map entries (file format, section 1.8). */
export const ROOT_PAGE = 1;
export const FREE_PAGE = 2;
export const FIRST_OVERFLOW_PAGE = 3;
export const LATER_OVERFLOW_PAGE = 4;
export const TREE_PAGE = 5;

const ENTRY_BYTES = 5;
const PENDING_BYTE = 0x40000000;

/** The page that holds the locking bytes of the file and is never used (section 1.4). */
export function lockBytePage(pageSize: number): number {
  return PENDING_BYTE / pageSize + 1;
}

/** The pointer map of an auto-vacuum file: what each page is for, and which page points to it. */
export class PointerMap {
  readonly #image: DatabaseImage;
  /** Pages between two pointer map pages, and one of them. */
  readonly #period: number;

  #loaded = 0;
  #content: Uint8Array = new Uint8Array(0);

  constructor(image: DatabaseImage) {
    this.#image = image;
    this.#period = Math.floor(image.usableSize / ENTRY_BYTES) + 1;
  }

  /** The pointer map page that describes a page; a pointer map page describes itself. */
  mapPage(page: number): number {
    const map = Math.floor((page - 2) / this.#period) * this.#period + 2;
    return map === lockBytePage(this.#image.pageSize) ? map + 1 : map;
  }

  isMapPage(page: number): boolean {
    return page >= 2 && this.mapPage(page) === page;
  }

  /** Kind and parent that the map has for a page; undefined where there is no entry. */
  entry(page: number): { readonly kind: number; readonly parent: number } | undefined {
    const map = this.mapPage(page);
    const offset = ENTRY_BYTES * (page - map - 1);
    if (page < 2 || offset < 0 || map > this.#image.pageCount) return undefined;
    const content = this.#load(map);
    return { kind: content[offset]!, parent: readUint32(content, offset + 1) };
  }

  /** Pages that follow one another are mostly described by the same page. */
  #load(map: number): Uint8Array {
    if (map !== this.#loaded) {
      this.#content = this.#image.readPage(map);
      this.#loaded = map;
    }
    return this.#content;
  }
}
