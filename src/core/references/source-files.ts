import { closeSync, openSync, readSync, readdirSync, statSync } from 'node:fs';
import type { Dirent } from 'node:fs';
import picomatch from 'picomatch';
import { Pause, SHORT_STRETCH } from '../sqlite/rows/pause';
import { interpretedLanguage } from './languages/interpreter';
import { codeLanguage, codeLanguageNamed } from './languages/language';
import { textLanguage } from './languages/text-language';

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
const OWN_COPIES = /(?:^|\/)(?:backups|archive)\/migration_[^/]*$/;
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
  const dot = name.lastIndexOf('.');
  const extension = dot > 0 ? name.slice(dot).toLowerCase() : '';
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
  try {
    const info = statSync(absolute);
    if (!info.isFile() || info.size > LONGEST_PROGRAM) return '';
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
  const excluded = excludes(exclude);
  const folders = [...file.matchAll(/\//g)].map(({ index }) => file.slice(0, index));
  return excluded(file) || folders.some((folder) => isLeftOutFolder(folder, excluded));
}

function excludes(globs: readonly string[] = []): (path: string) => boolean {
  // Most are names, such as that of the plan file.
  const names = new Set(globs.filter((glob) => /^[\w-](?:[\w./-]*[\w-])?$/.test(glob)));
  const patterns = globs.filter((glob) => !names.has(glob));
  const matches = patterns.length === 0 ? () => false : picomatch(patterns, { dot: true });
  return (file) => names.has(file) || matches(file);
}

function isLeftOutFolder(folder: string, excluded: (path: string) => boolean): boolean {
  return SKIPPED.has(folder.slice(folder.lastIndexOf('/') + 1)) || OWN_COPIES.test(folder) || excluded(folder);
}

export interface ListOptions {
  /** Globs, relative to the workspace. */
  readonly exclude?: readonly string[];
  readonly signal?: AbortSignal;
  /** Unsaved editors: workspace-relative path to text. */
  readonly documents?: ReadonlyMap<string, string>;
  /** Told once, when there are so many files. */
  readonly onMany?: { readonly files: number; tell(): void };
}

/** Every file of the workspace that may hold references, sorted by path. Links to folders are not followed. */
export async function listSourceFiles(workspace: string, options: ListOptions = {}): Promise<SourceFile[]> {
  const excluded = excludes(options.exclude);
  const { onMany } = options;
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
      if (file && found.length === onMany?.files) onMany.tell();
    }
  }
  return found.sort((left, right) => (left.path < right.path ? -1 : 1));
}
