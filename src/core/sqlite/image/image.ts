import { existsSync } from 'node:fs';
import { ConsolidationError } from '../../errors';
import { throwIfCancelled } from '../../ports';
import { corrupt } from '../format/corrupt';
import { FileReader } from './file-reader';
import { EMPTY_HEADER, HEADER_BYTES, hasMagic, parseHeader } from '../format/header';
import type { DatabaseHeader, TextEncoding } from '../format/header';
import { readRollbackJournal } from './rollback-journal';
import type { RollbackJournal } from './rollback-journal';
import { readWriteAheadLog } from './write-ahead-log';
import type { WriteAheadLog } from './write-ahead-log';

/**
 * A database as SQLite would see it after recovery: the file, with a hot rollback journal played back and the committed
 * frames of its `-wal` laid over. Reads only; no sidecar is created, changed or deleted. Pages are numbered from 1.
 */
export interface DatabaseImage {
  /** The path it was opened by. */
  readonly file: string;
  /** How errors call it. */
  readonly name: string;
  readonly header: DatabaseHeader;
  readonly pageSize: number;
  readonly pageCount: number;
  readonly reservedBytes: number;
  /** `pageSize` less `reservedBytes`. */
  readonly usableSize: number;
  readonly encoding: TextEncoding;
  /** Committed frames in the `-wal`. */
  readonly walFrames: number;
  /** Was a rollback journal played back? */
  readonly hotJournal: boolean;
  /**
   * One page. The bytes must not be modified and stay valid for as long as they are kept.
   * @throws ConsolidationError `DATABASE_CORRUPT` when there is no such page
   */
  readPage(pageNumber: number): Uint8Array;
  /** The same into a buffer of `pageSize` bytes: for loops over many pages. */
  copyPage(pageNumber: number, target: Uint8Array): void;
  close(): void;
}

export interface ImageOptions {
  readonly signal?: AbortSignal;
  /** How the file is called in errors; its path by default. */
  readonly name?: string;
  /** Pages will be asked for in no order: little is read at once. */
  readonly scattered?: boolean;
}

/**
 * Opens the recovered image of a database file.
 * @throws ConsolidationError `LEGACY_DATABASE_MISSING`, `DATABASE_ENCRYPTED_OR_UNKNOWN`, `DATABASE_CORRUPT`,
 *   `DATABASE_TRUNCATED` (fewer pages than the header counts)
 */
export async function openImage(file: string, options: ImageOptions = {}): Promise<DatabaseImage> {
  throwIfCancelled(options.signal);
  const name = options.name ?? file;
  if (!existsSync(file)) {
    throw new ConsolidationError(
      'LEGACY_DATABASE_MISSING',
      `${name} does not exist. Correct its path in the plan, or remove it there.`,
      { database: name },
    );
  }
  const image = new RecoveredImage(file, name, options.scattered);
  try {
    image.recover();
    return image;
  } catch (error) {
    image.close();
    throw error;
  }
}

class RecoveredImage implements DatabaseImage {
  header: DatabaseHeader = EMPTY_HEADER;
  pageSize = EMPTY_HEADER.pageSize;
  usableSize = EMPTY_HEADER.pageSize;
  pageCount = 0;
  readonly #reader: FileReader;
  #journal: RollbackJournal | undefined;
  #log: WriteAheadLog | undefined;

  constructor(
    readonly file: string,
    readonly name: string,
    scattered?: boolean,
  ) {
    this.#reader = new FileReader(file, scattered);
  }

  get reservedBytes(): number {
    return this.header.reservedBytes;
  }

  get encoding(): TextEncoding {
    return this.header.encoding;
  }

  get walFrames(): number {
    return this.#log?.frames ?? 0;
  }

  get hotJournal(): boolean {
    return this.#journal !== undefined;
  }

