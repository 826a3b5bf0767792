import {
  appendFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Inventory } from '../../../src/core/inventory/inventory';
import { scanDatabases } from '../../../src/core/inventory/scan';
import { folderState } from '../sqlite/support/contents';
import { scratchFolder } from '../sqlite/support/oracle';
import { heldPython, python } from '../sqlite/support/python';

const scratch = scratchFolder('scan');

function workspace(name: string): string {
  const folder = path.join(scratch, name);
  mkdirSync(folder);
  return folder;
}

/** Runs SQL natively in many files at once. */
function sqliteFiles(files: Readonly<Record<string, readonly string[]>>): void {
  for (const file of Object.keys(files)) mkdirSync(path.dirname(file), { recursive: true });
  python(
    `import json, sqlite3, sys
for file, statements in json.loads(sys.argv[1]).items():
    db = sqlite3.connect(file, isolation_level=None)
    db.execute('PRAGMA synchronous = OFF')
    for statement in statements: db.execute(statement).fetchall()
    db.close()`,
    JSON.stringify(files),
  );
}

function sqlite(file: string, ...statements: string[]): string {
  sqliteFiles({ [file]: statements });
  return file;
}

const found = (inventory: Inventory) => inventory.databases.map(({ path: file, kind }) => `${file} ${kind}`);

