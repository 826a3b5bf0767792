import { engineFileName, loadEngine } from '../engine';
import type { EngineDatabase } from '../engine';
import { quoteLiteral } from '../identifiers';
import type { Inventory, InventoryTable } from '../inventory/inventory';
import type { ResolvedPlan, ResolvedSource, ResolvedTable, ResolvedTarget } from '../plan/resolved';
import { throwIfCancelled } from '../ports';
import { isKeyword, sqlTokens } from '../sqlite/sql-tokens';
import type { WorkOptions } from '../ports';
import { SOURCE_SCHEMA, copyColumns, insertSelect } from './copy-statement';
import { shiftsOf } from './key-offsets';
import type { LoadLegacy } from './measure';
import { putThrough, sieve } from './refused-rows';
import type { Refusal } from './refused-rows';
import { sourceKey } from './source-key';

export interface TrialInput {
  readonly plan: ResolvedPlan;
  readonly inventory: Inventory;
  readonly offsets: ReadonlyMap<string, bigint>;
  readonly tables: readonly { readonly target: ResolvedTarget; readonly table: ResolvedTable }[];
  readonly legacyOf: (source: ResolvedSource) => InventoryTable | undefined;
  readonly load: LoadLegacy;
}

/**
 * Lets SQLite insert the rows of tables that may refuse some, in memory, exactly as the run will, and counts what it
 * refuses by source and reason. Sources come in the order of the run: by database, since the first of two rows stays.
 */
export async function tryRows(input: TrialInput, options: WorkOptions): Promise<Map<string, Refusal[]>> {
  const refused = new Map<string, Refusal[]>();
  for (const entry of input.tables) {
    throwIfCancelled(options.signal);
    const { target, table } = entry;
    options.progress?.({ phase: 'preflight', message: `Trying the rows of ${target.name}.${table.name}` });
    for (const [key, refusals] of await tryTable(input, target, table)) refused.set(key, refusals);
  }
  return refused;
}

async function tryTable(
  { plan, offsets, legacyOf, load }: TrialInput,
  target: ResolvedTarget,
  table: ResolvedTable,
): Promise<Map<string, Refusal[]>> {
  const refused = new Map<string, Refusal[]>();
  const engine = await loadEngine();
  const scratch = new engine.Database();
  try {
    if (!createEmpty(scratch, table)) return refused;
    for (const source of inRunOrder(table)) {
      const legacy = legacyOf(source);
      if (!legacy) continue;
      const database = await load(source.database);
      scratch.run(`ATTACH ${quoteLiteral(engineFileName(database))} AS ${SOURCE_SCHEMA}`);
      try {
        const columns = copyColumns(table, source, legacy, shiftsOf(plan, offsets, target, table, source));
        if (insertsAll(scratch, insertSelect(table, columns))) continue;
        const refusals = putThrough(scratch, sieve(table, source, legacy, [legacy], columns), false);
        if (refusals.length > 0) refused.set(sourceKey(target, table, source), refusals);
      } finally {
        scratch.run(`DETACH ${SOURCE_SCHEMA}`);
        database.close();
      }
    }
    return refused;
  } finally {
    scratch.close();
  }
}

/** One visit for each legacy database, by its path; sources in one database in the order of the plan. */
export function inRunOrder(table: ResolvedTable): ResolvedSource[] {
  return [...table.sources].sort((a, b) => (a.database < b.database ? -1 : a.database > b.database ? 1 : 0));
}

/** The empty table with its UNIQUE indexes; false when SQLite refuses the DDL, which the run reports in its place. */
export function createEmpty(scratch: EngineDatabase, table: ResolvedTable): boolean {
  try {
    scratch.run(table.sql);
    for (const index of table.indexes) if (isUnique(index.sql)) scratch.run(index.sql);
    return true;
  } catch {
    return false;
  }
}

export const isUnique = (sql: string) => isKeyword(sqlTokens(sql)[1], 'UNIQUE');

/** A statement that fails leaves nothing behind; what an expression has against a row is thrown by the sieve's filling. */
function insertsAll(scratch: EngineDatabase, sql: string): boolean {
  try {
    scratch.run(sql);
    return true;
  } catch {
    return false;
  }
}
