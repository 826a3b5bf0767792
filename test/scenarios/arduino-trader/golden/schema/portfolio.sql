-- data/portfolio.db: Current portfolio state
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
PRAGMA auto_vacuum = INCREMENTAL;
PRAGMA foreign_keys = ON;

CREATE TABLE scores (isin TEXT PRIMARY KEY, total_score REAL NOT NULL, quality_score REAL, sell_score REAL, last_updated TEXT NOT NULL);
CREATE INDEX idx_scores_total ON scores(total_score DESC);

CREATE TABLE calculated_metrics (isin TEXT NOT NULL, metric TEXT NOT NULL, value REAL NOT NULL, calculated_at TEXT NOT NULL, expires_at TEXT, PRIMARY KEY (isin, metric)) WITHOUT ROWID;

CREATE TABLE portfolio_snapshots (date TEXT PRIMARY KEY, total_value REAL NOT NULL, cash_balance REAL NOT NULL, annual_turnover REAL, created_at TEXT);

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