  /** The order is SQLite's: first the journal is played back, then a WAL is opened if there is one. */
  recover(): void {
    // SQLite deletes both sidecars of an empty file without looking into them, and takes 1 byte for none (`unixFileSize`).
    if (this.#reader.size <= 1) return;
    const raw = this.#reader.read(0, Math.min(HEADER_BYTES, this.#reader.size));
    const claimed = hasMagic(raw) && raw.length === HEADER_BYTES ? (raw[16] << 8) | (raw[17] << 16) : 0;
    this.#journal = readRollbackJournal(this.file, claimed || EMPTY_HEADER.pageSize);
    const bytes = this.#journal ? this.#journal.pageCount * this.#journal.pageSize : this.#reader.size;
    if (bytes === 0) return;
    this.#log = readWriteAheadLog(this.file);

    const firstPage = this.#log?.offsets.get(1) ?? -1;
    const header = new Uint8Array(firstPage >= 0 ? HEADER_BYTES : Math.min(HEADER_BYTES, bytes));
    if (this.#log && firstPage >= 0) this.#log.reader.copy(firstPage, header);
    else this.#copyFile(0, header);
    this.header = parseHeader(header, this.name);
    this.pageSize = this.header.pageSize;
    this.usableSize = this.pageSize - this.header.reservedBytes;
    if (this.#log && this.#log.pageSize !== this.pageSize) {
      throw corrupt(
        this.name,
        0,
        `its -wal has pages of ${this.#log.pageSize} bytes, the database pages of ${this.pageSize}: it belongs to another database`,
      );
    }
    const present = this.#log ? this.#log.pageCount : Math.ceil(bytes / this.pageSize);
    this.pageCount = this.header.pageCountValid ? this.header.pageCount : present;
    if (this.pageCount > present) throw truncated(this.name, this.pageCount, present);
  }

  readPage(pageNumber: number): Uint8Array {
    const page = new Uint8Array(this.pageSize);
    this.copyPage(pageNumber, page);
    return page;
  }

  copyPage(pageNumber: number, target: Uint8Array): void {
    if (!(pageNumber >= 1 && pageNumber <= this.pageCount)) {
      throw corrupt(this.name, 0, `a pointer leads to page ${pageNumber} of ${this.pageCount}`);
    }
    const offset = this.#log?.offsets.get(pageNumber) ?? -1;
    if (this.#log && offset >= 0) this.#log.reader.copy(offset, target);
    else this.#copyFile((pageNumber - 1) * this.pageSize, target);
  }

  close(): void {
    this.#reader.close();
    this.#journal?.reader.close();
    this.#log?.reader.close();
  }

  /** Bytes of the database file with the journal played back. */
  #copyFile(offset: number, target: Uint8Array): void {
    const journal = this.#journal;
    if (!journal) {
      this.#reader.copy(offset, target);
      return;
    }
    // The journal may have another page size, and the header is only a part of a page: put the bytes together.
    for (let done = 0; done < target.length;) {
      const page = Math.floor((offset + done) / journal.pageSize);
      const from = offset + done - page * journal.pageSize;
      const length = Math.min(journal.pageSize - from, target.length - done);
      this.#copyJournalPage(journal, page + 1, from, target.subarray(done, done + length));
      done += length;
    }
  }

  #copyJournalPage(journal: RollbackJournal, page: number, from: number, target: Uint8Array): void {
    const offset = journal.offsets.get(page);
    if (page > journal.pageCount) target.fill(0);
    else if (offset >= 0) journal.reader.copy(offset + from, target);
    else this.#reader.copy((page - 1) * journal.pageSize + from, target);
  }
}

function truncated(name: string, expected: number, present: number): ConsolidationError {
  return new ConsolidationError(
    'DATABASE_TRUNCATED',
    `${name} is cut off: its header counts ${expected} pages, ${present} are there. Restore it from a backup, or save ` +
      `what is left with the ".recover" command of the sqlite3 shell.`,
    { database: name, expected, present },
  );
}
