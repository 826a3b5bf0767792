import { stat } from 'node:fs/promises';
import path from 'node:path';
import { ConsolidationError } from '../errors';
import { exists, makeDirectory, relativePath, sha256File, writeFileAtomically } from '../files';
import { throwIfCancelled } from '../ports';
import type { WorkOptions } from '../ports';
import { snapshotDatabase } from '../sqlite/image/snapshot';
import type { Migration } from './compile';
import type { RunDirectory } from './run-directory';
import { size } from './steps';

/** What the backup holds: every legacy file with its sidecars as it was. Paths relative to the workspace. */
export interface Manifest {
  readonly version: 1;
  readonly run: string;
  readonly databases: readonly ManifestDatabase[];
}

export interface ManifestDatabase {
  readonly path: string;
  readonly files: readonly ManifestFile[];
}

export interface ManifestFile {
  /** Where it stood. */
  readonly path: string;
  /** Where its copy stands. */
  readonly copy: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly mtimeMs: number;
}

/** Copies every legacy database with its sidecars into the backup folder; the run reads these copies only. */
export async function backUp(directory: RunDirectory, migration: Migration, options: WorkOptions): Promise<Manifest> {
  const { workspace, backup } = directory;
  await makeDirectory(backup);
  await writeFileAtomically(path.join(backup, '.gitignore'), '*\n');
  const total = migration.backedUp.reduce((sum, database) => sum + database.bytes, 0);
  let done = 0;
  const databases: ManifestDatabase[] = [];
  for (const database of migration.backedUp) {
    throwIfCancelled(options.signal);
    options.progress?.({ phase: 'snapshot', message: `Backing up ${database.path}`, done, total, unit: 'bytes' });
    const destination = path.join(backup, path.dirname(database.path));
    await makeDirectory(destination);
    const snapshot = await snapshotDatabase(path.join(workspace, database.path), destination, {
      signal: options.signal,
    });
    databases.push({
      path: database.path,
      files: snapshot.files.map((file) => ({
        path: relativePath(workspace, file.source),
        copy: relativePath(workspace, file.copy),
        bytes: file.bytes,
        sha256: file.sha256,
        mtimeMs: file.mtimeMs,
      })),
    });
    await directory.log(`backed up ${database.path} (${size(database.bytes)})`);
    done += database.bytes;
  }
  const manifest: Manifest = { version: 1, run: directory.run, databases };
  await writeFileAtomically(path.join(backup, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  await directory.writeJson('manifest.json', manifest);
  return manifest;
}

/** Absolute path of the private copy of a legacy database. */
export function snapshotPath(workspace: string, manifest: Manifest, database: string): string {
  const file = manifest.databases
    .find((entry) => entry.path === database)
    ?.files.find((entry) => entry.path === database);
  if (!file)
    throw new ConsolidationError(
      'BACKUP_DAMAGED',
      `The backup of run ${manifest.run} does not hold ${database}. Run the migration again.`,
      { database },
    );
  return path.join(workspace, file.copy);
}

/** Files that differ today from what the manifest says; a `-wal` or journal with content that was not there then, too. */
export async function changedSince(
  workspace: string,
  databases: readonly ManifestDatabase[],
  signal?: AbortSignal,
): Promise<{ readonly database: string; readonly file: ManifestFile; readonly state: 'missing' | 'changed' }[]> {
  const changed: { database: string; file: ManifestFile; state: 'missing' | 'changed' }[] = [];
  for (const database of databases) {
    for (const file of database.files) {
      const absolute = path.join(workspace, file.path);
      if (!(await exists(absolute))) changed.push({ database: database.path, file, state: 'missing' });
      else if ((await sha256File(absolute, signal)) !== file.sha256)
        changed.push({ database: database.path, file, state: 'changed' });
    }
    for (const sidecar of ['-wal', '-journal'].map((suffix) => database.path + suffix)) {
      if (database.files.some((file) => file.path === sidecar)) continue;
      const found = await stat(path.join(workspace, sidecar)).catch(() => undefined);
      // One of no bytes is left by a program that only read.
      if (!found || found.size === 0) continue;
      const file = { path: sidecar, copy: '', bytes: found.size, sha256: '', mtimeMs: found.mtimeMs };
      changed.push({ database: database.path, file, state: 'changed' });
    }
  }
  return changed;
}
