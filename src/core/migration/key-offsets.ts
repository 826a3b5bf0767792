import type { EngineDatabase } from '../engine';
import { ConsolidationError } from '../errors';
import { quoteIdentifier, quoteLiteral } from '../identifiers';
import type { Inventory } from '../inventory/inventory';
import { refersTo } from '../plan/legacy-parent';
import type { ResolvedPlan, ResolvedSource, ResolvedTable, ResolvedTarget } from '../plan/resolved';
import { sourceKey } from './source-key';
import type { Shifts } from './values';

/**
 * Renumbering adds one number to all keys of a source and to all references to them, so that the id map is arithmetic:
 * references follow whatever the order of the copying, self-references and cycles included, and a reference that leads
 * nowhere today leads nowhere afterwards.
 */
export interface KeyRange {
  readonly lowest: bigint;
  readonly highest: bigint;
}

const LARGEST = 2n ** 63n - 1n;

/** A reference of a unified column to the key of a unified table, declared in the DDL or listed in the plan. */
export interface KeyReference {
  readonly target: string;
  readonly table: string;
  readonly column: string;
}

const fold = (name: string) => name.toLowerCase();
const same = (a: string, b: string) => fold(a) === fold(b);
const placeOf = (target: string, table: string) => JSON.stringify([target, fold(table)]);

/** What is asked of a plan for every source of every table. */
interface PlanIndex {
  readonly tables: ReadonlyMap<string, ResolvedTable>;
  /** References to any column of a table, by its place, with the column they refer to. */
  readonly references: ReadonlyMap<string, readonly (KeyReference & { readonly to: string })[]>;
  /** Sources that are renumbered, by their database. */
  readonly renumbered: ReadonlyMap<
    string,
    readonly { readonly target: ResolvedTarget; readonly table: ResolvedTable; readonly source: ResolvedSource }[]
  >;
}

const indexes = new WeakMap<ResolvedPlan, PlanIndex>();

function indexOf(plan: ResolvedPlan): PlanIndex {
  const known = indexes.get(plan);
  if (known) return known;
  const tables = new Map<string, ResolvedTable>();
  const references = new Map<string, (KeyReference & { readonly to: string })[]>();
  const renumbered: Map<string, { target: ResolvedTarget; table: ResolvedTable; source: ResolvedSource }[]> = new Map();
  for (const target of plan.targets) {
    for (const table of target.tables) {
      tables.set(placeOf(target.name, table.name), table);
      for (const { table: parent, references: to, columns } of table.foreignKeys ?? [])
        for (const [index, column] of to.entries())
          append(references, placeOf(target.name, parent), {
            target: target.name,
            table: table.name,
            column: columns[index]!,
            to: column,
          });
      for (const source of table.sources)
        if (source.keys === 'renumber') append(renumbered, source.database, { target, table, source });
    }
  }
  for (const { from, to } of plan.relations)
    append(references, placeOf(to.target, to.table), { ...from, to: to.column });
  const index = { tables, references, renumbered };
  indexes.set(plan, index);
  return index;
}

function append<T>(lists: Map<string, T[]>, key: string, value: T): void {
  const list = lists.get(key);
  if (list) list.push(value);
  else lists.set(key, [value]);
}

/** Every column that refers to the key of the given table. */
export function referencesTo(plan: ResolvedPlan, target: ResolvedTarget, table: ResolvedTable): KeyReference[] {
  const key = table.primaryKey?.[0];
  if (key === undefined) return [];
  return (indexOf(plan).references.get(placeOf(target.name, table.name)) ?? []).filter(({ to }) => same(to, key));
}

