import { access, mkdtemp, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ConsolidationError, toErrorValue } from '../errors';
import { sha256File } from '../files';
import { throwIfCancelled } from '../ports';
import type { WorkOptions } from '../ports';
import { classifyFile } from '../sqlite/image/classify';
import { isUnchanged, readDatabaseState } from '../sqlite/image/database-state';
import type { DatabaseState } from '../sqlite/image/database-state';
import { snapshotDatabase } from '../sqlite/image/snapshot';
import { describeDatabase } from './describe';
import { NOT_UTF8 } from './discover';
import type { InventoryDatabase } from './inventory';
import { undescribedDatabase } from './undescribed';

/** How often a file that is written meanwhile is read where it stands, before it is copied to be read in peace. */
const READS = 3;

export interface Inspection {
  readonly database: InventoryDatabase;
  /** The state of the files that was inspected, where they stood still. */
  readonly state?: DatabaseState;
}

/**
 * Everything the inventory says of one file, as one moment saw it: a database that is written while it is read is read again,
 * and in the end from a private copy in the system's folder for temporary files. What is wrong with the file is in
 * `problems`; only a cancel is thrown.
 */
export async function inspectDatabase(workspace: string, file: string, options: WorkOptions): Promise<Inspection> {
  const absolute = path.join(workspace, file);
  try {
    for (let read = 0; read < READS; read++) {
      throwIfCancelled(options.signal);
      if (file.includes(NOT_UTF8)) await access(absolute);
      const state = readDatabaseState(absolute);
      const database = await inspect(absolute, file, absolute, options);
      if (isUnchanged(state, readDatabaseState(absolute))) return { database, state };
    }
    return { database: await inspectCopy(absolute, file, options) };
  } catch (error) {
    if (error instanceof ConsolidationError && error.code === 'CANCELLED') throw error;
    return { database: unreadable(absolute, file, error) };
  }
}

async function inspectCopy(absolute: string, file: string, options: WorkOptions): Promise<InventoryDatabase> {
  const folder = await mkdtemp(path.join(tmpdir(), 'sqlite-consolidator-'));
  try {
    const { copy } = await snapshotDatabase(absolute, folder, { signal: options.signal });
    return await inspect(copy, file, absolute, options);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** @param readable the file to read: the database itself, or its copy */
async function inspect(
  readable: string,
  file: string,
  absolute: string,
  { signal }: WorkOptions,
): Promise<InventoryDatabase> {
  const { kind, bytes, format, problem } = classifyFile(readable, file);
  const base: InventoryDatabase = {
    ...undescribed(absolute, file),
    kind,
    bytes,
    sha256: kind === 'absent' ? '' : await sha256File(readable, signal),
    problems: problem ? [problem] : kind === 'encrypted-or-unknown' ? [notSqlite(file, format)] : [],
  };
  return kind === 'sqlite' ? describeDatabase(readable, base, signal) : base;
}

const undescribed = (absolute: string, file: string): InventoryDatabase => ({
  ...undescribedDatabase(file, 'encrypted-or-unknown'),
  sidecars: sidecarsOf(absolute, file),
});

/** Sidecars that exist, as the inventory names them. */
export function sidecarsOf(absolute: string, file: string): string[] {
  return ['-wal', '-shm', '-journal'].filter((ending) => existsSync(absolute + ending)).map((ending) => file + ending);
}

function unreadable(absolute: string, file: string, error: unknown): InventoryDatabase {
  const { code } = error as NodeJS.ErrnoException;
  const advice = file.includes(NOT_UTF8) ? 'Its name is not valid UTF-8: rename it.' : 'Check its permissions.';
  const problem =
    error instanceof ConsolidationError
      ? toErrorValue(error)
      : {
          code: 'FILE_UNREADABLE',
          message: `${file} cannot be read (${code ?? String(error)}). ${advice}`,
        };
  return { ...undescribed(absolute, file), problems: [{ code: problem.code, message: problem.message }] };
}

function notSqlite(file: string, format = 'unknown'): InventoryDatabase['problems'][number] {
  const what =
    format === 'encrypted'
      ? 'its content looks encrypted'
      : format === 'unknown'
        ? 'it is encrypted, or something else'
        : `its content is ${format}`;
  return {
    code: 'DATABASE_ENCRYPTED_OR_UNKNOWN',
    message: `${file} has the name of a SQLite database, but does not begin like one: ${what}. Keep it or retire it in the plan.`,
  };
}
