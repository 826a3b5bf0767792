import { open, stat } from 'node:fs/promises';

/** What tells whether a database was written between two looks at it. */
export interface Observation {
  readonly main: FileState;
  readonly wal: FileState;
  readonly journal: FileState;
  /** First bytes of the file (change counter), of the `-wal` (salts) and of the `-shm` (wal-index header, checkpoint state). */
  readonly headers: string;
}

export interface FileState {
  readonly exists: boolean;
  readonly bytes: number;
  readonly mtimeNs: bigint;
  readonly inode: bigint;
}

const ABSENT: FileState = { exists: false, bytes: 0, mtimeNs: 0n, inode: 0n };
/** Up to the end of `aReadMark` and `nBackfillAttempted` (https://sqlite.org/walformat.html, section 2.1). */
const WAL_INDEX_HEADER = 136;
const WAL_HEADER = 32;
const DATABASE_HEADER = 100;

/** A look at a database file and its sidecars. */
export async function observe(file: string): Promise<Observation> {
  const [main, wal, journal] = await Promise.all([file, `${file}-wal`, `${file}-journal`].map(fileState));
  const headers = await Promise.all([
    firstBytes(file, DATABASE_HEADER),
    firstBytes(`${file}-wal`, WAL_HEADER),
    firstBytes(`${file}-shm`, WAL_INDEX_HEADER).then(checkpointState),
  ]);
  return { main: main!, wal: wal!, journal: journal!, headers: headers.join(' ') };
}

/**
 * Was nothing written between two looks that a copy made in between could have caught half of? Frames that were added
 * to the `-wal` do no harm: the copy ends before them.
 */
export function isUntouched(before: Observation, after: Observation): boolean {
  return (
    same(before.main, after.main) &&
    same(before.journal, after.journal) &&
    before.wal.inode === after.wal.inode &&
    before.wal.bytes <= after.wal.bytes &&
    before.headers === after.headers
  );
}

/** Written so short ago that a second write could carry the same time: clocks of file systems tick in milliseconds. */
export function isRecent(state: FileState, nowMs: number): boolean {
  return state.exists && nowMs - Number(state.mtimeNs / 1_000_000n) < 200;
}

const same = (a: FileState, b: FileState) => a.bytes === b.bytes && a.mtimeNs === b.mtimeNs && a.inode === b.inode;

async function fileState(file: string): Promise<FileState> {
  const found = await stat(file, { bigint: true }).catch(() => undefined);
  return found ? { exists: true, bytes: Number(found.size), mtimeNs: found.mtimeNs, inode: found.ino } : ABSENT;
}

async function firstBytes(file: string, count: number): Promise<string> {
  const handle = await open(file, 'r').catch(() => undefined);
  if (!handle) return '';
  try {
    const bytes = Buffer.alloc(count);
    const { bytesRead } = await handle.read(bytes, 0, count, 0);
    return bytes.subarray(0, bytesRead).toString('hex');
  } finally {
    await handle.close();
  }
}

/** Of the wal-index header only what a checkpoint or a reset changes; every commit changes the rest. */
function checkpointState(header: string): string {
  const salts = header.slice(2 * 32, 2 * 40);
  const backfill = header.slice(2 * 96, 2 * 100);
  const attempted = header.slice(2 * 128, 2 * 132);
  return `${salts}${backfill}${attempted}`;
}
