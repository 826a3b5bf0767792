import type { Reference } from '../../core/references/reference';
import type { ResolvedDatabase, ResolvedPlan, ResolvedTarget } from '../../core/plan/resolved';

/** Codes of the diagnostics; each has a heading in `docs/diagnostics.md`. */
export type DiagnosticCode = 'stale-path' | 'stale-table' | 'split-database';

export function diagnosticCode(reference: Reference): DiagnosticCode {
  if (reference.kind === 'table') return 'stale-table';
  return reference.resolution === 'split' ? 'split-database' : 'stale-path';
}

/** One sentence: what the place names, where that goes, and what to do when there is no certain fix. */
export function diagnosticMessage(
  reference: Reference,
  plan: ResolvedPlan | undefined,
  published: boolean,
  fixesPending = false,
): string {
  const { database, table, among } = reference;
  const what = table === undefined ? database : `Table ${table} of ${among ? oneOf(among) : database}`;
  const target = targetNamed(plan, reference.target);
  const where = target ? `${target.name} (${target.path})` : reference.target;
  const verb = published ? 'has moved to' : 'will move to';
  const moved =
    where === undefined ? `${what} ${published ? 'is' : 'will be'} consolidated` : `${what} ${verb} ${where}`;
  const name = renamed(reference, plan);
  const sentence = `${moved}${name === undefined ? '' : ` as ${name}`}.`;
  if (reference.fix || fixesPending) return sentence;
  if (among) return `${sentence} The statement may run on each of them: change it yourself.`;
  return `${sentence} ${reference.note ?? 'No certain fix: look at this place yourself.'}`;
}

const MOST_NAMED = 3;

function oneOf(databases: readonly string[]): string {
  const rest = databases.length - MOST_NAMED;
  return rest > 0
    ? `${databases.slice(0, MOST_NAMED).join(', ')} or one of ${rest} more`
    : `${databases.slice(0, -1).join(', ')} or ${databases.at(-1)!}`;
}

interface PlanIndex {
  readonly targets: ReadonlyMap<string, ResolvedTarget>;
  readonly databases: ReadonlyMap<string, ResolvedDatabase>;
}

const indexes = new WeakMap<ResolvedPlan, PlanIndex>();

/** By name and path: a workspace can have thousands of references to hundreds of databases. */
function indexOf(plan: ResolvedPlan): PlanIndex {
  let index = indexes.get(plan);
  if (!index) {
    index = {
      targets: new Map(plan.targets.map((target) => [target.name, target])),
      databases: new Map(plan.databases.map((database) => [database.path, database])),
    };
    indexes.set(plan, index);
  }
  return index;
}

export function targetNamed(plan: ResolvedPlan | undefined, name: string | undefined): ResolvedTarget | undefined {
  return plan && name !== undefined ? indexOf(plan).targets.get(name) : undefined;
}

/** Where the tables of a legacy database go. */
export function destination(plan: ResolvedPlan | undefined, database: string): ResolvedDatabase | undefined {
  return plan && indexOf(plan).databases.get(database);
}

function renamed(reference: Reference, plan: ResolvedPlan | undefined): string | undefined {
  if (reference.table === undefined) return undefined;
  const move = destination(plan, reference.database)?.tables.find(({ table }) => table === reference.table);
  return move?.action === 'move' && move.name !== reference.table ? move.name : undefined;
}
