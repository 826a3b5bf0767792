import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** Bytes per cached block: a multiple of every page size, so that a page of the database never straddles two. */
const BLOCK_BYTES = 65536;
const BLOCKS_KEPT = 64;

/**
 * Random access to a file through a small cache of blocks. Blocks are never overwritten once read, so what `read` returns
 * stays valid for as long as the caller keeps it. Memory is bounded by the cache (4 MB); synchronous, for worker threads.
 */
export class FileReader {
  /** Size when the file was opened; bytes that vanish later read as zeros, as SQLite reads past the end. */
  readonly size: number;
  readonly #descriptor: number;
  readonly #blocks = new Map<number, Uint8Array>();
  #lastNumber = -1;
  #lastBlock: Uint8Array = new Uint8Array(0);
  #open = true;

  constructor(readonly file: string) {
    this.#descriptor = openSync(file, 'r');
    try {
      this.size = fstatSync(this.#descriptor).size;
    } catch (error) {
      closeSync(this.#descriptor);
      throw error;
    }
  }

  /** `length` bytes from `offset`, zeros past the end of the file. Not to be modified. */
  read(offset: number, length: number): Uint8Array {
    const number = Math.floor(offset / BLOCK_BYTES);
    const start = offset - number * BLOCK_BYTES;
    if (start + length <= BLOCK_BYTES) return this.#block(number).subarray(start, start + length);
    const result = new Uint8Array(length);
    for (let done = 0; done < length;) {
      const position = offset + done;
      const block = Math.floor(position / BLOCK_BYTES);
      const from = position - block * BLOCK_BYTES;
      const piece = this.#block(block).subarray(from, Math.min(BLOCK_BYTES, from + length - done));
      result.set(piece, done);
      done += piece.length;
    }
    return result;
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#blocks.clear();
    closeSync(this.#descriptor);
  }

  #block(number: number): Uint8Array {
    if (number === this.#lastNumber) return this.#lastBlock;
    let block = this.#blocks.get(number);
    if (block) {
      // Move to the end of the insertion order: the Map is the recency list.
      this.#blocks.delete(number);
    } else {
      block = this.#load(number);
      if (this.#blocks.size >= BLOCKS_KEPT) this.#blocks.delete(this.#blocks.keys().next().value as number);
    }
    this.#blocks.set(number, block);
    this.#lastNumber = number;
    this.#lastBlock = block;
    return block;
  }

  #load(number: number): Uint8Array {
    const block = new Uint8Array(BLOCK_BYTES);
    let filled = 0;
    while (filled < BLOCK_BYTES) {
      const count = readSync(this.#descriptor, block, filled, BLOCK_BYTES - filled, number * BLOCK_BYTES + filled);
      if (count === 0) break;
      filled += count;
    }
    return block;
  }
}
