import { loadEngine } from '../engine';
import type { Engine, EngineDatabase } from '../engine';
import { quoteIdentifier } from '../identifiers';
import type { InventoryForeignKey, InventoryIndex } from '../inventory/inventory';
import { affinityOf } from './affinity';
import { columnDefault } from './column-default';
import type { DatabaseImage } from './image';
import { readSchemaObjects } from './schema-objects';
import type { DatabaseSchema, SchemaColumn, SchemaIndex, SchemaObject, SchemaTable } from './schema-table';
import { usesAutoincrement, virtualTable } from './schema-text';
import { NULL_VALUE } from './stored-value';

type Problem = DatabaseSchema['problems'][number];

/**
 * Reads the schema of an image. The engine is given the stored statements, never the file: it builds the same empty
 * tables in memory, and its PRAGMAs describe them. What it cannot build (virtual tables of modules that it lacks) is read
 * from the stored text.
 * @throws ConsolidationError `DATABASE_CORRUPT` when `sqlite_schema` itself is malformed
 */
export async function readSchema(image: DatabaseImage): Promise<DatabaseSchema> {
  const objects = await readSchemaObjects(image);
  const engine = await loadEngine();
  const reader = new SchemaReader(engine, objects);
  try {
    return reader.read();
  } finally {
    reader.close();
  }
}

/** Tables that SQLite keeps for itself (file format, section 2.6). */
const isInternal = (name: string) => name.toLowerCase().startsWith('sqlite_');

class SchemaReader {
  private readonly database: EngineDatabase;
  private readonly problems: Problem[] = [];

  constructor(
    engine: Engine,
    private readonly objects: readonly SchemaObject[],
  ) {
    this.database = new engine.Database();
  }

  close(): void {
    this.database.close();
  }

  read(): DatabaseSchema {
    const of = (type: SchemaObject['type']) => this.objects.filter((object) => object.type === type);
    const virtual = new Map(
      of('table').flatMap((object) => {
        const found = object.sql === null ? undefined : virtualTable(object.sql);
        return found ? [[object.name, found] as const] : [];
      }),
    );
    for (const object of of('table')) if (!virtual.has(object.name) && !isInternal(object.name)) this.create(object);
    for (const object of of('index')) if (object.sql !== null) this.create(object);
    // A view may use tables that the engine lacks, and other views, in any order: what fails has no column list.
    let waiting = of('view');
    for (let before = waiting.length + 1; waiting.length < before;) {
      before = waiting.length;
      waiting = waiting.filter((object) => !this.tryCreate(object));
    }
    const shadows = shadowTables(virtual, of('table'));
    const tables: SchemaTable[] = [];
    const internalTables: SchemaTable[] = [];
    for (const object of this.objects) {
      if (object.type !== 'table' && object.type !== 'view') continue;
      const module = virtual.get(object.name);
      if (isInternal(object.name)) internalTables.push(this.internalTable(object));
      else if (module) tables.push(this.describeVirtual(object, module));
      else tables.push({ ...this.describe(object), shadowOf: shadows.get(object.name) });
    }
    return { tables, internalTables, objects: this.objects, problems: this.problems };
  }

  private create(object: SchemaObject): void {
    try {
      this.database.run(object.sql!);
    } catch (error) {
      this.problems.push({
        code: 'SCHEMA_UNREADABLE',
        message: `The ${object.type} ${object.name} cannot be read by SQLite: ${error instanceof Error ? error.message : String(error)}.`,
      });
    }
  }

  private tryCreate(object: SchemaObject): boolean {
    try {
      this.database.run(object.sql!);
      this.rows(`PRAGMA table_xinfo(${quoteIdentifier(object.name)})`);
      return true;
    } catch {
      return false; // another pass may have what it needs
    }
  }

  private rows(sql: string): Record<string, unknown>[] {
    const [result] = this.database.exec(sql);
    return (result?.values ?? []).map((values) =>
      Object.fromEntries(values.map((value, index) => [result!.columns[index], value])),
    );
  }

