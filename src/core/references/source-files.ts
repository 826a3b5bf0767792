import { closeSync, fstatSync, openSync, readSync, readdirSync, statSync } from 'node:fs';
import type { Dirent, Stats } from 'node:fs';
import path from 'node:path';
import picomatch from 'picomatch';
import { Pause, SHORT_STRETCH } from '../sqlite/rows/pause';
import { interpretedLanguage } from './languages/interpreter';
import { codeLanguage, codeLanguageNamed } from './languages/language';
import { textLanguage } from './languages/text-language';
import type { SkippedFile } from './reference';
import { decodeText, isPlain } from './text/decode';

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

/** Longer files without an extension are no programs that a person wrote. */
const LONGEST_PROGRAM = 1024 * 1024;
const FIRST_LINE = 256;
/** A folder with more files without an extension holds data: objects of a cache, messages, keys. */
const MOST_PROGRAMS = 200;

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
  const text = textLanguage(file, extension);
  return text ? { path: file, language: text, isCode: false } : undefined;
}

/** Is it the first line of a file, and not its name, that says whether it is a program? */
export function isNamedLikeProgram(file: string): boolean {
  const name = file.slice(file.lastIndexOf('/') + 1);
  return !name.includes('.') && !sourceFile(file);
}

/** A file without an extension that begins with `#!`. @param text of an unsaved editor */
export function programFile(workspace: string, file: string, text?: string): SourceFile | undefined {
  const language = interpretedLanguage(text ?? beginningOf(`${workspace}/${file}`));
  return language === undefined
    ? undefined
    : { path: file, language, isCode: codeLanguageNamed(language) !== undefined };
}

/** The first bytes of a file that is not too long for a program. */
function beginningOf(absolute: string): string {
  const info = statOf(absolute);
  if (!info?.isFile() || info.size > LONGEST_PROGRAM) return '';
  try {
    const descriptor = openSync(absolute, 'r');
    try {
      const bytes = Buffer.alloc(FIRST_LINE);
      return bytes.toString('latin1', 0, readSync(descriptor, bytes, 0, FIRST_LINE, 0));
    } finally {
      closeSync(descriptor);
    }
  } catch {
    // It went away, or may not be read.
    return '';
  }
}

/** Synchronous: a promise for each small folder takes longer. A folder that cannot be listed holds nothing that could be edited. */
function entriesOf(directory: string): Dirent[] {
  try {
    return readdirSync(directory, { withFileTypes: true });
  } catch {
    return [];
  }
}

