import type { InventoryDatabase, InventoryTable } from '../inventory/inventory';
import { affinityOf } from './affinity';
import type { PlanKeys, PlanTable } from './definition';
import { uniqueName } from './compatibility';
import { foldName, sameName } from '../sqlite/sql-tokens';
import { singular, type DatabaseFamily } from './draft-databases';
import type { DraftedTargets } from './draft-targets';
import { movableTables } from './sources';
import { rowidAlias } from './table-group';

/** An entry of the plan with the reason for it. */
export interface DraftedTable {
  readonly database: InventoryDatabase;
  readonly table: InventoryTable;
  readonly entry: PlanTable;
  readonly why: string;
}

/** Tables of one name in several legacy databases, and what the draft does about them. */
export interface NameConflict {
  readonly target: string;
  readonly name: string;
  readonly tables: readonly {
    readonly database: InventoryDatabase;
    readonly table: InventoryTable;
    /** Files of the family that this database stands for, and the rows of all; 1 for a database of its own. */
    readonly files: number;
    readonly rows: number;
  }[];
  readonly chosen: 'merge' | 'rename-apart' | 'targets-apart';
  readonly why: string;
}

export interface DraftedTables {
  readonly tables: readonly DraftedTable[];
  readonly conflicts: readonly NameConflict[];
}

interface Candidate {
  readonly database: InventoryDatabase;
  readonly table: InventoryTable;
  readonly family?: DatabaseFamily;
}

/** Columns whose value says when a row was last changed: the newest row wins. */
const CHANGED = [
  'updated_at',
  'modified_at',
  'last_updated',
  'last_modified',
  'changed_at',
  'updated',
  'modified',
  'last_seen',
  'timestamp',
];

/** Share of the columns of both that two tables must have in common to be taken for one. */
const SAME_ENOUGH = 0.6;

/**
 * Proposes where each table goes. Tables of one name whose columns are mostly the same are merged, with what tells their
 * rows apart; others are kept apart under different names.
 * @param own path of the legacy database in whose place the target comes: its tables keep their names
 */
export function draftTables(
  merged: readonly InventoryDatabase[],
  families: readonly DatabaseFamily[],
  targets: DraftedTargets,
  options: { readonly own?: string; readonly prefix?: string },
): DraftedTables {
  const familyOf = new Map(
    families.flatMap((family) => family.members.map((member) => [member.path, family] as const)),
  );
  const byTarget = new Map<string, Candidate[]>();
  for (const database of merged) {
    const target = targets.assignment.get(database.path)!.target;
    const list = byTarget.get(target) ?? [];
    byTarget.set(target, list);
    for (const table of movableTables(database)) list.push({ database, table, family: familyOf.get(database.path) });
  }
  const tables: DraftedTable[] = [];
  const conflicts: NameConflict[] = [];
  for (const [target, candidates] of byTarget) {
    const names = new Names(candidates, options);
    const groups = new Map<string, Unit[]>();
    for (const unit of unitsOf(candidates)) {
      const id = foldName(unit.lead.table.name);
      groups.set(id, [...(groups.get(id) ?? []), unit]);
    }
    const ranked = [...groups.values()].map((units) =>
      [...units].sort((a, b) => rank(b, options.own) - rank(a, options.own)),
    );
    // The tables that keep their names come first, so that no new name takes one of theirs.
    for (const [first] of ranked) names.reserve(first!.lead);
    for (const units of ranked) {
      const drafted = draftGroup(target, units, names);
      tables.push(...drafted.tables);
      conflicts.push(...drafted.conflicts);
    }
  }
  return { tables, conflicts: [...conflicts, ...acrossTargets(byTarget)] };
}

/** Tables of one name and nearly the same columns that go into several targets, since their databases do. */
function acrossTargets(byTarget: ReadonlyMap<string, readonly Candidate[]>): NameConflict[] {
  const named = new Map<string, { target: string; unit: Unit }[]>();
  for (const [target, candidates] of byTarget)
    for (const unit of unitsOf(candidates)) {
      const id = foldName(unit.lead.table.name);
      named.set(id, [...(named.get(id) ?? []), { target, unit }]);
    }
  return [...named.values()].flatMap((entries): NameConflict[] => {
    const filled = entries.filter(({ unit }) => unit.rows > 0);
    const [first] = filled;
    const alike = filled.filter(({ unit }) => sameEnough(first!.unit.lead.table, unit.lead.table));
    const targets = [...new Set(alike.map(({ target }) => target))];
    if (targets.length < 2) return [];
    return [
      {
        target: targets.join(' and '),
        name: first!.unit.lead.table.name,
        tables: alike.map(({ unit }) => side(unit)),
        chosen: 'targets-apart',
        why: 'their columns are the same, or nearly',
      },
    ];
  });
}

/** Tables that one entry of the plan speaks for: one table, or that of every file of a family. */
interface Unit {
  readonly lead: Candidate;
  readonly candidates: readonly Candidate[];
  readonly rows: number;
}

