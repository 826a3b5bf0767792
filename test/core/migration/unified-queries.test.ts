import { spawnSync } from 'node:child_process';
import { cpSync, existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeArduinoTrader } from '../../scenarios/arduino-trader/make.mjs';
import { makeCoffeeMaker } from '../../scenarios/coffee-maker/make.mjs';
import { makeJarvis } from '../../scenarios/jarvis/make.mjs';
import { cliJson } from '../../support/cli';
import { python, query, temporaryWorkspace } from '../../support/workspace';

const SCENARIOS = path.join(import.meta.dirname, '../../scenarios');
const SCRIPT = path.join(import.meta.dirname, '../../support/query_pairs.py');

interface Pair {
  readonly name: string;
  /** Legacy files by alias, at most ten. */
  readonly attach?: Readonly<Record<string, string>>;
  /** A family of files: what each gives is gathered in a temporary table. */
  readonly each?: { readonly files: string; readonly create: string; readonly into: string; readonly sql: string };
  readonly sql: string;
  readonly unified: Readonly<Record<string, string>>;
  readonly unifiedSql: string;
}

interface Migrated {
  readonly legacy: string;
  readonly workspace: string;
}

async function migrated(name: string, make: (directory: string) => Promise<void>): Promise<Migrated> {
  const workspace = temporaryWorkspace();
  await make(workspace);
  const legacy = temporaryWorkspace();
  cpSync(workspace, legacy, { recursive: true });
  for (const file of ['consolidation.jsonc', 'schema']) {
    const from = path.join(SCENARIOS, name, file);
    if (existsSync(from)) cpSync(from, path.join(workspace, file), { recursive: true });
  }
  const { value } = await cliJson(workspace, 'migrate');
  expect([value.error, value.status]).toEqual([undefined, 'published']);
  return { legacy, workspace };
}

function answers(
  { legacy, workspace }: Migrated,
  pairs: readonly Pair[],
): { legacy: string[][]; unified: string[][] }[] {
  const input = JSON.stringify({ legacy, targets: workspace, pairs });
  const { status, stdout, stderr } = spawnSync('python3', ['-B', SCRIPT], { input, encoding: 'utf8' });
  if (status !== 0) throw new Error(`query_pairs.py failed:\n${stderr}`);
  return JSON.parse(stdout) as { legacy: string[][]; unified: string[][] }[];
}

function expectSameAnswers(at: Migrated, pairs: readonly Pair[]): void {
  for (const [index, { legacy, unified }] of answers(at, pairs).entries()) {
    expect([pairs[index]!.name, unified]).toEqual([pairs[index]!.name, legacy]);
    expect([pairs[index]!.name, unified.length]).not.toEqual([pairs[index]!.name, 0]);
  }
}

