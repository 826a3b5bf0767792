import { loadEngine, type EngineDatabase } from '../../../src/core/engine';
import { quoteLiteral } from '../../../src/core/identifiers';
import type { Inventory, InventoryDatabase, InventoryTable } from '../../../src/core/inventory/inventory';

/** An inventory as a scan would give it, from the SQL that makes each database. `null` is a file that only code names. */
export async function inventoryFromSql(
  databases: Readonly<Record<string, string | null>>,
  workspace = '/nowhere',
): Promise<Inventory> {
  const engine = await loadEngine();
  return {
    version: 1,
    workspace,
    duplicates: [],
    databases: Object.entries(databases).map(([path, sql]) => {
      if (sql === null) return describe(path, 'absent', []);
      if (sql === '') return describe(path, 'empty', []);
      const database = new engine.Database();
      try {
        database.run(sql);
        return describe(path, 'sqlite', tables(database));
      } finally {
        database.close();
      }
    }),
  };
}

function describe(path: string, kind: InventoryDatabase['kind'], found: InventoryTable[]): InventoryDatabase {
  return {
    path,
    kind,
    bytes: kind === 'sqlite' ? 4096 : 0,
    pageSize: 4096,
    encoding: 'UTF-8',
    journalMode: 'delete',
    walFrames: 0,
    hotJournal: false,
    userVersion: 0,
    applicationId: 0,
    autoVacuum: 'none',
    sha256: '',
    sidecars: [],
    tables: found,
    problems: [],
    references: 0,
  };
}

type Row = Record<string, string | number | null>;

function rows(database: EngineDatabase, sql: string): Row[] {
  const [result] = database.exec(sql);
  return (result?.values ?? []).map((values) =>
    Object.fromEntries(result!.columns.map((column, index) => [column, values[index] as string | number | null])),
  );
}

function tables(database: EngineDatabase): InventoryTable[] {
  return rows(
    database,
    "SELECT type, name, sql FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
  ).map(({ type, name, sql }) => {
    const literal = quoteLiteral(name as string);
    const list = rows(database, `SELECT * FROM pragma_table_list WHERE schema = 'main' AND name = ${literal}`)[0]!;
    const keys = new Map<number, Row[]>();
    for (const key of rows(database, `SELECT * FROM pragma_foreign_key_list(${literal})`))
      keys.set(key.id as number, [...(keys.get(key.id as number) ?? []), key]);
    const statement = sql as string;
    return {
      name: name as string,
      kind: type === 'view' ? 'view' : 'table',
      rows:
        type === 'view'
          ? null
          : (rows(database, `SELECT count(*) AS n FROM "${(name as string).replaceAll('"', '""')}"`)[0]!.n as number),
      sql: statement,
      columns: rows(database, `SELECT * FROM pragma_table_xinfo(${literal})`).map((column) => ({
        name: column.name as string,
        type: column.type as string,
        notNull: column.notnull === 1,
        primaryKey: column.pk as number,
        default: column.dflt_value as string | null,
        generated: ({ 2: 'virtual', 3: 'stored', 1: 'hidden' } as const)[column.hidden as 1] ?? '',
      })),
      indexes: rows(database, `SELECT * FROM pragma_index_list(${literal})`).map((index) => ({
        name: index.name as string,
        unique: index.unique === 1,
        origin: index.origin as 'c' | 'u' | 'pk',
        partial: index.partial === 1,
        columns: rows(
          database,
          `SELECT * FROM pragma_index_xinfo(${quoteLiteral(index.name as string)}) WHERE key = 1`,
        ).map((column) => ({
          name: column.name as string | null,
          descending: column.desc === 1,
          collation: column.coll as string,
        })),
        sql: (rows(
          database,
          `SELECT sql FROM sqlite_schema WHERE type = 'index' AND name = ${quoteLiteral(index.name as string)}`,
        )[0]?.sql ?? null) as string | null,
      })),
      triggers: rows(
        database,
        `SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = ${literal}`,
      ).map((trigger) => ({
        name: trigger.name as string,
        sql: trigger.sql as string,
      })),
      foreignKeys: [...keys.values()].map((parts) => ({
        columns: parts.map((part) => part.from as string),
        table: parts[0]!.table as string,
        references: parts.flatMap((part) => (part.to === null ? [] : [part.to as string])),
        onUpdate: parts[0]!.on_update as string,
        onDelete: parts[0]!.on_delete as string,
      })),
      withoutRowid: list.wr === 1,
      strict: list.strict === 1,
      autoincrement: /\bAUTOINCREMENT\b/i.test(statement),
    };
  });
}
