import type { InventoryDatabase, InventoryTable } from '../inventory/inventory';
import { affinityOf } from './affinity';
import type { PlanKeys, PlanTable } from './definition';
import { uniqueName } from './compatibility';
import { foldName } from './ddl-tokens';
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
  readonly tables: readonly { readonly database: InventoryDatabase; readonly table: InventoryTable }[];
  readonly chosen: 'merge' | 'rename-apart';
  readonly why: string;
}

export interface DraftedTables {
  readonly tables: readonly DraftedTable[];
  readonly conflicts: readonly NameConflict[];
  /** Warnings that the draft itself settles, by target and unified table. */
  readonly accepted: readonly {
    readonly target: string;
    readonly table: string;
    readonly codes: readonly string[];
    readonly why: string;
  }[];
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
  const accepted: DraftedTables['accepted'][number][] = [];
  for (const [target, candidates] of byTarget) {
    candidates.sort((a, b) => Number(b.database.path === options.own) - Number(a.database.path === options.own));
    const names = new Names(candidates, options);
    const groups = new Map<string, Candidate[]>();
    for (const candidate of candidates) {
      const id = foldName(candidate.table.name);
      groups.set(id, [...(groups.get(id) ?? []), candidate]);
    }
    // The tables that keep their names come first, so that no new name takes one of theirs.
    for (const group of groups.values()) names.reserve(group[0]!);
    for (const group of groups.values()) {
      const drafted = draftGroup(target, group, names);
      tables.push(...drafted.tables);
      conflicts.push(...drafted.conflicts);
      accepted.push(...drafted.accepted);
    }
  }
  return { tables, conflicts, accepted };
}

function draftGroup(target: string, group: readonly Candidate[], names: Names): DraftedTables {
  const [first] = group;
  if (!first) return { tables: [], conflicts: [], accepted: [] };
  const full = group.filter(({ table }) => table.rows !== 0);
  const lead = full.includes(first) || full.length === 0 ? first : full[0]!;
  const leadName = names.of(first);
  const tables: DraftedTable[] = [];
  const conflicts: NameConflict[] = [];
  const accepted: DraftedTables['accepted'][number][] = [];
  const together = [lead];
  const apart: Candidate[] = [];
  for (const candidate of group) {
    if (candidate === lead) continue;
    if (candidate.family && candidate.family === lead.family) together.push(candidate);
    else if (candidate.table.rows === 0 && candidate.table.kind === 'table')
      tables.push({
        ...candidate,
        entry: { skipEmpty: true },
        why: `no rows; ${lead.database.path} has a table of this name`,
      });
    else if (sameEnough(lead.table, candidate.table)) together.push(candidate);
    else apart.push(candidate);
  }
  if (together.length === 1) tables.push({ ...lead, entry: { to: `${target}.${leadName}` }, why: rowsOf(lead.table) });
  else tables.push(...mergeGroup(target, leadName, together));
  const strangers = new Set(together.map((candidate) => candidate.family ?? candidate.database.path));
  if (together.length > 1) {
    if (strangers.size > 1)
      conflicts.push({
        target,
        name: first.table.name,
        tables: together,
        chosen: 'merge',
        why: 'their columns are the same, or nearly',
      });
    if (lead.family && strangers.size === 1 && lead.table.triggers.length > 0)
      accepted.push({
        target,
        table: leadName,
        codes: ['TRIGGERS_DIFFER'],
        why: 'every file of the family has the trigger',
      });
  }
  for (const candidate of apart) {
    const name = names.apart(candidate);
    tables.push({
      ...candidate,
      entry: { to: `${target}.${name}` },
      why: `${rowsOf(candidate.table)}; kept apart from ${first.table.name} of ${lead.database.path}, which has other columns`,
    });
  }
  if (apart.length > 0)
    conflicts.push({
      target,
      name: first.table.name,
      tables: [lead, ...apart],
      chosen: 'rename-apart',
      why: 'they have other columns',
    });
  return { tables, conflicts, accepted };
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

function mergeGroup(target: string, name: string, group: readonly Candidate[]): DraftedTable[] {
  const [lead] = group;
  const family = lead!.family;
  const to = `${target}.${name}`;
  const key = lead!.table.columns.filter((column) => column.primaryKey > 0);
  const alias = rowidAlias(lead!.table);
  if (family && group.every((candidate) => candidate.family === family)) {
    const keys: PlanKeys | undefined = key.length === 0 ? undefined : alias ? 'renumber' : 'composite';
    const entry: PlanTable = {
      to,
      discriminator: { [family.discriminator.column]: family.discriminator.value },
      ...(keys === undefined ? {} : { keys }),
    };
    return group.map((candidate) => ({
      ...candidate,
      entry,
      why: `${family.members.length} files with this table; ${family.discriminator.column} tells their rows apart`,
    }));
  }
  if (key.length > 0 && !alias) {
    const changed = CHANGED.find((wanted) =>
      group.every(({ table }) => table.columns.some((column) => foldName(column.name) === wanted)),
    );
    const keys: PlanKeys = changed === undefined ? 'keep' : { last: changed };
    const why =
      changed === undefined
        ? 'rows with the same key stop the run before anything is copied'
        : `of rows with the same key the newest by ${changed} stays`;
    return group.map((candidate) => ({ ...candidate, entry: { to, keys }, why: `${rowsOf(candidate.table)}; ${why}` }));
  }
  const column = discriminatorName(group);
  return group.map((candidate, index) => ({
    ...candidate,
    entry: {
      to,
      discriminator: { [column]: sourceName(candidate.database) },
      ...(alias === undefined ? {} : { keys: index === 0 ? ('keep' as const) : ('renumber' as const) }),
    },
    why: `${rowsOf(candidate.table)}; ${column} says where a row came from${alias !== undefined && index > 0 ? ', ids are given anew' : ''}`,
  }));
}

function discriminatorName(group: readonly Candidate[]): string {
  const taken = new Set(group.flatMap(({ table }) => table.columns.map((column) => foldName(column.name))));
  return ['source', 'source_database', 'legacy_database'].find((name) => !taken.has(name)) ?? 'consolidated_from';
}

/** File name without extension, and the folder where that is not telling enough. */
function sourceName(database: InventoryDatabase): string {
  return stem(database.path) || database.path;
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
    return uniqueName(`${identifier(stem(candidate.database.path))}_${candidate.table.name}`, this.used);
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