/** Is a file of no search: by a glob, or by a folder that it lies in? */
export function isLeftOut(file: string, exclude: readonly string[] = []): boolean {
  const excluded = picomatch([...exclude], { dot: true });
  const folders = [...file.matchAll(/\//g)].map(({ index }) => file.slice(0, index));
  return excluded(file) || folders.some((folder) => isLeftOutFolder(folder, excluded));
}

function isLeftOutFolder(folder: string, excluded: (path: string) => boolean): boolean {
  return SKIPPED.has(folder.slice(folder.lastIndexOf('/') + 1)) || OWN_COPIES(folder) || excluded(folder);
}

/** Every file of the workspace that may hold references, sorted by path. Links to folders are not followed. */
export async function listSourceFiles(
  workspace: string,
  options: {
    readonly exclude?: readonly string[];
    readonly signal?: AbortSignal;
    /** Unsaved editors: workspace-relative path to text. */
    readonly documents?: ReadonlyMap<string, string>;
  } = {},
): Promise<SourceFile[]> {
  const excluded = picomatch([...(options.exclude ?? [])], { dot: true });
  const found: SourceFile[] = [];
  const pause = new Pause(options.signal, SHORT_STRETCH);
  const queue = [''];
  for (let directory = queue.pop(); directory !== undefined; directory = queue.pop()) {
    if (pause.due) await pause.take();
    let programs = 0;
    for (const entry of entriesOf(`${workspace}/${directory}`)) {
      const relative = directory === '' ? entry.name : `${directory}/${entry.name}`;
      if (entry.isDirectory()) {
        if (!isLeftOutFolder(relative, excluded)) queue.push(relative);
        continue;
      }
      if (!entry.isFile()) continue;
      const named = sourceFile(relative);
      if ((!named && entry.name.includes('.')) || excluded(relative)) continue;
      const file =
        named ??
        (++programs <= MOST_PROGRAMS ? programFile(workspace, relative, options.documents?.get(relative)) : undefined);
      if (file) found.push(file);
    }
  }
  return found.sort((left, right) => (left.path < right.path ? -1 : 1));
}

interface Cached {
  readonly size: number;
  readonly modified: number;
  readonly text: string | undefined;
}

interface Opened {
  readonly size: number;
  readonly modified: number;
  /** Undefined where it is too long, and so was not read. */
  readonly length: number | undefined;
}

/** Strings of more than about a million characters are kept outside of the memory that is collected (`EXTERN_APEX` in Node). */
const TOGETHER = 1_100_000;
/** Files that are looked at without a pause. */
const MOST_TOGETHER = 300;

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
    return this.readTogether([file]).get(file);
  }

  /**
   * The texts of the first of these files, up to about `TOGETHER` bytes that have to be read: those in ASCII as parts of
   * one long string, which the garbage collector does not move about.
   */
  readTogether(files: Iterable<string>): Map<string, string | undefined> {
    const texts = new Map<string, string | undefined>();
    const plain: { readonly file: string; readonly start: number; readonly end: number; readonly of: Opened }[] = [];
    let end = 0;
    for (const file of files) {
      const absolute = `${this.workspace}/${file}`;
      const known = this.files.get(file);
      const info = known && statOf(absolute);
      if (info && known.size === info.size && known.modified === info.mtimeMs) {
        texts.set(file, known.text);
        continue;
      }
      this.files.delete(file);
      this.oversized.delete(file);
      const of = this.open(absolute, end);
      if (!of) texts.set(file, undefined);
      else if (of.length === undefined) this.oversized.set(file, of.size);
      else if (isPlain(this.buffer.subarray(end, end + of.length))) {
        plain.push({ file, start: end, end: (end += of.length), of });
        texts.set(file, '');
      } else texts.set(file, this.keep(file, of, decodeText(this.buffer.subarray(end, end + of.length))));
      if (end >= TOGETHER || texts.size >= MOST_TOGETHER) break;
    }
    const all = this.buffer.toString('latin1', 0, end);
    for (const { file, start, end, of } of plain) texts.set(file, this.keep(file, of, all.slice(start, end)));
    return texts;
  }

  private keep(file: string, { size, modified }: Opened, text: string | undefined): string | undefined {
    this.files.set(file, { size, modified, text });
    return text;
  }

  /** Reads a file into the buffer, if it is not too long. A promise for each small file takes longer than reading it. */
  private open(absolute: string, at: number): Opened | undefined {
    try {
      const descriptor = openSync(absolute, 'r');
      try {
        const { size, mtimeMs: modified } = fstatSync(descriptor);
        return { size, modified, length: size > LONGEST ? undefined : this.readInto(descriptor, at, size) };
      } finally {
        closeSync(descriptor);
      }
    } catch {
      // It went away, or may not be read.
      return undefined;
    }
  }

  /** @returns how many bytes there were */
  private readInto(descriptor: number, at: number, size: number): number {
    if (this.buffer.length < at + size) {
      const larger = Buffer.allocUnsafe(2 * (at + size));
      this.buffer.copy(larger, 0, 0, at);
      this.buffer = larger;
    }
    let length = 0;
    for (let read = 1; read > 0 && length < size; length += read)
      read = readSync(descriptor, this.buffer, at + length, size - length, null);
    return length;
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
