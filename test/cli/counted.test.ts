import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { cliJson } from '../support/cli';
import { fingerprint, makeDatabase, temporaryWorkspace } from '../support/workspace';

interface Found {
  readonly code: string;
  readonly severity: string;
  readonly message: string;
  readonly table?: string;
  readonly database?: string;
  readonly line: number;
  readonly details: Readonly<Record<string, unknown>>;
  readonly resolutions?: readonly { readonly id: string }[];
}

/** Conflicts that only the data tells: `check` and `draft` count them. */
describe('conflicts counted from the data', () => {
  let workspace: string;
  const write = (plan: object) =>
    writeFileSync(
      path.join(workspace, 'consolidation.jsonc'),
      JSON.stringify({ version: 1, name: 'x', ...plan }, null, 2),
    );
  const check = async () => {
    const before = fingerprint(workspace);
    const { exit, value } = await cliJson(workspace, 'check');
    expect(fingerprint(workspace)).toEqual(before);
    const open = (value.findings as Found[]).filter(({ severity }) => severity !== 'info');
    expect(exit).toBe(open.some(({ severity }) => severity === 'error') ? 1 : 0);
    return open;
  };
  const merge = (keys: object = {}) => ({ action: 'merge', tables: { t: { to: 'core.t', ...keys } } });

  beforeEach(() => {
    workspace = temporaryWorkspace();
  });

  it('keys of two sources that collide, and how many of them differ', async () => {
    makeDatabase(
      workspace,
      'a.db',
      `CREATE TABLE t(k TEXT PRIMARY KEY, v); INSERT INTO t VALUES ('1', 'x'), ('2', 'x'), ('3', 'x')`,
    );
    makeDatabase(
      workspace,
      'b.db',
      `CREATE TABLE t(k TEXT PRIMARY KEY, v); INSERT INTO t VALUES ('2', 'x'), ('3', 'other'), ('4', 'x')`,
    );
    write({ targets: { core: { path: 'core.db' } }, sources: { '*.db': merge({ keys: 'keep' }) } });
    const [finding, ...others] = await check();
    expect(others).toEqual([]);
    expect(finding).toMatchObject({
      code: 'KEY_COLLISION',
      severity: 'error',
      table: 't',
      details: { keys: 2, different: 1, target: 'core' },
    });
    expect(finding!.message).toMatch(/2 keys occur .*1 with different rows.*a\.db › t, b\.db › t/);
    expect(finding!.resolutions!.map(({ id }) => id)).toEqual(['keys:composite', 'rename-apart']);
    for (const choice of ['keys:composite', 'rename-apart']) {
      write({
        targets: { core: { path: 'core.db' } },
        sources: { 'a.db': merge({ keys: 'keep' }), 'b.db': merge({ keys: 'keep' }) },
      });
      expect((await cliJson(workspace, 'draft', '--resolve', `KEY_COLLISION=${choice}`)).value.settled).toHaveLength(1);
      expect(await check()).toEqual([]);
    }
    // The plan says which of two stays: nothing collides.
    write({ targets: { core: { path: 'core.db' } }, sources: { '*.db': merge({ keys: { last: 'v' } }) } });
    expect(await check()).toEqual([]);
  });

  it('values that break the constraints of the unified table, by source and constraint', async () => {
    makeDatabase(
      workspace,
      'a.db',
      `CREATE TABLE t(a, b); INSERT INTO t VALUES (1, 'x'), (-1, 'y'), (-2, 'z'), (NULL, 'w')`,
    );
    makeDatabase(workspace, 'b.db', `CREATE TABLE t(a, b); INSERT INTO t VALUES (5, 'x'), (6, 'v')`);
    writeFileSync(path.join(workspace, 'core.sql'), 'CREATE TABLE t (a NOT NULL CHECK (a > 0), b UNIQUE)');
    write({
      targets: { core: { path: 'core.db', schema: 'core.sql' } },
      sources: { 'a.db': merge(), 'b.db': merge() },
    });
    const found = await check();
    expect(new Set(found.map(({ code }) => code))).toEqual(new Set(['ROWS_REJECTED']));
    const figures = found.map(({ database, details }) => [database, details.rows, String(details.constraint)] as const);
    const rows = (file: string, constraint: RegExp) =>
      figures
        .filter(([database, , text]) => database === file && constraint.test(text))
        .reduce((sum, [, count]) => sum + Number(count), 0);
    expect(rows('a.db', /CHECK/i)).toBe(2);
    expect(rows('a.db', /NULL/i)).toBe(1);
    // 'x' is in both: of the two rows one is refused.
    expect(rows('a.db', /UNIQUE/i) + rows('b.db', /UNIQUE/i)).toBe(1);
    for (const { line, resolutions, message } of found) {
      expect(line).toBeGreaterThan(1);
      expect(message).toMatch(/core\.t refuses \d rows? of /);
      expect(resolutions!.map(({ id }) => id)).toContain('onReject:quarantine');
    }
    const settled = await cliJson(workspace, 'draft', '--resolve', 'ROWS_REJECTED=onReject:quarantine');
    expect(settled.value.settled.length).toBeGreaterThan(0);
    expect(await check()).toEqual([]);
  });

  it('a table that has the name of a table behind a full-text table', async () => {
    makeDatabase(workspace, 'a.db', `CREATE VIRTUAL TABLE docs USING fts5(body); INSERT INTO docs VALUES ('x')`);
    makeDatabase(workspace, 'b.db', `CREATE TABLE docs_content (x); INSERT INTO docs_content VALUES (1)`);
    write({
      targets: { core: { path: 'core.db' } },
      sources: {
        'a.db': { action: 'merge', tables: { docs: { to: 'core.docs' } } },
        'b.db': { action: 'merge', tables: { docs_content: { to: 'core.docs_content' } } },
      },
    });
    const found = await check();
    expect(found.map(({ code, table }) => [code, table])).toEqual([['NAME_CLASH', 'docs_content']]);
    expect((await cliJson(workspace, 'draft', '--resolve', 'NAME_CLASH=name')).value.settled).toHaveLength(1);
    expect(await check()).toEqual([]);
    expect((await cliJson(workspace, 'migrate')).value.status).toBe('published');
  });
});
