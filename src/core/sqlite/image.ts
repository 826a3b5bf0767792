import { existsSync } from 'node:fs';
import { ConsolidationError } from '../errors';
import { throwIfCancelled } from '../ports';
import { corrupt } from './corrupt';
import { FileReader } from './file-reader';
import { EMPTY_HEADER, HEADER_BYTES, hasMagic, parseHeader } from './header';
import type { DatabaseHeader, TextEncoding } from './header';
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
  close(): void;
}

export interface ImageOptions {
  readonly signal?: AbortSignal;
  /** How the file is called in errors; its path by default. */
  readonly name?: string;
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
  const image = new RecoveredImage(file, name);
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
  ) {
    this.#reader = new FileReader(file);
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
    // SQLite deletes both sidecars of a file of 0 bytes without looking into them.
    if (this.#reader.size === 0) return;
    const raw = this.#reader.read(0, Math.min(HEADER_BYTES, this.#reader.size));
    const claimed = hasMagic(raw) && raw.length === HEADER_BYTES ? (raw[16] << 8) | (raw[17] << 16) : 0;
    this.#journal = readRollbackJournal(this.file, claimed || EMPTY_HEADER.pageSize);
    const bytes = this.#journal ? this.#journal.pageCount * this.#journal.pageSize : this.#reader.size;
    if (bytes === 0) return;
    this.#log = readWriteAheadLog(this.file);

    const firstPage = this.#log?.offsets.get(1) ?? -1;
    const header =
      this.#log && firstPage >= 0
        ? this.#log.reader.read(firstPage, HEADER_BYTES)
        : this.#readFile(0, Math.min(HEADER_BYTES, bytes));
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
    if (!(pageNumber >= 1 && pageNumber <= this.pageCount)) {
      throw corrupt(this.name, 0, `a pointer leads to page ${pageNumber} of ${this.pageCount}`);
    }
    if (this.#log) {
      const offset = this.#log.offsets.get(pageNumber);
      if (offset >= 0) return this.#log.reader.read(offset, this.pageSize);
    }
    return this.#readFile((pageNumber - 1) * this.pageSize, this.pageSize);
  }

  close(): void {
    this.#reader.close();
    this.#journal?.reader.close();
    this.#log?.reader.close();
  }

  /** Bytes of the database file with the journal played back. */
  #readFile(offset: number, length: number): Uint8Array {
    const journal = this.#journal;
    if (!journal) return this.#reader.read(offset, length);
    if (journal.pageSize === length && offset % length === 0) return this.#journalPage(journal, offset / length + 1);
    // Another page size in the journal, or a part of a page only: put the bytes together.
    const result = new Uint8Array(length);
    for (let done = 0; done < length;) {
      const position = offset + done;
      const page = Math.floor(position / journal.pageSize);
      const from = position - page * journal.pageSize;
      const piece = this.#journalPage(journal, page + 1).subarray(from, from + length - done);
      result.set(piece, done);
      done += piece.length;
    }
    return result;
  }

  #journalPage(journal: RollbackJournal, page: number): Uint8Array {
    if (page > journal.pageCount) return new Uint8Array(journal.pageSize);
    const offset = journal.offsets.get(page);
    return offset >= 0
      ? journal.reader.read(offset, journal.pageSize)
      : this.#reader.read((page - 1) * journal.pageSize, journal.pageSize);
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