describe('a scan', () => {
  it('finds databases by name and by content, and leaves out what is not the project’s', async () => {
    const root = workspace('discover');
    const file = (name: string) => path.join(root, name);
    const table = ['CREATE TABLE t(x)', 'INSERT INTO t VALUES (1), (2)'];
    const wanted = ['b/one.db', 'a.sqlite3', 'Cookies', 'old/state.db.bak', 'upper/CASE.DB', '.hidden/.positions.db'];
    const unwanted = ['node_modules/m', '.git', '.venv/lib', '__pycache__', '.sqlite-consolidator/runs'];
    const ours = ['data/backups/migration_1', 'sub/data/archive/migration_2', 'safe/place'];
    const names = [...wanted, ...[...unwanted, ...ours].map((folder) => `${folder}/x.db`), 'web/app.db'];
    sqliteFiles(Object.fromEntries(names.map((name) => [file(name), table])));
    // A backup that the plan had put elsewhere, and a manifest that is somebody else's.
    writeFileSync(
      file('safe/manifest.json'),
      JSON.stringify({ version: 1, run: 'migration_20260101_000000', databases: [] }),
    );
    writeFileSync(file('web/manifest.json'), '{ "name": "web app" }');
    writeFileSync(file('b/._one.db'), Buffer.from('0005160700020000', 'hex'));
    writeFileSync(file('empty.db'), '');
    writeFileSync(file('notes.db'), 'text\n');
    writeFileSync(file('b/README'), 'x'.repeat(600));
    // Sidecars without their database are no databases.
    writeFileSync(file('gone.db-wal'), 'x');
    writeFileSync(file('gone.db-journal'), 'x');

    const inventory = await scanDatabases(root);
    expect(found(inventory)).toEqual([
      '.hidden/.positions.db sqlite',
      'Cookies sqlite',
      'a.sqlite3 sqlite',
      'b/._one.db apple-double',
      'b/one.db sqlite',
      'empty.db empty',
      'notes.db encrypted-or-unknown',
      'old/state.db.bak sqlite',
      'upper/CASE.DB sqlite',
      'web/app.db sqlite',
    ]);
    expect(inventory.databases.find(({ path: name }) => name === 'b/one.db')).toMatchObject({
      bytes: 8192,
      pageSize: 4096,
      journalMode: 'delete',
      problems: [],
      references: 0,
      tables: [{ name: 't', kind: 'table', rows: 2, columns: [{ name: 'x' }] }],
    });
    expect(found(await scanDatabases(root, { exclude: ['**/*.bak', 'web/**', '.hidden'] }))).not.toContainEqual(
      expect.stringMatching(/bak|web|hidden/),
    );
    // It can be written as JSON and read again without loss.
    expect(JSON.parse(JSON.stringify(inventory))).toEqual(inventory);
  });

  // Windows and macOS have no such names.
  it.skipIf(process.platform !== 'linux')('tells of what has a name that is not UTF-8', async () => {
    const root = workspace('names');
    sqlite(path.join(root, 'fine\u{1F600}.db'), 'CREATE TABLE t(x)');
    python(
      `import os, shutil, sys
root = os.fsencode(sys.argv[1])
os.mkdir(os.path.join(root, b'caf\\xe9'))
for name in (b'caf\\xe9/in.db', b'gr\\xfcn.db', b'gr\\xfcn.txt'):
    shutil.copy(os.path.join(root, '\\U0001F600'.join(('fine', '.db')).encode()), os.path.join(root, name))`,
      root,
    );
    const inventory = await scanDatabases(root);
    expect(found(inventory)).toEqual(['fine\u{1F600}.db sqlite', 'gr\uFFFDn.db encrypted-or-unknown']);
    expect(inventory.databases[1]!.problems).toEqual([
      { code: 'FILE_UNREADABLE', message: expect.stringContaining('not valid UTF-8: rename it') as string },
    ]);
    expect(inventory.unlisted).toEqual([
      { path: 'caf\uFFFD', message: expect.stringContaining('not valid UTF-8. Rename it') as string },
    ]);
  });

  it('knows several names of one file, links out of the workspace, and copies', async () => {
    const root = workspace('links');
    const original = sqlite(path.join(root, 'data/one.db'), 'CREATE TABLE t(x)');
    linkSync(original, path.join(root, 'hard.db'));
    symlinkSync('data/one.db', path.join(root, 'soft.db'));
    symlinkSync('data', path.join(root, 'folder'));
    symlinkSync('/etc/hostname', path.join(root, 'outside.db'));
    symlinkSync('nowhere', path.join(root, 'dangling.db'));
    writeFileSync(path.join(root, 'copy.db'), readFileSync(original));
    const inventory = await scanDatabases(root);
    expect(found(inventory)).toEqual(['copy.db sqlite', 'data/one.db sqlite']);
    expect(inventory.duplicates).toEqual([
      { reason: 'same-file', paths: ['data/one.db', 'hard.db', 'soft.db'] },
      { reason: 'same-content', paths: ['copy.db', 'data/one.db'] },
    ]);
  });

  it('reads what is only in the -wal, and touches nothing', async () => {
    const root = workspace('wal');
    const file = sqlite(
      path.join(root, 'live.db'),
      'PRAGMA journal_mode = WAL',
      'CREATE TABLE t(x)',
      'INSERT INTO t VALUES (1)',
    );
    const writer = await heldPython(
      `import sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute('INSERT INTO t VALUES (2), (3)')`,
      file,
    );
    try {
      const before = folderState(root);
      const { databases } = await scanDatabases(root);
      expect(databases).toMatchObject([
        {
          journalMode: 'wal',
          walFrames: 1,
          sidecars: ['live.db-wal', 'live.db-shm'],
          tables: [{ name: 't', rows: 3 }],
        },
      ]);
      expect(folderState(root)).toEqual(before);
    } finally {
      await writer.end();
    }
  });

  it('takes a damaged file for what it is and goes on', async () => {
    const root = workspace('damaged');
    const file = (name: string) => path.join(root, name);
    const statements = [
      'CREATE TABLE good(x)',
      'INSERT INTO good VALUES (1)',
      'CREATE TABLE bad(x)',
      'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) INSERT INTO bad SELECT i FROM n',
    ];
    const names = ['cut.db', 'page.db', 'whole.db', 'with a tail.db'];
    sqliteFiles(Object.fromEntries(names.map((name) => [file(name), statements])));
    truncateSync(file('cut.db'), 8192);
    const bytes = readFileSync(file('page.db'));
    bytes.fill(0xff, 8192, 8292);
    writeFileSync(file('page.db'), bytes);
    appendFileSync(file('with a tail.db'), 'rubbish behind the last page');
    const { databases } = await scanDatabases(root);
    expect(databases).toMatchObject([
      { path: 'cut.db', kind: 'truncated', problems: [{ code: 'DATABASE_TRUNCATED' }] },
      {
        path: 'page.db',
        kind: 'corrupt',
        pageSize: 4096,
        tables: [
          { name: 'good', rows: 1 },
          { name: 'bad', rows: null },
        ],
        problems: [{ code: 'DATABASE_CORRUPT', message: expect.stringContaining('page 3 of page.db') as string }],
      },
      { path: 'whole.db', kind: 'sqlite', problems: [] },
      { path: 'with a tail.db', kind: 'sqlite', tables: [{ rows: 1 }, { rows: 2000 }] },
    ]);
  });

  it('can be cancelled', async () => {
    const root = workspace('cancel');
    sqlite(path.join(root, 'a.db'), 'CREATE TABLE t(x)');
    await expect(scanDatabases(root, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});

describe('the cache of a scan', () => {
  const settle = () => new Promise((resolve) => setTimeout(resolve, 2100));

  it('gives the same inventory without reading again, and sees every change', async () => {
    const root = workspace('cached');
    const cacheDirectory = path.join(root, '.sqlite-consolidator', 'cache');
    const cache = path.join(cacheDirectory, 'inventory.json');
    const file = sqlite(path.join(root, 'a.db'), 'CREATE TABLE t(x)', 'INSERT INTO t VALUES (1)');
    await scanDatabases(root);
    expect(existsSync(cacheDirectory), 'nothing is written unless asked for').toBe(false);
    await settle();
    const first = await scanDatabases(root, { cacheDirectory });
    // What the second scan returns comes from the cache: a figure planted there shows up.
    writeFileSync(cache, readFileSync(cache, 'utf8').replace('"rows":1', '"rows":4711'));
    const second = await scanDatabases(root, { cacheDirectory });
    expect(second.databases[0]!.tables[0]!.rows).toBe(4711);
    expect({ ...second, databases: [] }).toEqual({ ...first, databases: [] });
    sqlite(file, 'UPDATE t SET x = 2');
    expect((await scanDatabases(root, { cacheDirectory })).databases[0]!.tables[0]!.rows).toBe(1);
    writeFileSync(cache, '{ "format": 1, "databa');
    expect((await scanDatabases(root, { cacheDirectory })).databases).toHaveLength(1);
  });
});
