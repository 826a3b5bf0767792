import { resolutionId } from './resolution-id';
import type { InventoryDatabase, InventoryTable } from '../inventory/inventory';
import { parseCreateTable } from './ddl';
import { foldName, sameName } from '../sqlite/sql-tokens';
import type { Plan, PlanSource, PlanTable, PlanUnifiedTable } from './definition';
import { quote } from './issues';
import type { PlanPath } from './locate';
import type { Reporter } from './reporter';
import type { TableDisposition } from './resolved';
import {
  expandPath,
  isPattern,
  movableTables,
  tableEntry,
  type PlannedDatabase,
  type PlannedDatabases,
} from './sources';
import { describeSource, type GroupIndex, type GroupSource, type TableGroup } from './table-group';

/** What the plan says of one legacy table. */
export interface TableFate {
  readonly table: InventoryTable;
  readonly entry: PlanTable;
  readonly at: PlanPath;
  readonly fate:
    | { readonly action: 'move' | 'rebuild'; readonly target: string; readonly name: string; readonly reason?: string }
    | { readonly action: 'retire' | 'rebuild' | 'skip-empty'; readonly target?: undefined; readonly reason: string };
}

export interface DatabaseFate {
  readonly planned: PlannedDatabase;
  readonly tables: readonly TableFate[];
  /** Views with an entry of their own: where to, or why not. */
  readonly views: ReadonlyMap<string, { readonly target?: string; readonly name?: string; readonly retired?: string }>;
}

/** Gives every legacy database and table exactly one disposition; where the plan gives none, says so. */
export function decideDispositions(plan: Plan, databases: PlannedDatabases, reporter: Reporter): DatabaseFate[] {
  for (const key of databases.unmatched)
    reporter.warning(
      'SOURCE_WITHOUT_DATABASE',
      ['sources', key],
      isPattern(key)
        ? `No legacy database matches ${quote(key)}. Correct the pattern, or remove the entry.`
        : `There is no file ${quote(key)}, and no code names it. Correct the path, or remove the entry.`,
      { database: key },
    );
  return databases.databases.map((planned) => decideDatabase(plan, planned, reporter));
}

function decideDatabase(plan: Plan, planned: PlannedDatabase, reporter: Reporter): DatabaseFate {
  const { database, source, key } = planned;
  if (!source || key === undefined) {
    reporter.error(
      'DATABASE_WITHOUT_DISPOSITION',
      ['sources'],
      `The plan does not say what becomes of ${database.path}. Add it to "sources" with the action "merge", "keep", "retire" or "rebuild".`,
      {
        database: database.path,
        resolutions: [
          { id: 'action:merge', title: 'Merge it' },
          { id: 'action:keep', title: 'Keep it as it is (with a reason)' },
          { id: 'action:retire', title: 'Retire it (with a reason)' },
        ],
      },
    );
    return { planned, tables: [], views: new Map() };
  }
  if (source.action === 'keep' || source.action === 'retire') return { planned, tables: [], views: new Map() };
  if (!['sqlite', 'empty', 'absent'].includes(database.kind) && source.action === 'merge') {
    reporter.error(
      'DATABASE_UNREADABLE',
      ['sources', key],
      `${database.path} cannot be merged: ${unreadable(database)}. Repair or restore it, or retire it with a reason.`,
      {
        database: database.path,
        resolutions: [{ id: 'action:retire', title: 'Retire it (with a reason)' }],
      },
    );
    return { planned, tables: [], views: new Map() };
  }
  const decide = new DatabaseDecision(plan, database, source, key, reporter);
  return { planned, tables: decide.tables(), views: decide.views() };
}

function unreadable(database: InventoryDatabase): string {
  const [problem] = database.problems;
  if (problem) return problem.message.replace(/\.$/, '');
  return {
    'apple-double': 'it is metadata that macOS keeps beside a file, not a database',
    'encrypted-or-unknown': 'it is encrypted, or no SQLite database',
    truncated: 'it is shorter than its header says',
    corrupt: 'a page of it is malformed',
  }[database.kind as 'corrupt'];
}

