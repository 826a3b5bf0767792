import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { ConsolidationError } from '../errors';
import { insideWorkspace, makeDirectory, relativePath, writeFileAtomically } from '../files';
import type { ExportedDocument } from './export';

/**
 * Writes documents below the workspace: one to `output`, or all into `output` where that is a folder or ends with "/".
 * @param guarded workspace-relative paths that no document may replace, whatever is asked for: databases, the plan
 * @param force replace files that have another content
 * @returns workspace-relative paths, in the order of the documents
 * @throws ConsolidationError `PATH_OUTSIDE_WORKSPACE`, `USAGE` (nothing is written then), `WRITE_FAILED`, `DISK_SPACE`
 */
export async function writeDocuments(
  workspace: string,
  output: string,
  documents: readonly ExportedDocument[],
  guarded: ReadonlySet<string>,
  force: boolean,
): Promise<string[]> {
  const relative = path.isAbsolute(output) ? path.relative(workspace, output) : output;
  const place = await insideWorkspace(workspace, relative);
  const folder = /[\\/]$/.test(output) || (await isFolder(place));
  if (!folder && documents.length > 1)
    throw new ConsolidationError(
      'USAGE',
      `There are ${documents.length} files to write (${documents.map(({ file }) => file).join(', ')}). Name a folder: --output ${output}/`,
    );
  const files: { readonly absolute: string; readonly content: string | Uint8Array }[] = [];
  for (const { file, content } of documents) {
    const below = folder ? path.join(relative, file) : relative;
    files.push({ absolute: await insideWorkspace(workspace, below), content });
  }
  for (const { absolute, content } of files) await refuseReplacing(workspace, absolute, content, guarded, force);
  for (const { absolute, content } of files) {
    await makeDirectory(path.dirname(absolute));
    await writeFileAtomically(absolute, content);
  }
  return files.map(({ absolute }) => relativePath(workspace, absolute));
}

async function refuseReplacing(
  workspace: string,
  absolute: string,
  content: string | Uint8Array,
  guarded: ReadonlySet<string>,
  force: boolean,
): Promise<void> {
  const shown = relativePath(workspace, absolute);
  const database = shown.replace(/-(wal|shm|journal)$/, '');
  const own = ['.sqlite-consolidator', '.git'].includes(shown.split('/')[0]!);
  if (own || guarded.has(database))
    throw new ConsolidationError(
      'USAGE',
      `${shown} is ${own ? 'kept by a program' : 'a database or the plan'} and is never replaced by an export. Choose another file.`,
      { file: shown },
    );
  const found = await readFile(absolute).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT' || cause.code === 'ENOTDIR') return undefined;
    throw new ConsolidationError(
      'USAGE',
      `${shown} cannot be written (${cause.code}). Choose another file.`,
      { file: shown },
      { cause },
    );
  });
  if (found && !force && !found.equals(Buffer.from(content)))
    throw new ConsolidationError(
      'USAGE',
      `${shown} exists already with another content. Replace it with --force, or choose another file.`,
      { file: shown },
    );
}

async function isFolder(absolute: string): Promise<boolean> {
  const found = await stat(absolute).catch(() => undefined);
  return found?.isDirectory() ?? false;
}
