-- data/config.db: Application configuration
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
PRAGMA auto_vacuum = INCREMENTAL;
PRAGMA foreign_keys = ON;

CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL, description TEXT, updated_at TEXT NOT NULL);

CREATE TABLE allocation_targets (id INTEGER PRIMARY KEY, type TEXT NOT NULL, name TEXT NOT NULL, target_pct REAL NOT NULL, created_at TEXT, updated_at TEXT, UNIQUE(type, name));

CREATE TRIGGER settings_touch AFTER UPDATE OF value ON settings BEGIN
    UPDATE settings SET updated_at = CURRENT_TIMESTAMP WHERE key = new.key;
END;
