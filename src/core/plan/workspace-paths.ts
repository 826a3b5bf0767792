import { lstat, realpath } from 'node:fs/promises';
import nodePath from 'node:path';

/**
 * Why a path of the plan may not be used, or undefined. Looks at the text alone, so that a plan written on one system
 * means the same on another: relative, forward slashes, no way up.
 */
export function pathProblem(value: string): string | undefined {
  if (value === '') return 'a path cannot be empty';
  if (value.includes('\0')) return 'a path cannot contain a NUL character';
  if (value.includes('\\')) return 'write the path with forward slashes';
  if (value.startsWith('/')) return 'write the path relative to the workspace folder, without a leading "/"';
  if (/^[A-Za-z]:/.test(value)) return 'write the path relative to the workspace folder, without a drive letter';
  if (value.split('/').includes('..')) return 'the path leads out of the workspace: remove ".."';
  return undefined;
}

/**
 * Does a workspace-relative path stay inside the workspace once symbolic links are followed? The part that does not exist
 * yet cannot be a link.
 * @param path workspace-relative path that `pathProblem` accepts
 */
export async function staysInWorkspace(workspace: string, path: string): Promise<boolean> {
  const root = await realpath(workspace);
  let existing = nodePath.join(workspace, path);
  for (;;) {
    const real = await noneIfAbsent(realpath(existing));
    if (real !== undefined) return real === root || real.startsWith(root + nodePath.sep);
    // A link to nowhere: whoever writes there creates the file at the other end.
    if (await noneIfAbsent(lstat(existing))) return false;
    const parent = nodePath.dirname(existing);
    if (parent === existing) return false;
    existing = parent;
  }
}

async function noneIfAbsent<T>(wanted: Promise<T>): Promise<T | undefined> {
  try {
    return await wanted;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}