/** Range of the keys of a source, and of what refers to them in the same legacy database (schema `legacy`). */
export function keyRange(
  scratch: EngineDatabase,
  plan: ResolvedPlan,
  inventory: Inventory,
  target: ResolvedTarget,
  table: ResolvedTable,
  source: ResolvedSource,
): KeyRange {
  const queries: string[] = [];
  const add = (legacyTable: string, column: string) => {
    const name = quoteIdentifier(column);
    queries.push(`SELECT ${name} AS v FROM legacy.${quoteIdentifier(legacyTable)} WHERE typeof(${name}) = 'integer'`);
  };
  const key = legacyColumn(source, table.primaryKey?.[0]);
  if (key !== undefined) add(source.table, key);
  for (const reference of referencesTo(plan, target, table)) {
    const child = indexOf(plan).tables.get(placeOf(reference.target, reference.table));
    for (const childSource of child?.sources ?? []) {
      if (childSource.database !== source.database) continue;
      const column = legacyColumn(childSource, reference.column);
      if (column !== undefined && refersTo(childSource, reference.column, table, source))
        add(childSource.table, column);
    }
  }
  const legacy = inventory.databases
    .find(({ path }) => path === source.database)
    ?.tables.find(({ name }) => name === source.table);
  if (legacy?.autoincrement)
    queries.push(`SELECT seq AS v FROM legacy.sqlite_sequence WHERE name = ${quoteLiteral(source.table)}`);
  if (queries.length === 0) return { lowest: 1n, highest: 0n };
  const [result] = scratch.exec(
    `SELECT CAST(min(v) AS TEXT), CAST(max(v) AS TEXT) FROM (${queries.join(' UNION ALL ')})`,
  );
  const [lowest, highest] = result?.values[0] ?? [null, null];
  return { lowest: BigInt((lowest as string | null) ?? 1), highest: BigInt((highest as string | null) ?? 0) };
}

/** What each source's keys are shifted by: sources that keep their keys first, then each renumbered one above all before. */
export function offsetsOf(
  target: ResolvedTarget,
  table: ResolvedTable,
  ranges: ReadonlyMap<string, KeyRange>,
): Map<string, bigint> {
  const offsets = new Map<string, bigint>();
  const range = (source: ResolvedSource) => ranges.get(sourceKey(target, table, source)) ?? { lowest: 1n, highest: 0n };
  let taken = 0n;
  for (const source of table.sources)
    if (source.keys !== 'renumber' && range(source).highest > taken) taken = range(source).highest;
  for (const source of table.sources) {
    if (source.keys !== 'renumber') continue;
    const { lowest, highest } = range(source);
    const first = lowest < 1n ? lowest : 1n;
    const offset = taken - first + 1n > 0n && taken > 0n ? taken - first + 1n : 0n;
    if (highest + offset > LARGEST) throw exhausted(table, source);
    offsets.set(sourceKey(target, table, source), offset);
    if (highest + offset > taken) taken = highest + offset;
  }
  return offsets;
}

/** Shifts of one copy: its own key, and every column that refers to a renumbered key of the same legacy database. */
export function shiftsOf(
  plan: ResolvedPlan,
  offsets: ReadonlyMap<string, bigint>,
  target: ResolvedTarget,
  table: ResolvedTable,
  source: ResolvedSource,
): Shifts {
  const shifts = new Map<string, bigint>();
  const own = offsets.get(sourceKey(target, table, source));
  if (own !== undefined && table.primaryKey?.[0] !== undefined) shifts.set(table.primaryKey[0], own);
  for (const parent of indexOf(plan).renumbered.get(source.database) ?? []) {
    const offset = offsets.get(sourceKey(parent.target, parent.table, parent.source));
    if (offset === undefined) continue;
    for (const reference of referencesTo(plan, parent.target, parent.table)) {
      if (reference.target !== target.name || !same(reference.table, table.name)) continue;
      const column = source.columns.find((mapping) => same(mapping.target, reference.column))?.target;
      if (column === undefined || !refersTo(source, column, parent.table, parent.source)) continue;
      shifts.set(column, offset);
    }
  }
  return shifts;
}

function legacyColumn(source: ResolvedSource, unified: string | undefined): string | undefined {
  const mapping = source.columns.find((candidate) => candidate.target.toLowerCase() === unified?.toLowerCase());
  return mapping?.kind === 'column' ? mapping.source : undefined;
}

function exhausted(table: ResolvedTable, source: ResolvedSource): ConsolidationError {
  return new ConsolidationError(
    'KEY_COLLISION',
    `The keys of ${source.table} in ${source.database} cannot be renumbered: they come too close to 2^63. Choose "composite" or keep the tables apart.`,
    { database: source.database, table: table.name },
  );
}
