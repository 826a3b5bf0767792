import { expect, it } from 'vitest';
import { cliJson } from '../../support/cli';
import { makeDatabase, query, temporaryWorkspace, writeText } from '../../support/workspace';

// As SQL literals: a parameter of Python would be a number of another kind.
const VALUES = [
  '-0.0',
  '0.0',
  '3.0',
  '9007199254740993',
  '9007199254740993.0',
  '-9223372036854775808',
  '1e-310',
  '9e999',
  "x''",
  "''",
];

it.each(['UTF-16le', 'UTF-16be'])('keeps every value of a %s database, the sign of zero too', async (encoding) => {
  const workspace = temporaryWorkspace();
  makeDatabase(
    workspace,
    'a.db',
    `PRAGMA encoding = '${encoding}'; CREATE TABLE t (id INTEGER PRIMARY KEY, v, r REAL);
     INSERT INTO t (v, r) VALUES ${VALUES.map((value) => `(${value}, ${value})`).join(', ')};`,
  );
  const plan = {
    version: 1,
    name: 'utf16',
    targets: { all: { path: 'all.db' } },
    sources: { 'a.db': { action: 'merge', tables: { t: { to: 'all.t' } } } },
  };
  writeText(workspace, 'consolidation.jsonc', JSON.stringify(plan));
  const { value } = await cliJson(workspace, 'migrate');
  expect([value.error, value.status]).toEqual([undefined, 'published']);
  const rows = query(workspace, 'all.db', 'SELECT * FROM t');
  expect(rows).toEqual(query(workspace, 'a.db', 'SELECT * FROM t'));
  expect(rows[0]![1]).toBe('real:-0x0.0p+0');
});
