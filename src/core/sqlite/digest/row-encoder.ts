import type { TextEncoding } from '../format/header';
import type { Row } from '../rows/row';
import { BUFFERED_WORDS, RowHash } from './row-hash';
import { isText, serialTypeBytes } from '../format/serial-type';
import type { StoredValue } from '../rows/stored-value';
import { Utf16Converter } from '../format/utf16';

/**
 * How a row becomes the words that are hashed. Each value ends with a word that says its type, so that no two different
 * lists of values share their words:
 *
 *     NULL              0
 *     INTEGER, 32 bits  value 1
 *     INTEGER, 64 bits  low high 2          only when it does not fit 32 bits
 *     REAL              low high 3          IEEE 754 bits; -0.0 as 0.0, NaN as NULL, both as SQLite reads them
 *     TEXT              content length 4    UTF-8 bytes as little-endian words, zero-padded; length in bytes
 *     BLOB              content length 5
 */
const NULL = 0;
const SHORT_INTEGER = 1;
const LONG_INTEGER = 2;
const REAL = 3;
const TEXT = 4;
const BLOB = 5;

/** Words appended at once, well below the half of the buffer that `reserve` allows. */
const PIECE_WORDS = BUFFERED_WORDS >> 2;

export class RowEncoder {
  readonly hash = new RowHash();
  readonly #real = new DataView(new ArrayBuffer(8));
  readonly #number = new Uint8Array(8);
  readonly #numberView = new DataView(this.#number.buffer);
  #converted = new Uint8Array(0);
  #convertedView: DataView = new DataView(this.#converted.buffer);

  constructor(private readonly encoding: TextEncoding) {}

  /** One field of the row. @param real the column has REAL affinity: integers stored in it stand for reals */
  field(row: Row, field: number, real: boolean): void {
    const { hash } = this;
    hash.reserve(4);
    const { words } = hash;
    const type = row.serialTypes[field];
    if (type >= 12) {
      this.#content(row, field, type);
      return;
    }
    let { view } = row;
    let at = row.start + row.offsets[field];
    const length = serialTypeBytes(type);
    if (row.offsets[field] + length > row.availableBytes) {
      // A number behind a value so long that not all of the record is in memory.
      row.read(row.offsets[field], this.#number.subarray(0, length));
      view = this.#numberView;
      at = 0;
    }
    let high = 0;
    let low = 0;
    switch (type) {
      case 1:
        low = view.getInt8(at);
        high = low >> 31;
        break;
      case 2:
        low = view.getInt16(at);
        high = low >> 31;
        break;
      case 3:
        low = (view.getInt8(at) << 16) | view.getUint16(at + 1);
        high = low >> 31;
        break;
      case 4:
        low = view.getInt32(at);
        high = low >> 31;
        break;
      case 5:
        high = view.getInt16(at);
        low = view.getInt32(at + 2);
        break;
      case 6:
        high = view.getInt32(at);
        low = view.getInt32(at + 4);
        break;
      case 7:
        this.#realBits(view.getInt32(at), view.getInt32(at + 4));
        return;
      case 8:
        break;
      case 9:
        low = 1;
        break;
      default:
        words[hash.count++] = NULL;
        return;
    }
    if (real) this.#realNumber(high * 4294967296 + (low >>> 0));
    else this.integer(high, low);
  }

  integer(high: number, low: number): void {
    const { hash } = this;
    hash.reserve(3);
    const { words } = hash;
    words[hash.count++] = low;
    if (high === low >> 31) words[hash.count++] = SHORT_INTEGER;
    else {
      words[hash.count++] = high;
      words[hash.count++] = LONG_INTEGER;
    }
  }

  /** A value that is not read from the row: the default of a column that was added later. */
  value(value: StoredValue): void {
    const { hash } = this;
    hash.reserve(3);
    const { words } = hash;
    if (value.kind === 'null') words[hash.count++] = NULL;
    else if (value.kind === 'integer') {
      this.integer(Number(BigInt.asIntN(32, value.value >> 32n)), Number(BigInt.asIntN(32, value.value)));
    } else if (value.kind === 'real') this.#realNumber(value.value);
    else {
      const view = new DataView(value.bytes.buffer, value.bytes.byteOffset, value.bytes.length);
      this.#bytes(view, 0, value.bytes.length, value.kind === 'text' ? TEXT : BLOB);
    }
  }

  #realNumber(value: number): void {
    this.#real.setFloat64(0, value);
    this.#realBits(this.#real.getInt32(0), this.#real.getInt32(4));
  }

