import { loadEngine } from '../engine';
import type { EngineDatabase } from '../engine';
import { engineFileName } from '../engine';
import { ConsolidationError } from '../errors';
import { quoteIdentifier, quoteLiteral } from '../identifiers';
import type { Inventory } from '../inventory/inventory';
import type { MeasuredTable } from '../plan/measured-rows';
import type { ResolvedPlan, ResolvedSource, ResolvedTable, ResolvedTarget } from '../plan/resolved';
import { throwIfCancelled } from '../ports';
import type { WorkOptions } from '../ports';
import { collect, gatherTable, gatheredName, settledRank } from './gather';
import { keyRange, offsetsOf } from './key-offsets';
import type { KeyRange } from './key-offsets';
import { choosesRows, sourceKey } from './source-key';

/** Figures that only the data gives, taken before anything is written. */
export interface Measurements {
  /** What is added to the keys of a renumbered source, and to every reference to them, by `sourceKey`. */
  readonly offsets: ReadonlyMap<string, bigint>;
  /** Rows that give way to a row with the same key in another source, by `sourceKey`. */
  readonly superseded: ReadonlyMap<string, number>;
  /** Rows that a row filter of the plan leaves out, by `sourceKey`. */
  readonly filtered: ReadonlyMap<string, number>;
  /** Keys that occur in more than one source though the plan says `keep`. */
  readonly collisions: readonly MeasuredTable[];
}

export const NOTHING_MEASURED: Measurements = {
  offsets: new Map(),
  superseded: new Map(),
  filtered: new Map(),
  collisions: [],
};

/** Loads a legacy database into the engine; the caller closes it. */
export type LoadLegacy = (database: string) => Promise<EngineDatabase>;

interface Measured {
  readonly target: ResolvedTarget;
  readonly table: ResolvedTable;
  readonly number: number;
}

/** Looks into the tables that several sources feed; a plan without any costs nothing. */
export async function measure(
  plan: ResolvedPlan,
  inventory: Inventory,
  load: LoadLegacy,
  options: WorkOptions,
): Promise<Measurements> {
  const present = new Set(inventory.databases.filter((database) => database.kind !== 'absent').map(({ path }) => path));
  const merged = plan.targets.flatMap((target) => target.tables.map((table) => ({ target, table })));
  const gathered = merged
    .filter(({ table }) => canCollide(table))
    .map((entry, number): Measured => ({ ...entry, number }));
  const renumbered = merged.filter(({ table }) => table.sources.some((source) => source.keys === 'renumber'));
  const sifted = merged.filter(({ table }) => table.sources.some((source) => source.where !== undefined));
  if (gathered.length === 0 && renumbered.length === 0 && sifted.length === 0) return NOTHING_MEASURED;

  const engine = await loadEngine();
  const scratch = new engine.Database();
  const ranges = new Map<string, KeyRange>();
  const filtered = new Map<string, number>();
  try {
    for (const { table, number } of gathered) scratch.run(gatherTable(table, number));
    for (const database of [...present].sort()) {
      throwIfCancelled(options.signal);
      const copies = gathered.flatMap((entry) =>
        sourcesOf(entry.table, database).map((source) => ({ ...entry, source })),
      );
      const keys = renumbered.flatMap((entry) =>
        sourcesOf(entry.table, database).map((source) => ({ ...entry, source })),
      );
      const sieves = sifted.flatMap((entry) =>
        sourcesOf(entry.table, database)
          .filter((source) => source.where !== undefined)
          .map((source) => ({ ...entry, source })),
      );
      if (copies.length === 0 && keys.length === 0 && sieves.length === 0) continue;
      options.progress?.({ phase: 'preflight', message: `Comparing the keys of ${database}` });
      const legacy = await load(database);
      scratch.run(`ATTACH ${quoteLiteral(engineFileName(legacy))} AS legacy`);
      try {
        for (const { table, number, source } of copies)
          scratch.run(collect(number, source, table.sources.indexOf(source)));
        for (const { target, table, source } of keys) {
          ranges.set(sourceKey(target, table, source), keyRange(scratch, plan, inventory, target, table, source));
        }
        for (const { target, table, source } of sieves)
          filtered.set(sourceKey(target, table, source), leftOut(scratch, source));
      } finally {
        scratch.run('DETACH legacy');
        legacy.close();
      }
    }
    return {
      offsets: new Map(renumbered.flatMap(({ target, table }) => [...offsetsOf(target, table, ranges)])),
      superseded: new Map(
        gathered.filter(({ table }) => choosesRows(table)).flatMap((entry) => superseded(scratch, entry)),
      ),
      filtered,
      collisions: gathered.filter(({ table }) => !choosesRows(table)).flatMap((entry) => collisions(scratch, entry)),
    };
  } finally {
    scratch.close();
  }
}

const sourcesOf = (table: ResolvedTable, database: string) =>
  table.sources.filter((source) => source.database === database);

/** Several sources, a key, and nothing that tells the sources' keys apart. */
function canCollide(table: ResolvedTable): boolean {
  const key = table.primaryKey ?? [];
  if (table.sources.length < 2 || key.length === 0) return false;
  if (choosesRows(table)) return true;
  if (table.sources.some((source) => source.keys === 'renumber')) return false;
  const constants = table.sources.map((source) => JSON.stringify(key.map((column) => constant(source, column))));
  return new Set(constants).size < constants.length;
}

function constant(source: ResolvedSource, column: string): unknown {
  const mapping = source.columns.find((candidate) => candidate.target === column);
  return mapping?.kind === 'constant' ? mapping.value : undefined;
}

function superseded(scratch: EngineDatabase, { target, table, number }: Measured): [string, number][] {
  const rows =
    scratch.exec(`SELECT ordinal, count(*) FROM (${settledRank(table, number)}) WHERE rank > 1 GROUP BY ordinal`)[0]
      ?.values ?? [];
  return rows.map(([ordinal, count]) => [sourceKey(target, table, table.sources[Number(ordinal)]!), Number(count)]);
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
    `SELECT count(*), coalesce(sum(kinds > 1), 0) FROM (SELECT count(DISTINCT ${row}) AS kinds FROM temp.${gatheredName(number)} GROUP BY ${key} HAVING count(*) > 1)`,
  );
  const [keys, different] = (result?.values[0] ?? [0, 0]).map(Number) as [number, number];
  return keys === 0 ? [] : [{ target: target.name, table: table.name, collisions: { keys, different } }];
}
