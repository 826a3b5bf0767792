/** DDL of the legacy databases of the arduino-trader scenario, by path. */
export const DAILY_PRICES = `
CREATE TABLE daily_prices (
    date TEXT PRIMARY KEY,
    open_price REAL,
    high_price REAL,
    low_price REAL,
    close_price REAL NOT NULL CHECK(close_price >= 0),
    volume INTEGER,
    source TEXT DEFAULT 'yahoo',
    created_at TEXT NOT NULL
);
CREATE INDEX idx_prices_date ON daily_prices(date DESC);`;

export const SCHEMAS = {
  // Mixed: securities + settings + targets
  'data/config.db': `
CREATE TABLE country_groups (id INTEGER PRIMARY KEY AUTOINCREMENT, group_name TEXT NOT NULL, country_name TEXT NOT NULL, UNIQUE(group_name, country_name));
CREATE TABLE industry_groups (id INTEGER PRIMARY KEY AUTOINCREMENT, group_name TEXT NOT NULL, industry_name TEXT NOT NULL, UNIQUE(group_name, industry_name));
CREATE TABLE securities (
    isin TEXT PRIMARY KEY,
    symbol TEXT NOT NULL,
    yahoo_symbol TEXT,
    name TEXT NOT NULL,
    product_type TEXT,
    industry TEXT,
    country TEXT,
    fullExchangeName TEXT,
    min_lot INTEGER DEFAULT 1,
    active INTEGER NOT NULL DEFAULT 1,
    allow_buy INTEGER DEFAULT 1,
    priority_multiplier REAL DEFAULT 1.0,
    currency TEXT,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
) STRICT;
CREATE INDEX idx_securities_active ON securities(active);
CREATE INDEX idx_securities_symbol ON securities(symbol COLLATE NOCASE);
CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL, description TEXT, updated_at TEXT NOT NULL);
CREATE TABLE allocation_targets (id INTEGER PRIMARY KEY, type TEXT NOT NULL, name TEXT NOT NULL, target_pct REAL NOT NULL, created_at TEXT, updated_at TEXT, UNIQUE(type, name));
CREATE VIEW active_securities AS SELECT isin, symbol, name FROM securities WHERE active = 1;
CREATE TRIGGER settings_touch AFTER UPDATE OF value ON settings BEGIN
    UPDATE settings SET updated_at = CURRENT_TIMESTAMP WHERE key = new.key;
END;`,

  // Mixed: positions + scores + snapshots
  'data/state.db': `
CREATE TABLE positions (
    isin TEXT PRIMARY KEY,
    symbol TEXT NOT NULL,
    quantity REAL NOT NULL,
    avg_price REAL NOT NULL,
    current_price REAL,
    currency TEXT,
    currency_rate REAL DEFAULT 1.0,
    market_value_eur REAL,
    last_updated TEXT
);
CREATE TABLE scores (isin TEXT PRIMARY KEY, total_score REAL NOT NULL, quality_score REAL, sell_score REAL, last_updated TEXT NOT NULL);
CREATE TABLE portfolio_snapshots (date TEXT PRIMARY KEY, total_value REAL NOT NULL, cash_balance REAL NOT NULL, annual_turnover REAL, created_at TEXT);`,

  'data/calculations.db': `
CREATE TABLE scores (isin TEXT PRIMARY KEY, total_score REAL NOT NULL, quality_score REAL, sell_score REAL, last_updated TEXT NOT NULL);
CREATE INDEX idx_scores_total ON scores(total_score DESC);
CREATE TABLE calculated_metrics (isin TEXT NOT NULL, metric TEXT NOT NULL, value REAL NOT NULL, calculated_at TEXT NOT NULL, expires_at TEXT, PRIMARY KEY (isin, metric)) WITHOUT ROWID;`,

  'data/snapshots.db': `
CREATE TABLE portfolio_snapshots (date TEXT PRIMARY KEY, total_value REAL NOT NULL, cash_balance REAL NOT NULL, annual_turnover REAL, created_at TEXT);`,

  'data/dividends.db': `
CREATE TABLE dividend_history (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    symbol TEXT NOT NULL,
    isin TEXT,
    amount REAL NOT NULL,
    currency TEXT NOT NULL,
    amount_eur REAL NOT NULL,
    payment_date TEXT NOT NULL,
    reinvested INTEGER DEFAULT 0
);
CREATE INDEX idx_dividends_date ON dividend_history(payment_date);`,

  'data/ledger.db': `
CREATE TABLE trades (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    symbol TEXT NOT NULL,
    isin TEXT,
    side TEXT NOT NULL CHECK(side IN ('BUY', 'SELL')),
    quantity REAL NOT NULL CHECK(quantity > 0),
    price REAL NOT NULL CHECK(price > 0),
    executed_at TEXT NOT NULL,
    order_id TEXT UNIQUE,
    value_cents INTEGER,
    bucket_id TEXT DEFAULT 'core'
);
CREATE INDEX idx_trades_executed ON trades(executed_at);
CREATE TABLE cash_flows (id INTEGER PRIMARY KEY AUTOINCREMENT, transaction_id TEXT UNIQUE NOT NULL, type TEXT NOT NULL, amount REAL NOT NULL, currency TEXT NOT NULL, date TEXT NOT NULL, params_json TEXT);`,

  'data/satellites.db': `
CREATE TABLE buckets (id TEXT PRIMARY KEY, name TEXT NOT NULL, type TEXT NOT NULL CHECK(type IN ('core', 'satellite')), target_pct REAL, status TEXT NOT NULL DEFAULT 'active', agent_id TEXT);
CREATE TABLE bucket_balances (bucket_id TEXT NOT NULL REFERENCES buckets(id), currency TEXT NOT NULL, balance REAL NOT NULL DEFAULT 0, PRIMARY KEY (bucket_id, currency));
CREATE TABLE bucket_transactions (id INTEGER PRIMARY KEY AUTOINCREMENT, bucket_id TEXT NOT NULL, type TEXT NOT NULL, amount REAL NOT NULL, created_at TEXT, FOREIGN KEY (bucket_id) REFERENCES buckets(id) ON DELETE CASCADE);`,

  'data/planner.db': `
CREATE TABLE agent_configs (id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, toml TEXT NOT NULL, active INTEGER DEFAULT 1);
CREATE TABLE config_history (id INTEGER PRIMARY KEY AUTOINCREMENT, agent_id TEXT NOT NULL REFERENCES agent_configs(id) ON DELETE CASCADE, toml TEXT NOT NULL, changed_at TEXT);
CREATE TABLE sequences (sequence_hash TEXT, portfolio_hash TEXT, sequence_json TEXT NOT NULL, priority REAL, completed INTEGER DEFAULT 0, PRIMARY KEY (sequence_hash, portfolio_hash));
CREATE TABLE evaluations (sequence_hash TEXT, portfolio_hash TEXT, end_score REAL NOT NULL, breakdown BLOB, PRIMARY KEY (sequence_hash, portfolio_hash), FOREIGN KEY (sequence_hash, portfolio_hash) REFERENCES sequences(sequence_hash, portfolio_hash));`,

  'data/recommendations.db': `
CREATE TABLE recommendations (uuid TEXT PRIMARY KEY, symbol TEXT NOT NULL, side TEXT NOT NULL, quantity REAL, reason TEXT, status TEXT DEFAULT 'pending', created_at TEXT);
CREATE INDEX idx_recommendations_status ON recommendations(status);`,

  'data/cache.db': `
CREATE TABLE cache_data (cache_key TEXT PRIMARY KEY, cache_value BLOB, expires_at INTEGER);`,

  'data/rates.db': `
CREATE TABLE exchange_rates (from_currency TEXT NOT NULL, to_currency TEXT NOT NULL, rate REAL NOT NULL, date TEXT NOT NULL, PRIMARY KEY (from_currency, to_currency, date));`,
};
