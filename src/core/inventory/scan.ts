import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { throwIfCancelled } from '../ports';
import type { WorkOptions } from '../ports';
import { readDatabaseState } from '../sqlite/image/database-state';
import type { DatabaseState } from '../sqlite/image/database-state';
import { InventoryCache } from './cache';
import { discoverDatabases } from './discover';
import { inspectDatabase, sidecarsOf } from './inspect';
import type { DuplicateSet, Inventory, InventoryDatabase } from './inventory';

export interface ScanOptions extends WorkOptions {
  /** Glob patterns of files and folders that are left out. */
  readonly exclude?: readonly string[];
  /** Folder in which what is found is remembered for the next scan; without it nothing is written. */
  readonly cacheDirectory?: string;
  /** What the inventory tells: always the state that recovery would give. */
  readonly read?: 'recovered';
}

/**
 * Finds and inspects every SQLite database of a workspace, in the order of their paths. The databases are only read.
 * Nothing that is wrong with a file is thrown: it is a `problem` of its entry. `references` is left for the pipeline to fill.
 * @throws ConsolidationError `CANCELLED`
 */
export async function scanDatabases(workspace: string, options: ScanOptions = {}): Promise<Inventory> {
  const root = await realpath(workspace);
  options.progress?.({ phase: 'scan', message: 'Looking for databases' });
  const { files, unlisted } = await discoverDatabases(root, options);
  const cache = await InventoryCache.open(options.cacheDirectory);
  const databases: InventoryDatabase[] = [];
  for (const [done, file] of files.entries()) {
    throwIfCancelled(options.signal);
    options.progress?.({ phase: 'scan', message: `Reading ${file.path}`, done, total: files.length, unit: 'files' });
    databases.push(await inspectedDatabase(root, file.path, cache, options));
  }
  await cache.save();
  const links = files.filter((file) => file.aliases.length > 0);
  return {
    version: 1,
    workspace: root,
    databases,
    duplicates: [
      ...links.map((file): DuplicateSet => ({ reason: 'same-file', paths: [file.path, ...file.aliases] })),
      ...sameContent(databases),
    ],
    ...(unlisted.length > 0 ? { unlisted } : {}),
  };
}

async function inspectedDatabase(
  root: string,
  file: string,
  cache: InventoryCache,
  options: WorkOptions,
): Promise<InventoryDatabase> {
  const known = cache.get(file, readState(path.join(root, file)));
  if (known) return { ...known, sidecars: sidecarsOf(path.join(root, file), file) };
  const { database, state } = await inspectDatabase(root, file, options);
  cache.put(file, state, database);
  return database;
}

/** A file that cannot be read has no state; the inspection says why. */
function readState(file: string): DatabaseState {
  try {
    return readDatabaseState(file);
  } catch {
    return { main: undefined, wal: undefined, journal: undefined };
  }
}

/** Databases whose bytes are the same; those with sidecars are left out, since their rows may differ all the same. */
function sameContent(databases: readonly InventoryDatabase[]): DuplicateSet[] {
  const groups = new Map<string, string[]>();
  for (const { kind, sha256, sidecars, path } of databases) {
    if (kind === 'sqlite' && sidecars.length === 0) groups.set(sha256, [...(groups.get(sha256) ?? []), path]);
  }
  return [...groups.values()].filter((paths) => paths.length > 1).map((paths) => ({ reason: 'same-content', paths }));
}
