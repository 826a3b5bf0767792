import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import picomatch from 'picomatch';
import { throwIfCancelled } from '../ports';
import { codeLanguage } from './languages/language';
import { textLanguage } from './languages/text-language';
import type { SkippedFile } from './reference';
import { decodeText } from './text/decode';

/** Folders that hold no code of the project. */
const SKIPPED = new Set([
  'node_modules',
  'bower_components',
  '.git',
  '.hg',
  '.svn',
  '.jj',
  '.venv',
  'venv',
  '.tox',
  '.nox',
  '__pycache__',
  '.mypy_cache',
  '.pytest_cache',
  '.ruff_cache',
  'site-packages',
  '.next',
  '.nuxt',
  '.gradle',
  '.terraform',
  '.sqlite-consolidator',
]);
const SKIPPED_FILES = new Set([
  'package-lock.json',
  'pnpm-lock.yaml',
  'yarn.lock',
  'poetry.lock',
  'Cargo.lock',
  'go.sum',
]);
/** Copies of legacy databases and of the code that were made by a migration. */
const OWN_COPIES = picomatch(['**/backups/migration_*', '**/archive/migration_*']);
/** Longer files are data more than code, and would have to be held in memory. */
const LONGEST = 16 * 1024 * 1024;

/** A file that may hold references. */
export interface SourceFile {
  /** Workspace-relative, `/`. */
  readonly path: string;
  readonly language: string;
  readonly isCode: boolean;
}

/** The language of a file by its name; `undefined` for files that are not read. */
export function sourceFile(file: string): SourceFile | undefined {
  const name = file.slice(file.lastIndexOf('/') + 1);
  if (SKIPPED_FILES.has(name)) return undefined;
  const extension = path.posix.extname(name).toLowerCase();
  const code = codeLanguage(extension);
  if (code) return { path: file, language: code.id, isCode: true };
  const text = textLanguage(name, extension);
  return text ? { path: file, language: text, isCode: false } : undefined;
}

/** Every file of the workspace that may hold references, sorted by path. Links to folders are not followed. */
export async function listSourceFiles(
  workspace: string,
  options: { readonly exclude?: readonly string[]; readonly signal?: AbortSignal } = {},
): Promise<SourceFile[]> {
  const excluded = picomatch([...(options.exclude ?? [])], { dot: true });
  const found: SourceFile[] = [];
  const list = async (directory: string): Promise<void> => {
    throwIfCancelled(options.signal);
    const inner: Promise<void>[] = [];
    // A folder that cannot be listed holds nothing that could be edited either.
    for (const entry of await readdir(path.join(workspace, directory), { withFileTypes: true }).catch(() => [])) {
      const relative = directory === '' ? entry.name : `${directory}/${entry.name}`;
      if (entry.isDirectory()) {
        if (!SKIPPED.has(entry.name) && !OWN_COPIES(relative) && !excluded(relative)) inner.push(list(relative));
        continue;
      }
      if (!entry.isFile()) continue;
      const file = sourceFile(relative);
      if (file && !excluded(relative)) found.push(file);
    }
    await Promise.all(inner);
  };
  await list('');
  return found.sort((left, right) => (left.path < right.path ? -1 : 1));
}

interface Cached {
  readonly size: number;
  readonly modified: number;
  readonly text: string | undefined;
}

function statOf(file: string): Stats | undefined {
  try {
    return statSync(file, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

/** Texts of files, kept as long as size and modification time stay. */
export class TextCache {
  private readonly files = new Map<string, Cached>();
  private readonly oversized = new Map<string, number>();
  private buffer = Buffer.allocUnsafe(1 << 16);

  constructor(private readonly workspace: string) {}

  /** `undefined` for binary and oversized files, and for those that went away. */
  read(file: string): string | undefined {
    const absolute = `${this.workspace}/${file}`;
    const known = this.files.get(file);
    if (known) {
      const info = statOf(absolute);
      if (info && known.size === info.size && known.modified === info.mtimeMs) return known.text;
    }
    this.files.delete(file);
    this.oversized.delete(file);
    const read = this.open(absolute);
    if (!read) return undefined;
    if (read.size > LONGEST) this.oversized.set(file, read.size);
    else this.files.set(file, read);
    return read.text;
  }

  /** What a file holds; its text only where it is not too long. A promise for each small file takes longer than reading it. */
  private open(absolute: string): Cached | undefined {
    try {
      const descriptor = openSync(absolute, 'r');
      try {
        const { size, mtimeMs: modified } = fstatSync(descriptor);
        if (size > LONGEST) return { size, modified, text: undefined };
        return { size, modified, text: decodeText(this.bytesOf(descriptor, size)) };
      } finally {
        closeSync(descriptor);
      }
    } catch {
      // It went away, or may not be read.
      return undefined;
    }
  }

  /** The bytes of a file, in a buffer that the next file is read into. */
  private bytesOf(descriptor: number, size: number): Buffer {
    if (this.buffer.length < size) this.buffer = Buffer.allocUnsafe(Math.max(2 * size, 1 << 16));
    let length = 0;
    for (let read = 1; read > 0 && length < size; length += read)
      read = readSync(descriptor, this.buffer, length, size - length, null);
    return this.buffer.subarray(0, length);
  }

  retain(files: ReadonlySet<string>): void {
    for (const file of this.files.keys()) if (!files.has(file)) this.files.delete(file);
    for (const file of this.oversized.keys()) if (!files.has(file)) this.oversized.delete(file);
  }

  /** Files that are left out although their names say that they hold code or configuration, sorted. */
  get skipped(): SkippedFile[] {
    return [...this.oversized]
      .map(([file, bytes]) => ({ file, bytes, reason: 'longer than 16 MB: data more than code' }))
      .sort((left, right) => (left.file < right.file ? -1 : 1));
  }
}
