import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Inventory } from '../../../src/core/inventory/inventory';
import { scanDatabases } from '../../../src/core/inventory/scan';
import { checkPlan } from '../../../src/core/plan/check';
import type { Plan } from '../../../src/core/plan/definition';
import { readPlan } from '../../../src/core/plan/read';
import type { ResolvedPlan, ResolvedTarget } from '../../../src/core/plan/resolved';
import { makeArduinoTrader } from '../../scenarios/arduino-trader/make.mjs';
import { makeCoffeeMaker } from '../../scenarios/coffee-maker/make.mjs';
import { makeJarvis } from '../../scenarios/jarvis/make.mjs';

/** What the authors of the three systems wrote down as their design, line by line, against the committed plans. */
interface Finished {
  readonly plan: Plan;
  readonly resolved: ResolvedPlan;
  readonly inventory: Inventory;
}

function scenario(name: string, make: (directory: string) => Promise<void>): () => Finished {
  let workspace: string;
  let finished: Finished;
  beforeAll(async () => {
    workspace = await mkdtemp(path.join(tmpdir(), `design-${name}-`));
    await make(workspace);
    await cp(path.resolve('test/scenarios', name, 'consolidation.jsonc'), path.join(workspace, 'consolidation.jsonc'));
    const inventory = await scanDatabases(workspace);
    const document = await readPlan('consolidation.jsonc', { workspace });
    finished = { plan: document.plan, inventory, resolved: (await checkPlan(document, inventory)).resolved };
  });
  afterAll(() => rm(workspace, { recursive: true, force: true }));
  return () => finished;
}

const database = ({ resolved }: Finished, file: string) => resolved.databases.find((entry) => entry.path === file)!;
const target = ({ resolved }: Finished, name: string) => resolved.targets.find((entry) => entry.name === name)!;
const tableNames = ({ tables }: ResolvedTarget) => tables.map(({ name }) => name).sort();
const table = (from: ResolvedTarget, name: string) => from.tables.find((entry) => entry.name === name)!;

