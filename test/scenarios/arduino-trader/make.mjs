// Makes the arduino-trader scenario: eleven databases, two empty ones, and one history file for each of 65 symbols.
//   node test/scenarios/arduino-trader/make.mjs DIRECTORY [SEED]
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { insertRows, leaveRowsInWal, makeDatabase, markWriteAheadLog } from '../shared/databases.mjs';
import { seeded } from '../shared/seeded.mjs';
import { DAILY_PRICES, SCHEMAS } from './schemas.mjs';

const HERE = path.dirname(fileURLToPath(import.meta.url));
export const SYMBOLS = symbols(65);

/**
 * Writes the workspace into `directory` (created when absent).
 * @param {string} directory
 * @param {{ seed?: number }} [options]
 */
export async function makeArduinoTrader(directory, { seed = 1 } = {}) {
  mkdirSync(directory, { recursive: true });
  cpSync(path.join(HERE, 'schema'), path.join(directory, 'schema'), { recursive: true });
  const random = seeded(seed);
  const file = (name) => path.join(directory, name);
  for (const [name, schema] of Object.entries(SCHEMAS)) {
    makeDatabase(file(name), (database) => {
      database.exec(schema);
      if (name !== 'data/ledger.db') ROWS[name]?.(database, random);
    });
    if (name !== 'data/ledger.db') markWriteAheadLog(file(name));
  }
  // The newest trades are only in the log.
  leaveRowsInWal(file('data/ledger.db'), (database) => ROWS['data/ledger.db'](database, random));
  for (const symbol of SYMBOLS) {
    const name = file(`data/history/${symbol}.db`);
    makeDatabase(name, (database) => {
      database.exec(DAILY_PRICES);
      dailyPrices(database, random);
    });
    markWriteAheadLog(name);
  }
  writeFileSync(file('data/trader.db'), '');
  writeFileSync(file('data/optimizer.db'), '');
}

/** `AAPL_US`, `AMD_US`, then made-up ones; one has a dot, one begins with a digit. */
function symbols(count) {
  const random = seeded(65);
  const known = ['AAPL_US', 'AMD_US', 'ASML_EU', '0700_HK', 'BRK.B_US', 'SAP_DE'];
  const found = new Set(known);
  while (found.size < count)
    found.add(
      `${Array.from({ length: random.integer(2, 4) }, () => String.fromCharCode(65 + random.integer(0, 25))).join('')}_${random.pick(['US', 'EU', 'DE', 'HK'])}`,
    );
  return [...found];
}

const numbers = (count) => Array.from({ length: count }, (_, index) => index + 1);
const isin = (number) => `US${String(number).padStart(9, '0')}1`;
const day = (number) => new Date(Date.UTC(2025, 0, 1) + number * 86400000).toISOString().slice(0, 10);

function dailyPrices(database, random) {
  const first = random.integer(0, 30);
  insertRows(
    database,
    'daily_prices',
    ['date', 'open_price', 'high_price', 'low_price', 'close_price', 'volume', 'source', 'created_at'],
    numbers(random.integer(180, 250)).map((number) => [
      day(first + number),
      random.chance(0.02) ? null : random.real(1, 500),
      random.real(1, 500),
      random.real(1, 500),
      random.chance(0.2) ? random.integer(1, 500) : random.real(1, 500),
      random.chance(0.05) ? 9007199254740993n : random.integer(0, 5_000_000_000),
      random.pick(['yahoo', 'tradernet', null]),
      random.time(),
    ]),
  );
}

