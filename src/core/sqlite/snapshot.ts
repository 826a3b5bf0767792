import { constants } from 'node:fs';
import { copyFile, open, rm, truncate } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ConsolidationError } from '../errors';
import { sha256File, syncDirectory, writeError } from '../files';
import { throwIfCancelled } from '../ports';
import type { WorkOptions } from '../ports';
import { holdersOf } from './holders';
import { isRecent, isUntouched, observe } from './observation';
import type { FileState, Observation } from './observation';

/** Private copies of a database file and of the sidecars that hold a part of it, all of one moment. */
export interface DatabaseSnapshot {
  readonly files: readonly SnapshotFile[];
}

export interface SnapshotFile {
  readonly source: string;
  readonly copy: string;
  readonly bytes: number;
  /** Hex SHA-256 of the copy. */
  readonly sha256: string;
  readonly mtimeMs: number;
}

const ATTEMPTS = 60;

/**
 * Copies a database with its `-wal` and `-journal` while other processes may write it: copy, look whether anything was
 * written meanwhile, and copy again if so. The copies together are a state that recovery turns into a committed one.
 * @param directory existing folder; the copies keep their names
 * @throws ConsolidationError `LEGACY_DATABASE_BUSY`, `LEGACY_DATABASE_MISSING`, `WRITE_FAILED`, `DISK_SPACE`, `CANCELLED`
 */
export async function snapshotDatabase(
  file: string,
  directory: string,
  options: WorkOptions = {},
): Promise<DatabaseSnapshot> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    throwIfCancelled(options.signal);
    if (attempt > 0) await delay(Math.min(50, 2 * attempt));
    const before = await observe(file);
    if (!before.main.exists) throw missing(file);
    const copies = await copyAll(file, directory, before);
    if (copies && isUntouched(before, await observe(file)) && (await isFaithful(before, copies))) {
      await syncDirectory(directory);
      return {
        files: await Promise.all(
          copies.map(async ({ state, ...copy }) => ({
            ...copy,
            bytes: state.bytes,
            mtimeMs: Number(state.mtimeNs / 1_000_000n),
          })),
        ),
      };
    }
    await removeCopies(file, directory);
  }
  throw busy(file, await holdersOf([file, `${file}-wal`, `${file}-journal`]));
}

interface Copy {
  readonly source: string;
  readonly copy: string;
  readonly sha256: string;
  readonly state: FileState;
}

/** Undefined when a file went away or shrank while it was copied. */
async function copyAll(file: string, directory: string, before: Observation): Promise<Copy[] | undefined> {
  const copies: Copy[] = [];
  for (const [suffix, state] of [
    ['', before.main],
    ['-wal', before.wal],
    ['-journal', before.journal],
  ] as const) {
    if (!state.exists) continue;
    const source = file + suffix;
    const copy = path.join(directory, path.basename(source));
    try {
      await copyFile(source, copy, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
      const handle = await open(copy, 'r+');
      try {
        if ((await handle.stat()).size < state.bytes) return undefined;
        await truncate(copy, state.bytes);
        await handle.sync();
      } finally {
        await handle.close();
      }
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      await removeCopies(file, directory);
      throw writeError(copy, cause);
    }
    copies.push({ source, copy, sha256: await sha256File(copy), state });
  }
  return copies;
}

/** Where a time stamp is too young to prove that nothing was written, the content has to. */
async function isFaithful(before: Observation, copies: readonly Copy[]): Promise<boolean> {
  const now = Date.now();
  for (const { source, sha256, state } of copies) {
    if (state === before.wal || !isRecent(state, now)) continue;
    const again = await sha256File(source).catch(() => '');
    if (again !== sha256) return false;
  }
  return true;
}

async function removeCopies(file: string, directory: string): Promise<void> {
  for (const suffix of ['', '-wal', '-journal'])
    await rm(path.join(directory, path.basename(file) + suffix), { force: true });
}

function missing(file: string): ConsolidationError {
  return new ConsolidationError(
    'LEGACY_DATABASE_MISSING',
    `${file} does not exist any more. Scan the workspace again.`,
    { database: file },
  );
}

function busy(file: string, holders: readonly string[]): ConsolidationError {
  const who = holders.length > 0 ? ` ${holders.join(', ')} ${holders.length === 1 ? 'has' : 'have'} it open.` : '';
  return new ConsolidationError(
    'LEGACY_DATABASE_BUSY',
    `${file} is written without pause, so no consistent copy could be read.${who} Stop the program that writes it and try again.`,
    { database: file, holders },
  );
}
