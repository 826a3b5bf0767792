import { foldName, sameName } from '../sqlite/sql-tokens';
import type { Plan, PlanUnifiedTable } from './definition';
import { quote } from './issues';
import type { PlanPath } from './locate';
import type { Reporter } from './reporter';
import type { ResolvedTarget } from './resolved';
import { isDropped } from './unify-foreign-keys';
import type { GroupIndex, TableGroup } from './table-group';

/**
 * Names in the plan that mean nothing: a decision about a table that there is not would be passed over in silence, and a
 * check of an unknown target never run.
 */
export function checkNames(
  plan: Plan,
  targets: readonly ResolvedTarget[],
  groups: GroupIndex,
  reporter: Reporter,
): void {
  for (const target of targets)
    for (const [name, settings] of Object.entries(plan.targets[target.name]?.tables ?? {}))
      checkTable(target, groups.named(target.name, name), name, settings, reporter);
  const known = (target: string | undefined, at: PlanPath) => {
    if (target === undefined || Object.hasOwn(plan.targets, target)) return;
    reporter.error(
      'TARGET_UNKNOWN',
      at,
      `The plan has no target ${quote(target)}; it has ${Object.keys(plan.targets).join(', ') || 'none'}.`,
    );
  };
  plan.checks?.forEach((check, index) => known(check.target, ['checks', index, 'target']));
  plan.criticalQueries?.forEach((query, index) => known(query.target, ['criticalQueries', index, 'target']));
}

function checkTable(
  target: ResolvedTarget,
  group: TableGroup | undefined,
  name: string,
  settings: PlanUnifiedTable,
  reporter: Reporter,
): void {
  const at: PlanPath = ['targets', target.name, 'tables', name];
  const table = target.tables.find((candidate) => sameName(candidate.name, name));
  if (!table) {
    // The purpose of a view is documented as that of a table.
    if ([...target.after, ...target.views].some((item) => sameName(item.name, name))) return;
    const offered = target.tables.map((candidate) => candidate.name);
    reporter.warning(
      'TABLE_UNKNOWN',
      at,
      `${target.name} has no table ${quote(name)}, so what is said of it here has no effect; it has ${listed(offered)}.`,
      { table: name, details: { target: target.name } },
    );
    return;
  }
  const columns = new Set([...table.columns, ...(group ? generatedColumns(group) : [])].map(foldName));
  const unknown = (column: string, place: PlanPath) => {
    if (columns.has(foldName(column))) return;
    reporter.warning(
      'COLUMN_UNKNOWN',
      place,
      `${target.name}.${table.name} has no column ${quote(column)}, so what is said of it here has no effect; it has ${listed(table.columns)}.`,
      { table: table.name, details: { target: target.name } },
    );
  };
  for (const column of Object.keys(settings.columns ?? {})) unknown(column, [...at, 'columns', column]);
  if (settings.ttl) unknown(settings.ttl.column, [...at, 'ttl', 'column']);
  else if (settings.grace !== undefined)
    reporter.warning(
      'GRACE_WITHOUT_TTL',
      [...at, 'grace'],
      `Nothing says when rows of ${target.name}.${table.name} expire, so "grace" has no effect. Name the column that holds the time ("ttl"), or remove "grace".`,
      { table: table.name, details: { target: target.name } },
    );
  if (!group) return;
  checkDropped(group, settings, at, reporter);
}

/** Keys and triggers that the plan leaves out, and no source has. */
function checkDropped(group: TableGroup, settings: PlanUnifiedTable, at: PlanPath, reporter: Reporter): void {
  const keys = group.sources.flatMap(({ definition, table }) => [
    ...(definition?.constraints ?? []).map(({ columns }) => columns),
    ...table.foreignKeys.map(({ columns }) => columns),
    ...(definition?.columns ?? []).map((column) => [column.name]),
  ]);
  for (const key of Object.keys(settings.dropForeignKeys ?? {})) {
    const alone = { ...group, settings: { dropForeignKeys: { [key]: '' } } };
    if (keys.some((columns) => isDropped(alone, columns))) continue;
    reporter.warning(
      'COLUMN_UNKNOWN',
      [...at, 'dropForeignKeys', key],
      `No source of ${group.target}.${group.name} has a foreign key of the columns ${quote(key)}; name them as in the unified table, several with commas.`,
      { table: group.name, details: { target: group.target } },
    );
  }
  for (const trigger of Object.keys(settings.dropTriggers ?? {})) {
    const has = group.sources.some(({ table }) => table.triggers.some((known) => sameName(known.name, trigger)));
    if (has) continue;
    reporter.warning(
      'TRIGGER_UNKNOWN',
      [...at, 'dropTriggers', trigger],
      `No source of ${group.target}.${group.name} has a trigger ${quote(trigger)}. Correct the name, or remove the entry.`,
      { table: group.name, details: { target: group.target } },
    );
  }
}

function generatedColumns(group: TableGroup): string[] {
  return group.sources.flatMap(({ definition }) => (definition?.columns ?? []).map((column) => column.name));
}

function listed(names: readonly string[]): string {
  return names.length === 0 ? 'none' : `${names.slice(0, 20).join(', ')}${names.length > 20 ? ', …' : ''}`;
}
