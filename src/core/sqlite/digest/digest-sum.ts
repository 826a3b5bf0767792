/** Rows between two carries: lane sums stay below 2^53, exact in a double. */
const ROWS_PER_CARRY = 1 << 20;
const MODULUS = 1n << 128n;

/**
 * Sum modulo 2^128 of row hashes (MSet-Add-Hash, Clarke et al., 2003): the same in any order, and the digest of a disjoint
 * union of rows is the sum of their digests. Two different sets of rows agree by accident with probability 2^-128.
 */
export class DigestSum {
  rows = 0;
  readonly #lanes = new Float64Array(4);
  #carried = 0n;

  add(hash: Int32Array): void {
    const lanes = this.#lanes;
    lanes[0] += hash[0] >>> 0;
    lanes[1] += hash[1] >>> 0;
    lanes[2] += hash[2] >>> 0;
    lanes[3] += hash[3] >>> 0;
    if (++this.rows % ROWS_PER_CARRY === 0) this.#carry();
  }

  /** 32 hexadecimal digits. */
  digest(): string {
    this.#carry();
    return this.#carried.toString(16).padStart(32, '0');
  }

  #carry(): void {
    let sum = this.#carried;
    this.#lanes.forEach((lane, index) => (sum += BigInt(lane) << BigInt(32 * index)));
    this.#carried = sum % MODULUS;
    this.#lanes.fill(0);
  }
}

/** Digest of no rows: the neutral element of `addDigests`. */
export const EMPTY_DIGEST = '0'.repeat(32);

/** Digest of the union of two disjoint sets of rows. */
export function addDigests(a: string, b: string): string {
  return ((BigInt(`0x${a}`) + BigInt(`0x${b}`)) % MODULUS).toString(16).padStart(32, '0');
}
