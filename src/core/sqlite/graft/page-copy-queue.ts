/** Pages to copy, in the order in which their new numbers were given out: so that they are written one after the other. */
export class PageCopyQueue {
  #from = new Uint32Array(1024);
  #to = new Uint32Array(1024);
  /** New number of the page that points here. */
  #parent = new Uint32Array(1024);
  #overflow = new Uint8Array(1024);
  #first = 0;
  #end = 0;

  push(from: number, to: number, parent: number, overflow: boolean): void {
    if (this.#end === this.#from.length) this.#makeRoom();
    this.#from[this.#end] = from;
    this.#to[this.#end] = to;
    this.#parent[this.#end] = parent;
    this.#overflow[this.#end] = overflow ? 1 : 0;
    this.#end++;
  }

  shift():
    { readonly from: number; readonly to: number; readonly parent: number; readonly overflow: boolean } | undefined {
    if (this.#first === this.#end) return undefined;
    const index = this.#first++;
    return {
      from: this.#from[index]!,
      to: this.#to[index]!,
      parent: this.#parent[index]!,
      overflow: this.#overflow[index] === 1,
    };
  }

  /** Drops what was taken; grows when that is not enough. */
  #makeRoom(): void {
    const waiting = this.#end - this.#first;
    const capacity = waiting * 2 > this.#from.length ? this.#from.length * 2 : this.#from.length;
    const moved = <T extends Uint32Array | Uint8Array>(old: T, fresh: T): T => {
      fresh.set(old.subarray(this.#first, this.#end));
      return fresh;
    };
    this.#from = moved(this.#from, new Uint32Array(capacity));
    this.#to = moved(this.#to, new Uint32Array(capacity));
    this.#parent = moved(this.#parent, new Uint32Array(capacity));
    this.#overflow = moved(this.#overflow, new Uint8Array(capacity));
    this.#first = 0;
    this.#end = waiting;
  }
}
