import { createHash } from 'node:crypto';
import type { ResolvedPlan } from '../plan/resolved';

/** A file of the access layer. */
export interface GeneratedFile {
  /** Workspace-relative, `/`. */
  readonly path: string;
  readonly text: string;
}

/** In the head of every generated file: the scan and the refactoring pass over such files. */
export const GENERATED_MARK = 'sqlite-consolidator: generated';

/**
 * Hash of what the access layer is made from, so that a module says which plan it belongs to and does not change when
 * the plan changes elsewhere.
 */
export function planHash(plan: ResolvedPlan): string {
  const relevant = {
    name: plan.name,
    targets: plan.targets.map(({ name, path, profile, tables }) => ({
      name,
      path,
      profile,
      tables: tables.map((t) => t.name),
    })),
    databases: plan.databases.map(({ path, action, tables }) => ({ path, action, tables })),
    access: plan.access,
  };
  return createHash('sha256').update(JSON.stringify(relevant)).digest('hex').slice(0, 12);
}
