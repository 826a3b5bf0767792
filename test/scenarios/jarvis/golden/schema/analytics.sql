-- data/jarvis_analytics.db: Analytics, memory, logs (warm path)
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
PRAGMA auto_vacuum = INCREMENTAL;
PRAGMA foreign_keys = ON;

-- Scorecards of four bots, told apart by bot_type.
CREATE TABLE scorecards (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    bot_type TEXT NOT NULL,
    timestamp TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    total_trades INTEGER DEFAULT 0,
    winning_trades INTEGER DEFAULT 0,
    losing_trades INTEGER DEFAULT 0,
    total_pnl_sol REAL DEFAULT 0.0,
    total_pnl_usd REAL DEFAULT 0.0,
    total_volume_sol REAL DEFAULT 0.0,
    avg_win_percent REAL DEFAULT 0.0,
    avg_loss_percent REAL DEFAULT 0.0,
    win_rate REAL DEFAULT 0.0,
    sharpe_ratio REAL,
    max_drawdown_percent REAL,
    total_fees_paid_sol REAL DEFAULT 0.0,
    total_partner_fees_sol REAL DEFAULT 0.0,
    bags_fm_trade_count INTEGER DEFAULT 0,
    jupiter_trade_count INTEGER DEFAULT 0,
    period TEXT CHECK(period IN ('daily', 'weekly', 'monthly', 'all_time'))
);
CREATE INDEX idx_scorecard_timestamp ON scorecards(timestamp DESC);
CREATE INDEX idx_scorecard_period ON scorecards(bot_type, period);

CREATE TABLE alert_rules (id INTEGER PRIMARY KEY, rule TEXT NOT NULL UNIQUE, threshold NUMERIC);

CREATE TABLE calls (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    symbol TEXT NOT NULL,
    token_address TEXT NOT NULL,
    call_type TEXT CHECK(call_type IN ('buy', 'sell', 'hold')),
    entry_price REAL,
    target_price REAL,
    stop_loss_price REAL,
    reasoning TEXT,
    timestamp TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    caller TEXT,
    metadata TEXT
);
CREATE INDEX idx_calls_timestamp ON calls(timestamp DESC);

CREATE TABLE call_outcomes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    call_id INTEGER NOT NULL,
    outcome TEXT CHECK(outcome IN ('win', 'loss', 'break_even', 'pending')),
    pnl_percent REAL,
    closed_at TIMESTAMP,
    notes TEXT,
    FOREIGN KEY (call_id) REFERENCES calls(id) ON DELETE CASCADE
);
CREATE INDEX idx_call_outcomes_call ON call_outcomes(call_id);

CREATE TABLE health_checks (id INTEGER PRIMARY KEY AUTOINCREMENT, component TEXT NOT NULL, ok INTEGER NOT NULL, latency_ms REAL, checked_at TIMESTAMP);

CREATE TABLE daily_stats (date TEXT PRIMARY KEY, trades INTEGER, pnl_sol REAL);

CREATE TABLE treasury_stats (date TEXT PRIMARY KEY, balance_sol REAL, lamports INTEGER);

CREATE TABLE trade_learnings (id INTEGER PRIMARY KEY, trade_id INTEGER, learning TEXT NOT NULL);

CREATE TABLE pick_performance (id INTEGER PRIMARY KEY, symbol TEXT, pick_price REAL, best_price REAL, picked_at TIMESTAMP);

CREATE TABLE telegram_users (
    user_id INTEGER PRIMARY KEY,
    username TEXT,
    first_name TEXT,
    last_name TEXT,
    is_admin INTEGER DEFAULT 0,
    is_banned INTEGER DEFAULT 0,
    first_seen TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    last_seen TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    message_count INTEGER DEFAULT 0,
    preferences TEXT -- JSON blob
);
CREATE INDEX idx_telegram_users_admin ON telegram_users(is_admin);
CREATE INDEX idx_telegram_users_last_seen ON telegram_users(last_seen DESC);

CREATE TABLE ai_entities (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    entity_type TEXT NOT NULL,
    name TEXT NOT NULL UNIQUE,
    description TEXT,
    created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    last_referenced TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    reference_count INTEGER DEFAULT 1
);
CREATE INDEX idx_ai_entities_type ON ai_entities(entity_type);
CREATE INDEX idx_ai_entities_last_referenced ON ai_entities(last_referenced DESC);

CREATE TABLE ai_facts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    entity_id INTEGER,
    fact TEXT NOT NULL,
    confidence REAL DEFAULT 1.0,
    source TEXT,
    created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    updated_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    is_active INTEGER DEFAULT 1,
    FOREIGN KEY (entity_id) REFERENCES ai_entities(id) ON DELETE CASCADE
);
CREATE INDEX idx_ai_facts_entity ON ai_facts(entity_id);
CREATE INDEX idx_ai_facts_active ON ai_facts(is_active);

-- What the full-text table indexes; triggers keep the two alike.
CREATE TABLE reflections (id INTEGER PRIMARY KEY, content TEXT NOT NULL, timestamp TEXT, tags TEXT);

-- Virtual FTS5 table for semantic search
CREATE VIRTUAL TABLE ai_reflections USING fts5(
    content,
    timestamp,
    tags,
    tokenize = 'porter unicode61'
);

CREATE TABLE tweets (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tweet_id TEXT UNIQUE,
    content TEXT NOT NULL,
    timestamp TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    likes INTEGER DEFAULT 0,
    retweets INTEGER DEFAULT 0,
    replies INTEGER DEFAULT 0,
    impressions INTEGER DEFAULT 0,
    url TEXT,
    metadata TEXT -- JSON blob
);
CREATE INDEX idx_tweets_timestamp ON tweets(timestamp DESC);
CREATE INDEX idx_tweets_tweet_id ON tweets(tweet_id);

