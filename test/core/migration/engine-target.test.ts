import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadEngine } from '../../../src/core/engine';
import { createTarget } from '../../../src/core/migration/engine-target';
import { python, temporaryWorkspace } from '../../support/workspace';

const ROWS = (table: string, count: number) =>
  `INSERT INTO ${table} WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count}) SELECT i, hex(i * 7919) || 'text' FROM n`;

describe('a database that the engine builds into a file', () => {
  it.each([
    ['as it is by default', [], false],
    [
      'with pages of 512 bytes and a pointer map',
      ['PRAGMA page_size = 512', 'PRAGMA auto_vacuum = INCREMENTAL'],
      false,
    ],
    // The file becomes shorter when the table goes: the engine then holds it in memory.
    ['with auto-vacuum', ['PRAGMA auto_vacuum = FULL'], true],
    ['with auto-vacuum, to its first page', ['PRAGMA page_size = 65536', 'PRAGMA auto_vacuum = FULL'], true],
  ])('is what native SQLite reads: %s', async (_, pragmas, shorter) => {
    const workspace = temporaryWorkspace();
    const target = createTarget(await loadEngine(), path.join(workspace, 'a.db'), pragmas, true);
    const { database } = target;
    database.run(`CREATE TABLE gone(id INTEGER PRIMARY KEY, text); ${ROWS('gone', 3000)}`);
    if (shorter) database.run('DROP TABLE gone');
    database.run('CREATE TABLE kept(id INTEGER PRIMARY KEY, text TEXT UNIQUE)');
    database.run(ROWS('kept', 20_000));
    expect(() => database.run("INSERT INTO kept SELECT i, 't' FROM (SELECT 30000 AS i UNION SELECT 30001)")).toThrow(
      /UNIQUE/,
    );
    database.run('CREATE INDEX by_text ON kept(text DESC)');
    target.finish(77, true);
    const seen = python(
      workspace,
      `import json, sqlite3
db = sqlite3.connect("file:a.db?immutable=1", uri=True)
one = lambda sql: db.execute(sql).fetchone()[0]
print(json.dumps([one("PRAGMA integrity_check"), one("SELECT count(*) FROM kept"), one("SELECT text FROM kept WHERE id = 19999"),
  one("PRAGMA user_version"), one("SELECT count(*) FROM sqlite_schema WHERE name = 'gone'"), list(open("a.db", "rb").read(20)[18:])]))`,
    );
    const text = `${Buffer.from(String(19999 * 7919)).toString('hex')}text`;
    expect(JSON.parse(seen)).toEqual(['ok', 20_000, text, 77, shorter ? 0 : 1, [2, 2]]);
  });
});
