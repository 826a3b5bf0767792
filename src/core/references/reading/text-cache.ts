import { statSync } from 'node:fs';
import type { Stats } from 'node:fs';
import type { SkippedFile } from '../reference';
import { mayMatter } from '../analysis/candidates';
import { LONGEST_WHOLE } from '../text/longest';
import { sourceFile } from '../source-files';
import { calledNames } from '../text/called-names';
import { declaringLanguage } from '../text/declarations';
import { readFiles, readText } from './read-files';
import type { ReadFile } from './read-files';
import { SourceText } from './source-text';

interface Cached {
  readonly size: number;
  readonly modified: number;
  readonly text: SourceText | undefined;
}

/** So many bytes and files are read without a pause. */
const MOST_BYTES = 1_100_000;
const MOST_FILES = 300;

/** Texts of files, kept as long as size and modification time stay. */
export class TextCache {
  private readonly files = new Map<string, Cached>();
  private readonly oversized = new Map<string, number>();

  constructor(private readonly workspace: string) {}

  get isEmpty(): boolean {
    return this.files.size === 0;
  }

  /** `undefined` for binary and oversized files, and for those that went away. */
  read(file: string): SourceText | undefined {
    return this.readTogether([{ path: file }], 0).get(file);
  }

  /** The texts of files from the one at `first` on: so many as are read without a pause. */
  readTogether(files: readonly { readonly path: string }[], first: number): Map<string, SourceText | undefined> {
    const texts = new Map<string, SourceText | undefined>();
    let at = first;
    while (at < files.length && texts.size < MOST_FILES) {
      const file = files[at]!.path;
      const known = this.files.get(file);
      const info = known && statOf(`${this.workspace}/${file}`);
      if (!info || known.size !== info.size || known.modified !== info.mtimeMs) break;
      texts.set(file, known.text);
      at++;
    }
    // Those after it are known as well, mostly: it is read alone.
    const limit = texts.size > 0 ? 1 : MOST_BYTES;
    const unknown = files.slice(at, first + MOST_FILES).map(({ path }) => path);
    const read = readFiles(this.workspace, unknown, callsIfDull, limit);
    for (const [file, text] of this.add(unknown, read)) texts.set(file, text);
    return texts;
  }

  /** Keeps what was read of files. */
  add(files: readonly string[], read: readonly (ReadFile | undefined)[]): Map<string, SourceText | undefined> {
    const texts = new Map<string, SourceText | undefined>();
    for (const [index, each] of read.entries()) {
      const file = files[index]!;
      this.files.delete(file);
      this.oversized.delete(file);
      const text = each && this.textOf(file, each);
      if (each?.isTooLong) this.oversized.set(file, each.size);
      else if (each) this.files.set(file, { size: each.size, modified: each.modified, text });
      texts.set(file, text);
    }
    return texts;
  }

  private textOf(file: string, { text, calls }: ReadFile): SourceText | undefined {
    if (calls !== undefined) return SourceText.onDisk(calls, () => readText(`${this.workspace}/${file}`));
    return text === undefined ? undefined : SourceText.of(text);
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

/** What a code file may call where nothing in it has to do with databases: its text can stay on disk. */
function callsIfDull(file: string, text: string): string | undefined {
  // Of other languages names are looked up in all files.
  if (!sourceFile(file)?.isCode || declaringLanguage(file) !== undefined) return undefined;
  return text.length > LONGEST_WHOLE || mayMatter(text) ? undefined : calledNames(text);
}

function statOf(file: string): Stats | undefined {
  try {
    return statSync(file, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}
