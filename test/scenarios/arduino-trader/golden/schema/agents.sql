-- data/agents.db: Strategy management
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
PRAGMA auto_vacuum = INCREMENTAL;
PRAGMA foreign_keys = ON;

CREATE TABLE agent_configs (id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, toml TEXT NOT NULL, active INTEGER DEFAULT 1);

CREATE TABLE config_history (id INTEGER PRIMARY KEY AUTOINCREMENT, agent_id TEXT NOT NULL REFERENCES agent_configs(id) ON DELETE CASCADE, toml TEXT NOT NULL, changed_at TEXT);

CREATE TABLE sequences (sequence_hash TEXT, portfolio_hash TEXT, sequence_json TEXT NOT NULL, priority REAL, completed INTEGER DEFAULT 0, PRIMARY KEY (sequence_hash, portfolio_hash));

CREATE TABLE evaluations (sequence_hash TEXT, portfolio_hash TEXT, end_score REAL NOT NULL, breakdown BLOB, PRIMARY KEY (sequence_hash, portfolio_hash), FOREIGN KEY (sequence_hash, portfolio_hash) REFERENCES sequences(sequence_hash, portfolio_hash));
