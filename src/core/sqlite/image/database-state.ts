import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { BigIntStats } from 'node:fs';

/** One file at a moment: enough to see that it was written, replaced, cut or begun anew. */
export interface FileState {
  readonly device: bigint;
  readonly inode: bigint;
  readonly bytes: bigint;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
  readonly mode: number;
  /** First bytes in hex: the database header with its change counter, the WAL's salts, the journal's nonce. */
  readonly head: string;
}

/** A database with its sidecars at a moment. */
export interface DatabaseState {
  readonly main: FileState | undefined;
  readonly wal: FileState | undefined;
  readonly journal: FileState | undefined;
}

const HEAD_BYTES = 100;
const WAL_HEADER_DIGITS = 64;

export function readDatabaseState(database: string): DatabaseState {
  return {
    main: readFileState(database),
    wal: readFileState(`${database}-wal`),
    journal: readFileState(`${database}-journal`),
  };
}

/** @returns undefined when there is no such file */
export function readFileState(file: string): FileState | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(file, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const stats: BigIntStats = fstatSync(descriptor, { bigint: true });
    const head = Buffer.alloc(HEAD_BYTES);
    const count = stats.isFile() ? readSync(descriptor, head, 0, HEAD_BYTES, 0) : 0;
    return {
      device: stats.dev,
      inode: stats.ino,
      bytes: stats.size,
      mtimeNs: stats.mtimeNs,
      ctimeNs: stats.ctimeNs,
      mode: Number(stats.mode) & 0o777,
      head: head.toString('hex', 0, count),
    };
  } finally {
    closeSync(descriptor);
  }
}

/** Has nothing at all been written between the two moments? */
export function isUnchanged(before: DatabaseState, after: DatabaseState): boolean {
  return (['main', 'wal', 'journal'] as const).every((part) => sameFile(before[part], after[part]));
}

/**
 * Is a copy that was taken between the two moments, the database first and its sidecars after it, a committed state? It is
 *  - when nothing was written;
 *  - in WAL mode, as long as the WAL was not begun anew: checkpoints only bring into the file what the WAL, copied later,
 *    still holds, and frames that were appended meanwhile count only up to their last commit;
 *  - within one transaction of a rollback journal: every page that it has changed in the file is in the journal, which was
 *    copied later, so that playing it back gives the state before the transaction.
 */
export function isConsistentCopy(before: DatabaseState, after: DatabaseState): boolean {
  if (isUnchanged(before, after)) return true;
  if (!sameIdentity(before.main, after.main)) return false;
  if (isHot(before.journal))
    return sameIdentity(before.journal, after.journal) && sameTransaction(before.journal!, after.journal!);
  if (isHot(after.journal)) return false;
  const [older, newer] = [before.wal, after.wal];
  return (
    older !== undefined &&
    newer !== undefined &&
    sameIdentity(older, newer) &&
    older.bytes > 32n &&
    newer.bytes >= older.bytes &&
    older.head.slice(0, WAL_HEADER_DIGITS) === newer.head.slice(0, WAL_HEADER_DIGITS)
  );
}

/** Could there be something to play back? (A finished journal is gone, empty, or begins with zeros.) */
export function isHot(journal: FileState | undefined): boolean {
  return journal !== undefined && journal.head !== '' && !journal.head.startsWith('00');
}

function sameIdentity(a: FileState | undefined, b: FileState | undefined): boolean {
  return a?.device === b?.device && a?.inode === b?.inode;
}

function sameFile(a: FileState | undefined, b: FileState | undefined): boolean {
  return (
    sameIdentity(a, b) &&
    a?.bytes === b?.bytes &&
    a?.mtimeNs === b?.mtimeNs &&
    a?.ctimeNs === b?.ctimeNs &&
    a?.head === b?.head
  );
}

/** The header of a journal stays the same through a transaction, but for the record count at offset 8. */
function sameTransaction(before: FileState, after: FileState): boolean {
  const constant = ({ head }: FileState) => head.slice(0, 16) + head.slice(24, 56);
  return constant(before) === constant(after) && after.bytes >= before.bytes;
}
