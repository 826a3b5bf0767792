import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { copyFile, open } from 'node:fs/promises';
import { sha256File } from '../files';
import { throwIfCancelled } from '../ports';

const CHUNK_BYTES = 1 << 20;

export interface CopiedFile {
  readonly bytes: number;
  /** Hex SHA-256 of the copy. */
  readonly sha256: string;
}

/**
 * Byte copy of a file under a name that must not exist yet, and the hash of what was copied. A reflink where the file system
 * has it, else one pass that reads, hashes and writes. Not flushed to the disk yet.
 */
export async function copyAndHash(
  source: string,
  copy: string,
  options: { readonly signal?: AbortSignal; readonly onBytes?: (count: number) => void; readonly mode?: number } = {},
): Promise<CopiedFile> {
  throwIfCancelled(options.signal);
  if (await reflink(source, copy)) {
    const sha256 = await sha256File(copy, options.signal);
    const handle = await open(copy, 'r');
    try {
      const bytes = (await handle.stat()).size;
      options.onBytes?.(bytes);
      return { bytes, sha256 };
    } finally {
      await handle.close();
    }
  }
  const hash = createHash('sha256');
  const reader = await open(source, 'r');
  try {
    const writer = await open(copy, 'wx', options.mode);
    try {
      const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
      for (let bytes = 0; ;) {
        throwIfCancelled(options.signal);
        const { bytesRead } = await reader.read(buffer, 0, CHUNK_BYTES, bytes);
        if (bytesRead === 0) return { bytes, sha256: hash.digest('hex') };
        const chunk = buffer.subarray(0, bytesRead);
        // Written by another thread while this one hashes.
        const written = writer.writeFile(chunk);
        hash.update(chunk);
        await written;
        bytes += bytesRead;
        options.onBytes?.(bytesRead);
      }
    } finally {
      await writer.close();
    }
  } finally {
    await reader.close();
  }
}

/** False where the file system cannot, which is for it alone to know. */
async function reflink(source: string, copy: string): Promise<boolean> {
  return copyFile(source, copy, constants.COPYFILE_FICLONE_FORCE | constants.COPYFILE_EXCL).then(
    () => true,
    () => false,
  );
}
