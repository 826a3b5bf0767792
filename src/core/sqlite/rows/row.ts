import { readUint32 } from '../format/bytes';
import { corrupt } from '../format/corrupt';
import type { DatabaseImage } from '../image/image';
import { serialTypeBytes } from '../format/serial-type';
import type { TreeWalk } from './tree-walk';

/** Payloads up to this size are put together in one buffer; of larger ones only the beginning is. */
const ASSEMBLED_BYTES = 1 << 20;
/** SQLite refuses longer record headers (32,767 columns with headers of 3 bytes each). */
const LONGEST_RECORD_HEADER = 98307;

/**
 * One row or index entry, as bytes: a window that moves over the cells of a walk, so it is valid only until it is moved.
 * `bytes`, from `start` on, hold the record (file format, section 2.1); values that spilled to overflow pages far away are
 * read with `read`.
 */
export class Row {
  /** 64-bit rowid in two halves; meaningless in an index b-tree. */
  rowidHigh = 0;
  rowidLow = 0;
  /** Bytes of the whole record. */
  payloadBytes = 0;
  bytes: Uint8Array = new Uint8Array(0);
  view: DataView = new DataView(new ArrayBuffer(0));
  /** Where the record begins in `bytes`. */
  start = 0;
  /** How much of the record `bytes` holds: all of it, or the first megabyte. */
  availableBytes = 0;
  /** Fields in the record: columns added later to the table are missing at its end. */
  fieldCount = 0;
  /** Serial type of each field. */
  serialTypes = new Uint32Array(64);
  /** Offset of each field's content, from the begin of the record. */
  offsets = new Uint32Array(64);
  /** First overflow page, 0 when there is none. */
  overflowPage = 0;
  /** Bytes of the record in the b-tree page itself. */
  localBytes = 0;

  readonly #columns: number;
  readonly #image: DatabaseImage;
  readonly #walk: TreeWalk;
  readonly #largestLocal: number;
  readonly #smallestLocal: number;
  #assembled: Uint8Array = new Uint8Array(0);
  #assembledView: DataView = new DataView(new ArrayBuffer(0));
  /** Pages of the overflow chain of the present row, read when first needed. */
  #chain: number[] = [];
  /** The overflow page at hand. */
  #loaded = 0;
  readonly #loadedBytes: Uint8Array;
  #cellEnd = 0;
  #page: Uint8Array = new Uint8Array(0);
  #localStart = 0;
  // Where the last variable-length integer ended, and its upper half.
  #after = 0;
  #high = 0;

  /** @param columns how many fields SQL can see: those behind them are not looked at, as SQLite does not either */
  constructor(walk: TreeWalk, columns = Infinity) {
    this.#columns = columns;
    this.#walk = walk;
    this.#image = walk.image;
    this.#loadedBytes = new Uint8Array(this.#image.pageSize);
    const usable = this.#image.usableSize;
    // Section 1.6: how much of a payload stays in the page.
    this.#largestLocal = walk.kind === 'table' ? usable - 35 : Math.floor(((usable - 12) * 64) / 255) - 23;
    this.#smallestLocal = Math.floor(((usable - 12) * 32) / 255) - 23;
  }

  get rowid(): bigint {
    return (BigInt(this.rowidHigh) << 32n) | BigInt(this.rowidLow >>> 0);
  }

  /** Offset just behind the cell in its page. */
  get cellEnd(): number {
    return this.#cellEnd;
  }

  /** Moves to a cell of the walk's present page and reads the record header. @throws ConsolidationError `DATABASE_CORRUPT` */
  moveTo(cell: number): void {
    this.moveToCell(cell);
    this.#collect();
    this.#readHeader();
  }

