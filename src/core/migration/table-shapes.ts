import { loadEngine } from '../engine';
import type { EngineDatabase } from '../engine';
import { quoteIdentifier } from '../identifiers';
import type { InventoryColumn, InventoryIndex } from '../inventory/inventory';
import type { ResolvedPlan, ResolvedTable } from '../plan/resolved';

/** What the DDL of a unified table makes, as SQLite understands it. */
export interface TableShape {
  readonly columns: readonly InventoryColumn[];
  /** In the order of `PRAGMA index_list`, automatic ones included. */
  readonly indexes: readonly InventoryIndex[];
  readonly withoutRowid: boolean;
  readonly strict: boolean;
}

/** Shapes of all ordinary tables of a target, by name. */
export type TargetShapes = ReadonlyMap<string, TableShape>;

/** Lets the engine make the empty tables of every target and describe them. A statement that fails is left to the run to report. */
export function describeTargets(plan: ResolvedPlan): Promise<ReadonlyMap<string, TargetShapes>> {
  let shapes = described.get(plan);
  if (!shapes) described.set(plan, (shapes = describe(plan)));
  return shapes;
}

/** A plan is asked for more than once on its way through the stages. */
const described = new WeakMap<ResolvedPlan, Promise<ReadonlyMap<string, TargetShapes>>>();

/** Every statement that changes a schema costs the engine a look at all of it, so large targets are described in parts. */
const TABLES_AT_ONCE = 50;

async function describe(plan: ResolvedPlan): Promise<ReadonlyMap<string, TargetShapes>> {
  const engine = await loadEngine();
  return new Map(
    plan.targets.map((target) => {
      const shapes = new Map<string, TableShape>();
      for (let at = 0; at < target.tables.length; at += TABLES_AT_ONCE) {
        const database = new engine.Database();
        try {
          database.run('PRAGMA journal_mode = MEMORY; BEGIN');
          const tables = target.tables.slice(at, at + TABLES_AT_ONCE);
          for (const [name, shape] of describeTables(database, tables)) shapes.set(name, shape);
        } finally {
          database.close();
        }
      }
      return [target.name, shapes] as const;
    }),
  );
}

function describeTables(database: EngineDatabase, tables: readonly ResolvedTable[]): TargetShapes {
  const shapes = new Map<string, TableShape>();
  for (const table of tables) {
    if (table.kind === 'virtual') continue;
    try {
      database.run(table.sql);
      const sql = new Map(table.indexes.map((index) => [index.name, index.sql]));
      for (const index of table.indexes) database.run(index.sql);
      shapes.set(table.name, describeTable(database, table.name, sql));
    } catch {
      continue; // without a shape the rows move as SQL, where the same statement fails with its place
    }
  }
  return shapes;
}

function describeTable(database: EngineDatabase, name: string, indexSql: ReadonlyMap<string, string>): TableShape {
  const quoted = quoteIdentifier(name);
  const info = rows(database, `PRAGMA table_list(${quoted})`).find((row) => row.schema === 'main' && row.name === name);
  return {
    withoutRowid: info?.wr === 1,
    strict: info?.strict === 1,
    columns: rows(database, `PRAGMA table_xinfo(${quoted})`).map((row) => ({
      name: String(row.name),
      type: String(row.type),
      notNull: row.notnull === 1,
      primaryKey: Number(row.pk),
      default: row.dflt_value === null ? null : String(row.dflt_value),
      generated: (['', 'hidden', 'virtual', 'stored'] as const)[Number(row.hidden)] ?? '',
    })),
    indexes: rows(database, `PRAGMA index_list(${quoted})`).map((row) => ({
      name: String(row.name),
      unique: row.unique === 1,
      origin: row.origin as InventoryIndex['origin'],
      partial: row.partial === 1,
      columns: rows(database, `PRAGMA index_xinfo(${quoteIdentifier(String(row.name))})`)
        .filter((column) => column.key === 1)
        .map((column) => ({
          name: column.name === null ? null : String(column.name),
          descending: column.desc === 1,
          collation: String(column.coll),
        })),
      sql: indexSql.get(String(row.name)) ?? null,
    })),
  };
}

function rows(database: EngineDatabase, sql: string): Record<string, unknown>[] {
  const [result] = database.exec(sql);
  return (result?.values ?? []).map((values) =>
    Object.fromEntries(values.map((value, index) => [result!.columns[index], value])),
  );
}