class DatabaseDecision {
  private readonly at: PlanPath;

  constructor(
    private readonly plan: Plan,
    private readonly database: InventoryDatabase,
    private readonly source: PlanSource,
    private readonly key: string,
    private readonly reporter: Reporter,
  ) {
    this.at = ['sources', key];
  }

  tables(): TableFate[] {
    const tables = movableTables(this.database);
    for (const name of Object.keys(this.source.tables ?? {})) this.checkKnown(name);
    // Of a database that only code names, the plan is all there is to know.
    const planned = this.database.kind === 'absent' ? Object.keys(this.source.tables ?? {}).map(unknownTable) : [];
    return [...tables, ...planned].flatMap((table) => this.table(table) ?? []);
  }

  views(): Map<string, { target?: string; name?: string; retired?: string }> {
    const views = new Map<string, { target?: string; name?: string; retired?: string }>();
    for (const view of this.database.tables) {
      const found = view.kind === 'view' ? tableEntry(this.source, view.name) : undefined;
      if (!found) continue;
      if (found.entry.retire !== undefined) views.set(foldName(view.name), { retired: found.entry.retire });
      else if (found.entry.to !== undefined) {
        const address = this.address(found.entry.to, view.name, [...this.at, 'tables', found.key, 'to']);
        if (address) views.set(foldName(view.name), address);
      }
    }
    return views;
  }

  private checkKnown(name: string): void {
    const { database } = this;
    if (database.kind === 'absent') return;
    if (database.tables.some((table) => !table.shadowOf && sameName(table.name, name))) return;
    // An entry of a pattern may concern some of the databases only.
    if (this.key !== database.path) return;
    const known = movableTables(database).map((table) => table.name);
    this.reporter.error(
      'TABLE_UNKNOWN',
      [...this.at, 'tables', name],
      `${database.path} has no table ${quote(name)}; it has ${known.slice(0, 20).join(', ') || 'none'}${known.length > 20 ? ', …' : ''}.`,
      {
        database: database.path,
        table: name,
      },
    );
  }

  private table(table: InventoryTable): TableFate | undefined {
    const { database, source, reporter } = this;
    const found = tableEntry(source, table.name);
    const entry = found?.entry ?? {};
    const at: PlanPath = found ? [...this.at, 'tables', found.key] : this.at;
    const place = { database: database.path, table: table.name };
    const skip = entry.skipEmpty ?? source.skipEmpty ?? false;
    if (entry.retire !== undefined) return { table, entry, at, fate: { action: 'retire', reason: entry.retire } };
    if (skip && table.rows === 0 && entry.rebuild === undefined)
      return {
        table,
        entry,
        at,
        fate: { action: 'skip-empty', reason: typeof skip === 'string' ? skip : 'the table has no rows' },
      };
    const to = entry.to ?? source.to;
    const rebuild = entry.rebuild ?? (source.action === 'rebuild' ? (source.reason ?? 'rebuilt') : undefined);
    if (to === undefined) {
      if (rebuild !== undefined) return { table, entry, at, fate: { action: 'rebuild', reason: rebuild } };
      if (entry.skipEmpty)
        reporter.error(
          'ROWS_IN_SKIPPED_TABLE',
          at,
          `${database.path} › ${table.name} is to be skipped because it is empty, but it has ${table.rows ?? 'unknown'} rows. Say where they go ("to"), or retire the table with a reason.`,
          {
            ...place,
            details: { rows: table.rows },
            resolutions: [
              { id: 'table:move', title: 'Move the rows' },
              { id: 'table:retire', title: 'Retire the table (with a reason)' },
            ],
          },
        );
      else
        reporter.error(
          'TABLE_WITHOUT_DISPOSITION',
          at,
          `The plan does not say what becomes of ${database.path} › ${table.name} (${table.rows ?? 0} rows). Give it "to", "retire" with a reason, or "skipEmpty".`,
          {
            ...place,
            details: { rows: table.rows },
            resolutions: [
              ...Object.keys(this.plan.targets)
                .slice(0, 8)
                .map((target) => ({ id: resolutionId('table', 'to', target), title: `Move it to ${target}` })),
              { id: 'table:retire', title: 'Retire it (with a reason)' },
            ],
          },
        );
      return undefined;
    }
    const address = this.address(to, table.name, entry.to === undefined ? [...this.at, 'to'] : [...at, 'to']);
    if (!address) return undefined;
    return rebuild === undefined
      ? { table, entry, at, fate: { action: 'move', ...address } }
      : { table, entry, at, fate: { action: 'rebuild', ...address, reason: rebuild } };
  }

