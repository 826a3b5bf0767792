import { createHash } from 'node:crypto';
import { ConsolidationError } from './errors';
import type { Inventory } from './inventory/inventory';
import { scanDatabases } from './inventory/scan';
import type { Run } from './migration/runs';
import { publishedRun, readRunInput } from './migration/runs';
import type { PipelineOptions } from './pipeline';
import { PLAN_FILE } from './plan-file';
import { readPlan } from './plan/read';
import type { MeasuredRows } from './plan/measured-rows';
import type { ResolvedPlan } from './plan/resolved';
import { resolvePlan } from './plan/resolve';
import type { Plan } from './plan/definition';

/** The plan applied to the workspace as it was before any migration. */
export interface PlannedWorkspace {
  readonly planFile: string;
  readonly plan: Plan;
  readonly planHash: string;
  readonly resolved: ResolvedPlan;
  /** The legacy databases; once targets are published, as the run found them. */
  readonly inventory: Inventory;
  /** The plan resolved once more, with figures that only the data gives. */
  readonly resolveWith: (measured: MeasuredRows) => Promise<ResolvedPlan>;
  /** The run whose targets stand in the workspace. */
  readonly published?: Run;
}

export const planFileOf = (options: Pick<PipelineOptions, 'plan'>) => options.plan ?? PLAN_FILE;

export function scanWorkspace(options: PipelineOptions): Promise<Inventory> {
  const { workspace, exclude, cacheDirectory, signal, progress } = options;
  return scanDatabases(workspace, { exclude, cacheDirectory, signal, progress });
}

/**
 * Reads the plan and resolves it. After a migration the legacy databases are those that the run found: a target may
 * stand in the place of one of them.
 * @throws ConsolidationError what `readPlan` throws
 */
export async function planWorkspace(options: PipelineOptions): Promise<PlannedWorkspace> {
  const planFile = planFileOf(options);
  const document = await readPlan(planFile, {
    workspace: options.workspace,
    text: options.documents?.[planFile],
  });
  const published = await publishedRun(options.workspace);
  const inventory = published ? (await readRunInput(published)).inventory : await scanWorkspace(options);
  const resolveWith = (measured: MeasuredRows) =>
    resolvePlan(document.plan, inventory, { file: document.file, locate: document.locate, measured });
  const resolved = await resolveWith([]);
  return {
    planFile,
    plan: document.plan,
    planHash: hashOf(document.plan),
    resolved,
    resolveWith,
    inventory,
    published,
  };
}

/** The plan's meaning as a hash: comments and layout do not count. */
const hashOf = (plan: Plan) => createHash('sha256').update(JSON.stringify(plan)).digest('hex');

/** @throws ConsolidationError `NO_DATABASES` */
export function refuseEmpty(inventory: Inventory): void {
  if (inventory.databases.length > 0) return;
  throw new ConsolidationError(
    'NO_DATABASES',
    'No SQLite database was found in this folder. Open the folder that holds the databases, or name it with --workspace.',
  );
}
