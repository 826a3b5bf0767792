import { describe, expect, it } from 'vitest';
import type { Plan } from '../../../src/core/plan/definition';
import { resolvePlan } from '../../../src/core/plan/resolve';
import { inventoryFromSql } from './inventory-from-sql';

const plan = (more: Partial<Plan>): Plan => ({
  version: 1,
  name: 'test',
  targets: { core: { path: 'core.db' } },
  sources: {},
  ...more,
});
const codes = (findings: readonly { code: string; severity: string }[]) =>
  findings.map(({ severity, code }) => `${severity} ${code}`);

describe('resolvePlan', () => {
  it('moves one database under new names and carries them through everything that depends on them', async () => {
    const inventory = await inventoryFromSql({
      'a.db': `CREATE TABLE parent (id INTEGER PRIMARY KEY AUTOINCREMENT, "na""me" TEXT NOT NULL CHECK (length(parent."na""me") > 0) -- kept
        );
        CREATE TABLE child (pid REFERENCES parent(id) ON DELETE CASCADE, v REAL DEFAULT 1.5, UNIQUE (pid, v));
        CREATE INDEX by_name ON parent (lower("na""me")) WHERE "na""me" <> 'parent';
        CREATE VIEW both AS SELECT p.id, c.v FROM parent AS p JOIN child c ON c.pid = p.id;
        CREATE TRIGGER touch AFTER INSERT ON child BEGIN UPDATE parent SET "na""me" = 'parent' WHERE id = new.pid; END;`,
    });
    const resolved = await resolvePlan(
      plan({
        sources: { 'a.db': { action: 'merge', tables: { parent: { to: 'core.p2' }, child: { to: 'core.c2' } } } },
      }),
      inventory,
    );
    expect(codes(resolved.findings)).toEqual([]);
    const [target] = resolved.targets;
    expect(target!.tables.map((table) => table.name)).toEqual(['p2', 'c2']);
    expect(target!.tables[0]!.sql).toContain('CHECK (length("p2"."na""me") > 0) -- kept');
    expect(target!.tables[1]!.sql).toContain('REFERENCES "p2"(id) ON DELETE CASCADE');
    expect(target!.tables[0]!.indexes[0]!.sql).toBe(
      `CREATE INDEX by_name ON "p2" (lower("na""me")) WHERE "na""me" <> 'parent'`,
    );
    expect(target!.after.map((item) => item.sql)).toEqual([
      'CREATE VIEW both AS SELECT p.id, c.v FROM "p2" AS p JOIN "c2" c ON c.pid = p.id',
      `CREATE TRIGGER touch AFTER INSERT ON "c2" BEGIN UPDATE "p2" SET "na""me" = 'parent' WHERE id = new.pid; END`,
    ]);
    expect(target!.views.map((view) => view.sql)).toEqual([
      'CREATE VIEW "parent" AS SELECT "id", "na""me" FROM "p2"',
      'CREATE VIEW "child" AS SELECT "pid", "v" FROM "c2"',
    ]);
    expect(target!.tables.map(({ keepRowid, rowidAlias }) => ({ keepRowid, rowidAlias }))).toEqual([
      { keepRowid: false, rowidAlias: true },
      { keepRowid: true, rowidAlias: false },
    ]);
  });

  it('merges per-key files with a discriminator that joins the key', async () => {
    const sql =
      'CREATE TABLE daily_prices (date TEXT PRIMARY KEY, close REAL NOT NULL, volume INTEGER); CREATE INDEX by_volume ON daily_prices (volume);';
    const inventory = await inventoryFromSql({ 'history/AAPL.db': sql, 'history/AMD.db': sql });
    const resolved = await resolvePlan(
      plan({
        targets: { history: { path: 'history.db' } },
        sources: {
          'history/*.db': {
            action: 'merge',
            tables: {
              daily_prices: { to: 'history.daily_prices', discriminator: { symbol: '${stem}' }, keys: 'composite' },
            },
          },
        },
      }),
      inventory,
    );
    expect(codes(resolved.findings)).toEqual([]);
    expect(resolved.targets[0]!.tables).toHaveLength(1);
    expect(resolved.targets[0]!.tables[0]).toMatchObject({
      name: 'daily_prices',
      sql: `CREATE TABLE "daily_prices" (
  "date" TEXT,
  "close" REAL NOT NULL,
  "volume" INTEGER,
  "symbol" TEXT NOT NULL,
  PRIMARY KEY ("symbol", "date")
)`,
      columns: ['date', 'close', 'volume', 'symbol'],
      primaryKey: ['symbol', 'date'],
      keepRowid: false,
    });
    expect(resolved.targets[0]!.tables[0]!.sources[1]!.columns.at(-1)).toEqual({
      kind: 'constant',
      target: 'symbol',
      value: 'AMD',
    });
  });

  it('gives the type under which no value changes its storage class', async () => {
    const inventory = await inventoryFromSql({
      'a.db': 'CREATE TABLE t (same INT, a INTEGER, b TEXT, c REAL, d)',
      'b.db': 'CREATE TABLE t (same BIGINT, a NUMERIC, b INTEGER, c INTEGER, d TEXT)',
    });
    const resolved = await resolvePlan(
      plan({ sources: { '*.db': { action: 'merge', tables: { t: { to: 'core' } } } } }),
      inventory,
    );
    expect(resolved.targets[0]!.tables[0]!.sql).toBe(
      'CREATE TABLE "t" (\n  "same" INT,\n  "a" INTEGER,\n  "b",\n  "c",\n  "d"\n)',
    );
    expect(codes(resolved.findings)).toEqual(['warning TYPES_DIFFER', 'warning TYPES_DIFFER', 'warning TYPES_DIFFER']);
  });

  it('gives ANY where a STRICT column of BLOB meets one that takes everything', async () => {
    const inventory = await inventoryFromSql({
      'a.db': 'CREATE TABLE t (a BLOB, b BLOB) STRICT',
      'b.db': 'CREATE TABLE t (a ANY, b BLOB) STRICT',
    });
    const resolved = await resolvePlan(
      plan({ sources: { '*.db': { action: 'merge', tables: { t: { to: 'core' } } } } }),
      inventory,
    );
    expect(resolved.targets[0]!.tables[0]!.sql).toBe('CREATE TABLE "t" (\n  "a" ANY,\n  "b" BLOB\n) STRICT');
  });
});