const side = ({ lead, candidates, rows }: Unit) => ({ ...lead, files: candidates.length, rows });

function unitsOf(candidates: readonly Candidate[]): Unit[] {
  const units = new Map<string, Candidate[]>();
  candidates.forEach((candidate, index) => {
    const id = candidate.family ? `${candidate.family.pattern}\0${foldName(candidate.table.name)}` : String(index);
    units.set(id, [...(units.get(id) ?? []), candidate]);
  });
  return [...units.values()].map((members) => ({
    lead: members[0]!,
    candidates: members,
    rows: members.reduce((sum, { table }) => sum + (table.rows ?? 1), 0),
  }));
}

/** Of several tables of one name, the highest keeps it: what stands at the target's path, what others refer to, what is fullest. */
function rank({ lead, rows }: Unit, own: string | undefined): number {
  const referred = lead.database.tables.some(
    (table) => table !== lead.table && table.foreignKeys.some((key) => sameName(key.table, lead.table.name)),
  );
  return (lead.database.path === own ? 4e15 : 0) + (rows > 0 ? 2e15 : 0) + (referred ? 1e15 : 0) + Math.min(rows, 9e14);
}

function draftGroup(target: string, [first, ...others]: readonly Unit[], names: Names): DraftedTables {
  if (!first) return { tables: [], conflicts: [] };
  const name = names.of(first.lead);
  const tables: DraftedTable[] = [];
  const conflicts: NameConflict[] = [];
  const together = [first];
  const apart: Unit[] = [];
  for (const unit of others) {
    if (unit.rows === 0 && unit.lead.table.kind === 'table')
      for (const candidate of unit.candidates)
        tables.push({
          ...candidate,
          entry: { skipEmpty: true },
          why: `no rows; ${first.lead.database.path} has a table of this name`,
        });
    else if (sameEnough(first.lead.table, unit.lead.table)) together.push(unit);
    else apart.push(unit);
  }
  tables.push(...mergeUnits(target, name, together));
  for (const unit of apart)
    tables.push(
      ...mergeUnits(target, names.apart(unit.lead), [unit]).map((table) => ({
        ...table,
        why: `${table.why}; kept apart from ${first.lead.table.name} of ${first.lead.database.path}, which has other columns`,
      })),
    );
  const conflict = (units: readonly Unit[], chosen: NameConflict['chosen'], why: string) =>
    conflicts.push({ target, name: first.lead.table.name, tables: units.map(side), chosen, why });
  if (together.length > 1) conflict(together, 'merge', 'their columns are the same, or nearly');
  if (apart.length > 0) conflict([first, ...apart], 'rename-apart', 'they have other columns');
  return { tables, conflicts };
}

/** Same kind, same key, and most columns in common with types that convert alike. */
function sameEnough(one: InventoryTable, other: InventoryTable): boolean {
  if (one.kind !== 'table' || other.kind !== 'table') return false;
  const shape = (table: InventoryTable) => new Map(table.columns.map((column) => [foldName(column.name), column]));
  const a = shape(one);
  const b = shape(other);
  const common = [...a.keys()].filter((name) => b.has(name));
  const all = new Set([...a.keys(), ...b.keys()]).size;
  if (common.length < all * SAME_ENOUGH) return false;
  if (common.some((name) => affinityOf(a.get(name)!.type, one.strict) !== affinityOf(b.get(name)!.type, other.strict)))
    return false;
  const key = (columns: typeof a) =>
    [...columns.values()]
      .filter((column) => column.primaryKey > 0)
      .map((column) => `${column.primaryKey} ${foldName(column.name)}`)
      .sort()
      .join();
  return key(a) === key(b);
}