  /** Moves to a cell without looking into its record. */
  moveToCell(cell: number): void {
    const walk = this.#walk;
    const page = walk.page;
    let offset = walk.cellOffset(cell);
    if (!walk.leaf) offset += 4;
    const payload = this.#readVarint(page, offset);
    if (this.#high !== 0 || payload < 0) throw this.#corrupt(`cell ${cell} has a payload of more than 2 GB`);
    this.payloadBytes = payload;
    offset = this.#after;
    if (walk.kind === 'table') {
      this.rowidLow = this.#readVarint(page, offset);
      this.rowidHigh = this.#high;
      offset = this.#after;
    }
    this.#page = page;
    this.#localStart = offset;
    this.overflowPage = 0;
    // Setting the length costs, even to what it is.
    if (this.#chain.length > 0) this.#chain = [];
    this.localBytes = payload;
    if (payload > this.#largestLocal) this.#splitPayload(payload);
    this.#cellEnd = offset + this.localBytes + (this.localBytes < payload ? 4 : 0);
    if (this.#cellEnd > this.#image.usableSize) throw this.#corrupt(`cell ${cell} extends off the end of the page`);
    if (this.localBytes < payload) this.overflowPage = readUint32(page, offset + this.localBytes);
  }

  /** Copies a part of the record into `target`, from overflow pages where it is there. */
  read(from: number, target: Uint8Array): void {
    let done = 0;
    if (from < this.localBytes) {
      const piece = this.#page.subarray(
        this.#localStart + from,
        this.#localStart + Math.min(this.localBytes, from + target.length),
      );
      target.set(piece);
      done = piece.length;
    }
    const content = this.#image.usableSize - 4;
    while (done < target.length) {
      const position = from + done - this.localBytes;
      const link = Math.floor(position / content);
      const within = position - link * content;
      const page = this.#overflow(link);
      const piece = page.subarray(4 + within, 4 + Math.min(content, within + target.length - done));
      target.set(piece, done);
      done += piece.length;
    }
  }

  /** Follows the whole overflow chain, so that its pages are accounted for and its links proven. */
  followChain(): void {
    const links = Math.ceil((this.payloadBytes - this.localBytes) / (this.#image.usableSize - 4));
    if (links > 0) this.#overflow(links - 1);
  }

  /** Pages of the overflow chain as far as it has been followed. */
  get overflowPages(): readonly number[] {
    return this.#chain;
  }

  #splitPayload(payload: number): void {
    const content = this.#image.usableSize - 4;
    const surplus = this.#smallestLocal + ((payload - this.#smallestLocal) % content);
    this.localBytes = surplus <= this.#largestLocal ? surplus : this.#smallestLocal;
    if (Math.ceil((payload - this.localBytes) / content) > this.#image.pageCount) {
      throw this.#corrupt(`a cell claims a payload of ${payload} bytes, more than the file holds`);
    }
  }

  /** Makes the record, or the first megabyte of it, contiguous in `bytes`. */
  #collect(): void {
    if (this.overflowPage === 0 && this.localBytes === this.payloadBytes) {
      this.bytes = this.#page;
      this.view = this.#walk.view;
      this.start = this.#localStart;
      this.availableBytes = this.payloadBytes;
      return;
    }
    const available = Math.min(this.payloadBytes, ASSEMBLED_BYTES);
    if (this.#assembled.length < available) {
      this.#assembled = new Uint8Array(Math.min(ASSEMBLED_BYTES, Math.max(available, 2 * this.#assembled.length)));
      this.#assembledView = new DataView(this.#assembled.buffer);
    }
    this.read(0, this.#assembled.subarray(0, available));
    this.bytes = this.#assembled;
    this.view = this.#assembledView;
    this.start = 0;
    this.availableBytes = available;
  }

  /** Record header: its size, then a serial type for each field. */
  #readHeader(): void {
    const { bytes, start, payloadBytes } = this;
    this.fieldCount = 0;
    // A record without even a header reads as all defaults.
    if (payloadBytes === 0 || bytes[start] === 0) return;
    const headerBytes = this.#readVarint(bytes, start);
    if (this.#high !== 0 || headerBytes > Math.min(payloadBytes, LONGEST_RECORD_HEADER) || headerBytes < 1) {
      throw this.#corrupt(`a record of ${payloadBytes} bytes has a header of ${headerBytes} bytes`);
    }
    const headerEnd = start + headerBytes;
    let position = this.#after;
    let offset = headerBytes;
    let field = 0;
    let { serialTypes, offsets } = this;
    const columns = this.#columns;
    while (position < headerEnd && field < columns) {
      let type = bytes[position];
      if (type < 0x80) position++;
      else {
        type = this.#readVarint(bytes, position);
        if (this.#high !== 0) throw this.#corrupt('a record has a value of more than 2 GB');
        position = this.#after;
      }
      if (field === serialTypes.length) {
        this.#growFields();
        ({ serialTypes, offsets } = this);
      }
      serialTypes[field] = type;
      offsets[field] = offset;
      offset += serialTypeBytes(type);
      field++;
    }
    // SQLite reads a record whose fields end before the payload does as malformed too.
    const isWhole = position === headerEnd && offset === payloadBytes;
    const hasMore = position < headerEnd && offset <= payloadBytes;
    if (!isWhole && !hasMore) {
      throw this.#corrupt(`the fields of a record need ${offset} bytes, its payload has ${payloadBytes}`);
    }
    this.fieldCount = field;
  }

  #growFields(): void {
    const types = new Uint32Array(this.serialTypes.length * 4);
    const offsets = new Uint32Array(types.length);
    types.set(this.serialTypes);
    offsets.set(this.offsets);
    this.serialTypes = types;
    this.offsets = offsets;
  }

  /** The overflow page with the given place in the chain. */
  #overflow(link: number): Uint8Array {
    const chain = this.#chain;
    while (chain.length <= link) {
      const next = chain.length === 0 ? this.overflowPage : readUint32(this.#load(chain[chain.length - 1]), 0);
      if (next < 1 || next > this.#image.pageCount) throw this.#corrupt(`an overflow chain leads to page ${next}`);
      if (!this.#walk.used.add(next)) throw corrupt(this.#image.name, next, 'the overflow page is used twice');
      chain.push(next);
    }
    return this.#load(chain[link]);
  }

  #load(page: number): Uint8Array {
    if (page !== this.#loaded) {
      this.#image.copyPage(page, this.#loadedBytes);
      this.#loaded = page;
    }
    return this.#loadedBytes;
  }

  /**
   * Variable-length integer (section 1.6): returns the lower 32 bits, unsigned when the upper half is 0; leaves the upper
   * half in `#high` and the offset behind it in `#after`. Bytes past the end of the page count as 0.
   */
  #readVarint(bytes: Uint8Array, offset: number): number {
    let byte = bytes[offset];
    this.#high = 0;
    if (byte < 0x80) {
      this.#after = offset + 1;
      return byte;
    }
    let low = byte & 0x7f;
    let high = 0;
    for (let index = 1; index < 8; index++) {
      byte = offset + index < bytes.length ? bytes[offset + index] : 0;
      high = (high << 7) | (low >>> 25);
      low = (low << 7) | (byte & 0x7f);
      if (byte < 0x80) {
        this.#high = high;
        this.#after = offset + index + 1;
        return low >>> 0;
      }
    }
    byte = offset + 8 < bytes.length ? bytes[offset + 8] : 0;
    this.#high = (high << 8) | (low >>> 24);
    this.#after = offset + 9;
    return ((low << 8) | byte) >>> 0;
  }

  #corrupt(what: string) {
    return corrupt(this.#image.name, this.#walk.pageNumber, what);
  }
}
