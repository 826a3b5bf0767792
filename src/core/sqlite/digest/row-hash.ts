/**
 * Hash of one row: the Chaskey message authentication code (Mouha et al., 2014; ISO/IEC 29192-6) with 8 rounds and a fixed
 * key, over 32-bit words. It is a keyed permutation with 128 bits of state and output, made for 32-bit arithmetic, so it is
 * fast without BigInt; nobody is known to tell its output from random. Two different rows share it with probability 2^-128.
 *
 * The key is public: the digest guards against accidents, not against someone who builds a file to deceive its owner.
 */
const KEY: readonly number[] = [0x6c71733a, 0x6e6f632d, 0x696c6f73, 0x65746164];

/** Multiplication by x in GF(2^128), how Chaskey derives the keys of the last block. */
function timesTwo([a, b, c, d]: Iterable<number>): readonly number[] {
  return [(a << 1) ^ ((d >> 31) & 0x87), (b << 1) | (a >>> 31), (c << 1) | (b >>> 31), (d << 1) | (c >>> 31)];
}

/** Words buffered before they are absorbed: bounds memory for values of any size. A multiple of 4. */
export const BUFFERED_WORDS = 1 << 14;

export class RowHash {
  /** Words of the row so far; the caller appends at `count` after `reserve`. */
  readonly words = new Int32Array(BUFFERED_WORDS);
  count = 0;
  /** Result of `finish`: 32-bit words, the least significant first. */
  readonly result = new Int32Array(4);
  readonly #key: Int32Array;
  /** Keys of the last block, when it is full and when it is padded. */
  readonly #full: readonly number[];
  readonly #padded: readonly number[];
  readonly #state: Int32Array;

  /** @param key another key is for tests against published vectors */
  constructor(key = KEY) {
    this.#key = Int32Array.from(key);
    this.#full = timesTwo(this.#key);
    this.#padded = timesTwo(this.#full);
    this.#state = Int32Array.from(key);
  }

  /** Makes room for `needed` words, at most half the buffer. */
  reserve(needed: number): void {
    if (this.count + needed > BUFFERED_WORDS) this.#absorb();
  }

  /** Ends the row: `result` holds its hash, and the next row can begin. */
  finish(): void {
    const { words, count, result } = this;
    // The last block, full or not, is treated differently from all others.
    const before = count === 0 ? 0 : (count - 1) & ~3;
    if (before > 0) this.#permuteBlocks(before);
    const state = this.#state;
    const left = count - before;
    const last = left === 4 ? this.#full : this.#padded;
    if (left < 4) {
      words[before + left] = 1;
      for (let index = before + left + 1; index < before + 4; index++) words[index] = 0;
    }
    // To where `#permuteBlocks` begins; `copyWithin` costs more than the four words.
    for (let index = 0; index < 4; index++) words[index] = words[before + index] ^ last[index];
    this.#permuteBlocks(4);
    for (let index = 0; index < 4; index++) {
      result[index] = state[index] ^ last[index];
      state[index] = this.#key[index];
    }
    this.count = 0;
  }

  /** Absorbs all whole blocks but the last, which may turn out to be the end of the row. */
  #absorb(): void {
    const blocks = (this.count - 1) & ~3;
    this.#permuteBlocks(blocks);
    this.words.copyWithin(0, blocks, this.count);
    this.count -= blocks;
  }

  #permuteBlocks(count: number): void {
    const { words } = this;
    const state = this.#state;
    let a = state[0];
    let b = state[1];
    let c = state[2];
    let d = state[3];
    for (let index = 0; index < count; index += 4) {
      a ^= words[index];
      b ^= words[index + 1];
      c ^= words[index + 2];
      d ^= words[index + 3];
      for (let round = 0; round < 8; round++) {
        a = (a + b) | 0;
        b = ((b << 5) | (b >>> 27)) ^ a;
        a = (a << 16) | (a >>> 16);
        c = (c + d) | 0;
        d = ((d << 8) | (d >>> 24)) ^ c;
        a = (a + d) | 0;
        d = ((d << 13) | (d >>> 19)) ^ a;
        c = (c + b) | 0;
        b = ((b << 7) | (b >>> 25)) ^ c;
        c = (c << 16) | (c >>> 16);
      }
    }
    state[0] = a;
    state[1] = b;
    state[2] = c;
    state[3] = d;
  }
}
