import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { cli, cliJson } from '../../support/cli';
import { fingerprint, makeDatabase, query, temporaryWorkspace, writeText } from '../../support/workspace';

const OURS = ['.sqlite-consolidator', 'data/backups', 'all.db'];

function workspaceWith(onReject?: 'quarantine'): string {
  const workspace = temporaryWorkspace();
  makeDatabase(
    workspace,
    'data/a.db',
    `CREATE TABLE t(id INTEGER PRIMARY KEY, v, w);
     INSERT INTO t VALUES (1, 5, 'a'), (2, 'text', 'b'), (3, NULL, 'c'), (4, x'00ff', 'd'), (5, 7, 'a'), (9007199254740993, 3.5, 'e');`,
  );
  writeText(workspace, 'schema/all.sql', 'CREATE TABLE t(id INTEGER PRIMARY KEY, v INTEGER, w TEXT UNIQUE) STRICT;');
  writeText(
    workspace,
    'consolidation.jsonc',
    JSON.stringify({
      version: 1,
      name: 'quarantine',
      targets: { all: { path: 'all.db', schema: 'schema/all.sql' } },
      sources: { 'data/a.db': { action: 'merge', tables: { t: { to: 'all.t', onReject } } } },
    }),
  );
  return workspace;
}

describe('rows that the unified table refuses', () => {
  it('stop the run before anything is written, with their number', async () => {
    const workspace = workspaceWith();
    const before = fingerprint(workspace);
    const { exit, value } = await cliJson(workspace, 'migrate');
    expect([exit, value.error.code]).toEqual([1, 'PLAN_CONFLICT']);
    const refused = (value.error.details.findings as { message: string }[]).map(({ message }) => message);
    expect(refused).toHaveLength(4);
    for (const message of refused) expect(message).toContain('refuses 1 row of data/a.db');
    expect(fingerprint(workspace)).toEqual(before);
  });

  it('go to a table of their own, value for value, when the plan says so', async () => {
    const workspace = workspaceWith('quarantine');
    const before = fingerprint(workspace, OURS);
    const dry = await cliJson(workspace, 'migrate', '--dry-run');
    expect(dry.value.estimatedSeconds).toBeGreaterThan(0);
    const { exit, value } = await cliJson(workspace, 'migrate');
    expect([exit, value.error, value.status]).toEqual([0, undefined, 'published']);
    expect(dry.value.rejected).toEqual(value.rejected);
    expect(value.databases[0].rows).toMatchObject({ total: 6, moved: 2, rejected: 4 });
    expect(fingerprint(workspace, OURS)).toEqual(before);

    const all = query(workspace, 'data/a.db', 'SELECT id, v, w FROM t ORDER BY id');
    const moved = query(workspace, 'all.db', 'SELECT id, v, w FROM t ORDER BY id');
    const kept = query(workspace, 'all.db', 'SELECT id, v, w FROM _rejected_t ORDER BY id');
    const numbers = (rows: string[][]) => rows.map(([id]) => id);
    expect(numbers(moved)).toEqual(['integer:1', 'integer:3']);
    expect([...moved, ...kept].sort()).toEqual(all.sort());
    const reasons = query(workspace, 'all.db', 'SELECT DISTINCT rejected_database FROM _rejected_t');
    expect(reasons).toEqual([[`text:${Buffer.from('data/a.db').toString('hex')}`]]);
    const report = readFileSync(path.join(workspace, value.reportFile), 'utf8');
    expect(report).toContain('## Rows in quarantine');
  });

  it('are said on the command line', async () => {
    const { stdout } = await cli(workspaceWith('quarantine'), 'migrate', '--quiet');
    expect(stdout).toMatch(/quarantine: \d rows? of data\/a\.db t that all\.t refuses: /);
  });
});

describe('rows that refer to a row in quarantine', () => {
  it('stop the run with a word about it, and nothing is published', async () => {
    const workspace = temporaryWorkspace();
    makeDatabase(
      workspace,
      'data/a.db',
      `CREATE TABLE p (id INTEGER PRIMARY KEY, v); CREATE TABLE c (p INTEGER REFERENCES p(id)); INSERT INTO p VALUES (1, 1), (2, NULL); INSERT INTO c VALUES (1), (2);`,
    );
    const tables = { p: { to: 'all.p', onReject: 'quarantine' }, c: { to: 'all.c' } };
    writeText(
      workspace,
      'consolidation.jsonc',
      JSON.stringify({
        version: 1,
        name: 'orphan',
        targets: { all: { path: 'all.db', tables: { p: { columns: { v: { notNull: true } } } } } },
        sources: { 'data/a.db': { action: 'merge', tables } },
      }),
    );
    const before = fingerprint(workspace, OURS);
    const { exit, value } = await cliJson(workspace, 'migrate');
    expect([exit, value.error.code]).toEqual([3, 'VERIFICATION_FAILED']);
    expect(value.error.message).toContain('1 in c; a row in quarantine may be what they refer to');
    expect(fingerprint(workspace, OURS)).toEqual(before);
  });
});

