import { loadEngine } from '../../engine';
import type { Engine } from '../../engine';
import type { InventoryForeignKey, InventoryIndex } from '../../inventory/inventory';
import { affinityOf } from '../format/affinity';
import { columnDefault } from './column-default';
import type { DatabaseImage } from '../image/image';
import { loadSchema } from './schema-engine';
import type { LoadedSchema } from './schema-engine';
import { readSchemaObjects } from './schema-objects';
import { SchemaPragmas } from './schema-pragmas';
import type { ColumnInfo, ForeignKeyInfo, IndexColumnInfo } from './schema-pragmas';
import type { DatabaseSchema, SchemaColumn, SchemaIndex, SchemaObject, SchemaTable } from './schema-table';
import { foldName, isKeyword, sqlTokens } from '../sql-tokens';
import { NULL_VALUE } from '../rows/stored-value';
import { isShadowTable, parseVirtualTable, virtualColumns } from './virtual-table';
import type { VirtualTable } from './virtual-table';

export type { DatabaseSchema, SchemaColumn, SchemaIndex, SchemaObject, SchemaTable } from './schema-table';

type Problem = DatabaseSchema['problems'][number];

/**
 * Reads the schema of an image. The engine is given the stored statements, never the file, and its PRAGMAs describe
 * them. Virtual tables, whose modules it may lack, are read from the stored text.
 * @throws ConsolidationError `DATABASE_CORRUPT` when `sqlite_schema` itself is malformed
 */
export async function readSchema(image: DatabaseImage): Promise<DatabaseSchema> {
  const objects = await readSchemaObjects(image);
  if (objects.length === 0) return { tables: [], internalTables: [], objects, problems: [] };
  const engine = await loadEngine();
  const loaded = loadSchema(engine, objects);
  try {
    return new SchemaDescription(engine, image, loaded, objects).describe();
  } finally {
    loaded.database.close();
  }
}

const NOT_UNDERSTOOD = 'cannot be read: SQLite does not understand its statement';

/** Tables that SQLite keeps for itself (file format, section 2.6). */
const isInternal = (name: string) => foldName(name).startsWith('sqlite_');

class SchemaDescription {
  private readonly problems: Problem[] = [];
  private readonly pragmas: SchemaPragmas;
  private readonly indexObjects: ReadonlyMap<string, SchemaObject>;
  private readonly triggersOf: ReadonlyMap<string, readonly { name: string; sql: string }[]>;

  constructor(
    private readonly engine: Engine,
    private readonly image: DatabaseImage,
    private readonly loaded: LoadedSchema,
    private readonly objects: readonly SchemaObject[],
  ) {
    this.pragmas = new SchemaPragmas(loaded.database);
    this.indexObjects = new Map(
      objects.filter(({ type }) => type === 'index').map((object) => [foldName(object.name), object]),
    );
    this.triggersOf = triggersByTable(objects);
  }

  describe(): DatabaseSchema {
    const virtual = new Map<string, VirtualTable>();
    for (const object of this.objects) {
      const found = object.type === 'table' ? parseVirtualTable(object.sql ?? '') : undefined;
      if (found) virtual.set(object.name, found);
    }
    const tables: SchemaTable[] = [];
    const internalTables: SchemaTable[] = [];
    const seen = new Set<string>();
    for (const object of this.loaded.refused) {
      if (object.type === 'index' || object.type === 'trigger') this.report(object, NOT_UNDERSTOOD);
    }
    for (const object of this.objects) {
      if (object.type !== 'table' && object.type !== 'view') continue;
      if (seen.has(foldName(object.name))) {
        this.report(object, 'has the name of another one');
        continue;
      }
      seen.add(foldName(object.name));
      const module = virtual.get(object.name);
      if (module) tables.push(this.virtualTable(object, module));
      else if (object.type === 'view') tables.push(this.view(object));
      else if (isInternal(object.name)) internalTables.push(this.table(object));
      else tables.push({ ...this.table(object), shadowOf: shadowOwner(object.name, virtual) });
    }
    return { tables, internalTables, objects: this.objects, problems: this.problems };
  }

  private report(object: SchemaObject, what: string): void {
    this.problems.push({ code: 'SCHEMA_UNREADABLE', message: `The ${object.type} ${object.name} ${what}.` });
  }

  private table(object: SchemaObject): SchemaTable {
    const key = foldName(object.name);
    const [info] = this.pragmas.tables.get(key) ?? [];
    if (!info) this.report(object, NOT_UNDERSTOOD);
    // The root page tells it even when the statement does not: index pages have type 2 or 10.
    const withoutRowid = info ? info.wr === 1 : this.rootPageType(object) === 2 || this.rootPageType(object) === 10;
    const strict = info?.strict === 1;
    const indexes = this.indexes(key);
    const collations = this.pragmas.collations.get(key) ?? [];
    return {
      name: object.name,
      kind: 'table',
      rows: null,
      sql: object.sql ?? '',
      columns: this.columns(this.pragmas.columns.get(key) ?? [], {
        withoutRowid,
        strict,
        indexes,
        collations,
      }),
      indexes,
      triggers: this.triggersOf.get(key) ?? [],
      foreignKeys: foreignKeys(this.pragmas.foreignKeys.get(key) ?? []),
      withoutRowid,
      strict,
      // A keyword: outside quotes and strings the word means nothing else.
      autoincrement:
        info !== undefined && sqlTokens(object.sql ?? '').some((token) => isKeyword(token, 'AUTOINCREMENT')),
      rootPage: object.rootPage,
    };
  }

  private rootPageType(object: SchemaObject): number {
    return object.rootPage > 1 ? this.image.readPage(object.rootPage)[0] : 0;
  }

