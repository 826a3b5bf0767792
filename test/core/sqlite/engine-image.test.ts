import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadEngine } from '../../../src/core/engine';
import { openInEngine } from '../../../src/core/sqlite/image/engine-image';
import { openImage } from '../../../src/core/sqlite/image/image';
import { python, temporaryWorkspace } from '../../support/workspace';

const MAKE = (pageSize: number, wal: boolean) => `
import os, sqlite3
db = sqlite3.connect("a.db", isolation_level=None)
db.execute("PRAGMA page_size = ${pageSize}")
${wal ? 'db.execute("PRAGMA journal_mode = WAL"); db.execute("PRAGMA wal_autocheckpoint = 0")' : ''}
db.execute("CREATE TABLE parents(id INTEGER PRIMARY KEY, body BLOB)")
db.execute("CREATE TABLE children(id INTEGER PRIMARY KEY, parent INTEGER REFERENCES parents(id), at TEXT)")
db.execute("CREATE INDEX by_parent ON children(parent)")
db.execute("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000) INSERT INTO parents SELECT i, randomblob(i % 400) FROM n")
db.execute("INSERT INTO parents VALUES (5000, zeroblob(300000))")
db.execute("INSERT INTO children SELECT id, id % 2999, 'day ' || id FROM parents")
${wal ? 'os._exit(0)' : ''}
`;
const QUESTION = `SELECT (SELECT count(*) || ' ' || sum(length(body)) || ' ' || max(length(hex(body))) FROM parents)
  || ' ' || (SELECT count(*) || ' ' || min(at) FROM children WHERE parent BETWEEN 100 AND 900)`;

describe('a database that the engine reads page by page', () => {
  it.each([
    [512, false],
    [4096, false],
    [4096, true],
    [65536, false],
  ])('answers as native SQLite does: pages of %d bytes, in WAL mode %s', async (pageSize, wal) => {
    const workspace = temporaryWorkspace();
    python(workspace, MAKE(pageSize, wal));
    const file = path.join(workspace, 'a.db');
    const before = readFileSync(file);
    const database = openInEngine(await loadEngine(), await openImage(file));
    const answer = (sql: string) => database.exec(sql)[0]?.values ?? [];
    const found = [
      ...answer(QUESTION),
      ...answer('PRAGMA foreign_key_check').map((row) => row.slice(0, 2)),
      ...answer('PRAGMA integrity_check'),
    ];
    expect(() => database.run('DELETE FROM children')).toThrow(/readonly|query_only|read/);
    expect(() => database.run('PRAGMA query_only = OFF; DELETE FROM children')).toThrow();
    database.close();
    expect(readFileSync(file).equals(before)).toBe(true);
    const native = python(
      workspace,
      `import json, sqlite3
db = sqlite3.connect("a.db")
print(json.dumps(db.execute(${JSON.stringify(QUESTION.replaceAll('\n', ' '))}).fetchall() + [r[:2] for r in db.execute("PRAGMA foreign_key_check")] + db.execute("PRAGMA integrity_check").fetchall()))`,
    );
    expect(found).toEqual(JSON.parse(native));
    expect(found.length).toBeGreaterThan(2);
  });
});