  #realBits(high: number, low: number): void {
    const { hash } = this;
    hash.reserve(3);
    const { words } = hash;
    if ((high & 0x7ff00000) === 0x7ff00000 && ((high & 0xfffff) | low) !== 0) {
      words[hash.count++] = NULL;
      return;
    }
    words[hash.count++] = low;
    words[hash.count++] = low === 0 && high === -0x80000000 ? 0 : high;
    words[hash.count++] = REAL;
  }

  #content(row: Row, field: number, type: number): void {
    const length = (type - 12) >>> 1;
    const offset = row.offsets[field];
    const text = isText(type);
    if (offset + length > row.availableBytes) this.#distant(row, offset, length, text);
    else if (text && this.encoding !== 'UTF-8') this.#utf16(row.bytes, row.start + offset, length);
    else this.#bytes(row.view, row.start + offset, length, text ? TEXT : BLOB);
  }

  #bytes(view: DataView, start: number, length: number, type: number): void {
    const { hash } = this;
    const { words } = hash;
    const wholeEnd = start + (length & ~3);
    let at = start;
    while (at < wholeEnd) {
      const end = Math.min(wholeEnd, at + PIECE_WORDS * 4);
      hash.reserve((end - at) >> 2);
      let { count } = hash;
      for (; at < end; at += 4) words[count++] = view.getInt32(at, true);
      hash.count = count;
    }
    hash.reserve(3);
    const left = length & 3;
    if (left > 0) {
      let word = view.getUint8(at);
      if (left > 1) word |= view.getUint8(at + 1) << 8;
      if (left > 2) word |= view.getUint8(at + 2) << 16;
      words[hash.count++] = word;
    }
    words[hash.count++] = length;
    words[hash.count++] = type;
  }

  #utf16(bytes: Uint8Array, start: number, length: number): void {
    const room = 3 * (length >> 1) + 4;
    if (this.#converted.length < room) {
      this.#converted = new Uint8Array(room);
      this.#convertedView = new DataView(this.#converted.buffer);
    }
    const converter = new Utf16Converter(this.encoding === 'UTF-16le');
    const written = converter.convert(bytes, start, start + length, this.#converted);
    this.#bytes(this.#convertedView, 0, written + converter.end(this.#converted, written), TEXT);
  }

  /** A value that lies, or begins, behind the part of the record that is in memory: read and hashed in pieces. */
  #distant(row: Row, offset: number, length: number, text: boolean): void {
    const stream = new WordStream(this.hash);
    const piece = new Uint8Array(PIECE_WORDS);
    const converter = text && this.encoding !== 'UTF-8' ? new Utf16Converter(this.encoding === 'UTF-16le') : undefined;
    const target = new Uint8Array(converter ? 3 * (piece.length >> 1) + 8 : 0);
    for (let done = 0; done < length;) {
      const part = piece.subarray(0, Math.min(piece.length, length - done));
      row.read(offset + done, part);
      done += part.length;
      if (converter) stream.add(target, converter.convert(part, 0, part.length, target));
      else stream.add(part, part.length);
    }
    if (converter) stream.add(target, converter.end(target, 0));
    stream.end(text ? TEXT : BLOB);
  }
}

/** Bytes to words across pieces. */
class WordStream {
  #word = 0;
  #length = 0;

  constructor(private readonly hash: RowHash) {}

  add(bytes: Uint8Array, count: number): void {
    this.hash.reserve((count >> 2) + 1);
    for (let index = 0; index < count; index++) {
      this.#word |= bytes[index] << (8 * (this.#length & 3));
      if ((++this.#length & 3) !== 0) continue;
      this.hash.words[this.hash.count++] = this.#word;
      this.#word = 0;
    }
  }

  end(type: number): void {
    const { hash } = this;
    hash.reserve(3);
    if ((this.#length & 3) !== 0) hash.words[hash.count++] = this.#word;
    hash.words[hash.count++] = this.#length;
    hash.words[hash.count++] = type;
  }
}
