import { oneLine } from './draft-text';
import type { ResolvedPlan, ResolvedTarget } from './resolved';

/** A document that an export writes: a file name (for the target or the workspace) and its text. */
export interface ExportedFile {
  readonly file: string;
  readonly text: string;
}

/**
 * `export schema`: the unified DDL of each target as an SQL file. Given back to the plan as `schema`, it resolves to the
 * same tables.
 */
export function exportSchema(plan: ResolvedPlan): ExportedFile[] {
  return plan.targets.map((target) => ({ file: `${target.name}.sql`, text: targetSql(target) }));
}

function targetSql(target: ResolvedTarget): string {
  const pragmas = Object.entries(target.profile).map(([name, value]) => `PRAGMA ${name} = ${value};`);
  const head = [
    `-- ${oneLine(target.path)}${target.purpose === undefined ? '' : `: ${oneLine(target.purpose)}`}`,
    ...pragmas,
  ];
  if (target.userVersion !== undefined) head.push(`PRAGMA user_version = ${target.userVersion};`);
  if (target.applicationId !== undefined) head.push(`PRAGMA application_id = ${target.applicationId};`);
  const defaults = (table: string) => (target.defaults ?? []).filter((row) => row.table === table);
  const tables = target.tables.map((table) =>
    [
      `${table.purpose === undefined || table.purpose === '' ? '' : `-- ${oneLine(table.purpose)}\n`}${table.sql};`,
      ...table.indexes.map((index) => `${index.sql};`),
    ].join('\n'),
  );
  const rows = target.tables.flatMap((table) => defaults(table.name).map((row) => `${row.sql};`));
  const after = [...target.after, ...(target.expiry ?? [])].map((item) => `${item.sql};`);
  return [head.join('\n'), ...tables, ...rows, ...after, ...oldNames(target)].join('\n\n') + '\n';
}

/** Old names are views that the migration makes of the plan: told, and left out, so that the file can be given back. */
function oldNames({ views }: ResolvedTarget): string[] {
  if (views.length === 0) return [];
  const lines = views.map(
    ({ name, table, source }) => `--   ${oneLine(`${name} of ${source.database} is now ${table}`)}`,
  );
  return [['-- Old names that stay readable and writable as views:', ...lines].join('\n')];
}
