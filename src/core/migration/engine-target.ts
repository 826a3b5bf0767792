import { randomInt } from 'node:crypto';
import { closeSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import type { Engine, EngineDatabase } from '../engine';
import { EngineFileFailure } from '../engine-file';
import type { EngineFile } from '../engine-file';
import { writeError } from '../files';

/** What the engine's cache and its sorter may take. */
const CACHE_KIBIBYTES = 131072;
/** Reads of the engine are of one page at most, unless it moves the file into memory. */
const LARGEST_READ = 65536;

/** A new database that the engine builds straight into a file, so that memory does not grow with it. */
export interface EngineTarget {
  readonly database: EngineDatabase;
  /**
   * Closes the database; the file is whole then, and not flushed to the disk yet.
   * @param userVersion PRAGMA user_version
   * @param wal in WAL mode, which the engine cannot make: it is two bytes of the header (file format, section 1.3.3)
   * @throws ConsolidationError `WRITE_FAILED`, `DISK_SPACE`
   */
  finish(userVersion?: number, wal?: boolean): void;
  /** Closes it after a failure. @returns the error of the file where that was the cause, else `cause` */
  abandon(cause: unknown): unknown;
}

/**
 * Makes a database with these pragmas (page size, encoding, auto-vacuum). Without a journal: a build that fails is thrown
 * away, unless `undo` asks that a statement that fails is undone.
 * @param file is created; must not exist
 */
export function createTarget(engine: Engine, file: string, pragmas: readonly string[], undo: boolean): EngineTarget {
  const pages = new FilePages(file, emptyDatabase(engine, pragmas));
  const database = new engine.Database(pages as unknown as Uint8Array);
  database.run(
    `PRAGMA journal_mode = ${undo ? 'MEMORY' : 'OFF'}; PRAGMA synchronous = OFF; PRAGMA cache_size = -${CACHE_KIBIBYTES}`,
  );
  const finish = (userVersion = 0, wal = false) => {
    // Where the engine made the file shorter it holds it in memory from then on, and nothing more reaches ours.
    const mark = randomInt(1, 2 ** 31 - 1);
    database.run(`PRAGMA user_version = ${mark}`);
    const moved = pages.userVersion() !== mark;
    database.run(`PRAGMA user_version = ${userVersion}`);
    const content = moved ? database.export() : undefined;
    database.close();
    pages.finish(content, wal);
  };
  return {
    database,
    finish,
    abandon(cause) {
      database.close();
      pages.close();
      return pages.failure === undefined ? cause : writeError(file, pages.failure);
    },
  };
}

/** One page: what the pragmas say has to be there before anything else is. */
function emptyDatabase(engine: Engine, pragmas: readonly string[]): Uint8Array {
  const database = new engine.Database();
  try {
    for (const pragma of pragmas) database.run(pragma);
    database.run('PRAGMA user_version = 1; PRAGMA user_version = 0');
    return database.export();
  } finally {
    database.close();
  }
}

/** A file on the disk as a file of the engine. */
class FilePages implements EngineFile {
  /** What went wrong with the file first. */
  failure: unknown;
  #length: number;
  readonly #descriptor: number;
  readonly #read = Buffer.alloc(LARGEST_READ);
  #open = true;

  constructor(
    private readonly file: string,
    content: Uint8Array,
  ) {
    try {
      this.#descriptor = openSync(file, 'wx+');
      this.#write(content, 0);
    } catch (cause) {
      throw writeError(file, cause);
    }
    this.#length = content.length;
  }

  get length(): number {
    return this.#length;
  }

  slice(): this {
    // A file takes whatever is written behind its end.
    this.#length = Number.MAX_SAFE_INTEGER;
    return this;
  }

  subarray(from: number, to: number): Uint8Array {
    return this.#guarded(() => {
      const bytes = to - from > LARGEST_READ ? Buffer.alloc(to - from) : this.#read.subarray(0, to - from);
      const count = readSync(this.#descriptor, bytes, 0, bytes.length, from);
      bytes.fill(0, count);
      return bytes;
    });
  }

  set(bytes: Uint8Array, position: number): void {
    this.#guarded(() => this.#write(bytes, position));
  }

  /** What stands in the header (file format, section 1.3.14). */
  userVersion(): number {
    const header = Buffer.alloc(100);
    readSync(this.#descriptor, header, 0, header.length, 0);
    return header.readInt32BE(60);
  }

  /** @param instead content that takes the place of what was written */
  finish(instead: Uint8Array | undefined, wal: boolean): void {
    try {
      if (instead) {
        ftruncateSync(this.#descriptor);
        this.#write(instead, 0);
      }
      this.#write(new Uint8Array(2).fill(wal ? 2 : 1), 18);
    } catch (cause) {
      throw writeError(this.file, cause);
    } finally {
      this.close();
    }
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    closeSync(this.#descriptor);
  }

  #write(bytes: Uint8Array, position: number): void {
    for (let done = 0; done < bytes.length;)
      done += writeSync(this.#descriptor, bytes, done, bytes.length - done, position + done);
  }

  #guarded<T>(work: () => T): T {
    try {
      return work();
    } catch (cause) {
      this.failure ??= cause;
      throw new EngineFileFailure(cause);
    }
  }
}
