import { rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { ConsolidationError } from '../../errors';
import { makeDirectory, sha256File, syncDirectory, writeError } from '../../files';
import { throwIfCancelled } from '../../ports';
import type { WorkOptions } from '../../ports';
import { copyAndHash } from './copy-file';
import type { CopiedFile } from './copy-file';
import { isConsistentCopy, isHot, isUnchanged, readDatabaseState } from './database-state';
import type { DatabaseState, FileState } from './database-state';
import { FileReader } from './file-reader';
import { databaseHolders, describeHolders, isBeingWritten } from './holders';
import { findSuperJournal, readSuperJournalName } from './super-journal';

export interface SnapshotFile {
  /** The file that was copied, and its copy; paths as given to `snapshotDatabase`. */
  readonly source: string;
  readonly copy: string;
  readonly bytes: number;
  /** Hex SHA-256 of the copy, which is that of the source at that moment. */
  readonly sha256: string;
  readonly mtimeMs: number;
}

/** A private copy of a database that nobody writes to: `openImage(copy)` recovers a committed state from it. */
export interface DatabaseSnapshot {
  readonly source: string;
  readonly copy: string;
  /** The database first, then those of `-wal`, `-journal` and a super-journal that exist. */
  readonly files: readonly SnapshotFile[];
  /** How often it was copied until no writer came in between. */
  readonly attempts: number;
}

export interface SnapshotOptions extends WorkOptions {
  /** How long to try while others write, in milliseconds. */
  readonly patience?: number;
}

const PATIENCE = 10_000;
/** Time stamps of files may be this coarse, in nanoseconds: two writes within it can bear the same one. */
const STAMP_NS = 50_000_000n;

/**
 * Copies a database with its sidecars, as one committed state, into a directory; the sources are only read. Every copy is
 * flushed to the disk, the directory with it. On failure or cancel no copy is left behind.
 * @throws ConsolidationError `LEGACY_DATABASE_MISSING`, `LEGACY_DATABASE_BUSY` (names the process that writes where the
 *   system tells), `WRITE_FAILED`, `DISK_SPACE`, `CANCELLED`
 */
export async function snapshotDatabase(
  file: string,
  destinationDirectory: string,
  options: SnapshotOptions = {},
): Promise<DatabaseSnapshot> {
  await makeDirectory(destinationDirectory);
  const deadline = performance.now() + (options.patience ?? PATIENCE);
  for (let attempt = 1; ; attempt++) {
    throwIfCancelled(options.signal);
    const files = await new Attempt(file, destinationDirectory, options).run();
    if (files) {
      return { source: file, copy: path.join(destinationDirectory, path.basename(file)), files, attempts: attempt };
    }
    if (performance.now() > deadline) throw await busy(file, attempt);
    // A random wait, so that a writer with a fixed rhythm is not met at the same point each time.
    await new Promise((resolve) => setTimeout(resolve, 1 + Math.random() * Math.min(100, 5 * attempt)));
  }
}

interface PrivateCopy extends CopiedFile {
  readonly source: string;
  /** Its name until the whole snapshot is known to be consistent. */
  readonly partial: string;
  readonly copy: string;
  readonly state: FileState;
}

/** One try; what it copies bears temporary names until it is known to be consistent. */
class Attempt {
  readonly #copies: PrivateCopy[] = [];

  constructor(
    private readonly file: string,
    private readonly directory: string,
    private readonly options: SnapshotOptions,
  ) {}

  /** @returns undefined when a writer came in between */
  async run(): Promise<SnapshotFile[] | undefined> {
    try {
      const before = readDatabaseState(this.file);
      if (!before.main) throw missing(this.file);
      const startedNs = BigInt(Date.now()) * 1_000_000n;
      if (!(await this.#quiet(before))) return await this.#discard();
      // The order matters: see isConsistentCopy.
      await this.#copy(this.file, before.main);
      await this.#copy(`${this.file}-wal`, before.wal);
      await this.#copy(`${this.file}-journal`, before.journal);
      await this.#copySuperJournal();
      const after = readDatabaseState(this.file);
      if (!isConsistentCopy(before, after) || !(await this.#quiet(after))) return await this.#discard();
      if (isUnchanged(before, after) && startedNs - newest(before) < STAMP_NS && !(await this.#readsTheSame())) {
        return await this.#discard();
      }
      return await this.#keep();
    } catch (error) {
      await this.#discard();
      // A sidecar may vanish between the look and the copy: that is a writer at work.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT' && readDatabaseState(this.file).main) return undefined;
      throw writeError(this.directory, error);
    }
  }

  /** Without a WAL or a journal to tell, a process that holds the write lock may be in the middle of a transaction. */
  async #quiet(state: DatabaseState): Promise<boolean> {
    const told = isHot(state.journal) || (state.wal !== undefined && state.wal.bytes > 32n);
    return told || !(await isBeingWritten(this.file));
  }

  async #copy(source: string, state: FileState | undefined): Promise<void> {
    if (!state) return;
    const copy = path.join(this.directory, path.basename(source));
    const partial = `${copy}.partial`;
    await rm(partial, { force: true });
    let done = 0;
    const copied = await copyAndHash(source, partial, {
      signal: this.options.signal,
      // Whatever the source allows, we have to be able to read our copy and to take it away again.
      mode: state.mode | 0o600,
      onBytes: (count) => this.#report(source, (done += count), Number(state.bytes)),
    });
    this.#copies.push({ source, partial, copy, state, ...copied });
  }

  #report(source: string, done: number, total: number): void {
    const message = `Copying ${path.basename(source)}`;
    this.options.progress?.({ phase: 'snapshot', message, done, total, unit: 'bytes' });
  }

  /** The journal of a transaction over several files is only hot while its super-journal exists: it belongs to the copy. */
  async #copySuperJournal(): Promise<void> {
    const journal = this.#copies.find(({ source }) => source === `${this.file}-journal`);
    if (!journal) return;
    const reader = new FileReader(journal.partial);
    try {
      const name = readSuperJournalName(reader);
      const found = name === undefined ? undefined : findSuperJournal(name, this.file);
      const state = found === undefined ? undefined : readDatabaseState(found).main;
      if (found !== undefined) await this.#copy(found, state);
    } finally {
      reader.close();
    }
  }

  async #readsTheSame(): Promise<boolean> {
    for (const { source, sha256 } of this.#copies) {
      if ((await sha256File(source, this.options.signal)) !== sha256) return false;
    }
    return true;
  }

  async #keep(): Promise<SnapshotFile[]> {
    for (const { handle, partial, copy, state } of this.#copies) {
      const time = new Date(Number(state.mtimeNs / 1_000_000n));
      await handle.utimes(time, time);
      await handle.sync();
      await handle.close();
      await rename(partial, copy);
    }
    await syncDirectory(this.directory);
    return this.#copies.map(({ source, copy, bytes, sha256, state }) => ({
      source,
      copy,
      bytes,
      sha256,
      mtimeMs: Number(state.mtimeNs / 1_000_000n),
    }));
  }

  async #discard(): Promise<undefined> {
    for (const { handle, partial } of this.#copies.splice(0)) {
      // Closed already when the failure came after it.
      await handle.close().catch(() => undefined);
      await rm(partial, { force: true });
    }
    return undefined;
  }
}

function newest({ main, wal, journal }: DatabaseState): bigint {
  return [main, wal, journal].reduce((time, state) => (state && state.mtimeNs > time ? state.mtimeNs : time), 0n);
}

function missing(file: string): ConsolidationError {
  return new ConsolidationError(
    'LEGACY_DATABASE_MISSING',
    `${file} does not exist. Correct its path in the plan, or remove it there.`,
    { database: file },
  );
}

async function busy(file: string, attempts: number): Promise<ConsolidationError> {
  const holders = await databaseHolders(file);
  const who = holders.length > 0 ? describeHolders(holders) : 'another process';
  return new ConsolidationError(
    'LEGACY_DATABASE_BUSY',
    `${file} is written without pause by ${who}; ${attempts} copies met a transaction under way. Stop it and run the command again.`,
    { database: file, holders: holders.map(({ pid, command }) => ({ pid, command })) },
  );
}
