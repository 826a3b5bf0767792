import { spawnSync } from 'node:child_process';
import { cpSync, existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeArduinoTrader } from '../scenarios/arduino-trader/make.mjs';
import { compareRows, fingerprint, makeDatabase, temporaryWorkspace, writeText } from '../support/workspace';

const ROOT = path.join(import.meta.dirname, '../..');
const OURS = ['.sqlite-consolidator', 'data/backups'];

/** The program as it is shipped: threads need its bundles. */
function migrate(workspace: string, ...args: string[]) {
  const program = path.join(ROOT, 'dist/cli.js');
  const { status, stdout } = spawnSync(
    process.execPath,
    [program, 'migrate', '--json', '--quiet', '--workspace', workspace, ...args],
    { encoding: 'utf8', maxBuffer: 1 << 28 },
  );
  return { exit: status, value: JSON.parse(stdout) };
}

describe('targets that are built in threads', () => {
  it('are the ones that one thread builds, and hold every row', async () => {
    const results = [];
    for (const jobs of ['1', '3']) {
      const workspace = temporaryWorkspace();
      await makeArduinoTrader(workspace);
      for (const file of ['consolidation.jsonc', 'schema']) {
        const from = path.join(ROOT, 'test/scenarios/arduino-trader', file);
        if (existsSync(from)) cpSync(from, path.join(workspace, file), { recursive: true });
      }
      const { exit, value } = migrate(workspace, '--jobs', jobs);
      expect([exit, value.error, value.status]).toEqual([0, undefined, 'published']);
      expect(value.targets.length).toBeGreaterThan(2);
      const { compared, differences } = compareRows(workspace, value.run);
      expect(differences).toEqual([]);
      expect(compared).toBeGreaterThan(1000);
      results.push({ targets: value.targets, checks: value.verification.checks });
    }
    const [one, several] = results;
    const names = (result: typeof one) =>
      result!.checks.map(({ name, ok }: { name: string; ok: boolean }) => [name, ok]);
    expect(names(several)).toEqual(names(one));
    const figures = (result: typeof one) =>
      result!.targets.map(({ name, tables, bytes }: Record<string, unknown>) => [name, tables, bytes]);
    expect(figures(several)).toEqual(figures(one));
  });

  it('are none when one fails, and its error is told as it is', () => {
    const workspace = temporaryWorkspace();
    const source = (table: string, to: string) => ({ action: 'merge', tables: { [table]: { to } } });
    makeDatabase(
      workspace,
      'data/good.db',
      'CREATE TABLE t(id INTEGER PRIMARY KEY, v); INSERT INTO t(v) VALUES (1), (2)',
    );
    // Rowids of full-text tables meet only when they are written.
    const texts = "CREATE VIRTUAL TABLE f USING fts5(v); INSERT INTO f(rowid, v) VALUES (1, 'x')";
    makeDatabase(workspace, 'data/a.db', texts);
    makeDatabase(workspace, 'data/b.db', texts);
    const plan = {
      version: 1,
      name: 'two',
      targets: { one: { path: 'out/one.db' }, two: { path: 'out/two.db' } },
      sources: {
        'data/good.db': source('t', 'one.t'),
        'data/a.db': source('f', 'two.f'),
        'data/b.db': source('f', 'two.f'),
      },
    };
    writeText(workspace, 'consolidation.jsonc', JSON.stringify(plan));
    const before = fingerprint(workspace, OURS);
    const { exit, value } = migrate(workspace, '--jobs', '2');
    expect([exit, value.status === 'published']).toEqual([3, false]);
    expect(value.error.code).toBe('ROWS_REJECTED');
    expect(value.error.message).toContain('renumber');
    expect(fingerprint(workspace, OURS)).toEqual(before);
  });
});

describe('files that are read in a thread', () => {
  it('give the references that one thread finds', () => {
    const workspace = temporaryWorkspace({
      'store.py': 'import sqlite3\n\n\ndef opened(path):\n    return sqlite3.connect(path)\n',
      // Neither of these says anything of databases.
      'names.py': 'STEM = "app"\n',
      'main.py': 'from names import STEM\nfrom store import opened\n\nopened("data/" + STEM + ".d" + "b")\n',
    });
    makeDatabase(workspace, 'data/app.db', 'CREATE TABLE users (id INTEGER PRIMARY KEY)');
    for (let n = 0; n < 450; n++)
      writeText(workspace, `more/part${n % 9}/f${n}.py`, `def f${n}(x):\n    return x + ${n}\n`);
    const found = ['1', '2'].map((jobs) => {
      const args = ['references', '--json', '--quiet', '--workspace', workspace, '--jobs', jobs];
      const { status, stdout } = spawnSync(process.execPath, [path.join(ROOT, 'dist/cli.js'), ...args], {
        encoding: 'utf8',
      });
      expect(status).toBe(0);
      const { milliseconds: _, ...rest } = JSON.parse(stdout);
      return rest;
    });
    expect(found[1]).toEqual(found[0]);
    expect(found[0].filesScanned).toBe(453);
    expect(found[0].references).toMatchObject([{ file: 'main.py', line: 4, database: 'data/app.db' }]);
  });
});
