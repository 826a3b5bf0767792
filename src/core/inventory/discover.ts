import { lstat, open, readdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import picomatch from 'picomatch';
import { throwIfCancelled } from '../ports';
import type { WorkOptions } from '../ports';
import { hasMagic } from '../sqlite/header';

/** A file that is, or by its name should be, a SQLite database. */
export interface DiscoveredFile {
  /** Workspace-relative, `/`. */
  readonly path: string;
  /** Other names of the very same file: symbolic and hard links. */
  readonly aliases: readonly string[];
}

const EXTENSIONS = new Set(['.db', '.sqlite', '.sqlite3', '.db3', '.s3db', '.sl3']);
const SKIPPED_FOLDERS = new Set([
  'node_modules',
  '.git',
  '.hg',
  '.svn',
  '.jj',
  '.venv',
  'venv',
  '__pycache__',
  '.tox',
  '.mypy_cache',
  '.sqlite-consolidator',
]);
/** Our own copies of legacy databases. */
const OWN_COPIES = picomatch([
  '**/backups/migration_*',
  '**/archive/migration_*',
  'backups/migration_*',
  'archive/migration_*',
]);

/**
 * Files with a database's extension, and files without extension that begin like a database; sorted by path.
 * Symbolic links to folders are not followed: what they lead to is found at its own place, or lies outside.
 */
export async function discoverDatabases(
  workspace: string,
  options: WorkOptions & { readonly exclude?: readonly string[] } = {},
): Promise<DiscoveredFile[]> {
  const root = await realpath(workspace);
  const excluded = picomatch([...(options.exclude ?? [])], { dot: true });
  const found: string[] = [];
  const queue = [''];
  for (let directory = queue.pop(); directory !== undefined; directory = queue.pop()) {
    throwIfCancelled(options.signal);
    for (const entry of await readdir(path.join(root, directory), { withFileTypes: true }).catch(() => [])) {
      const relative = directory === '' ? entry.name : `${directory}/${entry.name}`;
      if (excluded(relative)) continue;
      if (entry.isDirectory()) {
        if (!SKIPPED_FOLDERS.has(entry.name) && !OWN_COPIES(relative)) queue.push(relative);
      } else if ((entry.isFile() || entry.isSymbolicLink()) && (await isCandidate(root, relative)))
        found.push(relative);
    }
  }
  return joinAliases(root, found.sort());
}

async function isCandidate(root: string, relative: string): Promise<boolean> {
  const extension = path.posix.extname(relative).toLowerCase();
  const absolute = path.join(root, relative);
  const named = EXTENSIONS.has(extension);
  if (!named && extension !== '') return false;
  const target = await realpath(absolute).catch(() => undefined);
  // A link that leads out of the workspace names somebody else's file.
  if (target === undefined || !target.startsWith(root + path.sep)) return false;
  const info = await stat(absolute).catch(() => undefined);
  if (!info?.isFile()) return false;
  return named || (info.size >= 512 && (await beginsLikeDatabase(absolute)));
}

async function beginsLikeDatabase(file: string): Promise<boolean> {
  const handle = await open(file, 'r').catch(() => undefined);
  if (!handle) return false;
  try {
    const bytes = new Uint8Array(16);
    await handle.read(bytes, 0, 16, 0);
    return hasMagic(bytes);
  } finally {
    await handle.close();
  }
}

async function joinAliases(root: string, files: readonly string[]): Promise<DiscoveredFile[]> {
  const groups = new Map<string, { path: string; isLink: boolean }[]>();
  for (const file of files) {
    const absolute = path.join(root, file);
    const { dev, ino } = await stat(absolute);
    const key = `${dev} ${ino}`;
    groups.set(key, [...(groups.get(key) ?? []), { path: file, isLink: (await lstat(absolute)).isSymbolicLink() }]);
  }
  return [...groups.values()]
    .map((names) => {
      const main = names.find((name) => !name.isLink) ?? names[0]!;
      return { path: main.path, aliases: names.filter((name) => name !== main).map((name) => name.path) };
    })
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}
