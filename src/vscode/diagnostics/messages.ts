import type { Reference } from '../../core/references/reference';
import type { ResolvedDatabase, ResolvedPlan, TableDisposition } from '../../core/plan/resolved';

/** Codes of the diagnostics; each has a heading in `docs/diagnostics.md`. */
export type DiagnosticCode = 'stale-path' | 'stale-table';

export function diagnosticCode(reference: Reference): DiagnosticCode {
  return reference.kind === 'path' ? 'stale-path' : 'stale-table';
}

/** One sentence: what the place names, where that goes, and what to do when there is no certain fix. */
export function diagnosticMessage(reference: Reference, plan: ResolvedPlan | undefined, published: boolean): string {
  const what = reference.table === undefined ? reference.database : `Table ${reference.table} of ${reference.database}`;
  const target = plan?.targets.find(({ name }) => name === reference.target);
  const where = target ? `${target.name} (${target.path})` : reference.target;
  const verb = published ? 'has moved to' : 'will move to';
  const moved =
    where === undefined ? `${what} ${published ? 'is' : 'will be'} consolidated` : `${what} ${verb} ${where}`;
  const name = renamed(reference, plan);
  const sentence = `${moved}${name === undefined ? '' : ` as ${name}`}.`;
  if (reference.fix) return sentence;
  return `${sentence} ${reference.note ?? 'No certain fix: look at this place yourself.'}`;
}

/** Where the tables of a legacy database go, for the hover. */
export function destinations(
  plan: ResolvedPlan | undefined,
  database: string,
): { readonly database: ResolvedDatabase; readonly moves: readonly TableDisposition[] } | undefined {
  const resolved = plan?.databases.find(({ path }) => path === database);
  return resolved && { database: resolved, moves: resolved.tables };
}

function renamed(reference: Reference, plan: ResolvedPlan | undefined): string | undefined {
  if (reference.table === undefined) return undefined;
  const move = destinations(plan, reference.database)?.moves.find(({ table }) => table === reference.table);
  return move?.action === 'move' && move.name !== reference.table ? move.name : undefined;
}
