import type { Engine, EngineDatabase } from '../../engine';
import type { SchemaObject } from './schema-table';
import { isOperator, sqlTokens } from '../sql-tokens';
import { viewWeights } from './view-weight';

/** The engine's view of a schema whose rows it does not have: good for PRAGMAs about tables, not for queries. */
export interface LoadedSchema {
  readonly database: EngineDatabase;
  /** Objects that the engine refuses to parse, and views that it would not come to an end with. */
  readonly refused: ReadonlySet<SchemaObject>;
}

/** Views that stand for more tables and subqueries than this are not shown to the engine. SQLite allows joins of 64 tables. */
const HEAVIEST_VIEW = 2000;

/** A schema that is refused this often is beyond telling the good from the bad; SQLite does not open such a file at all. */
const MOST_TRIES = 100;

/**
 * Loads `CREATE` statements into an empty in-memory database by way of `sqlite_schema` itself: unlike running them, that
 * accepts unknown modules, functions and collations, as it does when a real file is opened. The caller closes `database`.
 */
export function loadSchema(engine: Engine, objects: readonly SchemaObject[]): LoadedSchema {
  const database = new engine.Database();
  try {
    // Every object needs a page of its own to point at, though nobody will read it.
    database.run('PRAGMA page_size = 512; PRAGMA journal_mode = OFF');
    database.run('CREATE TABLE pages(content)');
    database.run('INSERT INTO pages VALUES (zeroblob(?))', [512 * (2 * objects.length + 8)]);
    database.run('PRAGMA writable_schema = ON');
    database.run("DELETE FROM sqlite_schema WHERE name = 'pages'");
    database.run('PRAGMA writable_schema = RESET');
    const weights = viewWeights(objects.filter(({ type }) => type === 'view'));
    const endless = new Set(objects.filter((object) => (weights.get(object) ?? 0) > HEAVIEST_VIEW));
    const loader = new Loader(database, endless);
    // Tables first: an index in front of its table would be refused.
    const ordered = objects.filter((object) => object.sql !== null && !endless.has(object));
    ordered.sort((a, b) => Number(a.type !== 'table') - Number(b.type !== 'table'));
    loader.load(ordered);
    return { database, refused: loader.refused };
  } catch (error) {
    database.close();
    throw error;
  }
}

class Loader {
  readonly refused: Set<SchemaObject>;
  #page = 2;
  #tries = 0;

  constructor(
    private readonly database: EngineDatabase,
    refused: ReadonlySet<SchemaObject>,
  ) {
    this.refused = new Set(refused);
  }

  /** Halves what is refused until the culprits stand alone: one try when all is well. */
  load(objects: readonly SchemaObject[]): void {
    if (objects.length === 0) return;
    const first = this.#page;
    this.database.run('PRAGMA writable_schema = ON');
    this.#insert(objects);
    if (this.#accepted()) return;
    this.database.run('PRAGMA writable_schema = ON');
    this.database.run('DELETE FROM sqlite_schema WHERE rowid >= ?', [first]);
    this.#page = first;
    if (objects.length === 1 || ++this.#tries > MOST_TRIES) {
      for (const object of objects) this.refused.add(object);
      this.#accepted();
      return;
    }
    const half = objects.length >> 1;
    this.load(objects.slice(0, half));
    this.load(objects.slice(half));
  }

  #insert(objects: readonly SchemaObject[]): void {
    const statement = this.database.prepare(
      'INSERT INTO sqlite_schema(rowid, type, name, tbl_name, rootpage, sql) VALUES (?, ?, ?, ?, ?, ?)',
    );
    // One transaction for all of them.
    this.database.run('BEGIN');
    try {
      for (const { type, name, tableName, sql, rootPage } of objects) {
        const page = this.#page++;
        const text = sql === null || type === 'trigger' ? sql : firstStatement(sql);
        statement.run([page, type, name, tableName, rootPage === 0 ? 0 : page, text]);
      }
    } finally {
      statement.free();
      this.database.run('COMMIT');
    }
  }

  /** Does the engine parse the whole of `sqlite_schema`? */
  #accepted(): boolean {
    try {
      this.database.run('PRAGMA writable_schema = RESET');
      this.database.exec('SELECT count(*) FROM sqlite_schema');
      return true;
    } catch {
      // The answer is what matters here, not the engine's words; the object is reported by name.
      return false;
    }
  }
}

/** Older versions of SQLite overlook what follows a stored statement, the engine does not. Triggers contain semicolons. */
function firstStatement(sql: string): string {
  const end = sql.includes(';') ? sqlTokens(sql).find((token) => isOperator(token, ';'))?.start : undefined;
  return sql.slice(0, end);
}
