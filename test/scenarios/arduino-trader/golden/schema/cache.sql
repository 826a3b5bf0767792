-- data/cache.db: Ephemeral operational data
PRAGMA journal_mode = WAL;
PRAGMA synchronous = OFF;
PRAGMA auto_vacuum = FULL;
PRAGMA foreign_keys = ON;

CREATE TABLE cache_data (cache_key TEXT PRIMARY KEY, cache_value BLOB, expires_at INTEGER);

CREATE TABLE recommendations (uuid TEXT PRIMARY KEY, symbol TEXT NOT NULL, side TEXT NOT NULL, quantity REAL, reason TEXT, status TEXT DEFAULT 'pending', created_at TEXT);
CREATE INDEX idx_recommendations_status ON recommendations(status);

CREATE TRIGGER "cache_data_expiry" AFTER INSERT ON "cache_data" BEGIN DELETE FROM "cache_data" WHERE CASE typeof("expires_at") WHEN 'text' THEN "expires_at" GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]*' AND julianday("expires_at") < julianday('now') WHEN 'blob' THEN 0 WHEN 'null' THEN 0 ELSE "expires_at" > 0 AND CASE WHEN "expires_at" >= 1e11 THEN "expires_at" / 1000.0 ELSE "expires_at" END < CAST(strftime('%s', 'now') AS INTEGER) END; END;