  /** `target.table`; a target alone keeps the legacy name behind the prefixes. */
  private address(to: string, table: string, at: PlanPath): { target: string; name: string } | undefined {
    const dot = to.indexOf('.');
    const target = dot < 0 ? to : to.slice(0, dot);
    const planned = Object.hasOwn(this.plan.targets, target) ? this.plan.targets[target] : undefined;
    if (!planned) {
      this.reporter.error(
        'TARGET_UNKNOWN',
        at,
        `The plan has no target ${quote(target)}; it has ${Object.keys(this.plan.targets).join(', ') || 'none'}.`,
        {
          database: this.database.path,
          table,
        },
      );
      return undefined;
    }
    const name =
      dot < 0
        ? (planned.prefix ?? '') + (this.source.prefix ?? '') + table
        : expandPath(to.slice(dot + 1), this.database.path);
    if (foldName(name).startsWith('sqlite_')) {
      this.reporter.error(
        'NAME_RESERVED',
        at,
        `${quote(name)} cannot be the name of a table: SQLite keeps "sqlite_…" for itself. Choose another name.`,
        {
          database: this.database.path,
          table,
          details: { target, value: name },
          resolutions: [
            { id: resolutionId('name', target, `legacy_${name}`), title: `Call it legacy_${name}` },
            { id: 'table:retire', title: 'Retire the table (with a reason)' },
          ],
        },
      );
      return undefined;
    }
    return { target, name };
  }
}

function unknownTable(name: string): InventoryTable {
  return {
    name,
    kind: 'table',
    rows: 0,
    sql: '',
    columns: [],
    indexes: [],
    triggers: [],
    foreignKeys: [],
    withoutRowid: false,
    strict: false,
    autoincrement: false,
  };
}

/** Gathers the moved tables into unified tables, by target and name without regard to case. */
export function groupTables(plan: Plan, databases: readonly DatabaseFate[], reporter: Reporter): TableGroup[] {
  const groups = new Map<string, TableGroup>();
  const bySettings = new Map<string, Map<string, [string, PlanUnifiedTable]>>();
  const settingsOf = (target: string) => {
    const known =
      bySettings.get(target) ??
      new Map(Object.entries(plan.targets[target]?.tables ?? {}).map((entry) => [foldName(entry[0]), entry] as const));
    bySettings.set(target, known);
    return known;
  };
  for (const { planned, tables } of databases)
    for (const { table, entry, at, fate } of tables) {
      if (fate.target === undefined || planned.database.kind === 'absent') continue;
      const id = `${fate.target}.${foldName(fate.name)}`;
      let group = groups.get(id);
      if (!group) {
        const settings = settingsOf(fate.target).get(foldName(fate.name));
        group = {
          target: fate.target,
          name: fate.name,
          sources: [],
          settings: settings?.[1] ?? {},
          at: settings ? ['targets', fate.target, 'tables', settings[0]] : at,
        };
        groups.set(id, group);
      }
      const source: GroupSource = {
        database: planned.database,
        table,
        entry,
        at,
        rows: fate.action === 'move',
        legacy: table.kind === 'table' ? parseCreateTable(table.sql) : undefined,
        indexes: [],
        lostForeignKeys: new Set(),
      };
      const first = group.sources[0];
      if (first) reportMeeting(group, first, source, fate.name, reporter);
      group.sources.push(source);
    }
  // A table that stays at its place leads, so that its columns come first; otherwise the order of the paths.
  for (const group of groups.values()) {
    const own = plan.targets[group.target]?.path;
    group.sources.sort((a, b) => Number(b.database.path === own) - Number(a.database.path === own));
  }
  return [...groups.values()];
}

