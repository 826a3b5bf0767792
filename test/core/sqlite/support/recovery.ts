import { createHash } from 'node:crypto';
import { ConsolidationError } from '../../../../src/core/errors';
import { openImage } from '../../../../src/core/sqlite/image/image';
import { imageHash, tableDigests } from './contents';

/** What native recovery makes of a copy of a database and its sidecars (`recover` in `crash_states.py`). */
export interface NativeRecovery {
  /** Path of the database. */
  readonly state: string;
  readonly bytes: number;
  /** SHA-256 of the file afterwards, up to the size that SQLite sees. */
  readonly sha256: string;
  readonly integrity?: string;
  readonly error?: string;
  readonly tables?: Record<string, [number, string] | null>;
}

const EMPTY = createHash('sha256').digest('hex');

/** How our image differs from native recovery, page for page and row for row; undefined when it does not. */
export async function difference(expected: NativeRecovery): Promise<string | undefined> {
  let image;
  try {
    image = await openImage(expected.state);
  } catch (error) {
    if (!(error instanceof ConsolidationError)) throw error;
    return expected.error === undefined ? `refused: ${error.message}` : undefined;
  }
  try {
    if (image.pageCount === 0) return expected.sha256 === EMPTY ? undefined : 'empty';
    // A file that native recovery calls malformed it leaves as it is; there is no image to compare with.
    if (expected.error !== undefined) return undefined;
    if (image.pageCount * image.pageSize !== expected.bytes)
      return `${image.pageCount} pages of ${image.pageSize} instead of ${expected.bytes} bytes`;
    if (imageHash(image) !== expected.sha256) return 'another page content';
    if (expected.integrity !== 'ok') return undefined;
    const found = await tableDigests(image);
    return JSON.stringify(Object.entries(found).sort()) === JSON.stringify(Object.entries(expected.tables!).sort())
      ? undefined
      : `rows ${JSON.stringify(found)} instead of ${JSON.stringify(expected.tables)}`;
  } finally {
    image.close();
  }
}
