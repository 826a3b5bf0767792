import { engineFileName, loadEngine } from '../engine';
import type { EngineDatabase } from '../engine';
import { ConsolidationError } from '../errors';
import { quoteIdentifier, quoteLiteral } from '../identifiers';
import type { Inventory } from '../inventory/inventory';
import type { MeasuredTable } from '../plan/measured-rows';
import type { ResolvedPlan, ResolvedSource, ResolvedTable, ResolvedTarget } from '../plan/resolved';
import { throwIfCancelled } from '../ports';
import type { WorkOptions } from '../ports';
import { SOURCE_SCHEMA } from './copy-statement';
import { collect, gatherTable, gatheredName, givesWay, keyed, moveSettled, removeLosers } from './gather';
import { leftBehind } from './left-behind';
import { keyRange, offsetsOf, shiftsOf } from './key-offsets';
import type { KeyRange } from './key-offsets';
import { legacyTables, mayRefuse } from './refusable';
import type { Refusal } from './refused-rows';
import { choosesRows, sourceKey } from './source-key';
import { describeTargets } from './table-shapes';
import { settleRows, settledSieve } from './settled-rows';
import { createEmpty, tryRows } from './try-rows';

/** Figures that only the data gives, taken before anything is written. */
export interface Measurements {
  /** What is added to the keys of a renumbered source, and to every reference to them, by `sourceKey`. */
  readonly offsets: ReadonlyMap<string, bigint>;
  /** Rows that give way to a row with the same key in another source, by `sourceKey`. */
  readonly superseded: ReadonlyMap<string, number>;
  /** Rows that a row filter of the plan leaves out, by `sourceKey`. */
  readonly filtered: ReadonlyMap<string, number>;
  /** Rows that the unified table refuses, by `sourceKey`; only of sources of which it refuses any. */
  readonly refused: ReadonlyMap<string, readonly Refusal[]>;
  /** What stands in the plan's way: keys in more than one source though it says `keep`, rows that would be refused, rows left behind. */
  readonly collisions: readonly MeasuredTable[];
}

export const NOTHING_MEASURED: Measurements = {
  offsets: new Map(),
  superseded: new Map(),
  filtered: new Map(),
  refused: new Map(),
  collisions: [],
};

/** Loads a legacy database into the engine; the caller closes it. */
export type LoadLegacy = (database: string) => Promise<EngineDatabase>;

interface Measured {
  readonly target: ResolvedTarget;
  readonly table: ResolvedTable;
  readonly number: number;
}

/** Looks into the tables whose figures the schemas alone do not give; a plan without any costs nothing. */
export async function measure(
  plan: ResolvedPlan,
  inventory: Inventory,
  load: LoadLegacy,
  options: WorkOptions,
): Promise<Measurements> {
  const present = new Set(inventory.databases.filter((database) => database.kind !== 'absent').map(({ path }) => path));
  const shapes = await describeTargets(plan);
  const legacyOf = legacyTables(inventory.databases);
  const merged = plan.targets.flatMap((target) =>
    target.tables.filter(({ kind }) => kind === 'table').map((table) => ({ target, table })),
  );
  const gathered = merged
    .filter(({ table }) => canCollide(table))
    .map((entry, number): Measured => ({ ...entry, number }));
  const renumbered = merged.filter(({ table }) => table.sources.some((source) => source.keys === 'renumber'));
  const sifted = merged.filter(isSifted);

  const engine = await loadEngine();
  const scratch = new engine.Database();
  const ranges = new Map<string, KeyRange>();
  const filtered = new Map<string, number>();
  const behind: MeasuredTable[] = [];
  const noteBehind = (target: ResolvedTarget, table: ResolvedTable, orphans: ReturnType<typeof leftBehind>) => {
    if (orphans.length > 0) behind.push({ target: target.name, table: table.name, leftBehind: orphans });
  };
  const visit = async (
    entries: readonly { readonly target: ResolvedTarget; readonly table: ResolvedTable }[],
    look: (entry: Measured, source: ResolvedSource) => void,
  ) => {
    for (const database of [...present].sort()) {
      throwIfCancelled(options.signal);
      const found = entries.flatMap((entry, number) =>
        entry.table.sources
          .filter((source) => source.database === database)
          .map((source) => ({ entry: { ...entry, number }, source })),
      );
      if (found.length === 0) continue;
      options.progress?.({ phase: 'preflight', message: `Comparing the keys of ${database}` });
      const legacy = await load(database);
      scratch.run(`ATTACH ${quoteLiteral(engineFileName(legacy))} AS ${SOURCE_SCHEMA}`);
      try {
        for (const { entry, source } of found) look(entry, source);
      } finally {
        scratch.run(`DETACH ${SOURCE_SCHEMA}`);
        legacy.close();
      }
    }
  };
  try {
    await visit(renumbered, ({ target, table }, source) => {
      ranges.set(sourceKey(target, table, source), keyRange(scratch, plan, inventory, target, table, source));
    });
    await visit(sifted, ({ target, table }, source) => {
      if (source.where === undefined) return;
      filtered.set(sourceKey(target, table, source), leftOut(scratch, source));
      if (!choosesRows(table)) noteBehind(target, table, leftBehind(scratch, plan, target, table, source));
    });
    const offsets = new Map(renumbered.flatMap(({ target, table }) => [...offsetsOf(target, table, ranges)]));
    for (const { target, table, number } of gathered)
      scratch.run(gatherTable(table, number, shapes.get(target.name)?.get(table.name)));
    await visit(gathered, ({ target, table, number }, source) => {
      scratch.run(collect(table, number, source, shiftsOf(plan, offsets, target, table, source)));
    });
    const chosen = gathered.filter(({ table }) => choosesRows(table));
    await visit(chosen.filter(isSifted), ({ target, table }, source) => {
      const { number } = chosen.find((entry) => entry.table === table)!;
      noteBehind(target, table, leftBehind(scratch, plan, target, table, source, gatheredName(number)));
    });
    const superseded = new Map(chosen.flatMap((entry) => supersededRows(scratch, entry)));
    const doubtful = ({ target, table }: Pick<Measured, 'target' | 'table'>) =>
      mayRefuse(table, shapes.get(target.name)?.get(table.name), legacyOf);
    const settled = chosen.filter(doubtful);
    const refusedWhenSettled = settled.flatMap((entry) => trySettled(scratch, entry));
    const colliding = gathered
      .filter(({ table }) => !choosesRows(table))
      .flatMap((entry) => collisions(scratch, entry));
    // Where keys collide, the plan has to be changed first; every second row would be refused for that alone.
    const tried = merged.filter(
      ({ target, table }) =>
        !choosesRows(table) &&
        !colliding.some((found) => found.target === target.name && found.table === table.name) &&
        doubtful({ target, table }),
    );
    const refused = new Map([
      ...refusedWhenSettled,
      ...(await tryRows({ plan, inventory, offsets, tables: tried, legacyOf, load }, options)),
    ]);
    return {
      offsets,
      superseded,
      filtered,
      refused,
      collisions: [...colliding, ...behind, ...refusedTables([...settled, ...tried], refused)],
    };
  } finally {
    scratch.close();
  }
}

