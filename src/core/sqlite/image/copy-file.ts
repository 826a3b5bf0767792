import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { copyFile, open, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { throwIfCancelled } from '../../ports';

const CHUNK_BYTES = 1 << 20;

export interface CopyOptions {
  readonly signal?: AbortSignal;
  readonly onBytes?: (count: number) => void;
  /** Permissions of the copy. */
  readonly mode?: number;
}

export interface CopiedFile {
  /** The copy, still open: not flushed to the disk yet. The caller closes it. */
  readonly handle: FileHandle;
  readonly bytes: number;
  /** Hex SHA-256 of the copy. */
  readonly sha256: string;
}

/**
 * Byte copy of a file under a name that must not exist yet, and the hash of what was copied. A reflink where the file system
 * has it, else one pass that reads, hashes and writes. Nothing is left behind when it fails.
 */
export async function copyAndHash(source: string, copy: string, options: CopyOptions = {}): Promise<CopiedFile> {
  throwIfCancelled(options.signal);
  const linked = await reflink(source, copy);
  const handle = await open(copy, linked ? 'r+' : 'wx+', options.mode);
  try {
    return { handle, ...(await pass(linked ? handle : source, linked ? undefined : handle, options)) };
  } catch (error) {
    await handle.close();
    await rm(copy, { force: true });
    throw error;
  }
}

/** False where the file system cannot, which is for it alone to know. */
async function reflink(source: string, copy: string): Promise<boolean> {
  return copyFile(source, copy, constants.COPYFILE_FICLONE_FORCE | constants.COPYFILE_EXCL).then(
    () => true,
    () => false,
  );
}

/** Reads a file to its end, hashes it, and writes it to `target` if there is one. */
async function pass(
  source: string | FileHandle,
  target: FileHandle | undefined,
  { signal, onBytes }: CopyOptions,
): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256');
  const reader = typeof source === 'string' ? await open(source, 'r') : source;
  try {
    const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
    for (let bytes = 0; ;) {
      throwIfCancelled(signal);
      const { bytesRead } = await reader.read(buffer, 0, CHUNK_BYTES, bytes);
      if (bytesRead === 0) return { bytes, sha256: hash.digest('hex') };
      const chunk = buffer.subarray(0, bytesRead);
      // Written by another thread while this one hashes.
      const written = target?.writeFile(chunk);
      hash.update(chunk);
      await written;
      bytes += bytesRead;
      onBytes?.(bytesRead);
    }
  } finally {
    if (typeof source === 'string') await reader.close();
  }
}
