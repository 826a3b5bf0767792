import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import type { CodeFiles } from './outcome';
import { decodeSource } from './source-text';

/** Extensions of the languages in which something may be used by another file. */
const CODE = new Set(['.py', '.pyi', '.go', '.mod', '.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs']);
const PASSED_OVER = new Set(['node_modules', '__pycache__', 'venv', 'env', 'site-packages', 'dist', 'build', 'vendor']);

/** May something in the file be used by another one? */
export function isCodeFile(file: string): boolean {
  return CODE.has(path.extname(file));
}

export interface OpenedCode extends Required<Omit<CodeFiles, 'source'>> {
  /** The text that a file had when it was read, for `writeEdits` to compare; undefined when it was not read. */
  known(file: string): string | undefined;
  /** Is the file in the list, and there still? True where none was made. */
  isListed(file: string): boolean;
  /** The file may be another one now. */
  forget(file: string): void;
}

/**
 * The code files of a workspace folder, each read once; unsaved editors with their current text.
 * @param documents workspace-relative path to text.
 */
export function openCodeFiles(workspace: string, documents: Readonly<Record<string, string>> = {}): OpenedCode {
  const texts = new Map(Object.entries(documents));
  const found = new Map<string, boolean>();
  let listed: string[] | undefined;
  let inList: Set<string> | undefined;
  return {
    read(file) {
      let text = texts.get(file);
      if (text === undefined) texts.set(file, (text = decodeSource(readFileSync(path.join(workspace, file))).text));
      return text;
    },
    known: (file) => texts.get(file),
    isListed: (file) => !listed || ((inList ??= new Set(listed)).has(file) && existsSync(path.join(workspace, file))),
    forget(file) {
      texts.delete(file);
      found.delete(file);
    },
    exists(file) {
      let there = texts.has(file) || found.get(file);
      if (there === undefined) found.set(file, (there = existsSync(path.join(workspace, file))));
      return there;
    },
    list() {
      if (!listed) for (const file of (listed = listFiles(workspace))) found.set(file, true);
      return listed;
    },
  };
}

function listFiles(workspace: string): string[] {
  const files: string[] = [];
  const pending = [''];
  for (let directory = pending.pop(); directory !== undefined; directory = pending.pop())
    for (const entry of readdirSync(path.join(workspace, directory), { withFileTypes: true })) {
      const name = directory === '' ? entry.name : `${directory}/${entry.name}`;
      if (entry.isDirectory()) {
        if (!entry.name.startsWith('.') && !PASSED_OVER.has(entry.name)) pending.push(name);
      } else if (isCodeFile(entry.name)) files.push(name);
    }
  return files.sort();
}
