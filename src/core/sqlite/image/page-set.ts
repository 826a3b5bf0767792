const CHUNK_BITS = 16;

/** A set of page numbers, allocated in pieces as it is filled: a file that claims 2^32 pages costs nothing. */
export class PageSet {
  readonly #chunks: (Uint8Array | undefined)[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  has(page: number): boolean {
    const chunk = this.#chunks[page >>> CHUNK_BITS];
    const bit = page & ((1 << CHUNK_BITS) - 1);
    return chunk !== undefined && (chunk[bit >>> 3] & (1 << (bit & 7))) !== 0;
  }

  /** @returns false when the page was in the set already */
  add(page: number): boolean {
    const number = page >>> CHUNK_BITS;
    const chunk = (this.#chunks[number] ??= new Uint8Array(1 << (CHUNK_BITS - 3)));
    const bit = page & ((1 << CHUNK_BITS) - 1);
    const mask = 1 << (bit & 7);
    if ((chunk[bit >>> 3] & mask) !== 0) return false;
    chunk[bit >>> 3] |= mask;
    this.#size++;
    return true;
  }
}
