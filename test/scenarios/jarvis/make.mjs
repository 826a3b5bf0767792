// Makes the jarvis scenario: 35 files, of which 6 are AppleDouble metadata and one is empty.
//   node test/scenarios/jarvis/make.mjs DIRECTORY [SEED]
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { insertRows, leaveRowsInWal, makeDatabase, markWriteAheadLog } from '../shared/databases.mjs';
import { seeded } from '../shared/seeded.mjs';
import { SCHEMAS } from './schemas.mjs';

const HERE = path.dirname(fileURLToPath(import.meta.url));
const BASE58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';

/**
 * Writes the workspace into `directory` (created when absent).
 * @param {string} directory
 * @param {{ seed?: number }} [options]
 */
export async function makeJarvis(directory, { seed = 1 } = {}) {
  mkdirSync(directory, { recursive: true });
  cpSync(path.join(HERE, 'schema'), path.join(directory, 'schema'), { recursive: true });
  const random = seeded(seed);
  const mints = Array.from({ length: 40 }, () => text(random, 44));
  const file = (name) => path.join(directory, name);
  const context = { random, mints };
  for (const [name, schema] of Object.entries(SCHEMAS)) {
    makeDatabase(file(name), (database) => {
      database.exec(schema);
      if (name !== 'data/jarvis.db') ROWS[name](database, context);
    });
    // Most of them are in WAL mode, checkpointed or not.
    if (!name.startsWith('data/cache/') && name !== 'data/tax.db' && name !== 'data/jarvis.db')
      markWriteAheadLog(file(name));
  }
  leaveRowsInWal(file('data/jarvis.db'), (database) => ROWS['data/jarvis.db'](database, context));
  writeFileSync(file('data/ai_memory.db'), '');
  for (const name of ['jarvis', 'telegram_memory', 'llm_costs', 'metrics', 'tax', 'whales'])
    writeFileSync(file(`data/._${name}.db`), appleDouble());
}

const text = (random, length) => Array.from({ length }, () => BASE58[random.integer(0, 57)]).join('');
const numbers = (count) => Array.from({ length: count }, (_, index) => index + 1);

/** What macOS leaves on file systems without extended attributes (RFC 1740). */
function appleDouble() {
  const bytes = Buffer.alloc(4096);
  bytes.writeUInt32BE(0x00051607, 0);
  bytes.writeUInt32BE(0x00020000, 4);
  bytes.write('Mac OS X        ', 8, 'latin1');
  bytes.writeUInt16BE(2, 24);
  return bytes;
}

function scorecard(rows) {
  return (database, { random }) =>
    insertRows(
      database,
      'scorecard',
      [
        'timestamp',
        'total_trades',
        'winning_trades',
        'losing_trades',
        'total_pnl_sol',
        'win_rate',
        'max_drawdown_percent',
        'period',
      ],
      numbers(rows).map(() => {
        const won = random.integer(0, 30);
        const lost = random.integer(0, 30);
        return [
          random.time(),
          won + lost,
          won,
          lost,
          random.real(-5, 9),
          won / (won + lost || 1),
          random.chance(0.3) ? null : random.real(0, 60),
          random.pick(['daily', 'weekly', 'monthly', 'all_time']),
        ];
      }),
    );
}