describe('coffee-maker', () => {
  const finished = scenario('coffee-maker', makeCoffeeMaker);

  /** Legacy database and table, new name, description: the tables of the seed, domain by domain. */
  const NAMES = [
    ['data/roadmap.db', 'roadmap_items', 'roadmap_priority', 'Strategic priorities from ROADMAP.md'],
    ['data/roadmap.db', 'roadmap_audit', 'roadmap_audit', 'Change tracking for priorities'],
    ['data/roadmap.db', 'roadmap_metadata', 'roadmap_metadata', 'Configuration (last sync time, etc.)'],
    ['data/roadmap.db', 'roadmap_update_notifications', 'roadmap_notification', 'Status update requests'],
    ['data/roadmap.db', 'technical_specs', 'specs_specification', 'Technical spec content (database-only)'],
    ['data/roadmap.db', 'implementation_tasks', 'specs_task', 'Atomic tasks for parallel execution'],
    ['coffee_maker.db', 'task_group_dependencies', 'specs_task_dependency', 'Task ordering constraints'],
    ['data/roadmap.db', 'code_reviews', 'review_code_review', 'Automated code review results'],
    ['data/roadmap.db', 'implementation_commits', 'review_commit', 'Commit tracking per priority'],
    ['data/orchestrator.db', 'agent_lifecycle', 'orchestrator_agent_lifecycle', 'Agent process tracking'],
    ['data/orchestrator.db', 'orchestrator_state', 'orchestrator_state', 'Orchestrator configuration'],
    ['data/orchestrator.db', 'orchestrator_tasks', 'orchestrator_task', 'Task queue'],
    ['data/orchestrator.db', 'bugs', 'orchestrator_bug', 'Bug tracking'],
    ['data/roadmap.db', 'notifications', 'notification_roadmap', 'Roadmap-related notifications'],
    ['data/notifications.db', 'notifications', 'notification_user', 'User-facing notifications'],
    ['data/notifications.db', 'system_state', 'notification_system_state', 'Notification system state'],
    ['data/agent_messages.db', 'agent_messages', 'messaging_agent_message', 'Inter-agent messages'],
    ['data/task_metrics.db', 'subtask_metrics', 'metrics_subtask', 'Task performance metrics'],
    ['data/roadmap.db', 'audit_trail', 'system_audit', 'Universal audit trail'],
    ['data/roadmap.db', 'schema_metadata', 'system_schema_metadata', 'Database self-documentation'],
  ] as const;

  it.each(NAMES)('%s › %s becomes %s', (file, legacy, unified, description) => {
    const move = database(finished(), file).tables.find((entry) => entry.table === legacy);
    expect(move).toMatchObject({ action: 'move', target: 'roadmap', name: unified });
    expect(table(target(finished(), 'roadmap'), unified).purpose).toBe(description);
  });

  it('nine databases become one, data/roadmap.db', () => {
    const { resolved, inventory } = finished();
    expect(inventory.databases).toHaveLength(9);
    expect(resolved.targets.map((entry) => entry.path)).toEqual(['data/roadmap.db']);
    expect(target(finished(), 'roadmap').replaces).toBe('data/roadmap.db');
    expect(tableNames(target(finished(), 'roadmap'))).toEqual(NAMES.map(([, , unified]) => unified).sort());
    const merged = resolved.databases.filter(({ action }) => action === 'merge').map((entry) => entry.path);
    expect(merged).toEqual([...new Set(NAMES.map(([file]) => file))].sort());
  });

  it('one database is kept, two are retired, empty tables are skipped, schema_metadata is merged', () => {
    expect(database(finished(), 'data/metrics.db').action).toBe('keep');
    expect(database(finished(), 'data/metrics.db').reason).toContain('external');
    expect(database(finished(), 'data/test_unified.db').action).toBe('retire');
    expect(database(finished(), 'data/unified_roadmap_specs.db').action).toBe('retire');
    const skipped = database(finished(), 'coffee_maker.db').tables.filter(({ action }) => action === 'skip-empty');
    expect(skipped.map((entry) => entry.table).sort()).toEqual(['commits', 'implementation_tasks']);
    const { sources } = table(target(finished(), 'roadmap'), 'system_schema_metadata');
    expect(sources.map((source) => source.database).sort()).toEqual(['coffee_maker.db', 'data/roadmap.db']);
  });

  it('foreign keys follow the new names, old names stay as views', () => {
    const roadmap = target(finished(), 'roadmap');
    expect(table(roadmap, 'roadmap_notification').foreignKeys).toMatchObject([{ table: 'roadmap_priority' }]);
    expect(table(roadmap, 'orchestrator_task').foreignKeys).toMatchObject([{ table: 'orchestrator_task' }]);
    const views = new Map(roadmap.views.map((view) => [view.name, view.table]));
    // Two tables were called notifications; the view stands for that of the file the target replaces.
    for (const [file, legacy, unified] of NAMES)
      if (legacy !== unified && !(legacy === 'notifications' && file !== 'data/roadmap.db'))
        expect([legacy, views.get(legacy)]).toEqual([legacy, unified]);
  });

  it('25 tables and more are documented: every table and every view', () => {
    const roadmap = target(finished(), 'roadmap');
    const text = (roadmap.defaults ?? []).map(({ sql }) => sql).join('\n');
    const names = [
      ...roadmap.tables.map(({ name }) => name),
      ...roadmap.after.filter(({ kind }) => kind === 'view').map(({ name }) => name),
      ...roadmap.views.map(({ name }) => name),
    ];
    expect(names.length).toBeGreaterThanOrEqual(25);
    for (const name of names) expect(text).toContain(`('${name}', '`);
    expect(finished().resolved.findings.filter(({ code }) => code === 'TABLE_UNDOCUMENTED')).toEqual([]);
  });
});

