import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { openImage } from '../../../src/core/sqlite/image/image';
import { readSchema } from '../../../src/core/sqlite/schema/schema';
import type { DatabaseSchema } from '../../../src/core/sqlite/schema/schema';
import { scratchFolder } from './support/oracle';
import { python } from './support/python';

const folder = scratchFolder('schema');

async function schemaOf(name: string, ...statements: string[]): Promise<DatabaseSchema> {
  const file = path.join(folder, name);
  python(
    `import json, sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute('PRAGMA synchronous = OFF')
db.create_collation('german', lambda a, b: (a > b) - (a < b))
db.create_function('twice', 1, lambda x: x * 2, deterministic=True)
for statement in json.loads(sys.argv[2]): db.execute(statement).fetchall()`,
    file,
    JSON.stringify(statements),
  );
  const image = await openImage(file);
  try {
    return await readSchema(image);
  } finally {
    image.close();
  }
}

const tableOf = ({ tables }: DatabaseSchema, name: string) => tables.find((table) => table.name === name)!;

describe('the schema', () => {
  it('tells columns, keys, indexes, triggers and foreign keys', async () => {
    const schema = await schemaOf(
      'plain.db',
      'CREATE TABLE parent(id INTEGER PRIMARY KEY AUTOINCREMENT, "a b" TEXT NOT NULL COLLATE nocase DEFAULT \'x\')',
      `CREATE TABLE child(p INT REFERENCES parent ON DELETE CASCADE, q VARCHAR(9), r REAL UNIQUE,
        v AS (q || 'v'), s INT GENERATED ALWAYS AS (p + 1) STORED, FOREIGN KEY (p, q) REFERENCES parent(id, "a b"))`,
      'CREATE INDEX partial ON child(q DESC, lower(q)) WHERE r > 0',
      'CREATE TRIGGER noted AFTER INSERT ON child BEGIN SELECT 1; END',
      'CREATE VIEW seen AS SELECT id AS number FROM parent',
    );
    expect(schema.problems).toEqual([]);
    expect(tableOf(schema, 'parent')).toMatchObject({
      kind: 'table',
      autoincrement: true,
      columns: [
        { name: 'id', type: 'INTEGER', primaryKey: 1, rowidAlias: true, affinity: 'integer', field: 0 },
        { name: 'a b', notNull: true, default: "'x'", collation: 'nocase', rowidAlias: false, field: 1 },
      ],
    });
    expect(tableOf(schema, 'child')).toMatchObject({
      columns: [
        { name: 'p', field: 0 },
        { name: 'q', affinity: 'text', field: 1 },
        { name: 'r', affinity: 'real', field: 2 },
        { name: 'v', generated: 'virtual', field: -1 },
        { name: 's', generated: 'stored', field: 3 },
      ],
      foreignKeys: [
        { columns: ['p'], table: 'parent', references: [], onDelete: 'CASCADE' },
        { columns: ['p', 'q'], table: 'parent', references: ['id', 'a b'], onDelete: 'NO ACTION' },
      ],
      triggers: [{ name: 'noted' }],
    });
    expect(tableOf(schema, 'child').indexes).toContainEqual(
      expect.objectContaining({
        name: 'partial',
        partial: true,
        columns: [
          { name: 'q', descending: true, collation: 'BINARY' },
          { name: null, descending: false, collation: 'BINARY' },
        ],
      }),
    );
    expect(tableOf(schema, 'seen')).toMatchObject({ kind: 'view', rootPage: 0, columns: [{ name: 'number' }] });
    expect(schema.internalTables.map(({ name }) => name)).toEqual(['sqlite_sequence']);
  });

  it('knows where WITHOUT ROWID tables store their columns, and which key is not the rowid', async () => {
    const schema = await schemaOf(
      'keys.db',
      'CREATE TABLE w(a, b COLLATE nocase, c, PRIMARY KEY (c, b, b COLLATE binary)) WITHOUT ROWID',
      'CREATE TABLE strict(a ANY PRIMARY KEY, b INT) STRICT',
      'CREATE TABLE descending(i INTEGER PRIMARY KEY DESC)',
      'CREATE TABLE bigint(i BIGINT PRIMARY KEY)',
    );
    expect(tableOf(schema, 'w')).toMatchObject({
      withoutRowid: true,
      columns: [
        { name: 'a', field: 3 },
        { name: 'b', field: 1 },
        { name: 'c', field: 0 },
      ],
    });
    expect(tableOf(schema, 'strict')).toMatchObject({
      strict: true,
      columns: [{ affinity: 'blob' }, { affinity: 'integer' }],
    });
    expect(tableOf(schema, 'descending').columns).toMatchObject([{ rowidAlias: false, primaryKey: 1 }]);
    expect(tableOf(schema, 'bigint').columns).toMatchObject([{ rowidAlias: false, primaryKey: 1 }]);
  });

  it('accepts collations, functions and modules that the engine does not have', async () => {
    const schema = await schemaOf(
      'foreign.db',
      'CREATE TABLE t(x TEXT COLLATE german, y CHECK (twice(y) > 0))',
      'CREATE UNIQUE INDEX i ON t(x, twice(y))',
      "CREATE VIRTUAL TABLE search USING fts5(title, body UNINDEXED, tokenize = 'porter unicode61', content='')",
      'CREATE VIRTUAL TABLE places USING rtree(id, x0, x1, +name TEXT)',
    );
    expect(schema.problems).toEqual([]);
    expect(tableOf(schema, 't')).toMatchObject({
      columns: [{ collation: 'german' }, {}],
      indexes: [{ unique: true, columns: [{ name: 'x', collation: 'german' }, { name: null }] }],
    });
    expect(tableOf(schema, 'search')).toMatchObject({
      kind: 'virtual',
      module: 'fts5',
      rows: null,
      columns: [{ name: 'title' }, { name: 'body' }],
    });
    expect(tableOf(schema, 'places')).toMatchObject({
      module: 'rtree',
      columns: [{ name: 'id' }, { name: 'x0' }, { name: 'x1' }, { name: 'name' }],
    });
    const shadows = schema.tables.filter(({ shadowOf }) => shadowOf !== undefined);
    expect(new Set(shadows.map(({ shadowOf }) => shadowOf))).toEqual(new Set(['search', 'places']));
    expect(shadows).toHaveLength(7);
  });

  it('tells what an older row reads in a column that was added later', async () => {
    const schema = await schemaOf(
      'added.db',
      'CREATE TABLE t(a)',
      ...[
        "i INTEGER DEFAULT '12'",
        'r REAL DEFAULT 3',
        "s DEFAULT 'it''s'",
        "b DEFAULT x'00ff'",
        'n',
        'h DEFAULT 0x10',
        'q DEFAULT "word"',
        'f DEFAULT TRUE',
        'big DEFAULT 9007199254740993',
      ].map((column) => `ALTER TABLE t ADD COLUMN ${column}`),
    );
    const bytes = (text: string) => Uint8Array.from(Buffer.from(text, 'latin1'));
    expect(tableOf(schema, 't').columns.map(({ missing }) => missing)).toEqual([
      { kind: 'null' },
      { kind: 'integer', value: 12n },
      { kind: 'real', value: 3 },
      { kind: 'text', bytes: bytes("it's") },
      { kind: 'blob', bytes: bytes('\0\xff') },
      { kind: 'null' },
      { kind: 'integer', value: 16n },
      { kind: 'text', bytes: bytes('word') },
      { kind: 'integer', value: 1n },
      { kind: 'integer', value: 9007199254740993n },
    ]);
  });

  it('lists an object whose statement is not understood by name, and all others in full', async () => {
    const schema = await schemaOf(
      'broken.db',
      'CREATE TABLE good(x)',
      'CREATE TABLE bad(x) ',
      'CREATE INDEX fine ON good(x)',
      'PRAGMA writable_schema = ON',
      "UPDATE sqlite_schema SET sql = 'CREATE TABLE bad(x' WHERE name = 'bad'",
    );
    expect(schema.problems).toMatchObject([
      { code: 'SCHEMA_UNREADABLE', message: expect.stringContaining('bad') as string },
    ]);
    expect(schema.tables.map(({ name, columns }) => `${name} ${columns.length}`)).toEqual(['good 1', 'bad 0']);
    expect(tableOf(schema, 'good').indexes).toHaveLength(1);
  });

  it('is not stopped by views that stand for 2^40 tables', async () => {
    const views = Array.from({ length: 40 }, (_, level) =>
      level === 0
        ? 'CREATE VIEW v0 AS SELECT 1 AS x'
        : `CREATE VIEW v${level} AS SELECT a.x FROM v${level - 1} a, v${level - 1} b`,
    );
    const started = performance.now();
    const schema = await schemaOf('heavy.db', ...views);
    expect(schema.tables).toHaveLength(40);
    expect(tableOf(schema, 'v3').columns).toMatchObject([{ name: 'x' }]);
    expect(schema.problems.length).toBeGreaterThan(0);
    expect(performance.now() - started).toBeLessThan(5000);
  });
});
