import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { access, chmod, lstat, mkdir, open, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ConsolidationError } from '../errors';
import { insideWorkspace, syncDirectory, writeError } from '../files';
import type { TextEdit } from '../references/reference';
import { applyEdits } from './edits';
import { decodeSource } from './source-text';

export interface WriteOptions {
  /** Text that the edits were computed on; a file that reads differently now is refused. */
  readonly expected?: (file: string) => string | undefined;
}

interface Staged {
  readonly file: string;
  readonly absolute: string;
  readonly temporary: string;
  /** Undefined for a file that is created. */
  readonly before: Buffer | undefined;
}

/**
 * Carries edits out on disk: all files or none. Each file is written beside its old self and renamed over it; mode, line
 * breaks, byte order mark and encoding stay. A symbolic link stays one.
 * @param workspace absolute path of the folder.
 * @returns the files written, workspace-relative.
 * @throws ConsolidationError `FILE_CHANGED`, `EDITS_OVERLAP`, `PATH_OUTSIDE_WORKSPACE`, `WRITE_FAILED`, `DISK_SPACE`
 */
export async function writeEdits(
  workspace: string,
  edits: readonly TextEdit[],
  options: WriteOptions = {},
): Promise<string[]> {
  const byFile = new Map<string, TextEdit[]>();
  for (const edit of edits) byFile.set(edit.file, [...(byFile.get(edit.file) ?? []), edit]);
  const staged: Staged[] = [];
  const done: Staged[] = [];
  try {
    for (const [file, group] of byFile) {
      const one = await stage(workspace, file, group, options);
      if (one) staged.push(one);
    }
    for (const one of staged) {
      await rename(one.temporary, one.absolute).catch((cause) => Promise.reject(writeError(one.file, cause)));
      done.push(one);
    }
  } catch (error) {
    await undo(staged, done);
    throw error;
  }
  for (const directory of new Set(staged.map((one) => path.dirname(one.absolute)))) await syncDirectory(directory);
  return staged.map((one) => one.file);
}

async function stage(
  workspace: string,
  file: string,
  edits: readonly TextEdit[],
  options: WriteOptions,
): Promise<Staged | undefined> {
  const lexical = await insideWorkspace(workspace, file);
  const info = await lstat(lexical).catch(() => undefined);
  const absolute = info ? await realpath(lexical) : lexical;
  const before = info ? await readFile(absolute) : undefined;
  const { text, encode } = decodeSource(before ?? new Uint8Array());
  const expected = options.expected?.(file);
  if (expected !== undefined && expected !== text) throw changed(file);
  const after = applyEdits(text, edits);
  if (after === text && before) return undefined;
  const bytes = encode(after);
  if (!bytes) throw cannotEncode(file);
  if (before) await access(absolute, constants.W_OK).catch((cause) => Promise.reject(writeError(file, cause)));
  else await mkdir(path.dirname(absolute), { recursive: true });
  const temporary = `${absolute}.${randomBytes(4).toString('hex')}.tmp`;
  try {
    const handle = await open(temporary, 'wx');
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    if (before) await chmod(temporary, (await stat(absolute)).mode);
  } catch (cause) {
    await rm(temporary, { force: true });
    throw writeError(file, cause);
  }
  return { file, absolute, temporary, before };
}

async function undo(staged: readonly Staged[], done: readonly Staged[]): Promise<void> {
  for (const one of staged) await rm(one.temporary, { force: true });
  for (const one of done) {
    if (one.before) await writeFile(one.absolute, one.before);
    else await rm(one.absolute, { force: true });
  }
}

function changed(file: string): ConsolidationError {
  return new ConsolidationError(
    'FILE_CHANGED',
    `${file} was changed after it was scanned. Nothing was written; run the refactoring again.`,
    { file },
  );
}

function cannotEncode(file: string): ConsolidationError {
  return new ConsolidationError(
    'WRITE_FAILED',
    `${file} is not UTF-8 and has no character for the new text. Nothing was written; convert the file to UTF-8 first.`,
    { file },
  );
}
