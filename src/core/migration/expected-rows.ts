import { engineFileName } from '../engine';
import type { EngineDatabase } from '../engine';
import { quoteLiteral } from '../identifiers';
import type { ResolvedPlan, ResolvedSource, ResolvedTable, ResolvedTarget } from '../plan/resolved';
import type { DatabaseImage } from '../sqlite/image/image';
import { readSchema } from '../sqlite/schema/schema';
import type { SchemaTable } from '../sqlite/schema/schema-table';
import { SOURCE_SCHEMA, copyColumns, insertSelect, keptRowid } from './copy-statement';
import { collect, gatherTable, removeLosers, settle } from './gather';
import { shiftsOf } from './key-offsets';
import type { LegacyImages } from './legacy-images';
import { putThrough, quarantineColumns, quarantineTable, sieve } from './refused-rows';
import { throughScratchFile } from './scratch-file';
import { settleRows, settledSieve } from './settled-rows';
import { choosesRows } from './source-key';
import { describeTargets } from './table-shapes';
import { createEmpty, inRunOrder } from './try-rows';

/** Rows of one table, over chosen columns. */
export interface RowSet {
  readonly image: DatabaseImage;
  readonly table: SchemaTable;
  readonly columns: readonly string[];
}

/** Opens rows, hands them to the work, and closes them again. */
export type Rows = <T>(work: (rows: RowSet) => Promise<T>) => Promise<T>;

/** One unified table while it is verified. */
export interface RowContext {
  readonly plan: ResolvedPlan;
  readonly offsets: ReadonlyMap<string, bigint>;
  readonly target: ResolvedTarget;
  readonly table: ResolvedTable;
  /** The table as it stands in the target. */
  readonly stored: SchemaTable;
  readonly legacy: LegacyImages;
  /** Folder for scratch files. */
  readonly scratch: string;
}

/**
 * What the backup's copy of a source brings into the given unified columns, read from its own bytes: only where every
 * value is carried over as it is. Undefined where anything is computed, converted, filtered or filled in.
 */
export async function carriedRows(
  context: RowContext,
  source: ResolvedSource,
  columns: readonly string[],
): Promise<Rows | undefined> {
  const { legacy, stored } = context;
  if (source.where !== undefined) return undefined;
  const from = (await legacy.open(source.database)).schema.tables.find(({ name }) => name === source.table);
  if (!from) return undefined;
  const shifts = shiftsOf(context.plan, context.offsets, context.target, context.table, source);
  const names: string[] = [];
  for (const column of columns) {
    const name = carriedColumn(column, source, stored, from, context.table);
    if (name === undefined || (shifts.get(column) ?? 0n) !== 0n) return undefined;
    names.push(name);
  }
  return async (work) => {
    const { image, schema } = await legacy.open(source.database);
    return work({ image, table: schema.tables.find(({ name }) => name === source.table)!, columns: names });
  };
}

const same = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();

function carriedColumn(
  column: string,
  source: ResolvedSource,
  stored: SchemaTable,
  from: SchemaTable,
  table: ResolvedTable,
): string | undefined {
  const kept = keptRowid(table, from);
  if (kept && column === kept.to && !stored.columns.some(({ name }) => same(name, column))) return kept.from;
  const mapping = source.columns.find((candidate) => candidate.target === column);
  if (mapping?.kind !== 'column') return undefined;
  const to = stored.columns.find(({ name }) => same(name, column));
  const own = from.columns.find(({ name }) => same(name, mapping.source));
  if (!own) return to?.affinity === 'integer' && !from.withoutRowid ? mapping.source : undefined;
  const stays = to?.affinity === 'blob' || to?.affinity === own.affinity;
  return stays && (own.field >= 0 || own.rowidAlias) ? own.name : undefined;
}

/** What is built in the engine to be compared with the target: in a scratch file of its own, gone after the work. */
export function computedRows(
  context: RowContext,
  sources: readonly ResolvedSource[],
  columns: readonly string[],
  name: string = context.table.name,
): Rows {
  return (work) =>
    throughScratchFile(
      context.scratch,
      true,
      (database) => insertExpected(context, sources, database),
      async (image) => {
        const table = (await readSchema(image)).tables.find((candidate) => candidate.name === name)!;
        return work({ image, table, columns });
      },
    );
}

/** The mapping once more, from the backup's copies into an empty table of the unified DDL. */
async function insertExpected(
  context: RowContext,
  sources: readonly ResolvedSource[],
  scratch: EngineDatabase,
): Promise<void> {
  const { plan, offsets, target, table, legacy } = context;
  createEmpty(scratch, table);
  const chooses = choosesRows(table);
  const allLegacy: SchemaTable[] = [];
  for (const source of table.sources) {
    if (!legacy.holds(source.database)) continue;
    const found = (await legacy.open(source.database)).schema.tables.find(({ name }) => name === source.table);
    if (found) allLegacy.push(found);
  }
  scratch.run(quarantineTable(table, allLegacy));
  const raw =
    chooses && table.sources.some((source) => source.onReject === 'quarantine')
      ? quarantineColumns(allLegacy)
      : undefined;
  if (chooses) {
    const shape = (await describeTargets(plan)).get(target.name)?.get(table.name);
    scratch.run(gatherTable(table, 0, shape, raw));
  }
  for (const source of inRunOrder(table).filter((candidate) => sources.includes(candidate))) {
    const database = await legacy.sqlDatabase(source.database);
    const from = (await legacy.open(source.database)).schema.tables.find(({ name }) => name === source.table);
    if (!from) continue;
    scratch.run(`ATTACH ${quoteLiteral(engineFileName(database))} AS ${SOURCE_SCHEMA}`);
    try {
      const shifts = shiftsOf(plan, offsets, target, table, source);
      if (chooses) {
        scratch.run(collect(table, 0, source, shifts, raw && { columns: raw, legacy: from }));
        continue;
      }
      const copy = copyColumns(table, source, from, shifts);
      if (source.onReject === 'stop') scratch.run(insertSelect(table, copy));
      else putThrough(scratch, sieve(table, source, from, allLegacy, copy), true);
    } finally {
      scratch.run(`DETACH ${SOURCE_SCHEMA}`);
    }
  }
  if (raw) {
    scratch.run(removeLosers(table, 0));
    settleRows(scratch, settledSieve(table, 0, allLegacy), true);
  } else if (chooses) for (const sql of settle(table, 0)) scratch.run(sql);
  for (const row of target.defaults ?? []) if (row.table === table.name) scratch.run(row.sql);
}
