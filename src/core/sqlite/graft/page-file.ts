import type { FileHandle } from 'node:fs/promises';
import { readUint32, writeUint32 } from '../format/bytes';

/** Pointer map entries (file format, section 1.8): what kind of page it is, and which page points to it. */
export const POINTER_MAP_OVERFLOW_FIRST = 3;
export const POINTER_MAP_OVERFLOW_NEXT = 4;
export const POINTER_MAP_BTREE = 5;
const ENTRY_BYTES = 5;

/** The page that holds the byte at 2^30 is never used (section 1.4). */
const LOCK_BYTE = 2 ** 30;
const BUFFER_BYTES = 4 << 20;

/**
 * Appends pages to a database file that no engine has open. Page numbers are given out in order; pages of the pointer
 * map, where the file has one, and the lock-byte page are left out and filled in at the end.
 */
export class PageFile {
  #buffer: Buffer;
  #buffered = 0;
  /** What was in the buffer before, on its way into the file. */
  #spare: Buffer;
  #writing: Promise<unknown> = Promise.resolve();
  /** Number of the first page in the buffer. */
  #bufferStart: number;
  #pageCount: number;
  readonly #pointerMap = new Map<number, Uint8Array>();
  readonly #entriesPerMap: number;

  private constructor(
    private readonly handle: FileHandle,
    private readonly firstPage: Uint8Array,
    readonly pageSize: number,
    readonly usableSize: number,
    private readonly autoVacuum: boolean,
    pageCount: number,
  ) {
    this.#pageCount = pageCount;
    this.#bufferStart = pageCount + 1;
    this.#buffer = Buffer.alloc(Math.max(BUFFER_BYTES, pageSize));
    this.#spare = Buffer.alloc(this.#buffer.length);
    this.#entriesPerMap = Math.floor(usableSize / ENTRY_BYTES);
  }

  /** @param handle open for reading and writing; a whole database without free pages */
  static async open(handle: FileHandle): Promise<PageFile> {
    const header = new Uint8Array(100);
    await handle.read(header, 0, 100, 0);
    const stored = (header[16]! << 8) | (header[17]! << 16);
    const pageSize = stored === 65536 ? 65536 : (header[16]! << 8) | header[17]!;
    const firstPage = new Uint8Array(pageSize);
    await handle.read(firstPage, 0, pageSize, 0);
    const { size } = await handle.stat();
    return new PageFile(
      handle,
      firstPage,
      pageSize,
      pageSize - header[20]!,
      readUint32(header, 52) !== 0,
      size / pageSize,
    );
  }

  /** Gives out the next page number. */
  allocate(): number {
    this.#pageCount++;
    while (this.#isReserved(this.#pageCount)) this.#pageCount++;
    return this.#pageCount;
  }

  /** Notes what points to a page, for the pointer map. */
  point(page: number, type: number, parent: number): void {
    if (!this.autoVacuum) return;
    const map = this.#mapPageOf(page);
    let entries = this.#pointerMap.get(map);
    if (!entries) this.#pointerMap.set(map, (entries = new Uint8Array(this.pageSize)));
    const offset = (page - map - 1) * ENTRY_BYTES;
    entries[offset] = type;
    writeUint32(entries, offset + 1, parent);
  }

  /** Writes a page that `allocate` gave out. Pages come in the order of their numbers. */
  async append(page: number, content: Uint8Array): Promise<void> {
    // Reserved pages in between stay zero until `finish`.
    for (;;) {
      const at = (page - this.#bufferStart) * this.pageSize;
      if (at + this.pageSize <= this.#buffer.length) {
        this.#buffer.fill(0, this.#buffered, at);
        this.#buffer.set(content, at);
        this.#buffered = at + this.pageSize;
        return;
      }
      await this.#flush();
    }
  }

  /** Overwrites a page that was in the file from the beginning: the root of a table. */
  async replace(page: number, content: Uint8Array): Promise<void> {
    await this.#write(content, page);
  }

  /** Writes what is left: buffered pages, pointer map, the size in the header. Flushes nothing to the disk yet. */
  async finish(): Promise<void> {
    await this.#flush();
    await this.#writing;
    for (const [map, fresh] of this.#pointerMap) {
      const there = new Uint8Array(this.pageSize);
      await this.handle.read(there, 0, this.pageSize, (map - 1) * this.pageSize);
      for (let offset = 0; offset < fresh.length; offset += ENTRY_BYTES) {
        if (fresh[offset] !== 0) there.set(fresh.subarray(offset, offset + ENTRY_BYTES), offset);
      }
      await this.#write(there, map);
    }
    await this.handle.truncate(this.#pageCount * this.pageSize);
    const header = this.firstPage;
    await this.handle.read(header, 0, 100, 0);
    writeUint32(header, 28, this.#pageCount);
    writeUint32(header, 92, readUint32(header, 24));
    await this.#write(header.subarray(0, 100), 1);
  }

  async #flush(): Promise<void> {
    await this.#writing;
    if (this.#buffered > 0) {
      const bytes = this.#buffer;
      this.#writing = this.#write(bytes.subarray(0, this.#buffered), this.#bufferStart);
      // The next flush is told of a failure.
      this.#writing.catch(() => undefined);
      this.#buffer = this.#spare;
      this.#spare = bytes;
    }
    this.#bufferStart += this.#buffered / this.pageSize;
    // A reserved page at the very edge is skipped, not written.
    while (this.#isReserved(this.#bufferStart)) this.#bufferStart++;
    this.#buffered = 0;
  }

  /** A disk that fills up may take a part before it refuses the rest. */
  async #write(bytes: Uint8Array, page: number): Promise<void> {
    const position = (page - 1) * this.pageSize;
    for (let done = 0; done < bytes.length;)
      done += (await this.handle.write(bytes, done, bytes.length - done, position + done)).bytesWritten;
  }

  #isReserved(page: number): boolean {
    if (page === Math.floor(LOCK_BYTE / this.pageSize) + 1) return true;
    return this.autoVacuum && page === this.#mapPageOf(page);
  }

  /** The pointer map page that covers a page: page 2, and one after each run of pages that one can describe. */
  #mapPageOf(page: number): number {
    const run = this.#entriesPerMap + 1;
    const map = Math.floor((page - 2) / run) * run + 2;
    // The map page that would be the lock-byte page moves up by one.
    return map === Math.floor(LOCK_BYTE / this.pageSize) + 1 ? map + 1 : map;
  }
}
