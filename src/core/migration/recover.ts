import { rm } from 'node:fs/promises';
import { carryOut, undo } from './publish';
import { readRuns } from './runs';

/**
 * Settles what a crash left behind, before anything else is done in the workspace: renames that had begun are finished
 * (all their targets had been verified), a roll back that had begun is finished, and a run that had not come that far
 * is given up. Call it under the lock.
 * @returns whether there was anything to settle
 */
export async function recoverRuns(workspace: string): Promise<boolean> {
  let settled = false;
  for (const run of await readRuns(workspace)) {
    if (run.state !== 'interrupted') continue;
    settled = true;
    const { directory, publications } = run;
    const last = (await directory.entries()).findLast(
      (entry) => entry.event === 'publishing' || entry.event === 'rolling-back',
    );
    if (last?.event === 'publishing') {
      await carryOut(workspace, publications);
      await directory.journal({ event: 'published' });
    } else if (last?.event === 'rolling-back') {
      await undo(workspace, publications);
      await directory.journal({ event: 'rolled-back' });
    } else {
      await directory.journal({
        event: 'failed',
        code: 'RUN_INTERRUPTED',
        message: 'The run was interrupted before anything was published.',
      });
    }
    await rm(directory.staging, { recursive: true, force: true });
    await directory.log('settled after an interruption');
  }
  return settled;
}
