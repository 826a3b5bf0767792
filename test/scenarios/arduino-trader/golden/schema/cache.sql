-- data/cache.db: Ephemeral operational data
PRAGMA journal_mode = WAL;
PRAGMA synchronous = OFF;
PRAGMA auto_vacuum = FULL;
PRAGMA foreign_keys = ON;

CREATE TABLE cache_data (cache_key TEXT PRIMARY KEY, cache_value BLOB, expires_at INTEGER);

CREATE TABLE recommendations (uuid TEXT PRIMARY KEY, symbol TEXT NOT NULL, side TEXT NOT NULL, quantity REAL, reason TEXT, status TEXT DEFAULT 'pending', created_at TEXT);
CREATE INDEX idx_recommendations_status ON recommendations(status);
