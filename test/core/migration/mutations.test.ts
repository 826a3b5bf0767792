import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPipeline } from '../../../src/core/pipeline';
import type { Manifest } from '../../../src/core/migration/backup';
import { RunDirectory } from '../../../src/core/migration/run-directory';
import { readRun, readRunInput } from '../../../src/core/migration/runs';
import { verifyTargets } from '../../../src/core/migration/target-tasks';
import { makeDatabase, python, writeText } from '../../support/workspace';

/** `HEAVY=1` changes a thousand bytes; `SEED` chooses others. */
const BYTES = process.env.HEAVY ? 1000 : 28;
const SEED = Number(process.env.SEED ?? 1);
const BATCH = 50;

/** Everything that native SQLite reads in a database, types included, and what it finds wrong; one line for each file. */
const ORACLE = `
import hashlib, sqlite3, sys
def state(file):
    seen = hashlib.sha256()
    try:
        db = sqlite3.connect("file:%s?mode=ro" % file, uri=True)
        db.text_factory = bytes
        schema = db.execute("SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name").fetchall()
        seen.update(repr(schema).encode())
        seen.update(repr([db.execute("PRAGMA " + name).fetchall() for name in ("integrity_check", "user_version", "application_id", "encoding", "page_size", "journal_mode")]).encode())
        for kind, name, _, sql in schema:
            if kind == b"table":
                quoted = '"' + name.decode().replace('"', '""') + '"'
                rowid = "" if b"WITHOUT ROWID" in sql or b"fts5" in sql else "rowid, "
                rows = db.execute("SELECT %s* FROM %s" % (rowid, quoted)).fetchall()
                seen.update(repr([quoted, sorted(repr([(type(v).__name__, v) for v in row]) for row in rows)]).encode())
        for name in ("notes",):
            for word in ("alpha", "beta", "gamma"):
                seen.update(repr(db.execute("SELECT rowid FROM notes WHERE notes MATCH ?", (word,)).fetchall()).encode())
        db.close()
    except sqlite3.Error as error:
        return "error %s" % error
    return seen.hexdigest()
for file in sys.stdin.read().split("\\n"):
    if file: print(state(file).replace("\\n", " "))
`;

let workspace: string;
let run: string;

/** Three sources with a discriminator, one that moves alone with its indexes, one without rowids, one full-text table. */
beforeAll(async () => {
  workspace = mkdtempSync(path.join(tmpdir(), 'mutations-'));
  const trades = (from: number) => `
    CREATE TABLE trades(id INTEGER PRIMARY KEY, symbol TEXT, price REAL, amount INTEGER, at TEXT);
    CREATE INDEX by_symbol ON trades(symbol, at);
    WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 150)
      INSERT INTO trades SELECT ${from} + i, 'S' || (i % 7), i * 1.5, i * 1000003, 'day ' || i FROM n;`;
  for (const [number, name] of ['a', 'b', 'c'].entries())
    makeDatabase(workspace, `data/${name}.db`, trades(1000 * number));
  makeDatabase(
    workspace,
    'data/own.db',
    `CREATE TABLE logs(id INTEGER PRIMARY KEY, level TEXT NOT NULL, body BLOB, UNIQUE (level, id));
     CREATE INDEX by_level ON logs(level DESC) WHERE id > 5;
     WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200)
       INSERT INTO logs SELECT i, 'level ' || (i % 5), zeroblob(i * 10) FROM n;
     CREATE TABLE pairs(x TEXT, y INTEGER, z, PRIMARY KEY (x, y)) WITHOUT ROWID;
     INSERT INTO pairs SELECT level, id, id * 0.5 FROM logs;
     CREATE VIRTUAL TABLE notes USING fts5(body);
     INSERT INTO notes(body) SELECT CASE id % 3 WHEN 0 THEN 'alpha beta' WHEN 1 THEN 'beta' ELSE 'gamma alpha' END FROM logs;`,
  );
  const source = (name: string) => ({
    action: 'merge',
    tables: { trades: { to: 'all.trades', discriminator: { origin: name } } },
  });
  const own = Object.fromEntries(['logs', 'pairs', 'notes'].map((table) => [table, { to: `all.${table}` }]));
  writeText(
    workspace,
    'consolidation.jsonc',
    JSON.stringify({
      version: 1,
      name: 'mutations',
      targets: { all: { path: 'data/all.db' } },
      sources: {
        'data/a.db': source('a'),
        'data/b.db': source('b'),
        'data/c.db': source('c'),
        'data/own.db': { action: 'merge', tables: own },
      },
    }),
  );
  const result = await createPipeline().migrate({ workspace, mode: 'full' });
  expect(result.error).toBeUndefined();
  run = result.run;
});