const ROWS = {
  'data/jarvis.db'(database, { random, mints }) {
    insertRows(
      database,
      'positions',
      [
        'symbol',
        'token_mint',
        'entry_price',
        'current_price',
        'amount',
        'amount_sol',
        'status',
        'entry_time',
        'exit_time',
        'pnl',
        'take_profit_percent',
        'stop_loss_percent',
        'wallet_address',
        'user_id',
        'notes',
      ],
      numbers(33).map((number) => [
        random.pick(['SOL', 'BONK', 'WIF', "O'TOKEN", '犬']),
        mints[number - 1],
        random.real(0, 1),
        random.chance(0.2) ? null : random.real(0, 1),
        random.integer(1, 1_000_000),
        random.real(0.1, 20),
        random.pick(['open', 'closed', 'partial']),
        random.time(),
        random.chance(0.5) ? random.time() : null,
        random.chance(0.4) ? null : random.real(-50, 120),
        50,
        20,
        text(random, 44),
        random.integer(1, 5),
        random.chance(0.3) ? random.sentence(4) : null,
      ]),
    );
    insertRows(
      database,
      'trades',
      [
        'position_id',
        'direction',
        'symbol',
        'token_mint',
        'amount',
        'amount_sol',
        'price',
        'signature',
        'status',
        'via',
        'fee_lamports',
        'timestamp',
      ],
      numbers(27).map((number) => [
        random.integer(1, 33),
        random.pick(['buy', 'sell']),
        'SOL',
        mints[number - 1],
        random.real(1, 900),
        random.real(0.1, 20),
        random.real(0, 1),
        text(random, 88),
        random.pick(['pending', 'confirmed', 'failed']),
        random.pick(['bags_fm', 'jupiter', 'manual', null]),
        9007199254740993n + BigInt(number),
        random.time(),
      ]),
    );
    scorecard(12)(database, { random });
    insertRows(
      database,
      'users',
      ['user_id', 'username', 'created_at'],
      numbers(5).map((number) => [number * 7_000_000_000, random.sentence(1), random.time()]),
    );
    insertRows(
      database,
      'items',
      ['kind', 'payload', 'created_at'],
      numbers(10).map(() => [random.pick(['note', 'task']), random.sentence(12), random.time()]),
    );
    insertRows(
      database,
      'memory_entries',
      ['key', 'value', 'created_at'],
      [
        ['name', 'Jarvis', random.time()],
        ['pi', 3.25, random.time()],
        ['seven', '007', random.time()],
        ['key', random.bytes(16), random.time()],
        ['none', null, random.time()],
      ],
    );
    insertRows(
      database,
      'bags_intel',
      ['token_mint', 'score', 'report', 'scanned_at'],
      numbers(60).map((number) => [mints[number % 40], random.real(0, 100), random.sentence(40), random.time()]),
    );
    insertRows(
      database,
      'settings',
      ['key', 'value', 'updated_at'],
      [
        ['max_positions', '25', random.time()],
        ['use_bags_fm', 'false', random.time()],
        ['theme', 'dark', random.time()],
      ],
    );
    insertRows(
      database,
      'daily_stats',
      ['date', 'trades', 'pnl_sol'],
      numbers(30).map((number) => [
        `2026-01-${String(number).padStart(2, '0')}`,
        random.integer(0, 9),
        random.real(-2, 3),
      ]),
    );
    insertRows(
      database,
      'treasury_stats',
      ['date', 'balance_sol', 'lamports'],
      numbers(30).map((number) => [
        `2026-01-${String(number).padStart(2, '0')}`,
        random.real(10, 20),
        9223372036854775800n + BigInt(number % 8),
      ]),
    );
    insertRows(
      database,
      'trade_learnings',
      ['trade_id', 'learning'],
      numbers(9).map(() => [random.integer(1, 27), random.sentence(9)]),
    );
    insertRows(
      database,
      'pick_performance',
      ['symbol', 'pick_price', 'best_price', 'picked_at'],
      numbers(14).map(() => ['BONK', random.real(0, 1), random.real(0, 2), random.time()]),
    );
    insertRows(
      database,
      'bot_state',
      ['bot', 'state', 'updated_at'],
      ['treasury', 'twitter', 'bags_intel'].map((bot) => [bot, '{"on": true}', random.time()]),
    );
    insertRows(
      database,
      'debug_log',
      ['line'],
      numbers(200).map(() => [random.sentence(8)]),
    );
    // The counter of deleted rows must not come back.
    database.exec("UPDATE sqlite_sequence SET seq = 500 WHERE name = 'positions'");
  },

  'bots/treasury/.positions.db'(database, { random, mints }) {
    insertRows(
      database,
      'positions',
      ['symbol', 'mint', 'entry_price', 'size', 'size_sol', 'state', 'opened_at', 'closed_at', 'wallet'],
      // Tokens that jarvis.db has as well: UNIQUE holds per source only.
      numbers(8).map((number) => [
        'SOL',
        mints[number + 1],
        random.real(0, 1),
        random.integer(1, 900),
        random.real(0, 5),
        random.pick(['OPEN', 'CLOSED']),
        random.time(),
        null,
        text(random, 44),
      ]),
    );
    insertRows(
      database,
      'position_notes',
      ['position_id', 'note'],
      numbers(20).map(() => [random.integer(1, 8), random.sentence(6)]),
    );
  },

  'bots/bags_intel/.positions.db'(database, { random, mints }) {
    insertRows(
      database,
      'positions',
      ['position_id', 'token', 'price', 'qty', 'sol', 'is_open', 'opened_unix'],
      numbers(6).map((number) => [
        `bags-${random.hex(6)}`,
        mints[number + 10],
        random.real(0, 1),
        random.integer(1, 99),
        random.real(0, 3),
        number % 2,
        1769000000 + number,
      ]),
    );
  },

  'bots/treasury/scorecard.db': scorecard(10),
  'bots/twitter/scorecard.db': scorecard(4),
  'bots/bags_intel/scorecard.db': scorecard(7),

  'data/treasury_trades.db'(database, { random, mints }) {
    insertRows(
      database,
      'treasury_orders',
      [
        'order_type',
        'side',
        'symbol',
        'token_address',
        'amount_sol',
        'status',
        'position_id',
        'created_at',
        'updated_at',
      ],
      numbers(40).map((number) => [
        random.pick(['market', 'limit']),
        random.pick(['buy', 'sell']),
        'SOL',
        mints[number - 1],
        random.real(0, 9),
        random.pick(['pending', 'filled', 'cancelled']),
        random.chance(0.2) ? null : random.integer(1, 33),
        random.time(),
        random.time(),
      ]),
    );
  },

  'data/tax.db'(database, { random, mints }) {
    insertRows(
      database,
      'tax_lots',
      ['trade_id', 'token_address', 'symbol', 'quantity', 'cost_basis_usd', 'acquisition_date'],
      numbers(24).map((number) => [
        random.integer(1, 27),
        mints[number - 1],
        'SOL',
        random.integer(1, 99),
        random.real(1, 500),
        random.time(),
      ]),
    );
    insertRows(
      database,
      'wash_sales',
      ['sold_lot_id', 'replacement_lot_id', 'disallowed_loss_usd'],
      numbers(3).map((number) => [number, number + 1, random.real(1, 90)]),
    );
  },

  'data/telegram_memory.db'(database, { random }) {
    insertRows(
      database,
      'messages',
      ['user_id', 'username', 'message', 'timestamp', 'kind', 'context'],
      numbers(1734).map(() => [
        random.integer(1, 5) * 7_000_000_000,
        random.sentence(1),
        random.sentence(random.integer(3, 30)),
        random.time(),
        random.pick(['command', 'query', 'response', 'notification', null]),
        random.chance(0.2) ? '{"thread": 1}' : null,
      ]),
    );
    insertRows(
      database,
      'memories',
      ['user_id', 'content', 'created_at'],
      [[7_000_000_000, 'prefers café over tea', random.time()]],
    );
    insertRows(database, 'instructions', ['instruction'], [['never sell "SOL"'], ["don't panic"]]);
    insertRows(
      database,
      'learnings',
      ['topic', 'learning', 'confidence'],
      numbers(25).map(() => [random.sentence(1), random.sentence(9), random.real(0, 1)]),
    );
  },

  'data/jarvis_admin.db'(database, { random }) {
    insertRows(
      database,
      'telegram_users',
      ['user_id', 'username', 'first_name', 'is_admin', 'message_count'],
      numbers(5).map((number) => [
        number * 7_000_000_000,
        random.sentence(1),
        random.sentence(1),
        number === 1 ? 1 : 0,
        random.integer(1, 900),
      ]),
    );
  },
  'data/jarvis_x_memory.db'(database, { random }) {
    insertRows(
      database,
      'tweets',
      ['tweet_id', 'content', 'timestamp', 'likes'],
      numbers(120).map((number) => [
        `18${String(number).padStart(17, '0')}`,
        random.sentence(14),
        random.time(),
        random.integer(0, 900),
      ]),
    );
  },
  'data/jarvis_memory.db'(database, { random }) {
    insertRows(
      database,
      'ai_entities',
      ['entity_type', 'name', 'description'],
      numbers(30).map((number) => [random.pick(['person', 'token']), `entity ${number}`, random.sentence(5)]),
    );
    insertRows(
      database,
      'ai_facts',
      ['entity_id', 'fact', 'confidence'],
      numbers(90).map(() => [random.integer(1, 30), random.sentence(8), random.real(0, 1)]),
    );
    insertRows(
      database,
      'reflections',
      ['content', 'timestamp', 'tags'],
      numbers(70).map(() => [random.sentence(25), random.time(), random.pick(['trading', 'social', ''])]),
    );
  },
  'data/sentiment.db'(database, { random, mints }) {
    insertRows(
      database,
      'sentiment_readings',
      ['symbol', 'token_address', 'score', 'sentiment', 'source', 'timestamp'],
      numbers(300).map(() => [
        'SOL',
        random.pick(mints),
        random.integer(0, 100),
        random.pick(['bullish', 'bearish', 'neutral']),
        'grok',
        random.time(),
      ]),
    );
  },
  'data/call_tracking.db'(database, { random, mints }) {
    insertRows(
      database,
      'calls',
      ['symbol', 'token_address', 'call_type', 'entry_price', 'timestamp'],
      numbers(40).map(() => [
        'WIF',
        random.pick(mints),
        random.pick(['buy', 'sell', 'hold']),
        random.real(0, 1),
        random.time(),
      ]),
    );
    insertRows(
      database,
      'call_outcomes',
      ['call_id', 'outcome', 'pnl_percent'],
      numbers(35).map((number) => [
        number,
        random.pick(['win', 'loss', 'break_even', 'pending']),
        random.real(-90, 300),
      ]),
    );
  },
  'data/whales.db'(database, { random, mints }) {
    const wallets = numbers(12).map(() => text(random, 44));
    insertRows(
      database,
      'whale_wallets',
      ['address', 'label'],
      wallets.map((address, index) => [address, index % 3 === 0 ? null : `whale ${index}`]),
    );
    insertRows(
      database,
      'whale_movements',
      ['wallet_address', 'token_address', 'amount_sol', 'direction', 'signature', 'timestamp'],
      numbers(80).map(() => [
        random.pick(wallets),
        random.pick(mints),
        random.real(10, 9000),
        random.pick(['in', 'out']),
        text(random, 88),
        random.time(),
      ]),
    );
  },
  'data/metrics.db'(database, { random }) {
    for (const table of ['metrics_1m', 'metrics_1h'])
      insertRows(
        database,
        table,
        ['name', 'bucket', 'value'],
        numbers(200).map((number) => [
          random.pick(['cpu', 'memory']) + number,
          1769000000 + number * 60,
          random.real(0, 100),
        ]),
      );
    insertRows(
      database,
      'alert_history',
      ['rule', 'fired_at', 'payload'],
      numbers(5).map(() => ['cpu > 90', random.time(), random.bytes(20)]),
    );
    insertRows(
      database,
      'metrics',
      ['metric_name', 'metric_value', 'timestamp'],
      numbers(150).map(() => ['latency', random.integer(1, 500), random.time()]),
    );
  },
  'data/llm_costs.db'(database, { random }) {
    insertRows(
      database,
      'llm_usage',
      ['provider', 'model', 'input_tokens', 'output_tokens', 'cost', 'purpose', 'ts'],
      numbers(19).map(() => [
        random.pick(['anthropic', 'xai', 'openai', 'groq']),
        'm-1',
        random.integer(1, 9000),
        random.integer(1, 900),
        random.real(0, 1),
        random.pick(['chat', null]),
        random.time(),
      ]),
    );
    insertRows(database, 'llm_daily_stats', ['date', 'cost_usd', 'calls'], [['2026-01-24', 1.5, 19]]);
    insertRows(database, 'price_list', ['model', 'input_price', 'output_price'], [['m-1', 3, 15]]);
  },
  'data/rate_limiter.db'(database, { random }) {
    insertRows(
      database,
      'rate_configs',
      ['endpoint', 'per_minute'],
      ['price', 'swap', 'tweet', 'chat', 'rpc'].map((endpoint) => [endpoint, random.integer(5, 90)]),
    );
    insertRows(
      database,
      'request_log',
      ['user_id', 'endpoint', 'timestamp', 'allowed'],
      numbers(45).map(() => [
        random.integer(1, 5),
        random.pick(['price', 'swap']),
        random.time(),
        random.integer(0, 1),
      ]),
    );
    insertRows(database, 'limit_stats', ['endpoint', 'allowed', 'refused'], [['price', 90, 2]]);
  },
  'data/cache/file_cache.db'(database, { random }) {
    insertRows(
      database,
      'cache_entries',
      ['key', 'value', 'expires_at'],
      numbers(9).map((number) => [`file-${number}`, random.sentence(20), random.time()]),
    );
  },
  'data/cache.db'(database, { random }) {
    insertRows(
      database,
      'kv_entries',
      ['key', 'value', 'expires_at'],
      numbers(6).map((number) => [`k${number}`, random.bytes(30), 1769000000]),
    );
    insertRows(database, 'last_actions', ['bot', 'action', 'at'], [['twitter', 'posted', random.time()]]);
  },
  'data/sessions.db'(database, { random }) {
    insertRows(
      database,
      'sessions',
      ['session_id', 'user_id', 'data'],
      numbers(4).map((number) => [random.hex(32), number, '{}']),
    );
  },
  'data/health.db'(database, { random }) {
    insertRows(
      database,
      'health_checks',
      ['component', 'ok', 'latency_ms', 'checked_at'],
      numbers(25).map(() => [
        random.pick(['rpc', 'telegram']),
        random.integer(0, 1),
        random.real(1, 90),
        random.time(),
      ]),
    );
  },
  'data/alerts.db'(database) {
    insertRows(
      database,
      'alert_rules',
      ['rule', 'threshold'],
      [
        ['cpu', 90],
        ['cost', 1.5],
        ['name', "it's odd"],
      ],
    );
  },
  'data/engagement.db'(database, { random }) {
    insertRows(
      database,
      'engagement',
      ['tweet_id', 'likes', 'sampled_at'],
      numbers(30).map((number) => [String(number), random.integer(0, 90), random.time()]),
    );
  },
  'data/jarvis_spam_protection.db'(database, { random }) {
    insertRows(
      database,
      'spam_verdicts',
      ['user_id', 'verdict', 'at'],
      numbers(12).map((number) => [number, 'ham', random.time()]),
    );
  },
  'data/raid_bot.db'(database, { random }) {
    insertRows(database, 'raids', ['tweet_url', 'started_at'], [['https://x.com/a/status/1', random.time()]]);
    insertRows(
      database,
      'raiders',
      ['raid_id', 'user_id'],
      [
        [1, 1],
        [1, 2],
      ],
    );
  },
  'data/achievements.db'(database, { random }) {
    insertRows(database, 'achievements', ['user_id', 'name', 'awarded_at'], [[1, 'first trade', random.time()]]);
  },
  'data/test_jarvis.db'(database) {
    insertRows(database, 'positions', ['symbol'], [['TEST']]);
  },
};

if (process.argv[1] && path.resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const [directory, seed] = process.argv.slice(2);
  if (!directory) {
    console.error('usage: node make.mjs DIRECTORY [SEED]');
    process.exit(2);
  }
  await makeJarvis(directory, { seed: seed === undefined ? 1 : Number(seed) });
}
