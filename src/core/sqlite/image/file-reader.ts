import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** Bytes per cached block: a multiple of every page size, so that a page of the database never straddles two. */
const BLOCK_BYTES = 65536;
/** Where pages are asked for in no order, most of a large block would be read for nothing. */
const SCATTERED_BLOCK_BYTES = 8192;
const CACHE_BYTES = 4 << 20;

/**
 * Random access to a file through a small cache of blocks, whose buffers are used again and again: memory is bounded (4 MB)
 * and nothing is left to the garbage collector. What is handed out is a copy. Synchronous, for worker threads.
 */
export class FileReader {
  /** Size when the file was opened; bytes that vanish later read as zeros, as SQLite reads past the end. */
  readonly size: number;
  readonly #descriptor: number;
  /** In the order of use: a block that is used moves to the end. */
  readonly #blocks = new Map<number, Buffer>();
  #lastNumber = -1;
  #lastBlock: Buffer = Buffer.alloc(0);
  readonly #blockBytes: number;
  #open = true;

  /** @param scattered pages will be asked for in no order */
  constructor(
    readonly file: string,
    scattered = false,
  ) {
    this.#blockBytes = scattered ? SCATTERED_BLOCK_BYTES : BLOCK_BYTES;
    this.#descriptor = openSync(file, 'r');
    try {
      this.size = fstatSync(this.#descriptor).size;
    } catch (error) {
      closeSync(this.#descriptor);
      throw error;
    }
  }

  /** `length` bytes from `offset`, zeros past the end of the file. */
  read(offset: number, length: number): Uint8Array {
    const result = new Uint8Array(length);
    this.copy(offset, result);
    return result;
  }

  /** Fills `target` with the bytes from `offset` on, zeros past the end of the file. */
  copy(offset: number, target: Uint8Array): void {
    const blockBytes = this.#blockBytes;
    for (let done = 0; done < target.length;) {
      const position = offset + done;
      const number = Math.floor(position / blockBytes);
      const start = position - number * blockBytes;
      done += this.#block(number).copy(target, done, start, Math.min(blockBytes, start + target.length - done));
    }
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#blocks.clear();
    closeSync(this.#descriptor);
  }

  #block(number: number): Buffer {
    if (number === this.#lastNumber) return this.#lastBlock;
    let block = this.#blocks.get(number);
    if (block) this.#blocks.delete(number);
    else {
      block = this.#freeBlock();
      this.#load(number, block);
    }
    this.#blocks.set(number, block);
    this.#lastNumber = number;
    this.#lastBlock = block;
    return block;
  }

  #freeBlock(): Buffer {
    if (this.#blocks.size * this.#blockBytes < CACHE_BYTES) return Buffer.allocUnsafeSlow(this.#blockBytes);
    const [oldest, block] = this.#blocks.entries().next().value as [number, Buffer];
    this.#blocks.delete(oldest);
    return block;
  }

  #load(number: number, block: Buffer): void {
    // While the block is being filled it holds neither the old bytes nor the new ones.
    this.#lastNumber = -1;
    const bytes = this.#blockBytes;
    let filled = 0;
    while (filled < bytes) {
      const count = readSync(this.#descriptor, block, filled, bytes - filled, number * bytes + filled);
      if (count === 0) break;
      filled += count;
    }
    block.fill(0, filled);
  }
}