  private view(object: SchemaObject): SchemaTable {
    if (this.loaded.refused.has(object)) this.report(object, NOT_UNDERSTOOD);
    return {
      ...EMPTY_TABLE,
      name: object.name,
      kind: 'view',
      sql: object.sql ?? '',
      columns: this.pragmas
        .viewColumns(object.name)
        .map(({ name, type }) => ({ ...UNTYPED_COLUMN, name, type, affinity: affinityOf(type, false) })),
      triggers: this.triggersOf.get(foldName(object.name)) ?? [],
    };
  }

  private virtualTable(object: SchemaObject, virtual: VirtualTable): SchemaTable {
    return {
      ...EMPTY_TABLE,
      name: object.name,
      kind: 'virtual',
      sql: object.sql ?? '',
      module: virtual.module,
      columns: virtualColumns(virtual).map((column) => ({ ...UNTYPED_COLUMN, ...column })),
      triggers: this.triggersOf.get(foldName(object.name)) ?? [],
    };
  }

  private columns(
    infos: readonly ColumnInfo[],
    table: {
      withoutRowid: boolean;
      strict: boolean;
      indexes: readonly SchemaIndex[];
      collations: readonly Pick<IndexColumnInfo, 'cid' | 'coll'>[];
    },
  ): SchemaColumn[] {
    const keyIndex = table.indexes.find((index) => index.origin === 'pk');
    const keys = infos.filter((info) => info.pk > 0);
    const fields = table.withoutRowid && keyIndex ? this.keyedFields(keyIndex.name) : storedFields(infos);
    return infos.map((info) => {
      const affinity = affinityOf(info.type, table.strict);
      const generated = (['', 'hidden', 'virtual', 'stored'] as const)[info.hidden] ?? '';
      const collation = table.collations.find(({ cid }) => cid === info.cid)?.coll;
      return withDefault(this.engine, {
        name: info.name,
        type: info.type,
        notNull: info.notnull === 1,
        primaryKey: info.pk,
        default: info.dflt_value,
        generated,
        ...(collation !== undefined && { collation }),
        affinity,
        field: fields.get(info.cid) ?? -1,
        // `INTEGER PRIMARY KEY DESC` is no alias: it has an index of its own (https://sqlite.org/lang_createtable.html#rowid).
        rowidAlias:
          !table.withoutRowid &&
          !keyIndex &&
          keys.length === 1 &&
          keys[0] === info &&
          foldName(info.type) === 'integer',
      });
    });
  }

  /** Fields of a WITHOUT ROWID table: the columns of its primary key come first (file format, section 2.4). */
  private keyedFields(keyIndex: string): Map<number, number> {
    const fields = new Map<number, number>();
    (this.pragmas.indexColumns.get(foldName(keyIndex)) ?? []).forEach(({ cid }, field) => {
      // A column can be in the key twice, with two collations.
      if (!fields.has(cid)) fields.set(cid, field);
    });
    return fields;
  }

  private indexes(table: string): SchemaIndex[] {
    return (this.pragmas.indexes.get(table) ?? []).map((info) => {
      const stored = this.indexObjects.get(foldName(info.name));
      return {
        name: info.name,
        unique: info.unique === 1,
        origin: info.origin as InventoryIndex['origin'],
        partial: info.partial === 1,
        columns: (this.pragmas.indexColumns.get(foldName(info.name)) ?? [])
          .filter((column) => column.key === 1)
          .map(({ name, desc, coll }) => ({ name, descending: desc === 1, collation: coll })),
        sql: stored?.sql ?? null,
        rootPage: stored?.rootPage ?? 0,
      };
    });
  }
}

/** Adds `missing`, evaluated when it is first asked for: few columns have rows that are older than they are. */
function withDefault(engine: Engine, column: Omit<SchemaColumn, 'missing'>): SchemaColumn {
  let missing: SchemaColumn['missing'] | undefined;
  return Object.defineProperty({ ...column, missing: NULL_VALUE }, 'missing', {
    enumerable: true,
    get: () =>
      (missing ??=
        column.default === null || column.generated !== ''
          ? NULL_VALUE
          : columnDefault(engine, column.default, column.affinity)),
  });
}

/** The virtual table whose data the table keeps, if it does. */
function shadowOwner(table: string, virtual: ReadonlyMap<string, VirtualTable>): string | undefined {
  return [...virtual].find(([name, { module }]) => isShadowTable(table, name, module))?.[0];
}

/** Fields of a table with rowids: all columns but the virtual generated ones, in their order. */
function storedFields(infos: readonly ColumnInfo[]): Map<number, number> {
  return new Map(infos.filter((info) => info.hidden !== 2).map((info, field) => [info.cid, field]));
}

function triggersByTable(objects: readonly SchemaObject[]): Map<string, { name: string; sql: string }[]> {
  const triggers = new Map<string, { name: string; sql: string }[]>();
  for (const { type, name, tableName, sql } of objects) {
    if (type !== 'trigger' || sql === null) continue;
    const key = foldName(tableName);
    triggers.set(key, [...(triggers.get(key) ?? []), { name, sql }]);
  }
  return triggers;
}

function foreignKeys(infos: readonly ForeignKeyInfo[]): InventoryForeignKey[] {
  const keys = new Map<number, InventoryForeignKey & { columns: string[]; references: string[] }>();
  for (const info of infos) {
    let key = keys.get(info.id);
    if (!key) {
      key = { columns: [], table: info.table, references: [], onUpdate: info.on_update, onDelete: info.on_delete };
      keys.set(info.id, key);
    }
    key.columns.push(info.from);
    if (info.to !== null) key.references.push(info.to);
  }
  // SQLite lists the last declared first.
  return [...keys.values()].reverse();
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