/**
 * Two tables become one: is that what the plan says? Names that differ in case are one name to SQLite; a prefix, or the
 * name that a table keeps, can lead to where another table is.
 */
function reportMeeting(
  group: TableGroup,
  first: GroupSource,
  second: GroupSource,
  name: string,
  reporter: Reporter,
): void {
  const named = (source: GroupSource) => source.entry.to?.includes('.') ?? false;
  const chosen = (source: GroupSource) => source.at.includes('tables');
  const inCase = group.name !== name;
  const byChance = !sameName(first.table.name, second.table.name) && !(named(first) && named(second));
  const side = ({ database, table }: GroupSource, value: string) => ({
    database: database.path,
    table: table.name,
    rows: table.rows,
    value,
  });
  const details = {
    target: group.target,
    unified: group.name,
    sides: [side(first, group.name), side(second, name)],
  };
  const place = { database: second.database.path, table: second.table.name, details };
  const both = `${describeSource(first)} and ${describeSource(second)}`;
  const apart = { id: 'rename-apart', title: 'Keep the tables apart under different names' };
  if (inCase || byChance) {
    group.clash = true;
    reporter.error(
      'NAME_CLASH',
      second.at,
      inCase
        ? `${both} become ${quote(group.name)} and ${quote(name)}: one name to SQLite, which does not tell upper from lower case. Write both alike to merge them, or choose another name.`
        : `${both} both become ${group.target}.${group.name}. Give one of them another name ("to"), or name the table in both entries to merge them.`,
      { ...place, resolutions: [apart, { id: 'merge', title: 'Merge them' }] },
    );
  } else if (!chosen(second) && !chosen(first) && !sameEntry(first, second) && !group.told) {
    group.told = true;
    reporter.warning(
      'SAME_NAME',
      second.at,
      `${both} become one table, ${group.target}.${group.name}, only because they have the same name. Name it in both entries ("to") if that is meant, or keep them apart.`,
      {
        ...place,
        resolutions: [
          apart,
          { id: 'merge-with-discriminator', title: 'Merge them, with a column that says where a row came from' },
          { id: 'merge', title: 'Merge them' },
        ],
      },
    );
  }
}

function sameEntry(one: GroupSource, other: GroupSource): boolean {
  return one.database === other.database || JSON.stringify(one.at) === JSON.stringify(other.at);
}

/** The dispositions of one database as the resolved plan gives them. */
export function tableDispositions(fate: DatabaseFate, groups: GroupIndex): TableDisposition[] {
  return fate.tables.map(({ table, entry, fate: decided }): TableDisposition => {
    if (decided.action !== 'move') {
      const namesake =
        decided.target === undefined ? groups.namesake(table.name) : { target: decided.target, name: decided.name };
      return {
        table: table.name,
        action: decided.action,
        reason: decided.reason ?? '',
        ...(decided.action === 'retire' ? {} : namesake),
      };
    }
    const renamed: Record<string, string> = {};
    for (const [key, mapping] of Object.entries(entry.columns ?? {}))
      if (typeof mapping === 'string' && mapping !== key) renamed[key] = mapping;
    const discriminator: Record<string, string | number> = {};
    for (const [column, value] of Object.entries(entry.discriminator ?? {}))
      discriminator[column] = typeof value === 'string' ? expandPath(value, fate.planned.database.path) : value;
    return {
      table: table.name,
      action: 'move',
      target: decided.target,
      name: groups.named(decided.target, decided.name)?.name ?? decided.name,
      renamed,
      discriminator,
    };
  });
}
