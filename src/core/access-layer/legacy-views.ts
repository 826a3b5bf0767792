import { quoteIdentifier, quoteLiteral } from '../identifiers';
import type { ResolvedPlan, TableDisposition } from '../plan/resolved';

/**
 * For each legacy database the temporary views that give its tables their new names, and the triggers that let them be
 * written: `CREATE TEMP VIEW notification_user AS SELECT id, msg AS message FROM main.notifications`. Only the columns
 * that the plan maps are there.
 */
export function legacyViews(plan: ResolvedPlan): Map<string, string[]> {
  const views = new Map<string, string[]>();
  for (const database of [...plan.databases].sort((a, b) => (a.path < b.path ? -1 : 1))) {
    const moved = database.tables.filter((table) => table.action === 'move');
    const statements = moved.flatMap((table) => viewOf(plan, database.path, table, moved));
    if (statements.length > 0) views.set(database.path, statements);
  }
  return views;
}

type Moved = Extract<TableDisposition, { action: 'move' }>;

function viewOf(plan: ResolvedPlan, database: string, table: Moved, all: readonly Moved[]): string[] {
  const same = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();
  // A table of the legacy file that has the new name already would be hidden.
  if (same(table.name, table.table) || all.some((other) => same(other.table, table.name))) return [];
  const target = plan.targets
    .find((each) => each.name === table.target)
    ?.tables.find((each) => same(each.name, table.name));
  const source = target?.sources.find((each) => each.database === database && same(each.table, table.table));
  if (!source) return [];
  const view = quoteIdentifier(table.name);
  const legacy = quoteIdentifier(table.table);
  const selected = source.columns.map((column) => {
    const name = quoteIdentifier(column.target);
    if (column.kind === 'column') return `${quoteIdentifier(column.source)} AS ${name}`;
    return column.kind === 'sql' ? `(${column.sql}) AS ${name}` : `${quoteLiteral(column.value)} AS ${name}`;
  });
  if (selected.length === 0) return [];
  const plain = source.columns.filter((column) => column.kind === 'column');
  const columns = plain.map((column) => quoteIdentifier(column.source));
  const values = plain.map((column) => `NEW.${quoteIdentifier(column.target)}`);
  const changes = columns.map((column, at) => `${column} = ${values[at]}`);
  const key = plain.map((column, at) => `${columns[at]} IS OLD.${quoteIdentifier(column.target)}`).join(' AND ');
  const trigger = (event: string, body: string) =>
    `CREATE TEMP TRIGGER ${quoteIdentifier(`${table.name}_${event.toLowerCase()}`)} INSTEAD OF ${event} ON ${view} BEGIN ${body}; END`;
  return [
    `CREATE TEMP VIEW ${view} AS SELECT ${selected.join(', ')} FROM main.${legacy}`,
    trigger('INSERT', `INSERT INTO ${legacy} (${columns.join(', ')}) VALUES (${values.join(', ')})`),
    trigger('UPDATE', `UPDATE ${legacy} SET ${changes.join(', ')} WHERE ${key}`),
    trigger('DELETE', `DELETE FROM ${legacy} WHERE ${key}`),
  ];
}
