import { createHash } from 'node:crypto';
import { readFile, readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { exists, insideWorkspace, makeDirectory, writeFileAtomically } from '../files';

/** What a refactoring replaced, so that rolling back can return the code together with the data. */
interface RefactoringRecord {
  readonly version: 1;
  readonly files: readonly {
    readonly file: string;
    /** Name of the copy in the record's folder; absent for a file that was created. */
    readonly before?: string;
    readonly mode?: number;
    /** Hex SHA-256 of what the refactoring wrote. */
    readonly after: string;
  }[];
}

const DIRECTORY = '.sqlite-consolidator/refactorings';
const RECORD = 'record.json';

/**
 * Keeps the present content of `files`, runs `write`, and notes what it wrote.
 * The copies are there before the first file changes: a crash in between can be undone by hand.
 */
export async function recordRefactoring(
  workspace: string,
  files: readonly string[],
  write: () => Promise<unknown>,
): Promise<void> {
  const directory = await newDirectory(workspace);
  const kept: { file: string; before?: string; mode?: number }[] = [];
  for (const [index, file] of files.entries()) {
    const absolute = await insideWorkspace(workspace, file);
    if (!(await exists(absolute))) {
      kept.push({ file });
      continue;
    }
    const before = String(index);
    await writeFileAtomically(path.join(directory, before), await readFile(absolute));
    kept.push({ file, before, mode: (await stat(absolute)).mode });
  }
  try {
    await write();
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    throw error;
  }
  const record: RefactoringRecord = {
    version: 1,
    files: await Promise.all(
      kept.map(async (entry) => ({ ...entry, after: await digestOf(path.join(workspace, entry.file)) })),
    ),
  };
  await writeFileAtomically(path.join(directory, RECORD), `${JSON.stringify(record, null, 2)}\n`);
}

/**
 * Returns refactored files to what they were, newest refactoring first. A file that was edited since stays as it is.
 * @returns workspace-relative paths.
 */
export async function undoRefactorings(
  workspace: string,
): Promise<{ readonly returned: string[]; readonly edited: string[] }> {
  const parent = path.join(workspace, DIRECTORY);
  const names = (await readdir(parent).catch(() => [])).sort().reverse();
  const returned = new Set<string>();
  const edited = new Set<string>();
  for (const name of names) {
    const directory = path.join(parent, name);
    const text = await readFile(path.join(directory, RECORD), 'utf8').catch(() => undefined);
    if (text === undefined) continue;
    for (const { file, before, mode, after } of (JSON.parse(text) as RefactoringRecord).files) {
      const absolute = await insideWorkspace(workspace, file);
      if (edited.has(file) || !(await exists(absolute)) || (await digestOf(absolute)) !== after) {
        edited.add(file);
        returned.delete(file);
        continue;
      }
      if (before === undefined) await rm(absolute);
      else await writeFileAtomically(absolute, await readFile(path.join(directory, before)), mode);
      returned.add(file);
    }
    await rm(directory, { recursive: true });
  }
  return { returned: [...returned].sort(), edited: [...edited].sort() };
}

async function newDirectory(workspace: string): Promise<string> {
  const stamp = new Date().toISOString().replace(/[^0-9]/g, '');
  const state = path.join(workspace, '.sqlite-consolidator');
  const directory = path.join(workspace, DIRECTORY, stamp);
  await makeDirectory(directory);
  const ignore = path.join(state, '.gitignore');
  if (!(await exists(ignore))) await writeFileAtomically(ignore, '*\n');
  return directory;
}

async function digestOf(absolute: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(absolute))
    .digest('hex');
}
