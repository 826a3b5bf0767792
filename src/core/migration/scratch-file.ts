import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { loadEngine } from '../engine';
import type { EngineDatabase } from '../engine';
import { openImage } from '../sqlite/image/image';
import type { DatabaseImage } from '../sqlite/image/image';
import { createTarget } from './engine-target';

/**
 * Lets the engine fill a database in a scratch file, and hands it out to be read from its bytes; the file is gone after.
 * @param undo a statement that fails is undone
 */
export async function throughScratchFile<T>(
  folder: string,
  undo: boolean,
  fill: (database: EngineDatabase) => void | Promise<void>,
  read: (image: DatabaseImage) => Promise<T>,
): Promise<T> {
  const engine = await loadEngine();
  const file = path.join(folder, `${randomBytes(6).toString('hex')}.db`);
  try {
    const scratch = createTarget(engine, file, [], undo);
    try {
      await fill(scratch.database);
      scratch.finish();
    } catch (cause) {
      throw scratch.abandon(cause);
    }
    const image = await openImage(file);
    try {
      return await read(image);
    } finally {
      image.close();
    }
  } finally {
    await rm(file, { force: true });
  }
}
