import { readFile, readdir, readlink, realpath, stat } from 'node:fs/promises';

/** A process that has a database or one of its sidecars open. */
export interface Holder {
  readonly pid: number;
  /** Name of the program, as `ps` shows it. */
  readonly command: string;
}

const SIDECARS = ['', '-wal', '-journal', '-shm'];

/** Other processes that have the database open. Linux only (`/proc`), and only processes of the same user; else empty. */
export async function databaseHolders(database: string): Promise<Holder[]> {
  if (process.platform !== 'linux') return [];
  const real = await realpath(database).catch(() => database);
  const files = new Set(SIDECARS.map((ending) => real + ending));
  const holders: Holder[] = [];
  for (const entry of await readdir('/proc')) {
    const pid = Number(entry);
    if (!Number.isInteger(pid) || pid === process.pid) continue;
    if (await holds(pid, files)) holders.push({ pid, command: await commandOf(pid) });
  }
  return holders;
}

/** `python3 (process 4711)`, for messages. */
export function describeHolders(holders: readonly Holder[]): string {
  return holders.map(({ pid, command }) => `${command} (process ${pid})`).join(', ');
}

/** First and last byte of the lock range (`PENDING_BYTE` up to the end of the shared locks, os.h in SQLite). */
const PENDING_BYTE = 0x40000000;
const LAST_LOCK_BYTE = PENDING_BYTE + 511;
const RESERVED_BYTE = PENDING_BYTE + 1;

/**
 * Does another process hold the lock under which SQLite writes into the database file (PENDING or EXCLUSIVE)? It may write
 * without a rollback journal that could be seen (`journal_mode` MEMORY or OFF). Linux only (`/proc/locks`), else false.
 */
export async function isBeingWritten(database: string): Promise<boolean> {
  if (process.platform !== 'linux') return false;
  const locks = await readFile('/proc/locks', 'utf8').catch(() => '');
  if (!locks.includes(String(PENDING_BYTE).slice(0, 6))) return false;
  const { ino } = await stat(database, { bigint: true });
  return locks.split('\n').some((line) => {
    // 1: POSIX  ADVISORY  WRITE 4711 fe:00:123456 1073741826 1073742335
    const [, , , access, pid, place, first, last] = line.split(' ').filter((word) => word !== '');
    if (access !== 'WRITE' || Number(pid) === process.pid || !place?.endsWith(`:${ino}`)) return false;
    const [from, to] = [Number(first), last === 'EOF' ? Infinity : Number(last)];
    return to >= PENDING_BYTE && from <= LAST_LOCK_BYTE && !(from === RESERVED_BYTE && to === RESERVED_BYTE);
  });
}

async function holds(pid: number, files: ReadonlySet<string>): Promise<boolean> {
  // Processes end while they are listed, and those of other users cannot be looked into.
  const descriptors = await readdir(`/proc/${pid}/fd`).catch(() => []);
  const links = await Promise.all(descriptors.map((name) => readlink(`/proc/${pid}/fd/${name}`).catch(() => '')));
  return links.some((link) => files.has(link));
}

async function commandOf(pid: number): Promise<string> {
  return (await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => 'a process')).trim();
}
