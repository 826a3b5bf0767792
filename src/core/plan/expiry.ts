import { quoteIdentifier } from '../identifiers';
import { foldName, isKeyword, sameName, sqlTokens } from '../sqlite/sql-tokens';
import { uniqueName } from './compatibility';
import type { PlanTarget } from './definition';
import { mentionedNames } from './dependents';
import type { ResolvedTable, ResolvedTarget } from './resolved';

type NamedStatement = { readonly name: string; readonly sql: string };

const UNITS: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/**
 * A trigger for each table with a `ttl` in the plan: whoever adds a row takes the expired ones away. `grace` keeps them for
 * so much longer. A table whose own trigger does this already gets none.
 * @param usedNames names, folded, of all triggers of the target; ours are added
 */
export function expiryTriggers(
  planned: PlanTarget,
  tables: readonly ResolvedTable[],
  after: ResolvedTarget['after'],
  usedNames: Set<string>,
): NamedStatement[] {
  return Object.entries(planned.tables ?? {}).flatMap(([tableName, settings]): NamedStatement[] => {
    const table = tables.find((candidate) => candidate.kind === 'table' && sameName(candidate.name, tableName));
    const column = table?.columns.find((name) => sameName(name, settings.ttl?.column ?? ''));
    if (!table || column === undefined) return [];
    if (after.some(({ kind, sql }) => kind === 'trigger' && deletesBy(sql, table.name, column))) return [];
    const name = uniqueName(`${table.name}_expiry`, usedNames);
    const unified = quoteIdentifier(table.name);
    return [
      {
        name,
        sql: `CREATE TRIGGER ${quoteIdentifier(name)} AFTER INSERT ON ${unified} BEGIN DELETE FROM ${unified} WHERE ${expired(column, seconds(settings.grace))}; END`,
      },
    ];
  });
}

/**
 * ISO 8601 texts (UTC where they name no zone) and seconds or milliseconds since 1970. Whatever is neither, NULL and zero
 * never expire: a value that is not understood is no reason to delete a row.
 */
function expired(column: string, grace: number): string {
  const value = quoteIdentifier(column);
  const modifier = grace === 0 ? '' : `, '-${grace} seconds'`;
  const date = '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]*';
  return (
    `CASE typeof(${value}) WHEN 'text' THEN ${value} GLOB '${date}' AND julianday(${value}) < julianday('now'${modifier}) ` +
    `WHEN 'blob' THEN 0 WHEN 'null' THEN 0 ` +
    `ELSE ${value} > 0 AND CASE WHEN ${value} >= 1e11 THEN ${value} / 1000.0 ELSE ${value} END < CAST(strftime('%s', 'now'${modifier}) AS INTEGER) END`
  );
}

/** Does the trigger belong to the table and delete rows by that column? */
function deletesBy(sql: string, table: string, column: string): boolean {
  const names = mentionedNames(sql);
  return (
    names.has(foldName(table)) &&
    names.has(foldName(column)) &&
    sqlTokens(sql).some((token) => isKeyword(token, 'DELETE'))
  );
}

function seconds(duration: string | undefined): number {
  const [, amount, unit] = /^(\d+)([a-z]+)$/.exec(duration ?? '') ?? [];
  return Math.round(Number(amount ?? 0) * (UNITS[unit ?? 's'] ?? 1));
}
