-- data/history.db: Historical time series
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
PRAGMA auto_vacuum = INCREMENTAL;
PRAGMA foreign_keys = ON;

CREATE TABLE daily_prices (
    symbol TEXT NOT NULL,
    date TEXT NOT NULL,
    open_price REAL,
    high_price REAL,
    low_price REAL,
    close_price REAL NOT NULL CHECK(close_price >= 0),
    volume INTEGER,
    source TEXT DEFAULT 'yahoo',
    created_at TEXT NOT NULL,
    PRIMARY KEY (symbol, date)
);
CREATE INDEX idx_prices_symbol ON daily_prices(symbol);
CREATE INDEX idx_prices_date ON daily_prices(date DESC);

CREATE TABLE exchange_rates (
    from_currency TEXT NOT NULL,
    to_currency TEXT NOT NULL,
    rate REAL NOT NULL,
    date TEXT NOT NULL,
    PRIMARY KEY (from_currency, to_currency, date)
);

-- Prices of a removed security are collected after 30 days of grace.
CREATE TABLE symbol_removals (
    symbol TEXT PRIMARY KEY,
    removed_at TEXT NOT NULL,
    grace_period_days INTEGER NOT NULL DEFAULT 30,
    row_count INTEGER,
    reason TEXT
);

CREATE TRIGGER "symbol_removals_expiry" AFTER INSERT ON "symbol_removals" BEGIN DELETE FROM "symbol_removals" WHERE CASE typeof("removed_at") WHEN 'text' THEN "removed_at" GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]*' AND julianday("removed_at") < julianday('now', '-2592000 seconds') WHEN 'blob' THEN 0 WHEN 'null' THEN 0 ELSE "removed_at" > 0 AND CASE WHEN "removed_at" >= 1e11 THEN "removed_at" / 1000.0 ELSE "removed_at" END < CAST(strftime('%s', 'now', '-2592000 seconds') AS INTEGER) END; END;
