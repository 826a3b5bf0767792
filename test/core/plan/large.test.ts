import { describe, expect, it } from 'vitest';
import { loadEngine } from '../../../src/core/engine';
import type { Inventory, InventoryDatabase, InventoryTable } from '../../../src/core/inventory/inventory';
import { checkPlan } from '../../../src/core/plan/check';
import { draftPlan } from '../../../src/core/plan/draft';
import { parsePlan } from '../../../src/core/plan/read';

/** 500 when the budget is measured (PLAN_BENCH=1); a smaller number shows in the default run that nothing grows faster. */
const DATABASES = process.env.PLAN_BENCH ? 500 : 60;
const TABLES = 10;

/** 500 databases with 10 tables each, of which each refers to the one before, with two indexes; every tenth has a view. */
function large(): Inventory {
  const databases = Array.from({ length: DATABASES }, (_, number): InventoryDatabase => {
    const tables = Array.from({ length: TABLES }, (__, index): InventoryTable => {
      const name = `t${number}_${index}`;
      const parent = index === 0 ? undefined : `t${number}_${index - 1}`;
      return {
        name,
        kind: 'table',
        rows: 100,
        sql: `CREATE TABLE ${name} (\n  id INTEGER PRIMARY KEY AUTOINCREMENT,\n  name TEXT NOT NULL DEFAULT 'x',\n  amount REAL CHECK (amount >= 0),\n  parent_id INTEGER${parent ? ` REFERENCES ${parent}(id)` : ''},\n  updated_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP\n)`,
        columns: [
          ['id', 'INTEGER', 1],
          ['name', 'TEXT', 0],
          ['amount', 'REAL', 0],
          ['parent_id', 'INTEGER', 0],
          ['updated_at', 'TIMESTAMP', 0],
        ].map(([column, type, key]) => ({
          name: column as string,
          type: type as string,
          notNull: column === 'name',
          primaryKey: key as number,
          default: null,
          generated: '' as const,
        })),
        indexes: ['name', 'amount'].map((column) => ({
          name: `idx_${name}_${column}`,
          unique: false,
          origin: 'c' as const,
          partial: false,
          columns: [{ name: column, descending: false, collation: 'BINARY' }],
          sql: `CREATE INDEX idx_${name}_${column} ON ${name} (${column})`,
        })),
        triggers: [],
        foreignKeys: parent
          ? [
              {
                columns: ['parent_id'],
                table: parent,
                references: ['id'],
                onUpdate: 'NO ACTION',
                onDelete: 'NO ACTION',
              },
            ]
          : [],
        withoutRowid: false,
        strict: false,
        autoincrement: true,
      };
    });
    if (number % 10 === 0)
      tables.push({
        ...tables[0]!,
        name: `v${number}`,
        kind: 'view',
        rows: null,
        sql: `CREATE VIEW v${number} AS SELECT id, name FROM t${number}_3`,
        indexes: [],
        foreignKeys: [],
      });
    return {
      path: `data/group${number % 20}/service_${number}.db`,
      kind: 'sqlite',
      bytes: 100_000,
      pageSize: 4096,
      encoding: 'UTF-8',
      journalMode: 'wal',
      walFrames: 0,
      hotJournal: false,
      userVersion: 0,
      applicationId: 0,
      autoVacuum: 'none',
      sha256: '',
      sidecars: [],
      tables,
      problems: [],
      references: number % 7,
    };
  });
  return { version: 1, workspace: '/work/large', databases, duplicates: [] };
}

describe(`${DATABASES} databases with ${DATABASES * TABLES} tables`, () => {
  it.each([
    ['one target', { into: 'data/all.db' }],
    ['one target, new names', { into: 'data/all.db', prefix: 'app' }],
    ['three targets', { targets: ['core', 'analytics', 'cache'] }],
  ])('are drafted in 3 s and checked in 1 s: %s', async (_, options) => {
    const inventory = large();
    await loadEngine();
    const draft = await measured('draft', 3000, () => draftPlan(inventory, options));
    const check = await measured('check', 1000, () => checkPlan(parsePlan(draft.text), inventory));
    expect(check.resolved.targets.reduce((sum, target) => sum + target.tables.length, 0)).toBe(DATABASES * TABLES);
    expect(check.findings.filter(({ severity }) => severity === 'error')).toEqual([]);
  });
});

/** Processor time, since others may use the machine at the same moment; two busy threads of one core halve it, hence the 2. */
async function measured<T>(name: string, budget: number, work: () => Promise<T>): Promise<T> {
  const before = process.cpuUsage();
  const started = performance.now();
  const result = await work();
  const { user, system } = process.cpuUsage(before);
  const milliseconds = (user + system) / 1000;
  console.log(
    `${name}: ${milliseconds.toFixed(0)} ms of processor time, ${(performance.now() - started).toFixed(0)} ms on the clock`,
  );
  expect(milliseconds, name).toBeLessThan(budget * 2);
  return result;
}