  private describe(object: SchemaObject): SchemaTable {
    const name = quoteIdentifier(object.name);
    const [info] = this.rows(
      `SELECT * FROM pragma_table_list WHERE schema = 'main' AND name = ${textLiteral(object.name)}`,
    );
    const withoutRowid = info?.wr === 1;
    const strict = info?.strict === 1;
    const indexes = object.type === 'view' ? [] : this.indexes(object);
    let columns: Record<string, unknown>[] = [];
    try {
      columns = this.rows(`PRAGMA table_xinfo(${name})`);
    } catch {
      // a view whose tables the engine lacks: its columns are unknown
    }
    return {
      name: object.name,
      kind: object.type === 'view' ? 'view' : 'table',
      rows: null,
      sql: object.sql ?? '',
      columns: this.columns(columns, {
        withoutRowid,
        strict,
        hasKeyIndex: indexes.some((index) => index.origin === 'pk'),
      }),
      indexes,
      triggers: this.triggers(object.name),
      foreignKeys: object.type === 'view' ? [] : this.foreignKeys(name),
      withoutRowid,
      strict,
      autoincrement: object.sql !== null && object.type === 'table' && usesAutoincrement(object.sql),
      rootPage: object.rootPage,
    };
  }

  private columns(
    infos: readonly Record<string, unknown>[],
    table: { withoutRowid: boolean; strict: boolean; hasKeyIndex: boolean },
  ): SchemaColumn[] {
    const keys = infos.filter((info) => Number(info.pk) > 0);
    const fields = fieldOrder(infos, table.withoutRowid);
    return infos.map((info) => {
      const type = String(info.type ?? '');
      const affinity = affinityOf(type, table.strict);
      const text = info.dflt_value === null || info.dflt_value === undefined ? null : String(info.dflt_value);
      const generated = (['', 'hidden', 'virtual', 'stored'] as const)[Number(info.hidden)] ?? '';
      return {
        name: String(info.name),
        type,
        notNull: info.notnull === 1,
        primaryKey: Number(info.pk),
        default: text,
        generated,
        affinity,
        field: fields.get(info) ?? -1,
        // `INTEGER PRIMARY KEY DESC` is no alias: it has an index of its own (https://sqlite.org/lang_createtable.html#rowid).
        rowidAlias:
          !table.withoutRowid &&
          !table.hasKeyIndex &&
          keys.length === 1 &&
          keys[0] === info &&
          type.toUpperCase() === 'INTEGER',
        missing: text === null || generated !== '' ? NULL_VALUE : columnDefault(this.database, text, affinity),
      };
    });
  }

  private indexes(object: SchemaObject): SchemaIndex[] {
    const stored = new Map(this.objects.filter((item) => item.type === 'index').map((item) => [item.name, item]));
    const own = this.rows(`PRAGMA index_list(${quoteIdentifier(object.name)})`);
    return own.map((info): SchemaIndex => {
      const name = String(info.name);
      const columns = this.rows(`PRAGMA index_xinfo(${quoteIdentifier(name)})`)
        .filter((column) => column.key === 1)
        .map((column) => ({
          name: column.name === null ? null : String(column.name),
          descending: column.desc === 1,
          collation: String(column.coll),
        }));
      return {
        name,
        unique: info.unique === 1,
        origin: info.origin as InventoryIndex['origin'],
        partial: info.partial === 1,
        columns,
        sql: stored.get(name)?.sql ?? null,
        rootPage: stored.get(name)?.rootPage ?? 0,
      };
    });
  }

  private triggers(table: string): { name: string; sql: string }[] {
    return this.objects
      .filter(
        (item) => item.type === 'trigger' && item.tableName.toLowerCase() === table.toLowerCase() && item.sql !== null,
      )
      .map((item) => ({ name: item.name, sql: item.sql! }));
  }