const ROWS = {
  'data/config.db'(database, random) {
    insertRows(
      database,
      'country_groups',
      ['group_name', 'country_name'],
      [
        ['EU', 'Germany'],
        ['EU', 'Österreich'],
        ['US', 'United States'],
        ['ASIA', '中国'],
      ],
    );
    insertRows(
      database,
      'industry_groups',
      ['group_name', 'industry_name'],
      [
        ['Tech', 'Semiconductors'],
        ['Tech', 'Software'],
        ['Food', "McDonald's"],
      ],
    );
    insertRows(
      database,
      'securities',
      ['isin', 'symbol', 'name', 'industry', 'country', 'active', 'currency', 'created_at', 'updated_at'],
      SYMBOLS.map((symbol, index) => [
        isin(index),
        symbol,
        random.sentence(2),
        'Software',
        'Germany',
        index % 9 === 0 ? 0 : 1,
        random.pick(['EUR', 'USD']),
        random.time(),
        random.time(),
      ]),
    );
    insertRows(
      database,
      'settings',
      ['key', 'value', 'description', 'updated_at'],
      [
        ['min_trade_size', '400', null, random.time()],
        ['trading_mode', 'research', 'live or "research"', random.time()],
        ['factor', '007', '', random.time()],
      ],
    );
    insertRows(
      database,
      'allocation_targets',
      ['type', 'name', 'target_pct'],
      [
        ['country_group', 'EU', 0.5],
        ['country_group', 'US', 0.3],
        ['industry_group', 'Tech', 1],
      ],
    );
  },
  'data/state.db'(database, random) {
    insertRows(
      database,
      'positions',
      ['isin', 'symbol', 'quantity', 'avg_price', 'current_price', 'currency', 'last_updated'],
      SYMBOLS.slice(0, 34).map((symbol, index) => [
        isin(index),
        symbol,
        random.integer(1, 90),
        random.real(1, 300),
        random.chance(0.1) ? null : random.real(1, 300),
        'EUR',
        random.time(),
      ]),
    );
    // Older than those in calculations.db
    insertRows(
      database,
      'scores',
      ['isin', 'total_score', 'last_updated'],
      numbers(12).map((number) => [isin(number), 3, '2024-12-31T00:00:00']),
    );
  },
  'data/calculations.db'(database, random) {
    insertRows(
      database,
      'scores',
      ['isin', 'total_score', 'quality_score', 'sell_score', 'last_updated'],
      numbers(60).map((number) => [
        isin(number),
        random.real(0, 1),
        random.real(0, 1),
        random.chance(0.2) ? null : random.real(0, 1),
        random.time(),
      ]),
    );
    insertRows(
      database,
      'calculated_metrics',
      ['isin', 'metric', 'value', 'calculated_at'],
      numbers(60).flatMap((number) =>
        ['CAGR_5Y', 'RSI_14', 'EMA_200'].map((metric) => [isin(number), metric, random.real(-1, 100), random.time()]),
      ),
    );
  },
  'data/snapshots.db'(database, random) {
    insertRows(
      database,
      'portfolio_snapshots',
      ['date', 'total_value', 'cash_balance', 'annual_turnover'],
      numbers(300).map((number) => [
        day(number),
        random.real(10000, 90000),
        random.integer(0, 5000),
        random.chance(0.3) ? null : random.real(0, 1),
      ]),
    );
  },
  'data/dividends.db'(database, random) {
    insertRows(
      database,
      'dividend_history',
      ['symbol', 'isin', 'amount', 'currency', 'amount_eur', 'payment_date'],
      numbers(45).map((number) => [
        SYMBOLS[number],
        isin(number),
        random.real(0, 90),
        'USD',
        random.real(0, 80),
        day(number),
      ]),
    );
  },
  'data/ledger.db'(database, random) {
    insertRows(
      database,
      'trades',
      ['symbol', 'isin', 'side', 'quantity', 'price', 'executed_at', 'order_id', 'value_cents'],
      numbers(400).map((number) => [
        random.pick(SYMBOLS),
        isin(number % 65),
        random.pick(['BUY', 'SELL']),
        random.integer(1, 90),
        random.real(1, 300),
        random.time(),
        number % 40 === 0 ? null : `order-${number}`,
        9007199254740993n + BigInt(number),
      ]),
    );
    database.exec('DELETE FROM trades WHERE id > 395');
    insertRows(
      database,
      'cash_flows',
      ['transaction_id', 'type', 'amount', 'currency', 'date', 'params_json'],
      numbers(120).map((number) => [
        `tx-${number}`,
        random.pick(['deposit', 'fee', 'dividend']),
        random.real(-90, 900),
        'EUR',
        day(number),
        '{"note": "it\'s"}',
      ]),
    );
  },
  'data/satellites.db'(database, random) {
    insertRows(
      database,
      'buckets',
      ['id', 'name', 'type', 'target_pct', 'agent_id'],
      [
        ['core', 'Core', 'core', 1, null],
        ['momentum', 'Momentum', 'satellite', 0.25, 'agent-1'],
      ],
    );
    insertRows(
      database,
      'bucket_balances',
      ['bucket_id', 'currency', 'balance'],
      [
        ['core', 'EUR', 1200.5],
        ['core', 'USD', 3],
        ['momentum', 'EUR', 0],
      ],
    );
    insertRows(
      database,
      'bucket_transactions',
      ['bucket_id', 'type', 'amount', 'created_at'],
      numbers(30).map(() => [random.pick(['core', 'momentum']), 'transfer', random.real(-9, 9), random.time()]),
    );
  },
  'data/planner.db'(database, random) {
    insertRows(
      database,
      'agent_configs',
      ['id', 'name', 'toml'],
      [['agent-1', 'Balanced', '[planner]\nname = "Balanced"']],
    );
    insertRows(
      database,
      'config_history',
      ['agent_id', 'toml', 'changed_at'],
      [['agent-1', '[planner]', random.time()]],
    );
    const hashes = numbers(80).map(() => random.hex(32));
    insertRows(
      database,
      'sequences',
      ['sequence_hash', 'portfolio_hash', 'sequence_json', 'priority'],
      hashes.map((hash) => [hash, 'p1', '[]', random.real(0, 1)]),
    );
    insertRows(
      database,
      'evaluations',
      ['sequence_hash', 'portfolio_hash', 'end_score', 'breakdown'],
      hashes.slice(0, 50).map((hash) => [hash, 'p1', random.real(0, 1), random.bytes(40)]),
    );
  },
  'data/recommendations.db'(database, random) {
    insertRows(
      database,
      'recommendations',
      ['uuid', 'symbol', 'side', 'quantity', 'reason', 'created_at'],
      numbers(25).map(() => [
        random.hex(32),
        random.pick(SYMBOLS),
        'BUY',
        random.integer(1, 9),
        random.sentence(8),
        random.time(),
      ]),
    );
  },
  'data/cache.db'(database, random) {
    insertRows(
      database,
      'cache_data',
      ['cache_key', 'cache_value', 'expires_at'],
      numbers(40).map((number) => [`key-${number}`, random.bytes(60), 1769000000 + number]),
    );
  },
  'data/rates.db'(database, random) {
    insertRows(
      database,
      'exchange_rates',
      ['from_currency', 'to_currency', 'rate', 'date'],
      numbers(90).flatMap((number) =>
        ['USD', 'HKD', 'GBP'].map((currency) => [currency, 'EUR', random.real(0.1, 1.2), day(number)]),
      ),
    );
  },
};

if (process.argv[1] && path.resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const [directory, seed] = process.argv.slice(2);
  if (!directory) {
    console.error('usage: node make.mjs DIRECTORY [SEED]');
    process.exit(2);
  }
  await makeArduinoTrader(directory, { seed: seed === undefined ? 1 : Number(seed) });
}
