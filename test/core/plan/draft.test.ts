import { describe, expect, it } from 'vitest';
import type { Inventory } from '../../../src/core/inventory/inventory';
import { checkPlan } from '../../../src/core/plan/check';
import { draftPlan, type DraftOptions } from '../../../src/core/plan/draft';
import { parsePlan } from '../../../src/core/plan/read';
import { inventoryFromSql } from './inventory-from-sql';

const USERS = 'CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO users (name) VALUES (1)';

async function draft(
  files: Readonly<Record<string, string | null>>,
  options: DraftOptions = {},
  used: Readonly<Record<string, number>> = {},
) {
  const found = await inventoryFromSql(files, '/somewhere/shop');
  const inventory: Inventory = {
    ...found,
    databases: found.databases.map((database) => ({ ...database, references: used[database.path] ?? 0 })),
  };
  const result = await draftPlan(inventory, options);
  expect((await draftPlan(inventory, options)).text).toBe(result.text);
  const check = await checkPlan(parsePlan(result.text), inventory);
  expect(check.findings.filter(({ severity }) => severity === 'error')).toEqual([]);
  return { ...result, inventory };
}

const actions = ({ plan }: { plan: { sources: Readonly<Record<string, { action: string }>> } }) =>
  Object.fromEntries(Object.entries(plan.sources).map(([key, { action }]) => [key, action]));

