import { stat } from 'node:fs/promises';
import path from 'node:path';
import { ConsolidationError } from '../errors';
import { exists, sha256File } from '../files';
import type { Inventory } from '../inventory/inventory';
import type { ResolvedPlan } from '../plan/resolved';
import type { RunSummary } from '../results';
import { RunDirectory } from './run-directory';
import type { JournalEntry, Publication } from './run-directory';

export type RunState = RunSummary['state'];

/** A run as its journal tells it. */
export interface Run {
  readonly directory: RunDirectory;
  readonly state: RunState;
  readonly started: string;
  readonly planHash: string;
  readonly publications: readonly Publication[];
}

/** What a run was made from, kept in its folder, since the workspace looks different afterwards. */
export interface RunInput {
  readonly version: 1;
  readonly resolved: ResolvedPlan;
  readonly inventory: Inventory;
  /** `Measurements.offsets`, the numbers as text. */
  readonly offsets: Readonly<Record<string, string>>;
}

export async function readRun(directory: RunDirectory): Promise<Run> {
  const entries = await directory.entries();
  const started = entries.find((entry) => entry.event === 'started');
  const publishing = entries.findLast((entry) => entry.event === 'publishing');
  return {
    directory,
    state: stateOf(entries),
    started: entries[0]?.time ?? '',
    planHash: started?.event === 'started' ? started.planHash : '',
    publications: publishing?.event === 'publishing' ? publishing.publications : [],
  };
}

function stateOf(entries: readonly JournalEntry[]): RunState {
  const last = entries.findLast((entry) =>
    ['published', 'backed-up', 'failed', 'rolling-back', 'rolled-back', 'publishing'].includes(entry.event),
  );
  switch (last?.event) {
    case 'published':
    case 'backed-up':
    case 'failed':
    case 'rolled-back':
      return last.event;
    default:
      return 'interrupted';
  }
}

/** All runs, oldest first. */
export async function readRuns(workspace: string): Promise<Run[]> {
  return Promise.all((await RunDirectory.list(workspace)).map(readRun));
}

/** The newest run whose targets stand in the workspace, if there is one. */
export async function publishedRun(workspace: string): Promise<Run | undefined> {
  return (await readRuns(workspace)).findLast((run) => run.state === 'published');
}

/**
 * The run that a command names, or the newest one of the states it works on.
 * @throws ConsolidationError `NO_RUN`
 */
export async function chooseRun(
  workspace: string,
  name: string | undefined,
  states: readonly RunState[],
): Promise<Run> {
  const runs = await readRuns(workspace);
  const run =
    name === undefined
      ? runs.findLast((candidate) => states.includes(candidate.state))
      : runs.find((candidate) => candidate.directory.run === name);
  if (run) return run;
  throw new ConsolidationError(
    'NO_RUN',
    name === undefined
      ? 'No migration has been published in this workspace yet. Run `migrate` first.'
      : `There is no run ${JSON.stringify(name)}. \`status\` lists the runs.`,
  );
}

export const readRunInput = (run: Run) => run.directory.readJson<RunInput>('input.json');

/** `changed` when the file is not byte for byte what was published: the program works with it. */
export async function targetState(
  workspace: string,
  publication: Publication,
): Promise<'absent' | 'published' | 'changed'> {
  const file = path.join(workspace, publication.path);
  if (!(await exists(file))) return 'absent';
  const wal = await stat(`${file}-wal`).catch(() => undefined);
  if (wal && wal.size > 0) return 'changed';
  return (await sha256File(file)) === publication.sha256 ? 'published' : 'changed';
}
