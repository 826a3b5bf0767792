import { rm } from 'node:fs/promises';
import path from 'node:path';
import { makeDirectory } from '../files';
import type { WorkOptions } from '../ports';
import type { VerificationCheck, VerifyResult } from '../results';
import type { Manifest } from './backup';
import { targetState, readRunInput } from './runs';
import type { Run } from './runs';
import { verifyTargets } from './target-tasks';

/**
 * Verifies published targets again, against the backup. A target that programs have written since cannot equal the
 * legacy databases any more; that is said, and its structure is checked all the same.
 */
export async function verifyPublished(workspace: string, run: Run, options: WorkOptions): Promise<VerifyResult> {
  const { resolved, offsets } = await readRunInput(run);
  const manifest = await run.directory.readJson<Manifest>('manifest.json');
  const states: VerificationCheck[] = [];
  const present: string[] = [];
  for (const publication of run.publications) {
    const state = await targetState(workspace, publication);
    if (state !== 'absent') present.push(publication.target);
    states.push({
      name: `${publication.target}: as it was published`,
      ok: state === 'published',
      expected: 'published',
      actual: state,
      target: publication.target,
    });
  }
  const scratch = run.directory.staging;
  await makeDirectory(scratch);
  try {
    const verification = await verifyTargets(
      {
        workspace,
        plan: { ...resolved, targets: resolved.targets.filter((target) => present.includes(target.name)) },
        offsets: new Map(Object.entries(offsets).map(([key, offset]) => [key, BigInt(offset)])),
        manifest,
        fileOf: (target) => path.join(workspace, target.path),
        scratch,
      },
      options,
    );
    const checks = [...states, ...verification.checks];
    const ok = checks.every((check) => check.ok);
    return { version: 1, ok, run: run.directory.run, verification: { ok, checks } };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
