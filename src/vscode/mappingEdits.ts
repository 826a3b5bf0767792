import picomatch from 'picomatch';
import type { PlanEdit } from '../core/plan/edit';
import { isPattern } from '../core/plan/sources';
import type { MappingEdit } from '../protocol/mapping';

type Json = Readonly<Record<string, unknown>>;

/**
 * What changes in the plan. Where a pattern speaks of the database today, its entry is copied for this database alone, so
 * that the others of the pattern stay as they are.
 */
export function mappingEdits(plan: unknown, edit: MappingEdit): PlanEdit[] {
  const { sources, targets } = asObject(plan);
  const own = asObject(sources)[edit.database];
  const pattern = Object.keys(asObject(sources)).find((key) => isPattern(key) && matches(key, edit.database));
  const copied = pattern === undefined ? undefined : asObject(sources)[pattern];
  const before = asObject(own ?? copied);
  const at = ['sources', edit.database];
  if (edit.kind === 'database') {
    const { tables, to, prefix, skipEmpty, reason: _reason, ...rest } = before;
    const reason = edit.reason || undefined;
    if (edit.action === 'keep' || edit.action === 'retire')
      return [{ path: at, value: { ...rest, action: edit.action, reason } }];
    const somewhere = tables || edit.action === 'rebuild' ? to : (to ?? Object.keys(asObject(targets))[0]);
    return [{ path: at, value: { ...rest, action: edit.action, reason, to: somewhere, prefix, skipEmpty, tables } }];
  }
  const edits: PlanEdit[] = own === undefined ? [{ path: at, value: { ...before, action: 'merge' } }] : [];
  const tables = asObject(before.tables);
  const key = Object.keys(tables).find((name) => name.toLowerCase() === edit.table.toLowerCase()) ?? edit.table;
  const { retire: _retire, rebuild: _rebuild, skipEmpty: _skipEmpty, ...entry } = asObject(tables[key]);
  const value = edit.kind === 'retire' ? { retire: edit.reason } : { ...entry, to: `${edit.target}.${edit.name}` };
  return [...edits, { path: [...at, 'tables', key], value }];
}

/** As the plan is read: `planDatabases` matches paths the same way. */
function matches(pattern: string, path: string): boolean {
  return picomatch(pattern, { dot: true, windows: false })(path);
}

function asObject(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
}
