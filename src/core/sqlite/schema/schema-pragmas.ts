import type { EngineDatabase } from '../../engine';
import { quoteIdentifier } from '../../identifiers';
import { foldName } from '../sql-tokens';

/** A row of `PRAGMA table_xinfo`. */
export interface ColumnInfo {
  readonly cid: number;
  readonly name: string;
  readonly type: string;
  readonly notnull: number;
  readonly dflt_value: string | null;
  readonly pk: number;
  /** 0 ordinary, 1 hidden, 2 virtual generated, 3 stored generated. */
  readonly hidden: number;
}

/** A row of `PRAGMA index_list`. */
export interface IndexInfo {
  readonly name: string;
  readonly unique: number;
  readonly origin: string;
  readonly partial: number;
}

/** A row of `PRAGMA index_xinfo`. */
export interface IndexColumnInfo {
  /** -1 the rowid, -2 an expression. */
  readonly cid: number;
  readonly name: string | null;
  readonly desc: number;
  readonly coll: string;
  /** 1 for key columns, 0 for those that only find the row. */
  readonly key: number;
}

/** A row of `PRAGMA foreign_key_list`. */
export interface ForeignKeyInfo {
  readonly id: number;
  readonly table: string;
  readonly from: string;
  readonly to: string | null;
  readonly on_update: string;
  readonly on_delete: string;
}

interface TableInfo {
  readonly wr: number;
  readonly strict: number;
}

/**
 * What the PRAGMAs say of every table at once: one query each, since asking for thousands of tables one by one costs
 * a schema look-up each. Names are folded as SQLite compares them.
 */
export class SchemaPragmas {
  readonly tables: ReadonlyMap<string, readonly TableInfo[]>;
  readonly columns: ReadonlyMap<string, readonly ColumnInfo[]>;
  readonly indexes: ReadonlyMap<string, readonly IndexInfo[]>;
  readonly indexColumns: ReadonlyMap<string, readonly IndexColumnInfo[]>;
  readonly foreignKeys: ReadonlyMap<string, readonly ForeignKeyInfo[]>;
  /** Columns that have another collation than BINARY. */
  readonly collations: ReadonlyMap<string, readonly Pick<IndexColumnInfo, 'cid' | 'coll'>[]>;

  constructor(private readonly database: EngineDatabase) {
    const tables = `(SELECT name, wr, strict FROM pragma_table_list WHERE schema = 'main' AND type IN ('table', 'shadow'))`;
    this.tables = this.grouped(`SELECT name AS "of", wr, strict FROM ${tables}`);
    this.columns = this.grouped(`SELECT t.name AS "of", x.* FROM ${tables} t, pragma_table_xinfo(t.name) x`);
    this.indexes = this.grouped(`SELECT t.name AS "of", x.* FROM ${tables} t, pragma_index_list(t.name) x`);
    this.indexColumns = this.grouped(
      `SELECT i.name AS "of", x.* FROM ${tables} t, pragma_index_list(t.name) i, pragma_index_xinfo(i.name) x`,
    );
    this.foreignKeys = this.grouped(`SELECT t.name AS "of", x.* FROM ${tables} t, pragma_foreign_key_list(t.name) x`);
    this.collations = this.columns.size > 0 ? this.probeCollations() : new Map();
  }

  /**
   * No PRAGMA tells the collation of a column, but `index_xinfo` does for an index over it: such an index is entered into
   * the engine's copy of the schema, for each table, after everything else has been asked.
   */
  private probeCollations(): Map<string, Pick<IndexColumnInfo, 'cid' | 'coll'>[]> {
    this.database.run('PRAGMA writable_schema = ON');
    const [first] = this.database.exec('SELECT coalesce(max(rowid), 1) + 1 FROM sqlite_schema')[0]?.values[0] ?? [2];
    const insert = this.database.prepare(
      "INSERT INTO sqlite_schema(type, name, tbl_name, rootpage, sql) VALUES ('index', ?, ?, ?, ?)",
    );
    try {
      let page = Number(first);
      for (const [table, columns] of this.columns) {
        // SQLite's own tables may not be indexed, and have no collations.
        if (table.startsWith('sqlite_')) continue;
        const name = `collations by page ${page}`;
        const list = columns.map((column) => quoteIdentifier(column.name)).join(', ');
        const sql = `CREATE INDEX ${quoteIdentifier(name)} ON ${quoteIdentifier(table)}(${list})`;
        insert.run([name, table, page++, sql]);
      }
    } finally {
      insert.free();
    }
    this.database.run('PRAGMA writable_schema = RESET');
    return this.grouped(
      `SELECT i.tbl_name AS "of", x.cid, x.coll FROM sqlite_schema i, pragma_index_xinfo(i.name) x
       WHERE i.rowid >= ${Number(first)} AND x.coll <> 'BINARY'`,
    );
  }

  /** Columns of a view; none when it uses something that the engine lacks. */
  viewColumns(name: string): readonly ColumnInfo[] {
    try {
      return [...this.grouped<ColumnInfo>(`PRAGMA table_xinfo(${quoteIdentifier(name)})`).values()].flat();
    } catch {
      return []; // its tables, functions or modules are unknown here, so its columns are too
    }
  }

  private grouped<T>(sql: string): Map<string, T[]> {
    const groups = new Map<string, T[]>();
    const [result] = this.database.exec(sql);
    for (const values of result?.values ?? []) {
      const row = Object.fromEntries(values.map((value, index) => [result!.columns[index], value]));
      const key = typeof row.of === 'string' ? foldName(row.of) : '';
      const group = groups.get(key);
      if (group) group.push(row as T);
      else groups.set(key, [row as T]);
    }
    return groups;
  }
}
