import { describe, expect, it } from 'vitest';
import { addDigests, DigestSum, EMPTY_DIGEST } from '../../../src/core/sqlite/digest/digest-sum';
import { RowHash } from '../../../src/core/sqlite/digest/row-hash';

/** Key and tags of the reference implementation of Chaskey (8 rounds), for messages 00 01 02 … of whole words. */
const KEY = [0x833d3433, 0x009f389f, 0x2398e64f, 0x417acf39];
const TAGS = new Map([
  [0, [0x792e8fe5, 0x75ce87aa, 0x2d1450b5, 0x1191970b]],
  [4, [0x30b2d171, 0xe38532fb, 0x16707c16, 0x73ed45f0]],
]);

function hashOf(words: readonly number[], hash = new RowHash()): number[] {
  for (const word of words) {
    hash.reserve(1);
    hash.words[hash.count++] = word;
  }
  hash.finish();
  return [...hash.result].map((word) => word >>> 0);
}

describe('row hash', () => {
  it.each([...TAGS])('equals the published tag of %i bytes', (bytes, tag) => {
    const message = Buffer.from(Array.from({ length: bytes }, (_, index) => index));
    const words = Array.from({ length: bytes / 4 }, (_, index) => message.readInt32LE(index * 4));
    expect(hashOf(words, new RowHash(KEY))).toEqual(tag);
  });

  it('does not depend on how the words were handed over', () => {
    const long = Array.from({ length: 70_003 }, (_, index) => Math.imul(index, 0x9e3779b1));
    const hash = new RowHash();
    for (let index = 0; index < long.length;) {
      const piece = long.slice(index, index + 777);
      hash.reserve(piece.length);
      hash.words.set(piece, hash.count);
      hash.count += piece.length;
      index += piece.length;
    }
    hash.finish();
    expect([...hash.result].map((word) => word >>> 0)).toEqual(hashOf(long));
  });

  it('starts afresh for each row and tells lengths apart', () => {
    const hash = new RowHash();
    const first = hashOf([1, 2, 3, 4], hash);
    expect(hashOf([1, 2, 3, 4], hash)).toEqual(first);
    expect(
      new Set([[], [0], [0, 0], [0, 0, 0], [0, 0, 0, 0], [1], [0, 1]].map((words) => hashOf(words, hash).join())).size,
    ).toBe(7);
  });

  it('spreads similar rows evenly: every 32-bit lane and every pair of lanes collide as often as chance has it', () => {
    // 2^17 rows that differ in a few bits each: chance gives 2 collisions in a lane (variance 2) and none in two lanes.
    const rows = 1 << 17;
    const hash = new RowHash();
    const lanes = Array.from({ length: 4 }, () => new Set<number>());
    const pairs = new Set<string>();
    for (let row = 0; row < rows; row++) {
      const [a, b, c, d] = hashOf([row & 0xff, 1, (row >>> 8) << 23, 1, 7, 1], hash);
      [a, b, c, d].forEach((lane, index) => lanes[index].add(lane));
      pairs.add(`${a} ${b}`).add(`${c} ${d} -`);
    }
    for (const lane of lanes) expect(rows - lane.size).toBeLessThan(12);
    expect(pairs.size).toBe(2 * rows);
  });
});

describe('digest sum', () => {
  it('adds modulo 2^128, in any order, through carries of all lanes', () => {
    const sum = new DigestSum();
    for (let row = 0; row < 3; row++) sum.add(Int32Array.of(-1, -1, -1, -1));
    expect(sum.digest()).toBe((((2n ** 128n - 1n) * 3n) % 2n ** 128n).toString(16).padStart(32, '0'));
    expect(addDigests(sum.digest(), EMPTY_DIGEST)).toBe(sum.digest());
    expect(addDigests('f'.repeat(32), `${'0'.repeat(31)}2`)).toBe(`${'0'.repeat(31)}1`);
  });

  it('stays exact past a million rows', () => {
    const sum = new DigestSum();
    const rows = 2_100_000;
    for (let row = 0; row < rows; row++) sum.add(Int32Array.of(-1, -2, -3, -4));
    const one = (0xfffffffcn << 96n) | (0xfffffffdn << 64n) | (0xfffffffen << 32n) | 0xffffffffn;
    expect(sum.digest()).toBe(((one * BigInt(rows)) % 2n ** 128n).toString(16).padStart(32, '0'));
  });
});
