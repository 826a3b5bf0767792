-- data/universe.db: Securities and investment universe
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
PRAGMA auto_vacuum = INCREMENTAL;
PRAGMA foreign_keys = ON;

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
CREATE INDEX idx_securities_symbol ON securities(symbol COLLATE NOCASE);
CREATE INDEX idx_securities_active ON securities(active);

CREATE VIEW active_securities AS SELECT isin, symbol, name FROM securities WHERE active = 1;
