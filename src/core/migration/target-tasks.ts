import { stat } from 'node:fs/promises';
import path from 'node:path';
import { makeDirectory } from '../files';
import { throwIfCancelled } from '../ports';
import type { ProgressUpdate, WorkOptions } from '../ports';
import type { ResolvedPlan, ResolvedTarget } from '../plan/resolved';
import type { Verification, VerificationCheck } from '../results';
import type { Manifest } from './backup';
import { buildTarget, copiedRows, stepsOf } from './build';
import type { BuildInput } from './build';
import type { Migration } from './compile';
import type { RunDirectory } from './run-directory';
import { verifyParts, verifyTarget, verifyUnits } from './verify';
import type { VerifyInput, VerifyPart } from './verify';

/** What is done to each target apart from the others, and so may be done to several at once. */
const TASKS = { build: buildTarget, verify: verifyTarget };

/**
 * Carries one of them out, in whatever thread. `input` is what `buildTargets` or `verifyTargets` gave to the runner.
 * @throws ConsolidationError what the task throws
 */
export function performTargetTask(name: string, input: unknown, options: WorkOptions): Promise<unknown> {
  if (name === 'build') return TASKS.build(input as BuildInput, options);
  if (name === 'verify') return TASKS.verify(input as VerifyInput, options);
  throw new Error(`There is no task ${name}.`);
}

/** Builds all targets in the run's staging folder. @throws ConsolidationError `ROWS_REJECTED`, `SQL_FAILED`, … */
export async function buildTargets(
  directory: RunDirectory,
  migration: Migration,
  manifest: Manifest,
  options: WorkOptions,
): Promise<void> {
  await makeDirectory(directory.staging);
  const { workspace, run } = directory;
  const tasks = migration.plan.targets.map((target): TargetTask => {
    const steps = stepsOf(target, migration.steps);
    const input: BuildInput = { workspace, run, target, steps, manifest };
    return { input, units: copiedRows(steps), bytes: sourceBytes(target, manifest) };
  });
  await forEachTarget<void>('build', tasks, options);
}

/** How long a part takes for each byte, compared with reading it once; what the engine is asked touches few pages. */
const VERIFY_COST: Record<VerifyPart, number> = { rows: 2, pages: 1, entries: 2.5, engine: 0.1, 'full-text': 0.1 };

/** Verifies all targets of a plan. */
export async function verifyTargets(
  input: {
    readonly workspace: string;
    readonly plan: ResolvedPlan;
    readonly offsets: ReadonlyMap<string, bigint>;
    readonly manifest: Manifest;
    /** Absolute path of the file that holds a target now: staged, or published. */
    readonly fileOf: (target: ResolvedTarget) => string;
    /** Folder for scratch files. */
    readonly scratch: string;
    /** As in `VerifyInput`. */
    readonly largeBytes?: number;
  },
  options: WorkOptions,
): Promise<Verification> {
  const { fileOf, scratch, ...common } = input;
  const tasks: TargetTask[] = [];
  for (const [number, target] of input.plan.targets.entries()) {
    const { size } = await stat(fileOf(target));
    for (const part of verifyParts(target, size, input.largeBytes)) {
      const folder = path.join(scratch, `verify-${number}-${part}`);
      const own: VerifyInput = { ...common, target, part, file: fileOf(target), scratch: folder };
      const bytes = sourceBytes(target, input.manifest) * VERIFY_COST[part];
      tasks.push({ input: own, units: verifyUnits(target, part), bytes });
    }
  }
  const checks = (await forEachTarget<VerificationCheck[]>('verify', tasks, options)).flat();
  return { ok: checks.every((check) => check.ok), checks };
}

/** Bytes of the legacy databases that go into a target. */
function sourceBytes(target: ResolvedTarget, manifest: Manifest): number {
  const sources = new Set(target.tables.flatMap((table) => table.sources.map(({ database }) => database)));
  return manifest.databases.filter(({ path }) => sources.has(path)).reduce((sum, { files }) => sum + bytesOf(files), 0);
}

const bytesOf = (files: readonly { readonly bytes: number }[]) => files.reduce((sum, { bytes }) => sum + bytes, 0);

/** A task for one target. */
interface TargetTask {
  readonly input: unknown;
  /** How much progress there is to report: rows to copy, tables to verify. */
  readonly units: number;
  /** That are read. */
  readonly bytes: number;
}

/**
 * Carries a task out for every target: at once where the caller can run several and it is worth it, else one by one.
 * When one fails the others are stopped, and its error is thrown.
 * @returns the results, in the order of the targets
 */
async function forEachTarget<T>(
  name: keyof typeof TASKS,
  tasks: readonly TargetTask[],
  options: WorkOptions,
): Promise<T[]> {
  const { tasks: runner, signal } = options;
  const progress = new JoinedProgress(tasks, options.progress);
  const results = new Array<T>(tasks.length);
  const bytes = tasks.reduce((sum, task) => sum + task.bytes, 0);
  if (!runner || tasks.length < 2 || runner.parallel < 2 || !runner.worthwhile(bytes)) {
    for (const [index, { input }] of tasks.entries())
      results[index] = (await performTargetTask(name, input, { signal, progress: progress.of(index) })) as T;
    return results;
  }
  const controller = new AbortController();
  const stop = () => controller.abort();
  signal?.addEventListener('abort', stop, { once: true });
  if (signal?.aborted) stop();
  // The largest first: it is the one that the others would be waited for with.
  const queue = [...tasks.keys()].sort((a, b) => tasks[b]!.bytes - tasks[a]!.bytes);
  const failures: unknown[] = [];
  const work = async () => {
    const thread = runner.start();
    try {
      for (let index = queue.shift(); index !== undefined && failures.length === 0; index = queue.shift()) {
        const given = { progress: progress.of(index), signal: controller.signal };
        results[index] = (await thread.run(name, tasks[index]!.input, given)) as T;
      }
    } catch (error) {
      failures.push(error);
      stop();
    } finally {
      // Nothing of it may still be at work when the result is told.
      await thread.close();
    }
  };
  await Promise.all(Array.from({ length: Math.min(runner.parallel, tasks.length) }, work));
  signal?.removeEventListener('abort', stop);
  throwIfCancelled(signal);
  // The first failure is the cause; the others were told to stop because of it.
  if (failures.length > 0) throw failures[0];
  return results;
}

/** Progress of several targets as one: what is done in each, added up. */
class JoinedProgress {
  readonly #done: number[];
  readonly #total: number;

  constructor(
    tasks: readonly TargetTask[],
    private readonly report: ((update: ProgressUpdate) => void) | undefined,
  ) {
    this.#done = tasks.map(() => 0);
    this.#total = tasks.reduce((sum, { units }) => sum + units, 0);
  }

  of(index: number): (update: ProgressUpdate) => void {
    return (update) => {
      if (update.done === undefined || update.total === undefined) {
        this.report?.(update);
        return;
      }
      this.#done[index] = update.done;
      this.report?.({ ...update, done: this.#done.reduce((sum, done) => sum + done, 0), total: this.#total });
    };
  }
}
