import { open, stat } from 'node:fs/promises';
import path from 'node:path';
import type { VerificationCheck } from '../results';
import { changedSince } from './backup';
import type { Manifest } from './backup';

/** Time stamps of files may be as coarse as on FAT, in milliseconds: a write within it can leave the same one. */
const COARSE_MS = 2000;

/**
 * Tells whether the legacy databases are still what was backed up. Where size, time stamps and the file itself are as they
 * were before the backup, they are; where anything differs, or a file was written so shortly before that another write could
 * have left the same time, their bytes are hashed.
 */
export class LegacyWatch {
  private constructor(
    private readonly workspace: string,
    private readonly databases: readonly string[],
    /** Empty when it proves nothing. */
    private readonly stamps: string,
  ) {}

  /** To be called before the backup. @param databases paths relative to the workspace */
  static async begin(workspace: string, databases: readonly string[]): Promise<LegacyWatch> {
    const started = Date.now();
    const { stamps, newest } = await look(workspace, databases);
    return new LegacyWatch(workspace, databases, newest < started - COARSE_MS ? stamps : '');
  }

  async end(manifest: Manifest, signal?: AbortSignal): Promise<VerificationCheck[]> {
    const { workspace, databases, stamps } = this;
    const same = (await look(workspace, databases)).stamps === stamps;
    const different = same ? [] : await changedSince(workspace, manifest.databases, signal);
    const changed = new Map(different.map(({ database, state }) => [database, state]));
    return manifest.databases.map(({ path: database }) => ({
      name: `${database}: unchanged since the backup`,
      ok: !changed.has(database),
      expected: 'unchanged',
      actual: changed.get(database) ?? 'unchanged',
    }));
  }
}

async function look(workspace: string, databases: readonly string[]) {
  let newest = 0;
  const stamps: string[] = [];
  for (const file of databases.flatMap((database) => [database, `${database}-wal`, `${database}-journal`])) {
    const found = await stampsOf(path.join(workspace, file));
    stamps.push(found ? `${found.dev} ${found.ino} ${found.size} ${found.mtimeNs} ${found.ctimeNs}` : 'missing');
    if (found) newest = Math.max(newest, Number(found.mtimeMs), Number(found.ctimeMs));
  }
  return { stamps: stamps.join('\n'), newest };
}

/** Of the opened file: a network file system then asks the server and not its memory. Opening a pipe would wait for ever. */
async function stampsOf(file: string) {
  const found = await stat(file, { bigint: true }).catch(() => undefined);
  if (!found?.isFile()) return found;
  const handle = await open(file, 'r').catch(() => undefined);
  try {
    return (await handle?.stat({ bigint: true })) ?? found;
  } finally {
    await handle?.close();
  }
}
