import { cpSync, existsSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { toErrorValue } from '../../../src/core/errors';
import { createPipeline } from '../../../src/core/pipeline';
import type { ProgressUpdate } from '../../../src/core/ports';
import { makeCoffeeMaker } from '../../scenarios/coffee-maker/make.mjs';
import { compareRows, fingerprint, temporaryWorkspace } from '../../support/workspace';

const ROOT = path.join(import.meta.dirname, '../../..');
const OURS = ['.sqlite-consolidator', 'data/backups'];
/** Moments at random, besides one in each phase. `CANCELS=200` takes more. */
const RANDOM = Number(process.env.CANCELS ?? 1);
const SEED = Number(process.env.SEED ?? Date.now() % 1e9);

const PHASES: readonly ProgressUpdate['phase'][] = ['scan', 'preflight', 'snapshot', 'build', 'verify', 'publish'];

describe('a migration that is cancelled', () => {
  let original: string;
  const updates: ProgressUpdate[] = [];

  beforeAll(async () => {
    // The folder of a hook is removed after the first test, so this one lives as long as the file.
    original = path.join(ROOT, 'out', 'cancel');
    rmSync(original, { recursive: true, force: true });
    await makeCoffeeMaker(original);
    cpSync(
      path.join(ROOT, 'test/scenarios/coffee-maker/consolidation.jsonc'),
      path.join(original, 'consolidation.jsonc'),
    );
    const workspace = copy();
    const progress = (update: ProgressUpdate) => updates.push(update);
    const { status } = await createPipeline().migrate({ workspace, mode: 'full', progress });
    expect(status).toBe('published');
    return () => rmSync(original, { recursive: true, force: true });
  });

  function copy(): string {
    const workspace = temporaryWorkspace();
    cpSync(original, workspace, { recursive: true });
    return workspace;
  }

  /** Cancels at the given update. */
  async function cancelAt(workspace: string, moment: number) {
    const controller = new AbortController();
    let seen = 0;
    const progress = () => {
      if (seen++ === moment) controller.abort();
    };
    try {
      return await createPipeline().migrate({ workspace, mode: 'full', progress, signal: controller.signal });
    } catch (error) {
      return { status: 'refused', error: toErrorValue(error) };
    }
  }

  async function expectNothingLost(moment: number): Promise<void> {
    const update = updates[moment]!;
    const what = `seed ${SEED}, update ${moment}: ${update.phase} ${update.message}`;
    const workspace = copy();
    const before = fingerprint(workspace, OURS);
    const result = await cancelAt(workspace, moment);
    if (result.status === 'published') {
      // The renames had begun: what has been begun there is finished.
      expect([what, update.phase]).toEqual([what, 'publish']);
    } else {
      expect([what, result.error?.code]).toEqual([what, 'CANCELLED']);
      expect([what, result.error!.message]).toEqual([what, expect.stringMatching(/^.{10,}\.$/)]);
      expect([what, fingerprint(workspace, OURS)]).toEqual([what, before]);
      const runs = path.join(workspace, '.sqlite-consolidator/runs');
      for (const run of existsSync(runs) ? readdirSync(runs) : []) {
        expect([what, existsSync(path.join(runs, run, 'staging'))]).toEqual([what, false]);
        expect(readFileSync(path.join(runs, run, 'report.md'), 'utf8')).toContain('CANCELLED');
      }
      expect([what, existsSync(path.join(workspace, '.sqlite-consolidator/lock'))]).toEqual([what, false]);
    }
    const again = await createPipeline().migrate({ workspace, mode: 'full' });
    expect([what, again.error, again.status]).toEqual([
      what,
      undefined,
      result.status === 'published' ? 'unchanged' : 'published',
    ]);
    if (again.status === 'published') expect(compareRows(workspace, again.run).differences).toEqual([]);
  }

  it.each(PHASES)(
    'leaves everything as it was, and the next run works: in phase %s',
    { timeout: 60_000 },
    async (phase) => {
      const moments = updates.flatMap((update, index) => (update.phase === phase ? [index] : []));
      expect(moments.length).toBeGreaterThan(0);
      await expectNothingLost(moments[Math.floor(moments.length / 2)]!);
    },
  );

  it(`at ${RANDOM} random moments`, { timeout: 1_200_000 }, async () => {
    let state = SEED;
    for (let attempt = 0; attempt < RANDOM; attempt++) {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      await expectNothingLost(state % updates.length);
    }
  });
});
