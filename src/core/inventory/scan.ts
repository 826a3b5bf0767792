import { realpath } from 'node:fs/promises';
import { throwIfCancelled } from '../ports';
import type { WorkOptions } from '../ports';
import { discoverDatabases } from './discover';
import { inspectDatabase } from './inspect';
import type { DuplicateSet, Inventory, InventoryDatabase } from './inventory';

/** Finds and inspects every SQLite database of a workspace. Reads only. */
export async function scanDatabases(
  workspace: string,
  options: WorkOptions & { readonly exclude?: readonly string[] } = {},
): Promise<Inventory> {
  const root = await realpath(workspace);
  options.progress?.({ phase: 'scan', message: 'Looking for databases' });
  const files = await discoverDatabases(root, options);
  const databases: InventoryDatabase[] = [];
  for (const [done, file] of files.entries()) {
    throwIfCancelled(options.signal);
    options.progress?.({ phase: 'scan', message: `Reading ${file.path}`, done, total: files.length, unit: 'files' });
    databases.push(await inspectDatabase(root, file.path, options));
  }
  const links = files.filter((file) => file.aliases.length > 0);
  return {
    version: 1,
    workspace: root,
    databases,
    duplicates: [
      ...links.map((file): DuplicateSet => ({ reason: 'same-file', paths: [file.path, ...file.aliases] })),
      ...sameContent(databases),
    ],
  };
}

/** Databases whose bytes are the same; those with sidecars are left out, since their rows may differ all the same. */
function sameContent(databases: readonly InventoryDatabase[]): DuplicateSet[] {
  const groups = new Map<string, string[]>();
  for (const { kind, sha256, sidecars, path } of databases) {
    if (kind === 'sqlite' && sidecars.length === 0) groups.set(sha256, [...(groups.get(sha256) ?? []), path]);
  }
  return [...groups.values()].filter((paths) => paths.length > 1).map((paths) => ({ reason: 'same-content', paths }));
}
