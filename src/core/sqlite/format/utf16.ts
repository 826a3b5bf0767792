/**
 * UTF-16 to UTF-8 exactly as SQLite translates text (`sqlite3VdbeMemTranslate`), so that what it would write into a UTF-8
 * database is what we digest. For ill-formed text that means: a surrogate of either half takes the next unit, whatever it
 * is, as its other half; a surrogate at the very end is encoded by itself; an odd byte at the end is dropped.
 */
export function utf16ToUtf8(bytes: Uint8Array, littleEndian: boolean): Uint8Array {
  const converter = new Utf16Converter(littleEndian);
  const target = new Uint8Array(3 * (bytes.length >> 1) + 4);
  const written = converter.convert(bytes, 0, bytes.length, target);
  return target.subarray(0, written + converter.end(target, written));
}

/** The same in pieces, for values that are not held in memory as a whole. */
export class Utf16Converter {
  /** Bytes of an unfinished unit or surrogate pair. */
  #high = -1;
  #byte = -1;

  constructor(private readonly littleEndian: boolean) {}

  /** Converts a piece into `target` (three bytes for every two, and four more, always suffice). @returns bytes written */
  convert(bytes: Uint8Array, from: number, to: number, target: Uint8Array): number {
    let at = 0;
    for (let index = from; index < to; index++) {
      if (this.#byte < 0) {
        this.#byte = bytes[index];
        continue;
      }
      const unit = this.littleEndian ? (bytes[index] << 8) | this.#byte : (this.#byte << 8) | bytes[index];
      this.#byte = -1;
      if (this.#high >= 0) {
        const high = this.#high;
        this.#high = -1;
        at = encode((unit & 0x3ff) + ((high & 0x3f) << 10) + (((high & 0x3c0) + 0x40) << 10), target, at);
      } else if (unit >= 0xd800 && unit < 0xe000) this.#high = unit;
      else at = encode(unit, target, at);
    }
    return at;
  }

  /** What is left at the end of the text. @returns bytes written at `at` */
  end(target: Uint8Array, at: number): number {
    const written = this.#high >= 0 ? encode(this.#high, target, at) - at : 0;
    this.#high = -1;
    this.#byte = -1;
    return written;
  }
}

function encode(code: number, target: Uint8Array, at: number): number {
  if (code < 0x80) target[at++] = code;
  else if (code < 0x800) {
    target[at++] = 0xc0 | (code >> 6);
    target[at++] = 0x80 | (code & 0x3f);
  } else if (code < 0x10000) {
    target[at++] = 0xe0 | (code >> 12);
    target[at++] = 0x80 | ((code >> 6) & 0x3f);
    target[at++] = 0x80 | (code & 0x3f);
  } else {
    target[at++] = 0xf0 | (code >> 18);
    target[at++] = 0x80 | ((code >> 12) & 0x3f);
    target[at++] = 0x80 | ((code >> 6) & 0x3f);
    target[at++] = 0x80 | (code & 0x3f);
  }
  return at;
}