/** Entries for units that go into one table. */
function mergeUnits(target: string, name: string, units: readonly Unit[]): DraftedTable[] {
  const [{ lead }] = units as [Unit];
  const to = `${target}.${name}`;
  const all = units.flatMap((unit) => unit.candidates);
  if (all.length === 1) return [{ ...lead, entry: { to }, why: rowsOf(lead.table) }];
  // A full-text table has no room for a discriminator: one for each file.
  if (lead.table.kind === 'virtual')
    return all.map((candidate) => ({
      ...candidate,
      entry: { to: `${to}_${candidate.family!.discriminator.value}` },
      why: 'one for each file',
    }));
  const key = lead.table.columns.filter((column) => column.primaryKey > 0);
  const alias = rowidAlias(lead.table);
  const strangers = units.length > 1;
  if (strangers && key.length > 0 && alias === undefined && !units.some((unit) => unit.lead.family)) {
    const changed = CHANGED.find((wanted) =>
      all.every(({ table }) => table.columns.some((column) => foldName(column.name) === wanted)),
    );
    const keys: PlanKeys = changed === undefined ? 'keep' : { last: changed };
    const why =
      changed === undefined
        ? 'rows with the same key stop the run before anything is copied'
        : `of rows with the same key the newest by ${changed} stays`;
    return all.map((candidate) => ({ ...candidate, entry: { to, keys }, why: `${rowsOf(candidate.table)}; ${why}` }));
  }
  const column = units.find((unit) => unit.lead.family)?.lead.family?.discriminator.column ?? discriminatorName(all);
  return units.flatMap((unit, index) => {
    const { family } = unit.lead;
    const keepsIds = index === 0 && !family;
    const keys: PlanKeys | undefined =
      key.length === 0 ? undefined : alias === undefined ? 'composite' : keepsIds ? 'keep' : 'renumber';
    const entry: PlanTable = {
      to,
      discriminator: { [column]: family ? family.discriminator.value : sourceName(unit.lead.database) },
      ...(keys === undefined ? {} : { keys }),
    };
    const size = family
      ? `${unit.candidates.length} files, ${unit.rows.toLocaleString('en-US')} rows`
      : rowsOf(unit.lead.table);
    const ids = keys === 'renumber' ? ', ids are given anew' : keys === 'composite' ? ' and joins the key' : '';
    return unit.candidates.map((candidate) => ({
      ...candidate,
      entry,
      why: `${size}; ${column} says where a row came from${ids}`,
    }));
  });
}

function discriminatorName(group: readonly Candidate[]): string {
  const taken = new Set(group.flatMap(({ table }) => table.columns.map((column) => foldName(column.name))));
  return ['source', 'source_database', 'legacy_database'].find((name) => !taken.has(name)) ?? 'consolidated_from';
}

/** Folders whose name says nothing about what is in them. */
const PLAIN_FOLDER = /^(data|db|dbs|database|databases|sqlite|storage|store|var|lib|src|\.)$/i;

/** What a database is called after: its file, or its folder where the file's name says nothing more than `table`. */
export function sourceName(database: InventoryDatabase, table?: string): string {
  const name = stem(database.path);
  const folder = database.path.split('/').at(-2);
  if (table === undefined || folder === undefined || PLAIN_FOLDER.test(folder)) return name || database.path;
  return singular(name.toLowerCase()) === singular(table.toLowerCase()) ? folder : name;
}

export function stem(path: string): string {
  const name = path.split('/').at(-1)!;
  return name.replace(/^\.+/, '').replace(/\.[^.]*$/, '');
}

/** `300 rows`. */
export function rowsOf(table: InventoryTable): string {
  if (table.rows === null) return 'virtual table';
  return table.rows === 1 ? '1 row' : `${table.rows.toLocaleString('en-US')} rows`;
}

/** New names of the tables of one target, each used once. */
class Names {
  private readonly used = new Set<string>();
  private readonly reserved = new Map<Candidate, string>();
  private readonly domains: ReadonlyMap<string, number>;

  constructor(
    candidates: readonly Candidate[],
    private readonly options: { readonly own?: string; readonly prefix?: string },
  ) {
    const counts = new Map<string, number>();
    for (const { table } of candidates) counts.set(firstWord(table.name), (counts.get(firstWord(table.name)) ?? 0) + 1);
    this.domains = counts;
  }

  reserve(candidate: Candidate): void {
    this.reserved.set(candidate, uniqueName(this.prefixed(candidate), this.used));
  }

  of(candidate: Candidate): string {
    return this.reserved.get(candidate) ?? uniqueName(this.prefixed(candidate), this.used);
  }

  /** A name that tells the table from its namesake. */
  apart(candidate: Candidate): string {
    return uniqueName(
      `${identifier(sourceName(candidate.database, candidate.table.name))}_${candidate.table.name}`,
      this.used,
    );
  }

  private prefixed({ database, table }: Candidate): string {
    const { prefix } = this.options;
    const name = foldName(table.name).startsWith('sqlite_') ? `legacy_${table.name}` : table.name;
    if (prefix === undefined || prefix === '') return name;
    const domain = prefix === 'domain' ? this.domain(database, table) : identifier(prefix.replace(/_+$/, ''));
    return domain === '' || singular(firstWord(name)) === singular(domain.toLowerCase()) ? name : `${domain}_${name}`;
  }

  /** In the target's own file a word that several tables begin with; elsewhere what the file is called after. */
  private domain(database: InventoryDatabase, table: InventoryTable): string {
    const word = firstWord(table.name);
    if (database.path === this.options.own)
      return (this.domains.get(word) ?? 0) > 1 ? singular(word) : identifier(singular(stem(database.path)));
    return identifier(singular(firstWord(stem(database.path))));
  }
}

function firstWord(name: string): string {
  return (
    name
      .toLowerCase()
      .split(/[^a-z0-9]+/)
      .find((word) => word !== '') ?? ''
  );
}

function identifier(text: string): string {
  return text.replace(/[^A-Za-z0-9]+/g, '_').replace(/^_+|_+$/g, '');
}
