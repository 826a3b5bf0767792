import { ConsolidationError } from '../errors';
import type { Inventory } from '../inventory/inventory';
import { csvLine, parseCsv } from './csv';
import { planDefinition, type Plan, type PlanTable } from './definition';
import type { ExportedFile } from './export-schema';
import { editPlan, type PlanEdit } from './edit';
import { planIssues, quote } from './issues';
import type { ResolvedPlan } from './resolved';
import { planDatabases, tableEntry } from './sources';

/** Columns of `migration_mapping.csv`. The last holds what has no column of its own, as JSON. */
const HEAD = ['database', 'table', 'rows', 'action', 'target', 'unified_table', 'reason', 'entry'] as const;

/**
 * `export mapping`: `migration_mapping.csv`, one line for each table of each source (a pattern is one source), and one for
 * a source as a whole. Edited in a spreadsheet, it can be read back with `importMapping`.
 */
export function exportMapping(plan: Plan, resolved: ResolvedPlan, inventory: Inventory): ExportedFile {
  const { databases } = planDatabases(plan, inventory);
  const fates = new Map(resolved.databases.map((database) => [database.path, database]));
  const lines: string[][] = [];
  const seen = new Set<string>();
  for (const { database, key, source } of databases) {
    if (key === undefined || !source) continue;
    if (!seen.has(key)) {
      const { tables: _tables, action, reason, ...rest } = source;
      lines.push([key, '', '', action, source.to ?? '', '', reason ?? '', json({ ...rest, to: undefined })]);
    }
    for (const fate of fates.get(database.path)?.tables ?? []) {
      const id = `${key}\0${fate.table}`;
      if (seen.has(id)) continue;
      seen.add(id);
      const entry: PlanTable = tableEntry(source, fate.table)?.entry ?? {};
      const { to, retire: _retire, rebuild: _rebuild, ...others } = entry;
      // A table that is skipped while it is empty may say where it goes once it is not.
      const rest = fate.action === 'skip-empty' && to !== undefined ? { to, ...others } : others;
      const rows = databases
        .filter((candidate) => candidate.key === key)
        .reduce(
          (sum, candidate) => sum + (candidate.database.tables.find((table) => table.name === fate.table)?.rows ?? 0),
          0,
        );
      const reason = fate.action === 'move' ? '' : fate.reason;
      const placed = fate.action === 'skip-empty' ? undefined : fate;
      const [target, name] = addressCells(entry.to, placed);
      lines.push([key, fate.table, String(rows), fate.action, target, name, reason, json(rest)]);
    }
    seen.add(key);
  }
  return { file: 'migration_mapping.csv', text: [[...HEAD], ...lines].map(csvLine).join('\n') + '\n' };
}

/** As the plan writes it where it names a table, since that may hold `${stem}`; else what it comes to. */
function addressCells(
  to: string | undefined,
  placed: { target?: string; name?: string } | undefined,
): [string, string] {
  if (!placed) return ['', ''];
  const dot = to?.indexOf('.') ?? -1;
  if (to !== undefined && dot > 0) return [to.slice(0, dot), to.slice(dot + 1)];
  return [placed.target ?? '', placed.name ?? ''];
}

function json(value: object): string {
  const text = JSON.stringify(value);
  return text === '{}' ? '' : text;
}

/**
 * Reads `migration_mapping.csv` back into a plan: entries of `sources` become what the lines say; comments of the plan stay.
 * Sources and tables without a line stay as they are.
 * @throws ConsolidationError `PLAN_INVALID` with the line of the file that cannot be read
 */
