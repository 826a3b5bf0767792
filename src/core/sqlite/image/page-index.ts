/**
 * Page number to position (a frame or record number): a growing hash table of numbers in typed arrays, a fraction of the
 * memory of a Map. A later `set` of the same page wins, as a later WAL frame does.
 */
export class PageIndex {
  #keys = new Uint32Array(64);
  #values = new Float64Array(64);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Position of a page, -1 when there is none. Page numbers start at 1, so 0 marks a free slot. */
  get(page: number): number {
    const slot = this.#slot(page);
    return this.#keys[slot] === 0 ? -1 : this.#values[slot];
  }

  set(page: number, position: number): void {
    if ((this.#size + 1) * 4 > this.#keys.length * 3) this.#grow();
    const slot = this.#slot(page);
    if (this.#keys[slot] === 0) {
      this.#keys[slot] = page;
      this.#size++;
    }
    this.#values[slot] = position;
  }

  #slot(page: number): number {
    const mask = this.#keys.length - 1;
    let slot = (Math.imul(page, 0x9e3779b1) >>> 7) & mask;
    while (this.#keys[slot] !== 0 && this.#keys[slot] !== page) slot = (slot + 1) & mask;
    return slot;
  }

  #grow(): void {
    const keys = this.#keys;
    const values = this.#values;
    this.#keys = new Uint32Array(keys.length * 2);
    this.#values = new Float64Array(keys.length * 2);
    for (let index = 0; index < keys.length; index++) {
      if (keys[index] === 0) continue;
      const slot = this.#slot(keys[index]);
      this.#keys[slot] = keys[index];
      this.#values[slot] = values[index];
    }
  }
}
