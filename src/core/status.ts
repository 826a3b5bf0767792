import path from 'node:path';
import type { ErrorValue } from './errors';
import { exists } from './files';
import { changedSince } from './migration/backup';
import type { Manifest } from './migration/backup';
import { readRunInput, readRuns, targetState } from './migration/runs';
import type { Run } from './migration/runs';
import type { PipelineOptions } from './pipeline-options';
import type { RunSummary, StatusResult } from './results';
import { planFileOf } from './workspace-state';

/** Where the workspace stands, from the runs' journals and the files themselves. */
export async function workspaceStatus(
  options: PipelineOptions,
  staleReferences: number,
  planError?: ErrorValue,
): Promise<StatusResult> {
  const { workspace } = options;
  const runs = await readRuns(workspace);
  const published = runs.findLast((run) => run.state === 'published');
  const planFile = planFileOf(options);
  const planExists = await exists(path.join(workspace, planFile));
  const targets = await Promise.all(
    (published?.publications ?? []).map(async (publication) => ({
      name: publication.target,
      path: publication.path,
      state: await targetState(workspace, publication),
    })),
  );
  const databases = published ? await legacyStates(workspace, published) : [];
  const interrupted = runs.some((run) => run.state === 'interrupted');
  return {
    version: 1,
    ok: !interrupted && !planError && targets.every((target) => target.state !== 'absent') && staleReferences === 0,
    workspace,
    plan: { file: planFile, exists: planExists, error: planError },
    runs: await Promise.all(runs.reverse().map(summarize)),
    targets,
    databases,
    staleReferences,
    next: nextStep({
      interrupted,
      planExists,
      planError,
      published: published !== undefined,
      staleReferences,
      missing: targets.some((target) => target.state === 'absent'),
    }),
  };
}

function nextStep(state: {
  interrupted: boolean;
  planExists: boolean;
  planError?: ErrorValue;
  published: boolean;
  staleReferences: number;
  missing: boolean;
}): string {
  if (state.interrupted) return 'A run was interrupted: `migrate` finishes or clears it.';
  if (!state.planExists) return 'Draft a plan: `draft`.';
  if (state.planError) return `Correct the plan: ${state.planError.message}`;
  if (!state.published) return 'Look at what would happen: `migrate --dry-run`; then `migrate`.';
  if (state.missing) return 'A published target is missing: `rollback`, then `migrate`.';
  if (state.staleReferences > 0)
    return `${state.staleReferences} references still name legacy databases: \`refactor --write\`.`;
  return 'Nothing: the targets are published and no reference names a legacy database.';
}

async function legacyStates(workspace: string, run: Run): Promise<StatusResult['databases']> {
  const { resolved } = await readRunInput(run);
  const manifest = await run.directory.readJson<Manifest>('manifest.json');
  // A legacy file that stepped aside for a target is no longer at its path.
  const replaced = new Set(run.publications.flatMap((publication) => publication.replaced.map((file) => file.from)));
  const compared = manifest.databases.filter((database) => !replaced.has(database.path));
  const states = new Map((await changedSince(workspace, compared)).map(({ database, state }) => [database, state]));
  return resolved.databases.map(({ path: database, action }) => {
    if (replaced.has(database)) return { path: database, action, state: 'unchanged' as const };
    const state = states.get(database);
    return {
      path: database,
      action,
      state:
        state === 'missing'
          ? ('missing' as const)
          : state === 'changed'
            ? ('changed-since-migration' as const)
            : ('unchanged' as const),
    };
  });
}

async function summarize(run: Run): Promise<RunSummary> {
  const report = await run.directory
    .readJson<{ targets: { name: string; tables: { rows: number }[] }[]; reportFile?: string }>('report.json')
    .catch(() => undefined);
  const targets = report?.targets ?? [];
  return {
    run: run.directory.run,
    state: run.state,
    started: run.started,
    targets: targets.map((target) => target.name),
    rows: targets.reduce((sum, target) => sum + target.tables.reduce((rows, table) => rows + table.rows, 0), 0),
    reportFile: report?.reportFile,
  };
}