  private foreignKeys(name: string): InventoryForeignKey[] {
    const keys = new Map<
      unknown,
      { columns: string[]; table: string; references: string[]; onUpdate: string; onDelete: string }
    >();
    for (const row of this.rows(`PRAGMA foreign_key_list(${name})`)) {
      const key = keys.get(row.id) ?? {
        columns: [],
        table: String(row.table),
        references: [],
        onUpdate: String(row.on_update),
        onDelete: String(row.on_delete),
      };
      key.columns.push(String(row.from));
      if (row.to !== null) key.references.push(String(row.to));
      keys.set(row.id, key);
    }
    // SQLite lists the last declared first.
    return [...keys.values()].reverse();
  }

  private describeVirtual(object: SchemaObject, virtual: NonNullable<ReturnType<typeof virtualTable>>): SchemaTable {
    return {
      ...EMPTY_TABLE,
      name: object.name,
      kind: 'virtual',
      sql: object.sql ?? '',
      module: virtual.module,
      columns: virtual.columns.map((name, field) => ({ ...UNTYPED_COLUMN, name, field })),
      triggers: this.triggers(object.name),
    };
  }

  private internalTable(object: SchemaObject): SchemaTable {
    const names = object.name === 'sqlite_sequence' ? ['name', 'seq'] : [];
    return {
      ...EMPTY_TABLE,
      name: object.name,
      sql: object.sql ?? '',
      rootPage: object.rootPage,
      columns: names.map((name, field) => ({ ...UNTYPED_COLUMN, name, field })),
    };
  }
}

const EMPTY_TABLE: SchemaTable = {
  name: '',
  kind: 'table',
  rows: null,
  sql: '',
  columns: [],
  indexes: [],
  triggers: [],
  foreignKeys: [],
  withoutRowid: false,
  strict: false,
  autoincrement: false,
  rootPage: 0,
};

const UNTYPED_COLUMN: SchemaColumn = {
  name: '',
  type: '',
  notNull: false,
  primaryKey: 0,
  default: null,
  generated: '',
  affinity: 'blob',
  field: -1,
  rowidAlias: false,
  missing: NULL_VALUE,
};

const textLiteral = (text: string) => `'${text.replaceAll("'", "''")}'`;

/** Which field of the record holds a column: in a WITHOUT ROWID table the key comes first (file format, section 2.4). */
function fieldOrder(
  infos: readonly Record<string, unknown>[],
  withoutRowid: boolean,
): Map<Record<string, unknown>, number> {
  const stored = infos.filter((info) => info.hidden !== 2);
  const keys = stored.filter((info) => Number(info.pk) > 0).sort((a, b) => Number(a.pk) - Number(b.pk));
  const order = withoutRowid ? [...keys, ...stored.filter((info) => Number(info.pk) === 0)] : stored;
  return new Map(order.map((info, field) => [info, field]));
}

/** Shadow tables by their documented names (https://sqlite.org/fts5.html, fts3.html, rtree.html). */
function shadowTables(
  virtual: ReadonlyMap<string, { readonly module: string }>,
  tables: readonly SchemaObject[],
): Map<string, string> {
  const suffixes: Record<string, readonly string[]> = {
    fts5: ['data', 'idx', 'content', 'docsize', 'config'],
    fts4: ['content', 'segments', 'segdir', 'docsize', 'stat'],
    fts3: ['content', 'segments', 'segdir'],
    rtree: ['node', 'rowid', 'parent'],
    rtree_i32: ['node', 'rowid', 'parent'],
    geopoly: ['node', 'rowid', 'parent'],
  };
  const there = new Map(tables.map((table) => [table.name.toLowerCase(), table.name]));
  const shadows = new Map<string, string>();
  for (const [name, { module }] of virtual) {
    for (const suffix of suffixes[module.toLowerCase()] ?? []) {
      const shadow = there.get(`${name}_${suffix}`.toLowerCase());
      if (shadow !== undefined) shadows.set(shadow, name);
    }
  }
  return shadows;
}
