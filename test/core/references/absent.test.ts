import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPipeline } from '../../../src/core/pipeline';

const pipeline = createPipeline();
let workspace: string;

const CODE = `import sqlite3
ledger = sqlite3.connect("data/ledger.db")
ledger.execute("CREATE TABLE IF NOT EXISTS entries (id INTEGER PRIMARY KEY, amount REAL NOT NULL)")
ledger.execute("SELECT amount FROM entries")
users = sqlite3.connect("data/users.db")
users.execute("SELECT u.name, s.token FROM users u JOIN sessions s ON s.user_id = u.id")
`;

beforeAll(async () => {
  workspace = await mkdtemp(path.join(tmpdir(), 'absent-'));
  await mkdir(path.join(workspace, 'data'));
  execFileSync('sqlite3', [
    path.join(workspace, 'data/users.db'),
    'CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT); CREATE TABLE sessions (user_id INTEGER, token TEXT); INSERT INTO users VALUES (1, 2);',
  ]);
  await writeFile(path.join(workspace, 'main.py'), CODE);
});

afterAll(() => rm(workspace, { recursive: true, force: true }));

describe('a database that only code names', () => {
  it('is in the inventory with the schema of its CREATE TABLE statements', async () => {
    const { databases } = await pipeline.scan({ workspace });
    const ledger = databases.find((each) => each.path === 'data/ledger.db');
    expect(ledger).toMatchObject({ kind: 'absent', bytes: 0, references: 1 });
    expect(ledger?.tables.map(({ name, columns }) => [name, columns.map((column) => column.name)])).toEqual([
      ['entries', ['id', 'amount']],
    ]);
  });

  it('is planned and rewritten, and passed over where the data moves', async () => {
    const draft = await pipeline.draft({ workspace, into: 'data/all.db' });
    expect(draft.text).toContain('"entries": { "to": "all.entries" }');
    expect(await pipeline.check({ workspace })).toMatchObject({ ok: true, findings: [] });
    const { references } = await pipeline.references({ workspace });
    const path = references.find((each) => each.database === 'data/ledger.db' && each.kind === 'path');
    expect(path).toMatchObject({ stale: true, target: 'all', fix: { title: 'Use connect("all")' } });
    expect(await pipeline.migrate({ workspace, mode: 'dry-run' })).toMatchObject({ status: 'dry-run' });
  });
});

describe('joins seen in code', () => {
  it('are told, and drawn in the dependency graph', async () => {
    const { joins } = await pipeline.references({ workspace });
    expect(joins).toEqual([{ database: 'data/users.db', tables: ['sessions', 'users'], file: 'main.py' }]);
    const { documents } = await pipeline.export({ workspace, kind: 'graph', format: 'mermaid' });
    expect(documents[0]?.text).toContain('"joined in code"');
  });
});
