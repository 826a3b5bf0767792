import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ConsolidationError } from '../../../src/core/errors';
import { openImage } from '../../../src/core/sqlite/image';
import { folderState, imageHash, tableDigests } from './support/contents';
import { heavy, oracle, scratchFolder, seed } from './support/oracle';

/** A crash state, and what native recovery made of a copy of it. */
interface CrashState {
  readonly number: number;
  readonly state: string;
  readonly kind: string;
  readonly mode: string;
  readonly torn: boolean;
  readonly bytes: number;
  readonly sha256: string;
  readonly integrity?: string;
  readonly error?: string;
  readonly tables?: Record<string, [number, string] | null>;
}

const COUNT = Number(process.env.CRASH_STATES ?? (heavy ? 1000 : 40));
const EMPTY = createHash('sha256').digest('hex');

/** How our image differs from native recovery; undefined when it does not. */
async function difference(expected: CrashState): Promise<string | undefined> {
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

describe('the recovered image of a crash state', () => {
  const folder = scratchFolder('crash');

  it(
    `equals native recovery, page for page and row for row, in ${COUNT} of ${COUNT} random states`,
    async () => {
      const failures: string[] = [];
      const kinds = new Map<string, number>();
      let states = 0;
      for await (const expected of oracle<CrashState>('crash_states.py', seed, 0, COUNT, folder)) {
        states++;
        const kind =
          `${expected.mode} ${expected.kind}${expected.torn ? ' torn' : ''}` +
          (expected.error === undefined ? '' : ' (malformed to native recovery)');
        kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
        const before = folderState(path.dirname(expected.state));
        const found = await difference(expected);
        if (found !== undefined) failures.push(`seed ${seed}, state ${expected.number} (${kind}): ${found}`);
        expect(folderState(path.dirname(expected.state)), 'the files are as they were').toEqual(before);
        if (found === undefined || process.env.KEEP === undefined)
          rmSync(path.dirname(expected.state), { recursive: true });
      }
      if (heavy) console.log(`crash states: ${states - failures.length} of ${states} equal`, Object.fromEntries(kinds));
      expect(failures).toEqual([]);
      expect(states).toBe(COUNT);
    },
    heavy ? 1_800_000 : 60_000,
  );
});
