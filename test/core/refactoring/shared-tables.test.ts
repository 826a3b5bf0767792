import { describe, expect, it } from 'vitest';
import { createPipeline } from '../../../src/core/pipeline';
import { makeDatabase, temporaryWorkspace, writeText } from '../../support/workspace';

const TICKS = 'CREATE TABLE ticks(id INTEGER PRIMARY KEY, price REAL); CREATE TABLE notes(note TEXT);';
const RUNS = 'CREATE TABLE runs(id INTEGER);';

/** Two databases of the same tables: `ticks` become one table with a discriminator, `notes` are retired, `runs` of one stay as they are. */
function workspaceOf(files: Readonly<Record<string, string>>, withRuns: readonly string[]): string {
  const workspace = temporaryWorkspace();
  const symbols = ['BTC', 'ETH'];
  for (const symbol of symbols)
    makeDatabase(workspace, `data/${symbol}.db`, withRuns.includes(symbol) ? TICKS + RUNS : TICKS);
  const source = (symbol: string) => ({
    action: 'merge',
    tables: {
      ticks: { to: 'core.ticks', discriminator: { symbol } },
      notes: { retire: 'nobody reads them' },
      ...(withRuns.includes(symbol) ? { runs: symbol === 'BTC' ? { to: 'core.runs' } : { retire: 'empty' } } : {}),
    },
  });
  const plan = {
    version: 1,
    name: 'shared',
    targets: { core: { path: 'data/core.db' } },
    sources: Object.fromEntries(symbols.map((symbol) => [`data/${symbol}.db`, source(symbol)])),
    access: { python: { module: 'databases' } },
  };
  writeText(workspace, 'consolidation.jsonc', JSON.stringify(plan));
  for (const [file, text] of Object.entries(files)) writeText(workspace, file, text);
  return workspace;
}

async function told(files: Readonly<Record<string, string>>, withRuns: readonly string[] = ['BTC', 'ETH']) {
  const { references } = await createPipeline().references({ workspace: workspaceOf(files, withRuns) });
  return references.map(({ line, text, stale, fix, note = '' }) => ({ line, text, stale, fix: fix?.title, note }));
}

const program = (statement: string) =>
  `import sqlite3\nBTC = "data/BTC.db"\nprint(sqlite3.connect(BTC).execute("${statement}").fetchall())\n`;

describe('a table that keeps its name', () => {
  it('is asked for as before where it holds the same rows', async () => {
    expect(await told({ 'app.py': program('SELECT * FROM runs') })).toMatchObject([
      { line: 2, stale: true, fix: 'Use str(database_path("core"))' },
      { line: 3, stale: false },
    ]);
  });

  it('keeps its connection at the legacy file where rows of other databases are in it', async () => {
    expect(await told({ 'app.py': program('SELECT * FROM ticks') })).toMatchObject([
      { line: 2, stale: true, fix: undefined, note: expect.stringContaining('First change the query on ticks') },
      { line: 3, stale: true, fix: undefined, note: expect.stringContaining('filter by symbol = "BTC"') },
    ]);
  });

  it('keeps it where the plan leaves the table out', async () => {
    expect(await told({ 'app.py': program('SELECT * FROM notes') })).toMatchObject([
      { line: 2, stale: true, fix: undefined, note: expect.stringContaining('First change the query on notes') },
      { line: 3, stale: true, fix: undefined, note: expect.stringContaining('leaves the table notes out') },
    ]);
  });
});

it('a statement that runs on several databases is stale, and keeps the path of each', async () => {
  const store = `import sqlite3
class Store:
    def __init__(self, path):
        self.db = sqlite3.connect(path)
    def all(self):
        return self.db.execute("SELECT * FROM ticks").fetchall()
`;
  const app = 'from store import Store\nBTC = Store("data/BTC.db")\nETH = Store("data/ETH.db")\n';
  const found = await told({ 'app.py': app, 'store.py': store });
  expect(found).toMatchObject([
    {
      line: 2,
      text: '"data/BTC.db"',
      fix: undefined,
      note: expect.stringContaining('First change the query on ticks'),
    },
    {
      line: 3,
      text: '"data/ETH.db"',
      fix: undefined,
      note: expect.stringContaining('First change the query on ticks'),
    },
    { line: 6, text: 'ticks', stale: true, fix: undefined, note: 'one of data/BTC.db, data/ETH.db' },
  ]);
});

it('a database that is inferred from what its connection is asked for does not release the paths of the others', async () => {
  const store = `import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
def ticks():
    return db.execute("SELECT * FROM ticks").fetchall()
def runs():
    return db.execute("SELECT * FROM runs").fetchall()
`;
  const found = await told({ 'app.py': 'import sqlite3\nETH = sqlite3.connect("data/ETH.db")\n', 'store.py': store }, [
    'BTC',
  ]);
  expect(found).toMatchObject([
    {
      line: 2,
      text: '"data/ETH.db"',
      fix: undefined,
      note: expect.stringContaining('First change the query on ticks'),
    },
    { line: 4, text: 'ticks', stale: true, fix: undefined },
    { line: 6, text: 'runs', stale: false },
  ]);
});

it('a database that is inferred because code names no other one does not release the paths that tests give', async () => {
  const store = `import sqlite3, sys
BTC = "data/BTC.db"
def ticks(db):
    return db.execute("SELECT * FROM ticks").fetchall()
if __name__ == "__main__":
    print(ticks(sqlite3.connect(sys.argv[1])))
`;
  const test = 'import subprocess\nsubprocess.run(["python", "store.py", "data/ETH.db"])\n';
  const found = await told({ 'store.py': store, 'tests/test_store.py': test });
  expect(found).toMatchObject([
    { line: 2, text: '"data/BTC.db"', fix: undefined },
    { line: 4, text: 'ticks', stale: true, fix: undefined, note: expect.stringContaining('that code names') },
    {
      line: 2,
      text: '"data/ETH.db"',
      fix: undefined,
      note: expect.stringContaining('First change the query on ticks'),
    },
  ]);
});

it('a statement of a test on a connection that is not known is stale where its table is', async () => {
  const store = 'import sqlite3\ndef open(path="data/BTC.db"):\n    return sqlite3.connect(path)\n';
  const test = 'def test_ticks(stores):\n    assert stores.btc.execute("SELECT count(*) FROM notes").fetchone()\n';
  const found = await told({ 'store.py': store, 'tests/test_store.py': test });
  expect(found.filter(({ text }) => text === 'notes')).toMatchObject([{ line: 2, stale: true, fix: undefined }]);
});
