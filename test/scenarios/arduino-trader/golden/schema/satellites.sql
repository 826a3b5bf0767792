-- data/satellites.db: Multi-bucket portfolio system
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
PRAGMA auto_vacuum = INCREMENTAL;
PRAGMA foreign_keys = ON;

CREATE TABLE buckets (id TEXT PRIMARY KEY, name TEXT NOT NULL, type TEXT NOT NULL CHECK(type IN ('core', 'satellite')), target_pct REAL, status TEXT NOT NULL DEFAULT 'active', agent_id TEXT);

CREATE TABLE bucket_balances (bucket_id TEXT NOT NULL REFERENCES buckets(id), currency TEXT NOT NULL, balance REAL NOT NULL DEFAULT 0, PRIMARY KEY (bucket_id, currency));

CREATE TABLE bucket_transactions (id INTEGER PRIMARY KEY AUTOINCREMENT, bucket_id TEXT NOT NULL, type TEXT NOT NULL, amount REAL NOT NULL, created_at TEXT, FOREIGN KEY (bucket_id) REFERENCES buckets(id) ON DELETE CASCADE);
