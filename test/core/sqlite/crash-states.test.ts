import { rmSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { folderState } from './support/contents';
import { heavy, oracle, scratchFolder, seed } from './support/oracle';
import { difference } from './support/recovery';
import type { NativeRecovery } from './support/recovery';

/** A crash state, and what native recovery made of a copy of it. */
interface CrashState extends NativeRecovery {
  readonly number: number;
  readonly kind: string;
  readonly mode: string;
  readonly torn: boolean;
}

const COUNT = Number(process.env.CRASH_STATES ?? (heavy ? 1000 : 40));

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
