import { rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { ConsolidationError } from '../errors';
import { exists, insideWorkspace, makeDirectory, moveFile, relativePath, sha256File, syncFile } from '../files';
import type { InventoryDatabase } from '../inventory/inventory';
import type { Manifest } from './backup';
import { stagedPath } from './build';
import type { Migration } from './compile';
import type { Publication, RunDirectory } from './run-directory';

/** Of a file of no bytes: an empty `-wal` holds no rows. */
const EMPTY_SHA256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

/** Files that belong to a database file while it is in use. */
export const SIDECARS = ['-wal', '-shm', '-journal'] as const;

/** Flushes every staged file to the disk, and hashes what is there. @throws ConsolidationError `WRITE_FAILED`, `DISK_SPACE` */
export async function sealStaged(
  directory: RunDirectory,
  { plan }: Migration,
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const hashes = new Map<string, string>();
  for (const target of plan.targets) {
    const staged = stagedPath(directory, target);
    await syncFile(staged);
    hashes.set(target.name, await sha256File(staged, signal));
  }
  return hashes;
}

/** Works out the renames that publish the verified targets. Nothing is moved yet. */
export async function planPublications(
  directory: RunDirectory,
  migration: Migration,
  manifest: Manifest,
  hashes: ReadonlyMap<string, string>,
): Promise<Publication[]> {
  const { workspace } = directory;
  const publications: Publication[] = [];
  for (const target of migration.plan.targets) {
    const staged = stagedPath(directory, target);
    const destination = await insideWorkspace(workspace, target.path);
    if (target.replaces === undefined && (await exists(destination))) throw await occupied(target.path, destination);
    // A sidecar beside a new database would be taken for its own: whatever stands there steps aside, even an orphan.
    const replaced: { from: string; to: string; sha256?: string }[] = [];
    for (const suffix of target.replaces === undefined ? SIDECARS : ['', ...SIDECARS]) {
      const from = relativePath(workspace, destination) + suffix;
      const to = relativePath(workspace, directory.file(path.join('replaced', from)));
      replaced.push(
        (await exists(destination + suffix))
          ? { from, to, sha256: await sha256File(destination + suffix) }
          : { from, to },
      );
    }
    if (target.replaces !== undefined) refuseChanged(target.replaces, replaced, manifest);
    publications.push({
      target: target.name,
      staged: relativePath(workspace, staged),
      path: target.path,
      sha256: hashes.get(target.name)!,
      bytes: (await stat(staged)).size,
      replaced,
    });
  }
  return publications;
}

/** The legacy file that steps aside must be the one that was read. */
function refuseChanged(database: string, replaced: Publication['replaced'], manifest: Manifest): void {
  const files = manifest.databases.find((entry) => entry.path === database)?.files ?? [];
  const now = new Map(replaced.filter((file) => !file.from.endsWith('-shm')).map((file) => [file.from, file.sha256]));
  const changed = files.some((file) => now.get(file.path) !== file.sha256);
  const appeared = [...now].some(
    ([file, sha256]) => sha256 !== undefined && sha256 !== EMPTY_SHA256 && !files.some(({ path }) => path === file),
  );
  if (!changed && !appeared) return;
  throw new ConsolidationError(
    'LEGACY_DATABASE_CHANGED',
    `${database} was changed while the migration ran, so the target that takes its place would miss rows. Stop the programs that write it and migrate again; nothing was published.`,
    { database },
  );
}

/** Also an empty file is not ours to replace: a program may hold it open and write to it in the next moment. */
async function occupied(file: string, destination: string): Promise<ConsolidationError> {
  const { size: bytes } = await stat(destination).catch(() => ({ size: -1 }));
  return new ConsolidationError(
    'TARGET_EXISTS',
    bytes === 0
      ? `${file} is there already, an empty file of 0 bytes as a program leaves that opens a database and writes nothing. Find the program that made it, delete the file, and migrate again.`
      : `${file} exists and is not a source of the target that is to be published there. Move it away or give the target another path.`,
    { file, bytes },
  );
}

/**
 * Refuses early, before anything is written, what publishing would refuse late.
 * @throws ConsolidationError `TARGET_EXISTS`, `PATH_OUTSIDE_WORKSPACE`
 */
export async function checkDestinations(
  workspace: string,
  migration: Migration,
  databases: readonly InventoryDatabase[],
): Promise<void> {
  const known = new Set(databases.map((database) => database.path));
  for (const target of migration.plan.targets) {
    const destination = await insideWorkspace(workspace, target.path);
    if (target.replaces !== undefined ? !known.has(target.replaces) : await exists(destination))
      throw await occupied(target.path, destination);
  }
}

/** Carries the renames out, each one idempotent, so that an interrupted publication can be finished by calling it again. */
export async function carryOut(workspace: string, publications: readonly Publication[]): Promise<void> {
  for (const publication of publications) {
    const staged = path.join(workspace, publication.staged);
    const destination = await insideWorkspace(workspace, publication.path);
    if (!(await exists(staged))) continue; // already in place
    for (const { from, to } of publication.replaced) {
      if (await exists(path.join(workspace, to))) continue;
      if (await exists(path.join(workspace, from)))
        await moveFile(path.join(workspace, from), path.join(workspace, to));
    }
    await makeDirectory(path.dirname(destination));
    await moveFile(staged, destination);
  }
}

/** Takes published targets away and puts back what stepped aside for them. Idempotent. */
export async function undo(
  workspace: string,
  publications: readonly Publication[],
): Promise<{ readonly removed: string[]; readonly restored: string[] }> {
  const removed: string[] = [];
  const restored: string[] = [];
  for (const publication of [...publications].reverse()) {
    const destination = await insideWorkspace(workspace, publication.path);
    const published = !(await exists(path.join(workspace, publication.staged)));
    const legacy = publication.replaced.find(({ from }) => from === publication.path);
    const alreadyRestored = legacy !== undefined && !(await exists(path.join(workspace, legacy.to)));
    if (published && !alreadyRestored && (await exists(destination))) {
      for (const suffix of ['', ...SIDECARS]) await rm(destination + suffix, { force: true });
      removed.push(publication.path);
    }
    // Sidecars first: the legacy file is never there without the rows in its -wal.
    for (const { from, to } of [...publication.replaced].reverse()) {
      if (!(await exists(path.join(workspace, to)))) continue;
      await moveFile(path.join(workspace, to), path.join(workspace, from));
      restored.push(from);
    }
  }
  return { removed, restored };
}
