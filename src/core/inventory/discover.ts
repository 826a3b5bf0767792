import { lstat, open, readFile, readdir, realpath, stat } from 'node:fs/promises';
import type { Dirent } from 'node:fs';
import path from 'node:path';
import picomatch from 'picomatch';
import { throwIfCancelled } from '../ports';
import type { WorkOptions } from '../ports';
import { hasMagic } from '../sqlite/format/header';
import type { UnlistedFolder } from './inventory';

/** A file that is, or by its name should be, a SQLite database. */
export interface DiscoveredFile {
  /** Workspace-relative, `/`. */
  readonly path: string;
  /** Other names of the very same file: symbolic and hard links. */
  readonly aliases: readonly string[];
}

const EXTENSIONS = new Set(['.db', '.sqlite', '.sqlite3', '.db3', '.s3db', '.sl3']);
/** Files that are never opened to look for a database: there are thousands of them, and they say what they are. */
const OTHER_EXTENSIONS = new Set(
  (
    '.py .pyi .pyc .pyo .go .ts .tsx .mts .cts .js .jsx .mjs .cjs .map .java .class .jar .cs .rs .rb .php .c .h .cc .cpp .hpp .m ' +
    '.swift .kt .kts .scala .sh .bash .zsh .ps1 .bat .cmd .sql .html .htm .css .scss .less .vue .svelte .json .jsonc .json5 .jsonl ' +
    '.yaml .yml .toml .ini .cfg .conf .env .xml .csv .tsv .md .mdx .rst .txt .log .lock .proto .graphql .ipynb .tf .gradle ' +
    '.png .jpg .jpeg .gif .webp .svg .ico .bmp .tiff .mp3 .mp4 .wav .ogg .webm .mov .ttf .otf .woff .woff2 .eot .pdf .doc .docx ' +
    '.xls .xlsx .ppt .pptx .zip .gz .tgz .bz2 .xz .zst .7z .tar .whl .so .dylib .dll .exe .o .a .wasm .parquet .arrow .npy .npz .pt .onnx'
  ).split(' '),
);
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
/** Copies of legacy databases that a run made, at their usual places. */
const OWN_COPIES = picomatch(
  ['data/backups/migration_*', 'data/archive/migration_*'].flatMap((at) => [at, `**/${at}`]),
);
/** `OWN_COPIES` elsewhere: a folder with the manifest of a run. */
const MANIFEST = 'manifest.json';
const SMALLEST_DATABASE = 512;
/** What stands in a name for bytes that are not UTF-8: such a file exists, and no path of ours leads to it. */
export const NOT_UTF8 = '\uFFFD';

export interface Discovery {
  readonly files: readonly DiscoveredFile[];
  readonly unlisted: readonly UnlistedFolder[];
}

/**
 * Files with a database's extension, whatever they hold, and others that begin like a database; sorted by path.
 * Symbolic links to folders are not followed: what they lead to is found at its own place, or lies outside.
 */
export async function discoverDatabases(
  workspace: string,
  options: WorkOptions & { readonly exclude?: readonly string[] } = {},
): Promise<Discovery> {
  const root = await realpath(workspace);
  const excluded = picomatch([...(options.exclude ?? [])], { dot: true });
  const found: string[] = [];
  const unlisted: UnlistedFolder[] = [];
  const queue = [''];
  for (let directory = queue.pop(); directory !== undefined; directory = queue.pop()) {
    throwIfCancelled(options.signal);
    const entries = await readdir(path.join(root, directory), { withFileTypes: true }).catch((error: unknown) => {
      const message = whyUnlisted(directory, error as NodeJS.ErrnoException);
      if (message !== undefined) unlisted.push({ path: directory, message });
      return [];
    });
    if (await holdsManifest(path.join(root, directory), entries)) continue;
    for (const entry of entries) {
      const relative = directory === '' ? entry.name : `${directory}/${entry.name}`;
      if (excluded(relative)) continue;
      if (entry.isDirectory()) {
        if (!SKIPPED_FOLDERS.has(entry.name) && !OWN_COPIES(relative)) queue.push(relative);
      } else if ((entry.isFile() || entry.isSymbolicLink()) && (await isCandidate(root, relative)))
        found.push(relative);
    }
  }
  return {
    files: await joinAliases(root, found.sort()),
    unlisted: unlisted.sort((a, b) => (a.path < b.path ? -1 : 1)),
  };
}

/** Undefined for a folder that vanished since its name was read: it holds nothing any more. */
function whyUnlisted(directory: string, { code, message }: NodeJS.ErrnoException): string | undefined {
  const folder = directory === '' ? 'The workspace' : directory;
  if (directory.includes(NOT_UTF8))
    return `${folder} cannot be looked into: its name is not valid UTF-8. Rename it and scan again.`;
  if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
  return `${folder} cannot be looked into (${code ?? message}). Check its permissions and scan again, or exclude it.`;
}

/** Is it the folder of a backup or an archive, wherever the plan had it put? */
async function holdsManifest(directory: string, entries: readonly Dirent[]): Promise<boolean> {
  if (!entries.some((entry) => entry.name === MANIFEST && entry.isFile())) return false;
  try {
    const manifest = JSON.parse(await readFile(path.join(directory, MANIFEST), 'utf8')) as Record<
      string,
      unknown
    > | null;
    return (
      typeof manifest?.run === 'string' && manifest.run.startsWith('migration_') && Array.isArray(manifest.databases)
    );
  } catch {
    return false; // Some other program's manifest.
  }
}

async function isCandidate(root: string, relative: string): Promise<boolean> {
  const extension = path.posix.extname(relative).toLowerCase();
  if (OTHER_EXTENSIONS.has(extension)) return false;
  const absolute = path.join(root, relative);
  const target = await realpath(absolute).catch(() => undefined);
  if (target === undefined && path.basename(relative).includes(NOT_UTF8)) return EXTENSIONS.has(extension);
  // A link that leads out of the workspace names somebody else's file; one that leads nowhere, none.
  if (target === undefined || !target.startsWith(root + path.sep)) return false;
  const info = await stat(absolute).catch(() => undefined);
  if (!info?.isFile()) return false;
  return EXTENSIONS.has(extension) || (info.size >= SMALLEST_DATABASE && (await beginsLikeDatabase(absolute)));
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
    // A file that vanished since it was listed is no database any more.
    const info = await stat(absolute, { bigint: true }).catch(() => undefined);
    const own = await lstat(absolute).catch(() => undefined);
    if (!info || !own) {
      if (path.basename(file).includes(NOT_UTF8)) groups.set(file, [{ path: file, isLink: false }]);
      continue;
    }
    const key = `${info.dev} ${info.ino}`;
    groups.set(key, [...(groups.get(key) ?? []), { path: file, isLink: own.isSymbolicLink() }]);
  }
  return [...groups.values()]
    .map((names) => {
      const main = names.find((name) => !name.isLink) ?? names[0]!;
      return { path: main.path, aliases: names.filter((name) => name !== main).map((name) => name.path) };
    })
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}
