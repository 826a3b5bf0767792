-- data/ledger.db: Financial audit trail
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA auto_vacuum = NONE;
PRAGMA foreign_keys = ON;

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

CREATE TABLE cash_flows (id INTEGER PRIMARY KEY AUTOINCREMENT, transaction_id TEXT UNIQUE NOT NULL, type TEXT NOT NULL, amount REAL NOT NULL, currency TEXT NOT NULL, date TEXT NOT NULL, params_json TEXT);

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
CREATE INDEX idx_dividends_date ON dividend_history(payment_date);
