import type { EngineDatabase } from '../engine';
import { ConsolidationError } from '../errors';
import { quoteIdentifier, quoteLiteral } from '../identifiers';
import type { Inventory } from '../inventory/inventory';
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

/** Every column that refers to the key of the given table. */
export function referencesTo(plan: ResolvedPlan, target: ResolvedTarget, table: ResolvedTable): KeyReference[] {
  const key = table.primaryKey?.[0];
  if (key === undefined) return [];
  const same = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();
  const declared = target.tables.flatMap((child) =>
    (child.foreignKeys ?? []).flatMap((foreignKey) => {
      const index = foreignKey.references.findIndex((column) => same(column, key));
      return same(foreignKey.table, table.name) && index >= 0
        ? [{ target: target.name, table: child.name, column: foreignKey.columns[index]! }]
        : [];
    }),
  );
  const listed = plan.relations
    .filter(({ to }) => to.target === target.name && same(to.table, table.name) && same(to.column, key))
    .map(({ from }) => from);
  return [...declared, ...listed];
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
    const child = plan.targets
      .find(({ name }) => name === reference.target)
      ?.tables.find(({ name }) => name === reference.table);
    for (const childSource of child?.sources ?? []) {
      const column = legacyColumn(childSource, reference.column);
      if (childSource.database === source.database && column !== undefined) add(childSource.table, column);
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
  for (const parentTarget of plan.targets) {
    for (const parent of parentTarget.tables) {
      const parentSource = parent.sources.find(
        (candidate) =>
          candidate.database === source.database && offsets.has(sourceKey(parentTarget, parent, candidate)),
      );
      if (!parentSource) continue;
      for (const reference of referencesTo(plan, parentTarget, parent)) {
        if (reference.target !== target.name || reference.table !== table.name) continue;
        const column = source.columns.find(
          (mapping) => mapping.target.toLowerCase() === reference.column.toLowerCase(),
        )?.target;
        if (column !== undefined) shifts.set(column, offsets.get(sourceKey(parentTarget, parent, parentSource))!);
      }
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