CREATE TABLE llm_costs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    provider TEXT NOT NULL CHECK(provider IN ('anthropic', 'xai', 'openai', 'other')),
    model TEXT NOT NULL,
    input_tokens INTEGER DEFAULT 0,
    output_tokens INTEGER DEFAULT 0,
    cost_usd REAL NOT NULL,
    purpose TEXT,
    timestamp TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    metadata TEXT
);
CREATE INDEX idx_llm_costs_provider ON llm_costs(provider);
CREATE INDEX idx_llm_costs_timestamp ON llm_costs(timestamp DESC);

CREATE TABLE llm_daily_stats (date TEXT PRIMARY KEY, cost_usd REAL, calls INTEGER);

CREATE TABLE budget_alerts (id INTEGER PRIMARY KEY AUTOINCREMENT, threshold REAL NOT NULL, fired_at TIMESTAMP);

CREATE TABLE price_list (model TEXT PRIMARY KEY, input_price REAL, output_price REAL);

CREATE TABLE metrics_1m (name TEXT NOT NULL, bucket INTEGER NOT NULL, value REAL, PRIMARY KEY (name, bucket)) WITHOUT ROWID;

CREATE TABLE metrics_1h (name TEXT NOT NULL, bucket INTEGER NOT NULL, value REAL, PRIMARY KEY (name, bucket)) WITHOUT ROWID;

CREATE TABLE alert_history (id INTEGER PRIMARY KEY AUTOINCREMENT, rule TEXT NOT NULL, fired_at TIMESTAMP, payload BLOB);

CREATE TABLE metrics (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    metric_name TEXT NOT NULL,
    metric_value REAL NOT NULL,
    timestamp TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    tags TEXT, -- JSON blob for flexible tagging
    metadata TEXT
);
CREATE INDEX idx_metrics_name ON metrics(metric_name);
CREATE INDEX idx_metrics_timestamp ON metrics(timestamp DESC);

CREATE TABLE sentiment_readings (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    symbol TEXT NOT NULL,
    token_address TEXT NOT NULL,
    score REAL NOT NULL CHECK(score >= 0.0 AND score <= 100.0),
    sentiment TEXT CHECK(sentiment IN ('bullish', 'bearish', 'neutral')),
    confidence REAL,
    source TEXT,
    timestamp TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    metadata TEXT -- JSON: grok response, twitter mentions, etc.
);
CREATE INDEX idx_sentiment_symbol ON sentiment_readings(symbol);
CREATE INDEX idx_sentiment_timestamp ON sentiment_readings(timestamp DESC);

CREATE TABLE telegram_messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id INTEGER NOT NULL,
    username TEXT,
    message TEXT NOT NULL,
    timestamp TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    message_type TEXT CHECK(message_type IN ('command', 'query', 'response', 'notification')),
    context TEXT -- JSON blob for conversation context
);
CREATE INDEX idx_telegram_messages_user ON telegram_messages(user_id);
CREATE INDEX idx_telegram_messages_timestamp ON telegram_messages(timestamp DESC);

CREATE TABLE telegram_memories (id INTEGER PRIMARY KEY AUTOINCREMENT, user_id INTEGER, content TEXT NOT NULL, created_at TIMESTAMP);

CREATE TABLE telegram_instructions (id INTEGER PRIMARY KEY AUTOINCREMENT, instruction TEXT NOT NULL, active INTEGER DEFAULT 1);

CREATE TABLE telegram_learnings (id INTEGER PRIMARY KEY AUTOINCREMENT, topic TEXT, learning TEXT NOT NULL, confidence REAL);

CREATE TABLE whale_wallets (
    address TEXT PRIMARY KEY,
    label TEXT,
    total_sol_moved REAL DEFAULT 0.0,
    first_seen TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    last_active TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    is_active INTEGER DEFAULT 1
);

CREATE TABLE whale_movements (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    wallet_address TEXT NOT NULL,
    token_address TEXT NOT NULL,
    token_symbol TEXT,
    amount_sol REAL NOT NULL,
    direction TEXT CHECK(direction IN ('in', 'out')),
    signature TEXT UNIQUE,
    timestamp TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    FOREIGN KEY (wallet_address) REFERENCES whale_wallets(address) ON DELETE CASCADE
);
CREATE INDEX idx_whale_movements_wallet ON whale_movements(wallet_address);
CREATE INDEX idx_whale_movements_timestamp ON whale_movements(timestamp DESC);

-- Versions of this schema
CREATE TABLE "schema_version" (version INTEGER PRIMARY KEY, description TEXT, applied_at TEXT NOT NULL);

INSERT INTO "schema_version" ("version", "description", "applied_at") VALUES (1, 'consolidated by SQLite Consolidator', datetime('now')) ON CONFLICT DO NOTHING;

CREATE TRIGGER reflections_insert AFTER INSERT ON reflections BEGIN
    INSERT INTO ai_reflections(rowid, content, timestamp, tags) VALUES (new.id, new.content, new.timestamp, new.tags);
END;

CREATE TRIGGER reflections_delete AFTER DELETE ON reflections BEGIN
    DELETE FROM ai_reflections WHERE rowid = old.id;
END;

-- Old names that stay readable and writable as views:
--   scorecard of bots/bags_intel/scorecard.db is now scorecards
--   llm_usage of data/llm_costs.db is now llm_costs
--   messages of data/telegram_memory.db is now telegram_messages
--   memories of data/telegram_memory.db is now telegram_memories
--   instructions of data/telegram_memory.db is now telegram_instructions
--   learnings of data/telegram_memory.db is now telegram_learnings
