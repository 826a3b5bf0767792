import type { WorkOptions } from './ports';
import { readAndJudge } from './references/reading/read-task';
import type { ReadTaskInput } from './references/reading/read-task';

/**
 * Carries out one of the tasks that are given to a `TaskThread`, in whatever thread.
 * @throws ConsolidationError what the task throws
 */
export async function performTask(name: string, input: unknown, options: WorkOptions): Promise<unknown> {
  if (name === 'read') return readAndJudge(input as ReadTaskInput);
  // Most of what there is to load is for migrations.
  const { performTargetTask } = await import('./migration/target-tasks');
  return performTargetTask(name, input, options);
}