describe('rows that a policy chooses and the unified table refuses', () => {
  const rows = `INSERT INTO t VALUES ('k1', 'text', 1), ('k2', 5, 5), ('k3', 9007199254740993, 1), (NULL, NULL, 7), ('k4', x'00ff', 9);`;
  const others = `INSERT INTO t (k, v, extra) VALUES ('K1', 1, 'x'), ('k2', 'late', 'y'), ('k3', -0.0, NULL), ('k5', 4, 'same'), ('k6', 6, 'same');`;

  function workspaceOf(policy: object, onReject?: 'quarantine'): string {
    const workspace = temporaryWorkspace();
    makeDatabase(workspace, 'data/a.db', `CREATE TABLE t (k TEXT PRIMARY KEY, v, stamp); ${rows}`);
    makeDatabase(workspace, 'data/b.db', `CREATE TABLE t (k TEXT PRIMARY KEY, v, extra, stamp DEFAULT 3); ${others}`);
    writeText(
      workspace,
      'schema/all.sql',
      `CREATE TABLE t (k TEXT PRIMARY KEY COLLATE NOCASE, v INTEGER NOT NULL CHECK (typeof(v) = 'integer'), extra TEXT UNIQUE, stamp);`,
    );
    const source = { action: 'merge', tables: { t: { to: 'all.t', keys: policy, onReject } } };
    writeText(
      workspace,
      'consolidation.jsonc',
      JSON.stringify({
        version: 1,
        name: 'chosen',
        targets: { all: { path: 'all.db', schema: 'schema/all.sql' } },
        sources: { 'data/a.db': source, 'data/b.db': source },
      }),
    );
    return workspace;
  }

  it('stop the run before anything is written', async () => {
    const workspace = workspaceOf({ last: 'stamp' });
    const before = fingerprint(workspace);
    const { exit, value } = await cliJson(workspace, 'migrate');
    expect([exit, value.error.code]).toEqual([1, 'PLAN_CONFLICT']);
    expect(fingerprint(workspace)).toEqual(before);
  });

  it.each([
    ['last', ['k2', 'k3', 'K1', 'k5'], ['k4', 'null', 'k6'], 3],
    ['first', ['k5', 'k3'], ['k1', 'k2', 'k4', 'null', 'k6'], 3],
  ] as const)(
    '%s: go into quarantine as they were, and every row is accounted for',
    async (policy, moved, kept, gone) => {
      const workspace = workspaceOf({ [policy]: 'stamp' }, 'quarantine');
      const { value } = await cliJson(workspace, 'migrate');
      expect([value.error, value.status]).toEqual([undefined, 'published']);
      const names = (sql: string) =>
        query(workspace, 'all.db', sql)
          .map(([key]) => (key === 'null' ? key : Buffer.from(key!.slice(5), 'hex').toString()))
          .sort();
      expect((await cliJson(workspace, 'verify')).value.ok).toBe(true);
      expect(names('SELECT k FROM t')).toEqual([...moved].sort());
      expect(names('SELECT k FROM _rejected_t')).toEqual([...kept].sort());
      const sum = (field: string) =>
        value.databases.reduce((total: number, { rows }: { rows: Record<string, number> }) => total + rows[field]!, 0);
      expect(['total', 'moved', 'superseded', 'rejected'].map(sum)).toEqual([10, moved.length, gone, kept.length]);
      for (const [file, columns] of [
        ['data/a.db', 'rowid, k, v, stamp'],
        ['data/b.db', 'rowid, k, v, extra, stamp'],
      ] as const) {
        const legacy = query(workspace, file, `SELECT ${columns} FROM t`).map((row) => row.join());
        const own = query(
          workspace,
          'all.db',
          `SELECT ${columns.replace('rowid', 'rejected_rowid')} FROM _rejected_t WHERE rejected_database = '${file}' AND rejected_table = 't'`,
        );
        for (const row of own) expect(legacy).toContain(row.join());
      }
    },
  );
});
