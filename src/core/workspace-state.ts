import { createHash } from 'node:crypto';
import { ConsolidationError } from './errors';
import { absentInventory } from './inventory/absent';
import type { Inventory } from './inventory/inventory';
import { scanDatabases } from './inventory/scan';
import type { Run } from './migration/runs';
import { publishedRun, readRunInput } from './migration/runs';
import type { PipelineOptions } from './pipeline-options';
import { PLAN_FILE } from './plan-file';
import { readPlan } from './plan/read';
import type { MeasuredRows } from './plan/measured-rows';
import type { ResolvedPlan } from './plan/resolved';
import { resolvePlan } from './plan/resolve';
import type { Plan } from './plan/definition';
import { scanReferences } from './references/scan';

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
 * Reads the plan and resolves it. With `changed`, the plan and the databases are as they were when everything was looked
 * at: what code says of databases that it alone names is looked at again then, and not after each edit. After a migration
 * the legacy databases are those that the run found: a target may stand in the place of one of them.
 * @throws ConsolidationError what `readPlan` throws
 */
export async function planWorkspace(options: PipelineOptions): Promise<PlannedWorkspace> {
  const { workspace, exclude, documents, changed } = options;
  const planFile = planFileOf(options);
  const question = JSON.stringify([planFile, exclude, documents?.[planFile]]);
  const last = lastPlanned.get(workspace);
  if (changed && !changed.includes(planFile) && last?.question === question) return last.planned;
  const planned = await planAnew(planFile, options);
  lastPlanned.set(workspace, { question, planned });
  return planned;
}

/** The plan of each workspace when everything was last looked at. */
const lastPlanned = new Map<string, { readonly question: string; readonly planned: PlannedWorkspace }>();

async function planAnew(planFile: string, options: PipelineOptions): Promise<PlannedWorkspace> {
  const document = await readPlan(planFile, {
    workspace: options.workspace,
    text: options.documents?.[planFile],
  });
  const published = await publishedRun(options.workspace);
  const inventory = published
    ? (await readRunInput(published)).inventory
    : await withNamedOnly(await scanWorkspace(options), document.plan, options);
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

/** Databases that the plan names and that have no file here: what the code says of them. */
async function withNamedOnly(inventory: Inventory, plan: Plan, options: PipelineOptions): Promise<Inventory> {
  const known = new Set(inventory.databases.map(({ path }) => path));
  const missing = new Set(Object.keys(plan.sources).filter((key) => !known.has(key) && !/[*?[{]/.test(key)));
  if (missing.size === 0) return inventory;
  const { absentDatabases = [] } = await scanReferences({
    workspace: options.workspace,
    signal: options.signal,
    progress: options.progress,
    tasks: options.tasks,
    documents: new Map(Object.entries(options.documents ?? {})),
    exclude: [planFileOf(options), ...(options.exclude ?? []), ...(plan.references?.exclude ?? [])],
    databases: inventory.databases.map(({ path, tables }) => ({ path, tables: tables.map(({ name }) => name) })),
  });
  const named = await absentInventory(absentDatabases.filter(({ path }) => missing.has(path)));
  const databases = [...inventory.databases, ...named].sort((left, right) => (left.path < right.path ? -1 : 1));
  return named.length === 0 ? inventory : { ...inventory, databases };
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