export function importMapping(
  csv: string,
  document: { readonly plan: Plan; readonly text: string },
  file = 'migration_mapping.csv',
): string {
  const fail = (line: number, what: string) =>
    new ConsolidationError('PLAN_INVALID', `${file}:${line}: ${what}`, { file, line });
  const rows = parseCsv(csv);
  if (!rows) throw fail(1, 'A quoted cell is never closed. Correct the file, or export the mapping anew.');
  const [head, ...lines] = rows;
  const missing = HEAD.filter((column) => !head?.includes(column));
  if (missing.length > 0)
    throw fail(
      1,
      `The first line must name the columns ${HEAD.join(', ')}; ${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing.`,
    );
  const edits = lines.flatMap((cells, index): PlanEdit[] => {
    const refuse = (what: string) => fail(index + 2, what);
    const cell: Cell = (column) => cells[head!.indexOf(column)] ?? '';
    const entry = parseEntry(cell('entry'));
    if (!entry) throw refuse('The column "entry" must be empty or a JSON object.');
    const key = cell('database');
    if (key === '') throw refuse('The column "database" is empty.');
    const table = cell('table');
    if (table === '') return sourceEdits(key, cell, entry, refuse);
    const value = tableValue(document.plan, key, table, cell, entry, refuse);
    if (value === undefined) return [];
    requireValid({ [key]: { action: 'merge', tables: { [table]: value } } }, refuse);
    return [{ path: ['sources', key, 'tables', table], value }];
  });
  return editPlan(document.text, edits);
}

type Cell = (column: (typeof HEAD)[number]) => string;

function parseEntry(text: string): Record<string, unknown> | undefined {
  if (text.trim() === '') return {};
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

type Refuse = (what: string) => Error;

/** Fields of a source, each on its own, so that its tables stay. */
function sourceEdits(key: string, cell: Cell, entry: Record<string, unknown>, refuse: Refuse): PlanEdit[] {
  const value: Record<string, unknown> = {
    action: cell('action'),
    reason: cell('reason') || undefined,
    to: cell('target') || undefined,
    prefix: undefined,
    skipEmpty: undefined,
    grace: undefined,
    ...entry,
  };
  requireValid(
    { [key]: Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) },
    refuse,
  );
  return Object.entries(value).map(([field, member]) => ({ path: ['sources', key, field], value: member }));
}

function requireValid(sources: unknown, refuse: Refuse): void {
  const { error } = planDefinition.shape.sources.safeParse(sources, { reportInput: true });
  const [issue] = error ? planIssues(error.issues) : [];
  if (issue) throw refuse(issue.message);
}

/** The entry of a table; undefined where what the source says is enough. */
function tableValue(
  plan: Plan,
  key: string,
  table: string,
  cell: Cell,
  entry: Record<string, unknown>,
  refuse: Refuse,
): Record<string, unknown> | undefined {
  const to =
    cell('target') === ''
      ? {}
      : { to: cell('unified_table') === '' ? cell('target') : `${cell('target')}.${cell('unified_table')}` };
  const reason = cell('reason');
  const source = Object.hasOwn(plan.sources, key) ? plan.sources[key] : undefined;
  const own = source && tableEntry(source, table)?.entry;
  switch (cell('action')) {
    case 'move': {
      if (!('to' in to)) throw refuse('A table that moves needs a target.');
      // What is said already is not said in other words.
      const same = source !== undefined && to.to === addressOf(plan, key, table, own?.to ?? source.to);
      if (same && !own && Object.keys(entry).length === 0) return undefined;
      return same && own ? { ...(own.to === undefined ? {} : { to: own.to }), ...entry } : { ...to, ...entry };
    }
    case 'retire':
      return { ...entry, retire: reason };
    case 'rebuild':
      if (source?.action === 'rebuild') return own ? { ...(own.to === undefined ? {} : to), ...entry } : undefined;
      return { ...to, ...entry, rebuild: reason };
    case 'skip-empty':
      if (source?.skipEmpty && !own) return undefined;
      return { ...entry, skipEmpty: entry.skipEmpty ?? (reason === '' ? true : reason) };
    default:
      throw refuse(`The action ${quote(cell('action'))} of a table is none of move, retire, rebuild, skip-empty.`);
  }
}

/** `target.table` of what the plan says of a table. */
function addressOf(plan: Plan, key: string, table: string, to: string | undefined): string | undefined {
  if (to === undefined || to.includes('.')) return to;
  return `${to}.${plan.targets[to]?.prefix ?? ''}${plan.sources[key]?.prefix ?? ''}${table}`;
}