describe('jarvis', () => {
  const finished = scenario('jarvis', makeJarvis);

  /** Tables of the unified DDL (jarvis-schemas) and of the 28 of the summary; scorecards have the summary's name and place. */
  const DESIGN = {
    core: 'positions trades treasury_orders tax_lots wash_sales config users items memory_entries bags_intel',
    analytics:
      'telegram_messages telegram_users tweets ai_entities ai_facts ai_reflections sentiment_readings calls call_outcomes whale_wallets whale_movements metrics llm_costs telegram_memories telegram_instructions telegram_learnings llm_daily_stats budget_alerts metrics_1m metrics_1h alert_history daily_stats treasury_stats trade_learnings scorecards pick_performance',
    cache: 'cache_entries rate_limiter_logs sessions rate_configs limit_stats kv_entries bot_state last_actions',
  };

  it('35 files, of which 6 are macOS metadata, become three databases; four stay on their own', () => {
    const { inventory, resolved } = finished();
    expect(inventory.databases).toHaveLength(35);
    const metadata = inventory.databases.filter(({ kind }) => kind === 'apple-double');
    expect(metadata).toHaveLength(6);
    for (const { path: file } of metadata) expect(database(finished(), file).action).toBe('retire');
    expect(resolved.targets.map((entry) => entry.path)).toEqual([
      'data/jarvis_core.db',
      'data/jarvis_analytics.db',
      'data/jarvis_cache.db',
    ]);
    expect(resolved.databases.filter(({ action }) => action === 'keep').map((entry) => entry.path)).toEqual([
      'data/achievements.db',
      'data/engagement.db',
      'data/jarvis_spam_protection.db',
      'data/raid_bot.db',
    ]);
  });

  it.each(Object.entries(DESIGN))('%s has every table of the design', (name, tables) => {
    expect(tableNames(target(finished(), name))).toEqual(expect.arrayContaining(tables.split(' ')));
  });

  it('has 28 tables and more, and 30 indexes and more', () => {
    const tables = finished().resolved.targets.flatMap((entry) => entry.tables);
    expect(tables.length).toBeGreaterThanOrEqual(28);
    expect(tables.flatMap(({ indexes }) => indexes).length).toBeGreaterThanOrEqual(30);
  });

  it('positions come from three files with other columns, scorecards from four, told apart', () => {
    const positions = table(target(finished(), 'core'), 'positions');
    expect(positions.sources.map((source) => source.database).sort()).toEqual([
      'bots/bags_intel/.positions.db',
      'bots/treasury/.positions.db',
      'data/jarvis.db',
    ]);
    const shapes = positions.sources.map(({ columns }) =>
      columns.flatMap((column) => (column.kind === 'column' ? [column.source] : [])).join(),
    );
    expect(new Set(shapes).size).toBe(3);
    const scorecards = table(target(finished(), 'analytics'), 'scorecards');
    const types = scorecards.sources.map(({ columns }) =>
      columns.flatMap((column) => (column.kind === 'constant' && column.target === 'bot_type' ? [column.value] : [])),
    );
    expect(types.flat().sort()).toEqual(['bags_intel', 'jarvis', 'treasury', 'twitter']);
    // The columns that the design has and no bot kept take their defaults.
    expect(scorecards.columns).toEqual(expect.arrayContaining(['sharpe_ratio', 'total_partner_fees_sol', 'period']));
  });

  it('parents come before children: positions, trades, treasury_orders and tax_lots, wash_sales', () => {
    const order = target(finished(), 'core').tables.map(({ name }) => name);
    const before = (parent: string, child: string) => expect(order.indexOf(parent)).toBeLessThan(order.indexOf(child));
    before('positions', 'trades');
    before('positions', 'treasury_orders');
    before('trades', 'tax_lots');
    before('tax_lots', 'wash_sales');
  });

  it('FTS5 with its triggers, default rows, expiry, schema versions, old names, backups', () => {
    const analytics = target(finished(), 'analytics');
    expect(table(analytics, 'ai_reflections')).toMatchObject({ kind: 'virtual' });
    expect(analytics.after.filter(({ kind }) => kind === 'trigger').map(({ name }) => name)).toEqual(
      expect.arrayContaining(['reflections_insert', 'reflections_delete']),
    );
    const core = target(finished(), 'core');
    const config = (core.defaults ?? []).filter((row) => row.table === 'config').map(({ sql }) => sql);
    for (const key of ['max_positions', 'default_tp_percent', 'default_sl_percent', 'max_trade_usd', 'use_bags_fm'])
      expect(config.join()).toContain(`'${key}'`);
    expect(target(finished(), 'cache').after.some(({ sql }) => sql.includes('expires_at < CURRENT_TIMESTAMP'))).toBe(
      true,
    );
    for (const entry of finished().resolved.targets) expect(tableNames(entry)).toContain('schema_version');
    expect(finished().resolved.compatibility).toEqual({ views: true, symlinks: true });
    const { targets, rollout } = finished().plan;
    expect(Object.values(targets).map(({ backup }) => backup)).toEqual(['every 6 hours', 'daily', 'optional']);
    expect(rollout).toMatchObject({
      stages: [
        { targets: ['analytics'], monitor: '24h' },
        { targets: ['cache'] },
        { targets: ['core'], dualWrite: true, monitor: '48h' },
      ],
      rollbackAboveErrorRate: 0.05,
    });
    expect(finished().resolved.checks.map(({ name }) => name)).toContain('no orphan trades');
  });
});

