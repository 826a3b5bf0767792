import { open, rm } from 'node:fs/promises';
import path from 'node:path';
import { syncDirectory, writeError } from '../../files';
import type { WorkOptions } from '../../ports';
import { writeUint32 } from '../format/bytes';
import type { DatabaseImage } from './image';
import { Pause } from '../rows/pause';

const CHUNK_BYTES = 1 << 20;

/**
 * The recovered database as the bytes of one self-contained file that any SQLite opens without sidecars: journal mode
 * `delete`, sizes in the header consistent. Empty for an empty database. Holds the whole file in memory.
 */
export function imageBytes(image: DatabaseImage): Uint8Array {
  const bytes = new Uint8Array(image.pageCount * image.pageSize);
  for (let page = 1; page <= image.pageCount; page++) {
    image.copyPage(page, bytes.subarray((page - 1) * image.pageSize, page * image.pageSize));
  }
  patchHeader(bytes, image);
  return bytes;
}

/**
 * Writes the recovered database as one self-contained file, page by page, flushed to the disk with its directory entry.
 * Nothing is left behind when it fails or is cancelled.
 * @throws ConsolidationError `WRITE_FAILED`, `DISK_SPACE`, `CANCELLED`
 */
export async function writeImage(image: DatabaseImage, destination: string, options: WorkOptions = {}): Promise<void> {
  const pause = new Pause(options.signal);
  const total = image.pageCount * image.pageSize;
  const chunk = Buffer.allocUnsafe(Math.max(CHUNK_BYTES, image.pageSize));
  const handle = await open(destination, 'wx').catch((cause: unknown) => {
    throw writeError(destination, cause);
  });
  try {
    let filled = 0;
    let written = 0;
    for (let page = 1; page <= image.pageCount; page++) {
      image.copyPage(page, chunk.subarray(filled, filled + image.pageSize));
      if (page === 1) patchHeader(chunk, image);
      filled += image.pageSize;
      if (filled < chunk.length && page < image.pageCount) continue;
      await handle.writeFile(chunk.subarray(0, filled));
      written += filled;
      filled = 0;
      options.progress?.({ phase: 'build', message: path.basename(destination), done: written, total, unit: 'bytes' });
      if (pause.due) await pause.take();
    }
    await handle.sync();
    await handle.close();
  } catch (cause) {
    await handle.close();
    await rm(destination, { force: true });
    throw writeError(destination, cause);
  }
  await syncDirectory(path.dirname(destination));
}

/** File format sections 1.3.3 and 1.3.7: no WAL any more, and an in-header size that is valid. */
export function patchHeader(firstPage: Uint8Array, image: DatabaseImage): void {
  if (image.pageCount === 0) return;
  firstPage[18] = 1;
  firstPage[19] = 1;
  writeUint32(firstPage, 28, image.pageCount);
  writeUint32(firstPage, 92, image.header.changeCounter);
}