describe('a query on the unified schema answers as its equivalent on the legacy files', () => {
  it('jarvis, with the validation queries of its design', async () => {
    const at = await migrated('jarvis', makeJarvis);
    const [core, analytics, cache] = ['core', 'analytics', 'cache'].map((name) => `data/jarvis_${name}.db`) as [
      string,
      string,
      string,
    ];

    // The validation queries, as they are.
    const orphans = 'SELECT COUNT(*) FROM trades WHERE position_id NOT IN (SELECT id FROM positions)';
    expect(query(at.workspace, core, orphans)).toEqual([['integer:0']]);
    for (const file of [core, analytics, cache]) {
      expect(query(at.workspace, file, 'PRAGMA foreign_key_check')).toEqual([]);
      expect(query(at.workspace, file, 'PRAGMA integrity_check')).toEqual([
        [`text:${Buffer.from('ok').toString('hex')}`],
      ]);
    }
    python(
      at.workspace,
      `import shutil, sqlite3\nshutil.copy(${JSON.stringify(analytics)}, "fts.db")\nsqlite3.connect("fts.db").execute("INSERT INTO ai_reflections(ai_reflections) VALUES ('integrity-check')")`,
    );

    const jarvis = 'data/jarvis.db';
    const treasury = 'bots/treasury/.positions.db';
    const bags = 'bots/bags_intel/.positions.db';
    const three = { j: jarvis, t: treasury, b: bags };
    expectSameAnswers(at, [
      {
        name: 'rows in all',
        attach: { ...three, m: 'data/telegram_memory.db' },
        sql: 'SELECT (SELECT count(*) FROM j.positions) + (SELECT count(*) FROM t.positions) + (SELECT count(*) FROM b.positions), (SELECT count(*) FROM j.trades), (SELECT count(*) FROM m.messages)',
        unified: { core, analytics },
        unifiedSql:
          'SELECT (SELECT count(*) FROM core.positions), (SELECT count(*) FROM core.trades), (SELECT count(*) FROM analytics.telegram_messages)',
      },
      {
        name: 'the full-text index has as many rows',
        attach: { m: 'data/jarvis_memory.db' },
        sql: 'SELECT count(*) FROM m.ai_reflections',
        unified: { analytics },
        unifiedSql: 'SELECT count(*) FROM analytics.ai_reflections',
      },
      {
        name: 'a full-text search finds the same rows in the same order',
        attach: { m: 'data/jarvis_memory.db' },
        sql: "SELECT rowid, content, tags, bm25(ai_reflections) FROM m.ai_reflections WHERE ai_reflections MATCH (SELECT substr(content, 1, instr(content || ' ', ' ') - 1) FROM m.reflections ORDER BY id LIMIT 1) ORDER BY rank, rowid LIMIT 50",
        unified: { analytics },
        unifiedSql:
          "SELECT rowid, content, tags, bm25(ai_reflections) FROM analytics.ai_reflections WHERE ai_reflections MATCH (SELECT substr(content, 1, instr(content || ' ', ' ') - 1) FROM analytics.reflections ORDER BY id LIMIT 1) ORDER BY rank, rowid LIMIT 50",
      },
      {
        name: 'SOL in positions, by who holds them and whether they are open',
        attach: three,
        sql: `SELECT source, status, count(*), sum(sol) FROM (
            SELECT 'jarvis' AS source, status, amount_sol AS sol FROM j.positions UNION ALL
            SELECT 'treasury', lower(state), size_sol FROM t.positions UNION ALL
            SELECT 'bags_intel', CASE is_open WHEN 1 THEN 'open' ELSE 'closed' END, sol FROM b.positions) GROUP BY source, status ORDER BY source, status`,
        unified: { core },
        unifiedSql:
          'SELECT source, status, count(*), sum(amount_sol) FROM core.positions GROUP BY source, status ORDER BY source, status',
      },
      {
        name: 'trades with their positions',
        attach: { j: jarvis },
        sql: 'SELECT t.signature, p.token_mint, t.direction, t.amount, t.fee_lamports, p.entry_time FROM j.trades t JOIN j.positions p ON p.id = t.position_id ORDER BY t.id',
        unified: { core },
        unifiedSql:
          'SELECT t.signature, p.token_address, t.direction, t.amount, t.fee_lamports, p.entry_time FROM core.trades t JOIN core.positions p ON p.id = t.position_id ORDER BY t.id',
      },
      {
        name: 'notes follow their positions to new ids',
        attach: { t: treasury },
        sql: 'SELECT n.note, p.mint, p.opened_at, p.wallet FROM t.position_notes n JOIN t.positions p ON p.id = n.position_id ORDER BY n.id',
        unified: { core },
        unifiedSql:
          'SELECT n.note, p.token_address, p.entry_time, p.wallet_address FROM core.position_notes n JOIN core.positions p ON p.id = n.position_id ORDER BY n.id',
      },
      {
        name: 'washed lots, with the trades that they come from',
        attach: { j: jarvis, x: 'data/tax.db' },
        sql: 'SELECT w.id, w.disallowed_loss_usd, s.token_address, t.signature FROM x.wash_sales w JOIN x.tax_lots s ON s.id = w.sold_lot_id LEFT JOIN j.trades t ON t.id = s.trade_id ORDER BY w.id',
        unified: { core },
        unifiedSql:
          'SELECT w.id, w.disallowed_loss_usd, s.token_address, t.signature FROM core.wash_sales w JOIN core.tax_lots s ON s.id = w.sold_lot_id LEFT JOIN core.trades t ON t.id = s.trade_id ORDER BY w.id',
      },
      {
        name: 'scorecards of four bots',
        attach: {
          j: jarvis,
          a: 'bots/treasury/scorecard.db',
          b: 'bots/twitter/scorecard.db',
          c: 'bots/bags_intel/scorecard.db',
        },
        sql: `SELECT bot, period, count(*), sum(total_trades), max(win_rate) FROM (SELECT 'jarvis' AS bot, * FROM j.scorecard UNION ALL SELECT 'treasury', * FROM a.scorecard
          UNION ALL SELECT 'twitter', * FROM b.scorecard UNION ALL SELECT 'bags_intel', * FROM c.scorecard) GROUP BY bot, period ORDER BY bot, period`,
        unified: { analytics },
        unifiedSql:
          'SELECT bot_type, period, count(*), sum(total_trades), max(win_rate) FROM analytics.scorecards GROUP BY bot_type, period ORDER BY bot_type, period',
      },
      {
        name: 'cost by provider',
        attach: { l: 'data/llm_costs.db' },
        sql: "SELECT CASE WHEN provider IN ('anthropic', 'xai', 'openai') THEN provider ELSE 'other' END AS p, count(*), sum(cost), min(ts), max(ts) FROM l.llm_usage GROUP BY p ORDER BY p",
        unified: { analytics },
        unifiedSql:
          'SELECT provider, count(*), sum(cost_usd), min(timestamp), max(timestamp) FROM analytics.llm_costs GROUP BY provider ORDER BY provider',
      },
      {
        name: 'requests that were refused, by endpoint and its limit',
        attach: { r: 'data/rate_limiter.db' },
        sql: 'SELECT q.endpoint, c.per_minute, count(*), count(DISTINCT user_id) FROM r.request_log q LEFT JOIN r.rate_configs c USING (endpoint) WHERE NOT q.allowed GROUP BY 1 ORDER BY 1',
        unified: { cache },
        unifiedSql:
          'SELECT q.endpoint, c.per_minute, count(*), count(DISTINCT user_id) FROM cache.rate_limiter_logs q LEFT JOIN cache.rate_configs c USING (endpoint) WHERE NOT q.allowed GROUP BY 1 ORDER BY 1',
      },
    ]);
  }, 60_000);

  it('arduino-trader', async () => {
    const at = await migrated('arduino-trader', makeArduinoTrader);
    const [history, universe, portfolio, ledger] = ['history', 'universe', 'portfolio', 'ledger'].map(
      (name) => `data/${name}.db`,
    ) as [string, string, string, string];
    const each = {
      files: 'data/history/*.db',
      create: 'CREATE TEMP TABLE prices (symbol, date, close_price, volume, source)',
      into: 'prices',
      sql: 'SELECT ?, date, close_price, volume, source FROM one.daily_prices',
    };
    const last = `SELECT isin, total_score FROM (SELECT *, row_number() OVER (PARTITION BY isin ORDER BY last_updated DESC) AS place FROM
      (SELECT * FROM s.scores UNION ALL SELECT * FROM c.scores)) WHERE place = 1`;
    expectSameAnswers(at, [
      {
        name: 'prices of 65 symbols',
        each,
        sql: 'SELECT symbol, count(*), min(date), max(date), sum(close_price), sum(volume) FROM temp.prices GROUP BY symbol ORDER BY symbol',
        unified: { history },
        unifiedSql:
          'SELECT symbol, count(*), min(date), max(date), sum(close_price), sum(volume) FROM history.daily_prices GROUP BY symbol ORDER BY symbol',
      },
      {
        name: 'the ten symbols that moved most on the last day that most have',
        each,
        sql: 'SELECT symbol, date, close_price, source FROM temp.prices WHERE date = (SELECT date FROM temp.prices GROUP BY date ORDER BY count(*) DESC, date DESC LIMIT 1) ORDER BY close_price DESC, symbol LIMIT 10',
        unified: { history },
        unifiedSql:
          'SELECT symbol, date, close_price, source FROM history.daily_prices WHERE date = (SELECT date FROM history.daily_prices GROUP BY date ORDER BY count(*) DESC, date DESC LIMIT 1) ORDER BY close_price DESC, symbol LIMIT 10',
      },
      {
        name: 'active securities and the newer of two scores',
        attach: { f: 'data/config.db', s: 'data/state.db', c: 'data/calculations.db' },
        sql: `SELECT x.isin, x.symbol, n.total_score FROM f.securities x LEFT JOIN (${last}) n USING (isin) WHERE x.active = 1 ORDER BY x.isin`,
        unified: { universe, portfolio },
        unifiedSql:
          'SELECT x.isin, x.symbol, n.total_score FROM universe.securities x LEFT JOIN portfolio.scores n USING (isin) WHERE x.active = 1 ORDER BY x.isin',
      },
      {
        name: 'dividends and trades of one symbol together',
        attach: { d: 'data/dividends.db', l: 'data/ledger.db' },
        sql: `SELECT symbol, (SELECT sum(amount_eur) FROM d.dividend_history d WHERE d.symbol = t.symbol), sum(value_cents), count(*) FROM l.trades t GROUP BY symbol ORDER BY symbol`,
        unified: { ledger },
        unifiedSql: `SELECT symbol, (SELECT sum(amount_eur) FROM ledger.dividend_history d WHERE d.symbol = t.symbol), sum(value_cents), count(*) FROM ledger.trades t GROUP BY symbol ORDER BY symbol`,
      },
      {
        name: 'balances of buckets',
        attach: { s: 'data/satellites.db' },
        sql: 'SELECT b.id, b.type, c.currency, c.balance FROM s.buckets b JOIN s.bucket_balances c ON c.bucket_id = b.id ORDER BY 1, 3',
        unified: { satellites: 'data/satellites.db' },
        unifiedSql:
          'SELECT b.id, b.type, c.currency, c.balance FROM satellites.buckets b JOIN satellites.bucket_balances c ON c.bucket_id = b.id ORDER BY 1, 3',
      },
    ]);
  }, 60_000);

  it('coffee-maker', async () => {
    const at = await migrated('coffee-maker', makeCoffeeMaker);
    const unified = { roadmap: 'data/roadmap.db' };
    expectSameAnswers(at, [
      {
        name: 'notifications of both kinds',
        attach: { r: 'data/roadmap.db', n: 'data/notifications.db' },
        sql: "SELECT 'agents' AS kind, status, count(*), max(created_at) FROM r.notifications GROUP BY 2 UNION ALL SELECT 'user', status, count(*), max(created_at) FROM n.notifications GROUP BY 2 ORDER BY 1, 2",
        unified,
        unifiedSql:
          "SELECT 'agents' AS kind, status, count(*), max(created_at) FROM roadmap.notification_roadmap GROUP BY 2 UNION ALL SELECT 'user', status, count(*), max(created_at) FROM roadmap.notification_user GROUP BY 2 ORDER BY 1, 2",
      },
      {
        name: 'priorities that are not complete, through the view',
        attach: { r: 'data/roadmap.db' },
        sql: 'SELECT * FROM r.active_priorities',
        unified,
        unifiedSql: 'SELECT * FROM roadmap.active_priorities',
      },
      {
        name: 'tasks with the groups that they wait for',
        attach: { r: 'data/roadmap.db', c: 'coffee_maker.db' },
        sql: 'SELECT t.task_id, t.status, s.title, d.depends_on_group_id FROM r.implementation_tasks t LEFT JOIN c.task_group_dependencies d USING (task_group_id) LEFT JOIN r.technical_specs s ON s.id = t.spec_id ORDER BY 1, 4',
        unified,
        unifiedSql:
          'SELECT t.task_id, t.status, s.title, d.depends_on_group_id FROM roadmap.specs_task t LEFT JOIN roadmap.specs_task_dependency d USING (task_group_id) LEFT JOIN roadmap.specs_specification s ON s.id = t.spec_id ORDER BY 1, 4',
      },
      {
        name: 'what agents did, through a view that moved',
        attach: { o: 'data/orchestrator.db' },
        sql: 'SELECT * FROM o.agent_performance ORDER BY 1',
        unified,
        unifiedSql: 'SELECT * FROM roadmap.agent_performance ORDER BY 1',
      },
      {
        name: 'commits and reviews, under the old names',
        attach: { r: 'data/roadmap.db' },
        sql: 'SELECT c.commit_sha, c.files_changed, v.quality_score, v.payload FROM r.implementation_commits c LEFT JOIN r.code_reviews v USING (commit_sha) ORDER BY 1, v.id',
        unified,
        unifiedSql:
          'SELECT c.commit_sha, c.files_changed, v.quality_score, v.payload FROM roadmap.implementation_commits c LEFT JOIN roadmap.code_reviews v USING (commit_sha) ORDER BY 1, v.id',
      },
    ]);
  }, 60_000);
});
