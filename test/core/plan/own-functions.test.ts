import { describe, expect, it } from 'vitest';
import { createPipeline } from '../../../src/core/pipeline';
import { python, temporaryWorkspace, writeText } from '../../support/workspace';

const MAKE = (table: string, index: string) => `
import sqlite3
db = sqlite3.connect("a.db")
db.create_collation("GERMAN", lambda a, b: (a.lower() > b.lower()) - (a.lower() < b.lower()))
db.create_function("is_ok", 1, lambda x: x != "bad", deterministic=True)
db.executescript("""
CREATE TABLE t(id INTEGER PRIMARY KEY, name VARCHAR(20) COLLATE NOCASE CHECK (length(name) < 9)${table});
${index}
INSERT INTO t(name) VALUES ('b'), ('A');
CREATE TABLE other(id INTEGER PRIMARY KEY, t INTEGER REFERENCES t(id));
""")
db.commit()
`;

async function errorsFor(table: string, index = ''): Promise<string[]> {
  const workspace = temporaryWorkspace();
  python(workspace, MAKE(table, index));
  const tables = { t: { to: 'all.t' }, other: { to: 'all.other' } };
  writeText(
    workspace,
    'consolidation.jsonc',
    JSON.stringify({
      version: 1,
      name: 'own',
      targets: { all: { path: 'data/all.db' } },
      sources: { 'a.db': { action: 'merge', tables } },
    }),
  );
  const { findings } = await createPipeline().check({ workspace });
  return findings.filter(({ severity }) => severity === 'error').map(({ code, message }) => `${code}: ${message}`);
}

describe('a table that only its own program can fill', () => {
  it.each([
    ['a collation', ', word TEXT COLLATE german', '', 'no such collation sequence: german'],
    ['a function in a CHECK', ', word TEXT CHECK (is_ok(word))', '', 'no such function: is_ok'],
    ['a collation in an index', '', 'CREATE INDEX by_name ON t(name COLLATE "GERMAN");', 'no such collation'],
    ['a function in an index', '', 'CREATE INDEX by_name ON t(is_ok(name));', 'no such function'],
    ['a function in the WHERE of an index', '', 'CREATE INDEX by_name ON t(id) WHERE is_ok(name);', 'no such function'],
  ])('is told of before anything is written, once: %s', async (_, table, index, reason) => {
    const errors = await errorsFor(table, index);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toContain('SCHEMA_INVALID');
    expect(errors[0]).toContain(reason);
    expect(errors[0]).toContain('"action": "keep"');
  });

  it('is not one with the functions and collations of SQLite', async () => {
    const index =
      "CREATE INDEX by_name ON t(lower(name) COLLATE RTRIM, json_extract(name, '$.a')) WHERE instr(name, 'x') > 0;";
    expect(await errorsFor(", day AS (date('2020-01-01', name || ' days'))", index)).toEqual([]);
  });
});
