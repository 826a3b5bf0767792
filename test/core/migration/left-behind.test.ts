import { describe, expect, it } from 'vitest';
import { cliJson } from '../../support/cli';
import { fingerprint, makeDatabase, query, temporaryWorkspace, writeText } from '../../support/workspace';

const SCHEMA = `
  CREATE TABLE parents (id INTEGER PRIMARY KEY, code TEXT UNIQUE, state TEXT);
  CREATE TABLE children (id INTEGER PRIMARY KEY, parent INTEGER REFERENCES parents(id), code TEXT REFERENCES parents(code), loose INTEGER, state TEXT);
  CREATE TABLE pairs (a, b, state TEXT, PRIMARY KEY (a, b));
  CREATE TABLE links (a, b, FOREIGN KEY (a, b) REFERENCES pairs);`;

const ROWS = `
  INSERT INTO parents VALUES (1, 'one', 'new'), (2, 'two', 'old'), (3, NULL, 'new');
  INSERT INTO children VALUES (10, 1, 'one', 2, 'new'), (11, 2, NULL, NULL, 'new'), (12, 2, NULL, NULL, 'old'), (13, 99, 'none', 1, 'new'), (14, NULL, NULL, 2, 'new'), (15, NULL, 'two', NULL, 'new');
  INSERT INTO pairs VALUES (1, 'x', 'old'), (1, 'y', 'new');
  INSERT INTO links VALUES (1, 'x'), (1, 'y'), (NULL, 'x');`;

const WHERE = { where: "state <> 'old' -- these", whereReason: 'old rows' };

function workspaceWith(tables: object, relations: object = {}, second?: string): string {
  const workspace = temporaryWorkspace();
  makeDatabase(workspace, 'a.db', SCHEMA + ROWS);
  if (second !== undefined) makeDatabase(workspace, 'b.db', SCHEMA + second);
  const source = { action: 'merge', to: 'all', tables };
  writeText(
    workspace,
    'consolidation.jsonc',
    JSON.stringify({
      version: 1,
      name: 'left',
      targets: { all: { path: 'all.db' } },
      relations,
      sources: second === undefined ? { 'a.db': source } : { 'a.db': source, 'b.db': source },
    }),
  );
  return workspace;
}

interface Found {
  readonly code: string;
  readonly severity: string;
  readonly details: { readonly child: string; readonly column: string; readonly rows: number };
}

const found = (findings: readonly Found[]) =>
  findings
    .filter(({ code }) => code === 'WHERE_LEAVES_ORPHANS')
    .map(({ severity, details: { child, column, rows } }) => `${severity}: ${rows} of ${child} by ${column}`)
    .sort();

describe('rows that refer to what "where" leaves out', () => {
  it('are counted before anything is written, key by key', async () => {
    const workspace = workspaceWith({ parents: WHERE, pairs: WHERE }, { 'all.children.loose': 'all.parents.id' });
    const before = fingerprint(workspace);
    const { exit, value } = await cliJson(workspace, 'migrate');
    expect([exit, value.error.code]).toEqual([1, 'PLAN_CONFLICT']);
    const checked = await cliJson(workspace, 'check');
    expect(found(checked.value.findings)).toEqual([
      'error: 1 of children by code',
      'error: 1 of links by a, b',
      'error: 2 of children by parent',
      'warning: 2 of children by loose',
    ]);
    expect(fingerprint(workspace)).toEqual(before);
  });

  it('may be left out as well, while orphans that were there come along', async () => {
    const children = { where: "coalesce(parent, 0) <> 2 AND code IS NOT 'two'", whereReason: 'old rows' };
    const workspace = workspaceWith({
      parents: WHERE,
      children,
      pairs: WHERE,
      links: { where: "b <> 'x'", whereReason: 'old' },
    });
    const { value } = await cliJson(workspace, 'migrate');
    expect([value.error, value.status]).toEqual([undefined, 'published']);
    expect(query(workspace, 'all.db', 'SELECT id FROM children ORDER BY id')).toEqual([
      ['integer:10'],
      ['integer:13'],
      ['integer:14'],
    ]);
  });

  it('never find a row of another file with the same key', async () => {
    // b.db has a parent 2 of its own, so that no foreign key would be violated.
    const second = `INSERT INTO parents VALUES (2, 'other', 'new'), (4, 'four', 'new'); INSERT INTO children VALUES (20, 2, NULL, NULL, 'new');`;
    const plan = { parents: WHERE, children: { where: "code IS NOT 'two'", whereReason: 'odd' } };
    const { value } = await cliJson(workspaceWith(plan, {}, second), 'migrate');
    expect(value.error?.code).toBe('PLAN_CONFLICT');
    expect(found(value.error.details.findings)).toEqual(['error: 2 of children by parent']);
  });

  it.each([
    ["(4, NULL, 'new')", ['error: 1 of children by code', 'error: 2 of children by parent']],
    ["(2, 'two', 'new')", []],
  ])(
    'are also counted where a policy chooses between rows, but for those that another row stands for: %s',
    async (rows, wanted) => {
      const plan = { parents: { ...WHERE, keys: { last: 'code' } } };
      const workspace = workspaceWith(plan, {}, `INSERT INTO parents VALUES ${rows};`);
      const before = fingerprint(workspace);
      const { value } = await cliJson(workspace, 'migrate', '--dry-run');
      expect(found(value.error?.details.findings ?? [])).toEqual(wanted);
      expect(fingerprint(workspace)).toEqual(before);
      if (wanted.length > 0) return;
      const migrated = await cliJson(workspace, 'migrate');
      expect([migrated.value.error, migrated.value.status]).toEqual([undefined, 'published']);
      expect(query(workspace, 'all.db', 'PRAGMA foreign_key_check(children)')).toEqual([
        ['text:6368696c6472656e', 'integer:13', 'text:706172656e7473', 'integer:0'],
        ['text:6368696c6472656e', 'integer:13', 'text:706172656e7473', 'integer:1'],
      ]);
    },
  );
});
