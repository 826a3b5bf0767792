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
  readonly #full: Int32Array;
  readonly #padded: Int32Array;
  /** What the words absorbed so far have left; the key where there are none. */
  readonly #state: Int32Array;
  #absorbed = false;

  /** @param key another key is for tests against published vectors */
  constructor(key = KEY) {
    this.#key = Int32Array.from(key);
    this.#full = Int32Array.from(timesTwo(this.#key));
    this.#padded = Int32Array.from(timesTwo(this.#full));
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
    const last = count === 0 ? 0 : (count - 1) & ~3;
    const left = count - last;
    const key = left === 4 ? this.#full : this.#padded;
    if (left < 4) {
      words[last + left] = 1;
      for (let index = last + left + 1; index < last + 4; index++) words[index] = 0;
    }
    words[last] ^= key[0];
    words[last + 1] ^= key[1];
    words[last + 2] ^= key[2];
    words[last + 3] ^= key[3];
    this.#permuteBlocks(last + 4, result);
    result[0] ^= key[0];
    result[1] ^= key[1];
    result[2] ^= key[2];
    result[3] ^= key[3];
    if (this.#absorbed) {
      this.#state.set(this.#key);
      this.#absorbed = false;
    }
    this.count = 0;
  }

  /** Absorbs all whole blocks but the last, which may turn out to be the end of the row. */
  #absorb(): void {
    const blocks = (this.count - 1) & ~3;
    this.#permuteBlocks(blocks, this.#state);
    this.#absorbed = true;
    this.words.copyWithin(0, blocks, this.count);
    this.count -= blocks;
  }

  /** @param into where the state goes that it leaves */
  #permuteBlocks(count: number, into: Int32Array): void {
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
    into[0] = a;
    into[1] = b;
    into[2] = c;
    into[3] = d;
  }
}