describe('arduino-trader', () => {
  const finished = scenario('arduino-trader', makeArduinoTrader);

  it.each([
    ['universe', 'country_groups industry_groups securities'],
    ['config', 'allocation_targets settings'],
    ['ledger', 'cash_flows dividend_history trades'],
    ['portfolio', 'calculated_metrics portfolio_snapshots positions scores'],
    ['satellites', 'bucket_balances bucket_transactions buckets'],
    ['agents', 'agent_configs config_history evaluations sequences'],
    ['history', 'daily_prices exchange_rates symbol_removals'],
    ['cache', 'cache_data recommendations'],
  ])('%s.db holds exactly %s', (name, tables) => {
    expect(target(finished(), name).path).toBe(`data/${name}.db`);
    expect(tableNames(target(finished(), name))).toEqual(tables.split(' '));
  });

  it('gives ledger, cache and all others the PRAGMAs of their profiles', () => {
    for (const entry of finished().resolved.targets)
      expect([entry.name, entry.profile]).toEqual([
        entry.name,
        {
          foreign_keys: 'ON',
          journal_mode: 'WAL',
          ...(entry.name === 'ledger'
            ? { synchronous: 'FULL', auto_vacuum: 'NONE' }
            : entry.name === 'cache'
              ? { synchronous: 'OFF', auto_vacuum: 'FULL' }
              : { synchronous: 'NORMAL', auto_vacuum: 'INCREMENTAL' }),
        },
      ]);
  });

  it('splits config.db, joins state, calculations and snapshots, renames planner.db', () => {
    const targets = (file: string) =>
      [...new Set(database(finished(), file).tables.map((entry) => entry.target))].sort();
    expect(targets('data/config.db')).toEqual(['config', 'universe']);
    for (const file of ['data/calculations.db', 'data/snapshots.db']) expect(targets(file)).toEqual(['portfolio']);
    expect(targets('data/planner.db')).toEqual(['agents']);
    expect(targets('data/dividends.db')).toEqual(['ledger']);
    expect(targets('data/recommendations.db')).toEqual(['cache']);
    expect(table(target(finished(), 'satellites'), 'buckets').columns).toContain('agent_id');
    const scores = table(target(finished(), 'portfolio'), 'scores').sources.map((source) => source.database);
    expect(scores.sort()).toEqual(['data/calculations.db', 'data/state.db']);
  });

  it('65 files become one table with the symbol from the name, which leads its key', () => {
    const prices = table(target(finished(), 'history'), 'daily_prices');
    expect(prices.sources).toHaveLength(65);
    expect(prices.primaryKey).toEqual(['symbol', 'date']);
    for (const { database: file, columns } of prices.sources)
      expect(columns).toContainEqual({ kind: 'constant', target: 'symbol', value: path.basename(file, '.db') });
    const { targets, rollout } = finished().plan;
    expect(targets.history?.tables?.symbol_removals?.grace).toBe('30d');
    expect(rollout?.retainArchivesFor).toBe('30d');
  });
});