const isSifted = ({ table }: { readonly table: ResolvedTable }) =>
  table.sources.some((source) => source.where !== undefined);

/** Several sources, a key, and nothing that tells the sources' keys apart. */
function canCollide(table: ResolvedTable): boolean {
  const key = table.primaryKey ?? [];
  if (table.sources.length < 2 || key.length === 0) return choosesRows(table) && key.length > 0;
  if (choosesRows(table)) return true;
  if (table.sources.some((source) => source.keys === 'renumber')) return false;
  const constants = table.sources.map((source) => JSON.stringify(key.map((column) => constant(source, column))));
  return new Set(constants).size < constants.length;
}

function constant(source: ResolvedSource, column: string): unknown {
  const mapping = source.columns.find((candidate) => candidate.target === column);
  return mapping?.kind === 'constant' ? mapping.value : undefined;
}

function supersededRows(scratch: EngineDatabase, { target, table, number }: Measured): [string, number][] {
  const rows =
    scratch.exec(`SELECT source, count(*) FROM (${givesWay(table, number)}) GROUP BY source`)[0]?.values ?? [];
  return rows.map(([source, count]) => [sourceKey(target, table, table.sources[Number(source)]!), Number(count)]);
}

/** Lets SQLite insert the gathered rows that stay, as the run will, and counts what it refuses. */
function trySettled(scratch: EngineDatabase, { target, table, number }: Measured): [string, readonly Refusal[]][] {
  try {
    if (!createEmpty(scratch, table)) return [];
    scratch.run(removeLosers(table, number));
    scratch.run('SAVEPOINT trial');
    try {
      for (const sql of moveSettled(table, number)) scratch.run(sql);
      return [];
    } catch {
      // Which rows it is that SQLite refuses is found one by one.
      scratch.run('ROLLBACK TO trial');
      const refusals = settleRows(scratch, settledSieve(table, number), false);
      return [...refusals].map(([source, reasons]) => [sourceKey(target, table, table.sources[source]!), reasons]);
    } finally {
      scratch.run('RELEASE trial');
    }
  } finally {
    scratch.run(`DROP TABLE IF EXISTS main.${quoteIdentifier(table.name)}`);
  }
}

/** @throws ConsolidationError `SQL_FAILED` */
function leftOut(scratch: EngineDatabase, source: ResolvedSource): number {
  try {
    const sql = `SELECT count(*) - count(CASE WHEN (${source.where}\n) THEN 1 END) FROM legacy.${quoteIdentifier(source.table)}`;
    return Number(scratch.exec(sql)[0]?.values[0]?.[0] ?? 0);
  } catch (cause) {
    throw new ConsolidationError(
      'SQL_FAILED',
      `SQLite refused the row filter of ${source.table} in ${source.database}: ${cause instanceof Error ? cause.message : String(cause)}. Correct "where" in the plan.`,
      { database: source.database, table: source.table },
      { cause },
    );
  }
}

function collisions(scratch: EngineDatabase, { target, table, number }: Measured): MeasuredTable[] {
  const key = table.primaryKey!.map(quoteIdentifier).join(', ');
  const row = `json_array(${table.columns.map((column) => `quote(${quoteIdentifier(column)})`).join(', ')})`;
  const [result] = scratch.exec(
    `SELECT count(*), coalesce(sum(kinds > 1), 0) FROM (SELECT count(DISTINCT ${row}) AS kinds FROM ${gatheredName(number)} WHERE ${keyed(table)} GROUP BY ${key} HAVING count(*) > 1)`,
  );
  const [keys, different] = (result?.values[0] ?? [0, 0]).map(Number) as [number, number];
  return keys === 0 ? [] : [{ target: target.name, table: table.name, collisions: { keys, different } }];
}

function refusedTables(
  tried: readonly { readonly target: ResolvedTarget; readonly table: ResolvedTable }[],
  refused: Measurements['refused'],
): MeasuredTable[] {
  return tried.flatMap(({ target, table }) => {
    const entries = table.sources.flatMap((source) =>
      (refused.get(sourceKey(target, table, source)) ?? []).map(({ reason, rows }) => ({
        database: source.database,
        legacyTable: source.table,
        rows,
        constraint: reason,
      })),
    );
    return entries.length === 0 ? [] : [{ target: target.name, table: table.name, refused: entries }];
  });
}
