import { describe, expect, it } from 'vitest';
import { checkPlan } from '../../../src/core/plan/check';
import { parsePlan } from '../../../src/core/plan/read';
import { applyResolution } from '../../../src/core/plan/resolutions';
import { inventoryFromSql } from './inventory-from-sql';

const LEGACY = 'CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER); INSERT INTO t VALUES (1, 1, 1)';

/** Checks a plan whose unified DDL is `ddl`, with these `columns` for the one table. */
async function check(ddl: string, columns: object = {}, legacy = LEGACY, more: object = {}) {
  const document = parsePlan(
    JSON.stringify({
      version: 1,
      name: 'x',
      targets: { core: { path: 'core.db', schema: 'core.sql' } },
      sources: { 'a.db': { action: 'merge', tables: { t: { to: 'core.t', columns, ...more } } } },
    }),
  );
  const inventory = await inventoryFromSql({ 'a.db': legacy });
  const readText = async () => ddl;
  const result = await checkPlan(document, inventory, { readText });
  return {
    ...result,
    document,
    inventory,
    readText,
    codes: result.findings.map(({ severity, code }) => `${severity} ${code}`),
  };
}

describe('unified DDL that is supplied', () => {
  it('takes columns by name, fills the others from a default, an expression, a value', async () => {
    const { codes, resolved } = await check(
      `CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER, c TEXT NOT NULL DEFAULT 'x', d REAL NOT NULL, e TEXT NOT NULL, f, g AS (b + 1))`,
      { d: { sql: 'b * 1.5' }, e: { value: 'fixed' } },
    );
    expect(codes).toEqual(['info COLUMN_DEFAULTED']);
    expect(resolved.findings[0]!.details!.columns).toEqual(['c', 'f']);
    expect(resolved.targets[0]!.tables[0]!.sources[0]!.columns).toEqual([
      { kind: 'column', target: 'id', source: 'id' },
      { kind: 'column', target: 'a', source: 'a' },
      { kind: 'column', target: 'b', source: 'b' },
      { kind: 'sql', target: 'd', sql: 'b * 1.5' },
      { kind: 'constant', target: 'e', value: 'fixed' },
    ]);
  });

  it('every column has a source, a default or an error', async () => {
    // Each kind of column that a legacy table does not have: is it an error that nothing fills it?
    const kinds = {
      'c TEXT NOT NULL': true,
      'c TEXT': false,
      "c TEXT NOT NULL DEFAULT ''": false,
      'c TEXT DEFAULT NULL': false,
      'c TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP': false,
      'c AS (1) STORED NOT NULL': false,
      'c TEXT UNIQUE NOT NULL': true,
      'c TEXT NOT NULL CHECK (c > 1)': true,
    };
    for (const [column, error] of Object.entries(kinds)) {
      const { codes } = await check(`CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER, ${column})`);
      expect([column, codes.includes('error COLUMN_WITHOUT_SOURCE')]).toEqual([column, error]);
      expect([column, codes.includes('info COLUMN_DEFAULTED')]).toEqual([column, !error && !column.includes('AS (')]);
    }
    // Keys: an INTEGER PRIMARY KEY numbers itself, any other wants a value although SQLite would take NULL.
    const keyless = 'CREATE TABLE t (a TEXT, b INTEGER)';
    expect((await check('CREATE TABLE t (k INTEGER PRIMARY KEY, a TEXT, b INTEGER)', {}, keyless)).codes).toEqual([]);
    for (const key of ['k TEXT PRIMARY KEY', 'k INT PRIMARY KEY', 'k TEXT PRIMARY KEY NOT NULL'])
      expect((await check(`CREATE TABLE t (${key}, a TEXT, b INTEGER)`, {}, keyless)).codes).toEqual([
        'error COLUMN_WITHOUT_SOURCE',
      ]);
    expect(
      (await check('CREATE TABLE t (k, a TEXT, b INTEGER, PRIMARY KEY (k, a)) WITHOUT ROWID', {}, keyless)).codes,
    ).toEqual(['error COLUMN_WITHOUT_SOURCE']);
  });

  it('offers what can be taken for a column, and leaves nothing open then', async () => {
    const { findings, document, inventory, readText } = await check(
      'CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, amount INTEGER NOT NULL)',
    );
    expect(findings.map(({ code }) => code).sort()).toEqual(['COLUMN_NOT_IN_SCHEMA', 'COLUMN_WITHOUT_SOURCE']);
    const missing = findings.find(({ code }) => code === 'COLUMN_WITHOUT_SOURCE')!;
    expect(missing.resolutions!.map(({ id }) => id)).toContain('map-column:b:amount');
    const mended = parsePlan(applyResolution(document, inventory, missing, 'map-column:b:amount'));
    expect((await checkPlan(mended, inventory, { readText })).findings).toEqual([]);
    const left = findings.find(({ code }) => code === 'COLUMN_NOT_IN_SCHEMA')!;
    expect(left.message).toContain('"b"');
    const dropped = parsePlan(applyResolution(document, inventory, left, 'drop-column:b', 'not needed'));
    expect((await checkPlan(dropped, inventory, { readText })).findings.map(({ code }) => code)).toEqual([
      'COLUMN_WITHOUT_SOURCE',
    ]);
  });

  it('says which statement SQLite refuses, which table is missing, which values would be converted', async () => {
    expect(
      (await check('CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER); CREATE INDEX i ON t (nope)')).codes,
    ).toContain('error SCHEMA_INVALID');
    expect((await check('CREATE TABLE other (x)')).codes).toContain('error TABLE_NOT_IN_SCHEMA');
    const converted = await check('CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER, b INTEGER)');
    expect(converted.codes).toEqual(['warning TYPES_DIFFER']);
    expect((await check('CREATE TABLE t (id INTEGER PRIMARY KEY, a, b)')).codes).toEqual([]);
    // Hostile names are names.
    const name = `"we""ird; DROP TABLE x; --"`;
    const legacy = `CREATE TABLE t (${name} TEXT)`;
    expect((await check(`CREATE TABLE t (${name} TEXT)`, {}, legacy)).codes).toEqual([]);
  });
});
