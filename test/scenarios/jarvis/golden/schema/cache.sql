-- data/jarvis_cache.db: Temporary data, can be rebuilt (cold path)
PRAGMA journal_mode = WAL;
PRAGMA synchronous = OFF;
PRAGMA auto_vacuum = FULL;
PRAGMA foreign_keys = ON;

CREATE TABLE kv_entries (key TEXT PRIMARY KEY, value BLOB, expires_at INTEGER);

CREATE TABLE last_actions (bot TEXT PRIMARY KEY, action TEXT, at TIMESTAMP);

CREATE TABLE cache_entries (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL,
    expires_at TIMESTAMP,
    created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP
);
CREATE INDEX idx_cache_expires ON cache_entries(expires_at);

CREATE TABLE bot_state (bot TEXT PRIMARY KEY, state TEXT, updated_at TIMESTAMP);

CREATE TABLE rate_configs (endpoint TEXT PRIMARY KEY, per_minute INTEGER NOT NULL);

CREATE TABLE rate_limiter_logs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id INTEGER NOT NULL,
    endpoint TEXT NOT NULL,
    timestamp TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    allowed INTEGER DEFAULT 1
);
CREATE INDEX idx_rate_limiter_user ON rate_limiter_logs(user_id);
CREATE INDEX idx_rate_limiter_timestamp ON rate_limiter_logs(timestamp DESC);

CREATE TABLE limit_stats (endpoint TEXT PRIMARY KEY, allowed INTEGER, refused INTEGER);

CREATE TABLE sessions (
    session_id TEXT PRIMARY KEY,
    user_id INTEGER NOT NULL,
    data TEXT, -- JSON blob
    created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    last_accessed TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    expires_at TIMESTAMP
);
CREATE INDEX idx_sessions_user ON sessions(user_id);
CREATE INDEX idx_sessions_expires ON sessions(expires_at);

-- Versions of this schema
CREATE TABLE "schema_version" (version INTEGER PRIMARY KEY, description TEXT, applied_at TEXT NOT NULL);

INSERT INTO "schema_version" ("version", "description", "applied_at") VALUES (1, 'consolidated by SQLite Consolidator', datetime('now')) ON CONFLICT DO NOTHING;

CREATE TRIGGER cache_entries_expire AFTER INSERT ON cache_entries BEGIN
    DELETE FROM cache_entries WHERE expires_at IS NOT NULL AND expires_at < CURRENT_TIMESTAMP;
END;

-- Old names that stay readable and writable as views:
--   request_log of data/rate_limiter.db is now rate_limiter_logs
