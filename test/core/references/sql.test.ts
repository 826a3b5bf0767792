import { describe, expect, it } from 'vitest';
import { looksLikeSql, sqlUses } from '../../../src/core/references/sql/tables';

/** The table names that a statement uses, each proven to stand exactly there. */
function tables(sql: string): string[] {
  return sqlUses(sql).tables.map(({ name, schema, start, end }) => {
    expect(sql.slice(start, end).replace(/^["'`[]|["'`\]]$/g, '')).toBe(name);
    return schema ? `${schema}.${name}` : name;
  });
}

describe('tables in SQL text', () => {
  it.each([
    ['SELECT * FROM a', ['a']],
    ['SELECT a.x, b.y FROM a JOIN b ON a.id = b.id', ['a', 'b', 'a', 'b', 'a', 'b']],
    ['SELECT x FROM a AS t, b u LEFT OUTER JOIN "c d" ON t.id = u.id WHERE t.a = 1', ['a', 'b', 'c d']],
    ['INSERT OR REPLACE INTO a (x) SELECT y FROM b', ['a', 'b']],
    ['INSERT INTO a VALUES (?) ON CONFLICT (id) DO UPDATE SET x = excluded.x', ['a']],
    ['UPDATE a SET x = (SELECT max(y) FROM b)', ['a', 'b']],
    ['UPDATE OR IGNORE a SET x = 1', ['a']],
    ['DELETE FROM a WHERE id IN (SELECT id FROM b)', ['a', 'b']],
    ['WITH x AS (SELECT * FROM a), y(z) AS (SELECT 1) SELECT * FROM x, y, b', ['a', 'b']],
    ['CREATE TABLE IF NOT EXISTS a (b INTEGER REFERENCES c (id) ON UPDATE CASCADE ON DELETE SET NULL)', ['a', 'c']],
    ['CREATE TEMP TABLE t AS SELECT * FROM a', ['a']],
    ['CREATE UNIQUE INDEX IF NOT EXISTS i ON a (x)', ['a']],
    ['CREATE TRIGGER t AFTER UPDATE ON a BEGIN INSERT INTO b VALUES (new.id); END', ['a', 'b']],
    ['ALTER TABLE a RENAME TO b', ['a']],
    ['ALTER TABLE a RENAME TO b; CREATE TABLE a (x); INSERT INTO a SELECT * FROM b; DROP TABLE b', ['a', 'a', 'a']],
    ['CREATE TABLE n (x); INSERT INTO n SELECT * FROM a; DROP TABLE a; ALTER TABLE n RENAME TO a', ['a', 'a', 'a']],
    [
      'CREATE TABLE main.n (x); DROP TABLE a; ALTER TABLE main.n RENAME TO a; CREATE INDEX i ON a (x)',
      ['a', 'main.a', 'a'],
    ],
    ['ALTER TABLE a ADD COLUMN x', ['a']],
    ['DROP TABLE IF EXISTS a', ['a']],
    ['VACUUM; ANALYZE a; REINDEX b;', ['a', 'b']],
    ['ANALYZE', []],
    ['EXPLAIN QUERY PLAN SELECT analyze FROM a', ['a']],
    ['PRAGMA table_info(a)', ['a']],
    ["PRAGMA table_info('a')", ['a']],
    ["SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'a'", ['a']],
    ["SELECT name FROM sqlite_master WHERE name IN ('a', 'b')", ['a', 'b']],
    ["SELECT * FROM pragma_table_info('a')", ['a']],
    ['SELECT * FROM json_each(?)', []],
    ['SELECT * FROM old.a JOIN main.b USING (id)', ['old.a', 'main.b']],
    ['SELECT old.a.x, main.b.* FROM old.a JOIN b ON b.y = old.a.y', ['old.a', 'b', 'old.a', 'b', 'b', 'old.a']],
    ['SELECT old.b.x FROM old.a JOIN b USING (id)', ['old.a', 'b']],
    ["DELETE FROM sqlite_sequence WHERE name = 'a'", ['a']],
    ['.dump a', ['a']],
    ['.schema a b\n.indexes  c', ['a', 'b', 'c']],
    ['.mode csv\n.import --csv --skip 1 "my rows.csv" a\nSELECT x FROM b', ['a', 'b']],
    ['.open other.db\n.tables\n.dump', []],
    ['-- all\n.echo on\nSELECT a\n  .name FROM a', ['a', 'a']],
    ['SELECT x,\n  .5 * y FROM a JOIN b', ['a', 'b']],
    ['SELECT x FROM a;\n.changes on\nSELECT y FROM b', ['a', 'b']],
    ["SELECT strftime('%Y', x) FROM a -- FROM b", ['a']],
    ['SELECT "from a" FROM [b]', ['b']],
    ['SELECT a IS NOT DISTINCT FROM b FROM c', ['c']],
  ])('%s', (sql, expected) => {
    expect(tables(sql)).toEqual(expected);
  });

  it('knows ATTACH', () => {
    const [attachment] = sqlUses("ATTACH DATABASE 'data/x.db' AS old").attachments;
    expect(attachment).toEqual({ schema: 'old', path: { text: 'data/x.db', start: 17, end: 26 } });
    expect(sqlUses('ATTACH ? AS old').attachments).toEqual([{ schema: 'old' }]);
  });

  it.each([
    ['Select an option from the list', true],
    ['Update the settings now', false],
    ['select', false],
    ['Delete from cart', true],
    ['Created table', false],
    ['with care', false],
    ['\n  -- all\n  SELECT 1', true],
  ])('%s: SQL %s', (text, expected) => {
    expect(looksLikeSql(text)).toBe(expected);
  });
});
