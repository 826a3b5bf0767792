import { createHash, randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { access, copyFile, lstat, mkdir, open, realpath, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { ConsolidationError } from './errors';
import { throwIfCancelled } from './ports';

/** Small durable file operations: what is reported as written survives a power cut. */

export async function exists(file: string): Promise<boolean> {
  return access(file, constants.F_OK).then(
    () => true,
    () => false,
  );
}

/** Flushes a directory's entries, so that a rename in it survives a crash. Not every platform can; those that cannot need not. */
export async function syncDirectory(directory: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Flushes a file that was written before. @throws ConsolidationError `WRITE_FAILED`, `DISK_SPACE` */
export async function syncFile(file: string): Promise<void> {
  const handle = await open(file, 'r+');
  try {
    await handle.sync();
  } catch (cause) {
    throw writeError(file, cause);
  } finally {
    await handle.close();
  }
}

/** Creates a directory and its parents, each entry flushed. */
export async function makeDirectory(directory: string): Promise<void> {
  const first = await mkdir(directory, { recursive: true });
  if (first) await syncDirectory(path.dirname(first));
}

/** Writes a whole file so that either the old or the new content is there, never a part: temporary file, fsync, rename. */
export async function writeFileAtomically(file: string, content: string | Uint8Array, mode?: number): Promise<void> {
  const temporary = `${file}.${randomBytes(4).toString('hex')}.tmp`;
  try {
    const handle = await open(temporary, 'wx', mode);
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (cause) {
    await rm(temporary, { force: true });
    throw writeError(file, cause);
  }
  await syncDirectory(path.dirname(file));
}

/** Moves a file; where the destination lies on another file system, it is copied, flushed and renamed there. */
export async function moveFile(from: string, to: string): Promise<void> {
  await makeDirectory(path.dirname(to));
  try {
    await rename(from, to);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EXDEV') throw writeError(to, cause);
    await copyFileDurably(from, to);
    await rm(from);
  }
  await syncDirectory(path.dirname(to));
  await syncDirectory(path.dirname(from));
}

/** Copies a file under a temporary name, flushes it and renames it into place. */
export async function copyFileDurably(from: string, to: string): Promise<void> {
  const temporary = `${to}.${randomBytes(4).toString('hex')}.tmp`;
  try {
    await copyFile(from, temporary, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
    const handle = await open(temporary, 'r+');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, to);
  } catch (cause) {
    await rm(temporary, { force: true });
    throw writeError(to, cause);
  }
  await syncDirectory(path.dirname(to));
}

/** Hex SHA-256 of a file, read in pieces of 1 MiB. */
export async function sha256File(file: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  const handle = await open(file, 'r');
  try {
    const buffer = Buffer.allocUnsafe(1 << 20);
    for (;;) {
      throwIfCancelled(signal);
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, null);
      if (bytesRead === 0) return hash.digest('hex');
      hash.update(buffer.subarray(0, bytesRead));
    }
  } finally {
    await handle.close();
  }
}

/**
 * A workspace-relative path as an absolute one, proven to lie inside the workspace even through symbolic links.
 * @throws ConsolidationError `PATH_OUTSIDE_WORKSPACE`
 */
export async function insideWorkspace(workspace: string, relative: string): Promise<string> {
  const outside = () =>
    new ConsolidationError(
      'PATH_OUTSIDE_WORKSPACE',
      `The path ${JSON.stringify(relative)} leads out of the workspace. Use a path below the workspace folder.`,
      { file: relative },
    );
  if (relative.includes('\0') || path.isAbsolute(relative) || path.win32.isAbsolute(relative)) throw outside();
  const root = await realpath(workspace);
  const absolute = path.resolve(root, relative);
  if (!isBelow(root, absolute)) throw outside();
  // The nearest ancestor that exists decides where the file would really land.
  for (let current = absolute; ; current = path.dirname(current)) {
    const found = await lstat(current).catch(() => undefined);
    if (!found) continue;
    const real = await realpath(current).catch(() => undefined);
    if (real === undefined || (real !== root && !isBelow(root, real))) throw outside();
    return absolute;
  }
}

function isBelow(root: string, absolute: string): boolean {
  const relative = path.relative(root, absolute);
  return relative !== '' && relative !== '..' && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative);
}

/** The failed write as an error a person can act on. */
export function writeError(file: string, cause: unknown): ConsolidationError {
  if (cause instanceof ConsolidationError) return cause;
  const { code } = cause as NodeJS.ErrnoException;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new ConsolidationError(
      'DISK_SPACE',
      `The disk is full: ${file} could not be written. Free some space and run the command again.`,
      { file },
      { cause },
    );
  }
  return new ConsolidationError(
    'WRITE_FAILED',
    `${file} could not be written (${code ?? String(cause)}). Check its permissions and run the command again.`,
    { file },
    { cause },
  );
}

/** Path in the form that plans, results and journals use: relative to the workspace, forward slashes. */
export function relativePath(workspace: string, absolute: string): string {
  return path.relative(workspace, absolute).split(path.sep).join('/');
}