describe('a draft', () => {
  it('retires what is empty, a test by its name, a copy; keeps tests of a folder, backups, other programs; plans what only code names', async () => {
    const { inventory: _, ...drafted } = await draft({
      'data/app.db': USERS,
      'data/empty.db': '',
      'data/nothing.db': 'CREATE TABLE t (x); DROP TABLE t',
      'data/test_app.db': 'CREATE TABLE a (x)',
      'tests/fixture.db': 'CREATE TABLE b (x)',
      'backups/old.db': 'CREATE TABLE c (x)',
      'mlruns.db': 'CREATE TABLE experiments (x); CREATE TABLE runs (x); CREATE TABLE latest_metrics (x)',
      'data/later.db': null,
    });
    expect(actions(drafted)).toEqual({
      'backups/old.db': 'keep',
      'data/app.db': 'merge',
      'data/empty.db': 'retire',
      'data/later.db': 'merge',
      'data/nothing.db': 'retire',
      'data/test_app.db': 'retire',
      'mlruns.db': 'keep',
      'tests/fixture.db': 'keep',
    });
    for (const { action, reason } of Object.values(drafted.plan.sources))
      if (action !== 'merge') expect(reason).toMatch(/\S+ \S+/);
    expect(drafted.text).toContain('// named by code only\n');
  });

  it('retires macOS metadata, keeps what cannot be read, retires the less used of two copies', async () => {
    const found = await inventoryFromSql({
      '._app.db': '',
      'app.db': USERS,
      'secret.db': '',
      'broken.db': '',
      'copy_of_app.db': USERS,
    });
    const kinds: Record<string, 'apple-double' | 'encrypted-or-unknown' | 'corrupt'> = {
      '._app.db': 'apple-double',
      'secret.db': 'encrypted-or-unknown',
      'broken.db': 'corrupt',
    };
    const inventory: Inventory = {
      ...found,
      databases: found.databases.map((database) => ({ ...database, kind: kinds[database.path] ?? database.kind })),
      duplicates: [{ reason: 'same-content', paths: ['app.db', 'copy_of_app.db'] }],
    };
    const { plan } = await draftPlan(inventory);
    expect(actions({ plan })).toEqual({
      '._app.db': 'retire',
      'app.db': 'merge',
      'broken.db': 'keep',
      'copy_of_app.db': 'retire',
      'secret.db': 'keep',
    });
    expect(plan.sources['copy_of_app.db']!.reason).toBe('same content as app.db');
  });

  it('tells hot, warm and cold by their names, and by what code uses most', async () => {
    const files = {
      'data/shop.db': USERS,
      'data/llm_costs.db': 'CREATE TABLE costs (x)',
      'data/rate_limiter.db': 'CREATE TABLE limits (x)',
    };
    const target = async (used?: Readonly<Record<string, number>>) => {
      const { plan } = await draft(files, {}, used);
      return Object.fromEntries(
        Object.entries(plan.sources).map(([key, { tables }]) => [key, Object.values(tables!)[0]!.to!.split('.')[0]]),
      );
    };
    expect(await target()).toEqual({
      'data/shop.db': 'core',
      'data/llm_costs.db': 'analytics',
      'data/rate_limiter.db': 'cache',
    });
    // Used in more places than anything else: operational, whatever it is called.
    expect(await target({ 'data/llm_costs.db': 40, 'data/shop.db': 6 })).toMatchObject({ 'data/llm_costs.db': 'core' });
    const { plan } = await draft(files);
    expect([plan.targets.cache!.profile, plan.targets.core!.profile]).toEqual(['cache', 'standard']);
  });

  it('finds per-key families by schema and name, with the discriminator in the name', async () => {
    const prices = 'CREATE TABLE prices (date TEXT PRIMARY KEY, close REAL)';
    const bots = 'CREATE TABLE scores (id INTEGER PRIMARY KEY, score REAL)';
    const { plan } = await draft({
      'history/AAPL.db': prices,
      'history/AMD.db': prices,
      'history/TSLA.db': prices,
      'history/index.db': 'CREATE TABLE symbols (name TEXT)',
      'bots/one/scores.db': bots,
      'bots/two/scores.db': bots,
      'bots/three/scores.db': bots,
    });
    expect(plan.sources['history/*.db']!.tables!.prices).toMatchObject({
      discriminator: { symbol: '${stem}' },
      keys: 'composite',
    });
    expect(plan.sources['bots/*/scores.db']!.tables!.scores).toMatchObject({
      discriminator: { bot: '${dir}' },
      keys: 'renumber',
    });
    // Another schema beside them has an entry of its own.
    expect(plan.sources['history/index.db']!.tables!.symbols!.discriminator).toBeUndefined();
  });

  it('makes one database, which may be a legacy one, with prefixes on request', async () => {
    const files = {
      'data/roadmap.db':
        'CREATE TABLE roadmap_items (id TEXT PRIMARY KEY); CREATE TABLE roadmap_audit (x); INSERT INTO roadmap_audit VALUES (1)',
      'data/orchestrator.db':
        'CREATE TABLE tasks (id TEXT PRIMARY KEY); CREATE TABLE roadmap_audit (y); INSERT INTO roadmap_audit VALUES (1)',
    };
    const { plan } = await draft(files, { into: 'data/roadmap.db', prefix: 'domain' });
    expect(Object.values(plan.targets).map((target) => target.path)).toEqual(['data/roadmap.db']);
    expect(plan.sources['data/roadmap.db']!.tables!.roadmap_items!.to).toBe('roadmap.roadmap_items');
    expect(plan.sources['data/orchestrator.db']!.tables!.tasks!.to).toBe('roadmap.orchestrator_tasks');
    expect(plan.sources['data/orchestrator.db']!.tables!.roadmap_audit!.to).toBe('roadmap.orchestrator_roadmap_audit');
    const fixed = await draft(files, { into: 'data/new.db', prefix: 'app_' });
    expect(fixed.plan.sources['data/orchestrator.db']!.tables!.tasks!.to).toBe('new.app_tasks');
  });

  it('follows foreign keys: a child goes where its parent goes', async () => {
    const { plan, text } = await draft({
      'data/shop.db': 'CREATE TABLE orders (id INTEGER PRIMARY KEY)',
      'data/order_metrics.db': 'CREATE TABLE order_stats (order_id REFERENCES orders(id))',
    });
    expect(plan.sources['data/order_metrics.db']!.tables!.order_stats!.to).toBe('core.order_stats');
    expect(text).toContain('its foreign keys lead to data/shop.db');
  });

  it('says of every entry why, in a comment or in a reason', async () => {
    const { plan, text } = await draft({ 'a.db': USERS, 'b_cache.db': 'CREATE TABLE c (x)', 'e.db': '', 'f.db': null });
    const lines = text.split('\n');
    for (const key of Object.keys(plan.sources)) {
      const at = lines.findIndex((line) => line.trimStart().startsWith(`${JSON.stringify(key)}:`));
      expect(lines[at - 1]).toMatch(/^\s*\/\/ \S/);
    }
    for (const { tables } of Object.values(plan.sources))
      for (const table of Object.keys(tables ?? {})) expect(text).toMatch(new RegExp(`"${table}": \\{.*\\},? // \\S`));
  });
});