afterAll(() => rmSync(workspace, { recursive: true, force: true }));

/** What verification says of a file that stands in for the target. */
async function failedChecks(file: string, largeBytes?: number): Promise<string[]> {
  const directory = new RunDirectory(workspace, run);
  const { resolved, offsets } = await readRunInput(await readRun(directory));
  try {
    const { checks } = await verifyTargets(
      {
        workspace,
        plan: resolved,
        offsets: new Map(Object.entries(offsets).map(([key, offset]) => [key, BigInt(offset)])),
        manifest: await directory.readJson<Manifest>('manifest.json'),
        fileOf: () => file,
        scratch: path.join(workspace, 'scratch'),
        largeBytes,
      },
      {},
    );
    return checks.filter(({ ok }) => !ok).map(({ name }) => name);
  } catch (error) {
    return [`cannot be read: ${error instanceof Error ? error.message : String(error)}`];
  }
}

const states = (files: readonly string[]): string[] =>
  python(workspace, ORACLE.replace('sys.stdin.read()', JSON.stringify(files.join('\n'))))
    .trimEnd()
    .split('\n');

function random(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

describe.each([
  ['small', undefined],
  // What is told of large targets by another checker than the engine's.
  ['large', 0],
])('verification of a %s target', (size, largeBytes) => {
  const target = () => path.join(workspace, 'data/all.db');

  it('finds nothing wrong with what was built', async () => {
    expect(await failedChecks(target(), largeBytes)).toEqual([]);
  });

  it(
    `finds every one of ${BYTES} changed bytes that changes what native SQLite reads`,
    { timeout: 3_600_000 },
    async () => {
      const next = random(SEED);
      const original = readFileSync(target());
      const [sound] = states([target()]);
      const missed: string[] = [];
      let changed = 0;
      const directory = path.join(workspace, 'mutants');
      mkdirSync(directory, { recursive: true });
      for (let first = 0; first < BYTES; first += BATCH) {
        const mutants = Array.from({ length: Math.min(BATCH, BYTES - first) }, (_, index) => {
          const at = next(original.length);
          const bytes = Buffer.from(original);
          bytes[at]! ^= 1 + next(255);
          const file = path.join(directory, `${index}.db`);
          writeFileSync(file, bytes);
          return { file, at, value: bytes[at]! };
        });
        const found = states(mutants.map(({ file }) => file));
        for (const [index, { file, at, value }] of mutants.entries()) {
          // Free space in a page and unused pages hold nothing.
          if (found[index] === sound) continue;
          changed++;
          if ((await failedChecks(file, largeBytes)).length === 0)
            missed.push(`seed ${SEED}: byte ${at} (page ${1 + Math.floor(at / 4096)}) is ${value}: ${found[index]}`);
        }
      }
      if (process.env.HEAVY)
        console.log(`${size} target: ${changed} of ${BYTES} changes are visible, ${changed - missed.length} found`);
      expect(missed).toEqual([]);
      expect(changed).toBeGreaterThan(BYTES / 10);
    },
  );

  it.each([
    ['one row removed', 'DELETE FROM trades WHERE id = 1042'],
    ['one row removed from a table that moved unchanged', 'DELETE FROM logs WHERE id = 77'],
    ['one row more', 'INSERT INTO trades SELECT 9999, symbol, price, amount, at, origin FROM trades WHERE id = 5'],
    [
      'two values swapped between rows',
      'UPDATE trades SET price = CASE id WHEN 10 THEN 16.5 ELSE 15.0 END WHERE id IN (10, 11)',
    ],
    ['a value of another type', 'UPDATE pairs SET z = CAST(z AS TEXT) WHERE y = 9'],
    ["one row in another discriminator's group", "UPDATE trades SET origin = 'b' WHERE id = 20"],
    [
      'one index entry lost',
      `PRAGMA writable_schema = ON;
       UPDATE sqlite_schema SET sql = sql || ' WHERE id <> 1042' WHERE name = 'by_symbol';
       PRAGMA writable_schema = RESET; REINDEX by_symbol; PRAGMA writable_schema = ON;
       UPDATE sqlite_schema SET sql = replace(sql, ' WHERE id <> 1042', '') WHERE name = 'by_symbol';`,
    ],
    ['an index dropped', 'DROP INDEX by_symbol'],
    ['a text that its full-text index does not know', "UPDATE notes_content SET c0 = 'delta' WHERE id = 3"],
  ])('finds %s', async (_, sql) => {
    const file = path.join(workspace, 'mutant.db');
    copyFileSync(target(), file);
    makeDatabase(workspace, 'mutant.db', sql);
    expect(await failedChecks(file, largeBytes)).not.toEqual([]);
  });
});
