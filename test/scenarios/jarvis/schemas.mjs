/** DDL of the production databases of the jarvis scenario, by path. */
const SCORECARD = `CREATE TABLE scorecard (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    timestamp TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    total_trades INTEGER DEFAULT 0,
    winning_trades INTEGER DEFAULT 0,
    losing_trades INTEGER DEFAULT 0,
    total_pnl_sol REAL DEFAULT 0.0,
    win_rate REAL DEFAULT 0.0,
    max_drawdown_percent REAL,
    period TEXT CHECK(period IN ('daily', 'weekly', 'monthly', 'all_time'))
);
CREATE INDEX idx_scorecard_period ON scorecard(period);`;

export const SCHEMAS = {
  'data/jarvis.db': `
CREATE TABLE positions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    symbol TEXT NOT NULL,
    token_mint TEXT NOT NULL UNIQUE,
    entry_price REAL NOT NULL,
    current_price REAL,
    amount REAL NOT NULL,
    amount_sol REAL NOT NULL,
    status TEXT NOT NULL CHECK(status IN ('open', 'closed', 'partial')),
    entry_time TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    exit_time TIMESTAMP,
    pnl REAL,
    take_profit_percent REAL,
    stop_loss_percent REAL,
    wallet_address TEXT NOT NULL,
    user_id INTEGER,
    notes TEXT
);
CREATE INDEX idx_positions_status ON positions(status);
CREATE INDEX idx_positions_wallet ON positions(wallet_address);
CREATE TABLE trades (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    position_id INTEGER,
    direction TEXT NOT NULL CHECK(direction IN ('buy', 'sell')),
    symbol TEXT NOT NULL,
    token_mint TEXT NOT NULL,
    amount REAL NOT NULL,
    amount_sol REAL NOT NULL,
    price REAL NOT NULL,
    signature TEXT UNIQUE,
    status TEXT NOT NULL CHECK(status IN ('pending', 'confirmed', 'failed')),
    via TEXT CHECK(via IN ('bags_fm', 'jupiter', 'manual')),
    fee_lamports INTEGER DEFAULT 0,
    timestamp TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    FOREIGN KEY (position_id) REFERENCES positions(id) ON DELETE SET NULL
);
CREATE INDEX idx_trades_position ON trades(position_id);
${SCORECARD}
CREATE TABLE users (user_id INTEGER PRIMARY KEY, username TEXT, created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP);
CREATE TABLE items (id INTEGER PRIMARY KEY, kind TEXT NOT NULL, payload TEXT, created_at TIMESTAMP);
CREATE TABLE memory_entries (id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL, value, created_at TIMESTAMP, UNIQUE(key));
CREATE TABLE bags_intel (id INTEGER PRIMARY KEY, token_mint TEXT NOT NULL, score REAL, report TEXT, scanned_at TIMESTAMP);
CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL, updated_at TIMESTAMP);
CREATE TABLE daily_stats (date TEXT PRIMARY KEY, trades INTEGER, pnl_sol REAL);
CREATE TABLE treasury_stats (date TEXT PRIMARY KEY, balance_sol REAL, lamports INTEGER);
CREATE TABLE trade_learnings (id INTEGER PRIMARY KEY, trade_id INTEGER REFERENCES trades(id), learning TEXT NOT NULL);
CREATE TABLE pick_performance (id INTEGER PRIMARY KEY, symbol TEXT, pick_price REAL, best_price REAL, picked_at TIMESTAMP);
CREATE TABLE bot_state (bot TEXT PRIMARY KEY, state TEXT, updated_at TIMESTAMP);
CREATE TABLE debug_log (id INTEGER PRIMARY KEY, line TEXT);
CREATE VIEW open_positions AS SELECT id, symbol, token_mint, amount_sol FROM positions WHERE status = 'open';`,

  'bots/treasury/.positions.db': `
CREATE TABLE positions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    symbol TEXT NOT NULL,
    mint TEXT NOT NULL UNIQUE,
    entry_price REAL NOT NULL,
    size REAL NOT NULL,
    size_sol REAL NOT NULL,
    state TEXT NOT NULL CHECK(state IN ('OPEN', 'CLOSED')),
    opened_at TEXT,
    closed_at TEXT,
    wallet TEXT NOT NULL
);
CREATE TABLE position_notes (
    id INTEGER PRIMARY KEY,
    position_id INTEGER NOT NULL REFERENCES positions(id) ON DELETE CASCADE,
    note TEXT NOT NULL
);`,

  'bots/bags_intel/.positions.db': `
CREATE TABLE positions (
    position_id TEXT PRIMARY KEY,
    token TEXT NOT NULL,
    price REAL NOT NULL,
    qty REAL NOT NULL,
    sol REAL NOT NULL,
    is_open INTEGER NOT NULL DEFAULT 1,
    opened_unix INTEGER NOT NULL
);`,

  'bots/treasury/scorecard.db': SCORECARD,
  'bots/twitter/scorecard.db': SCORECARD,
  'bots/bags_intel/scorecard.db': SCORECARD,

  'data/treasury_trades.db': `
CREATE TABLE treasury_orders (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    order_type TEXT NOT NULL CHECK(order_type IN ('market', 'limit', 'stop_loss', 'take_profit')),
    side TEXT NOT NULL CHECK(side IN ('buy', 'sell')),
    symbol TEXT NOT NULL,
    token_address TEXT NOT NULL,
    amount_sol REAL NOT NULL,
    limit_price REAL,
    trigger_price REAL,
    status TEXT NOT NULL CHECK(status IN ('pending', 'active', 'filled', 'cancelled', 'expired')),
    position_id INTEGER,
    created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    updated_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    filled_at TIMESTAMP,
    filled_price REAL,
    filled_amount REAL,
    fills_count INTEGER DEFAULT 0,
    metadata TEXT,
    FOREIGN KEY (position_id) REFERENCES positions(id) ON DELETE CASCADE
);
CREATE INDEX idx_treasury_orders_status ON treasury_orders(status);`,

  'data/tax.db': `
CREATE TABLE tax_lots (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    trade_id INTEGER NOT NULL,
    token_address TEXT NOT NULL,
    symbol TEXT NOT NULL,
    quantity REAL NOT NULL,
    cost_basis_usd REAL NOT NULL,
    acquisition_date TIMESTAMP NOT NULL,
    disposal_date TIMESTAMP,
    disposal_proceeds_usd REAL,
    short_term INTEGER DEFAULT 1,
    wash_sale INTEGER DEFAULT 0,
    FOREIGN KEY (trade_id) REFERENCES trades(id) ON DELETE CASCADE
);
CREATE INDEX idx_tax_lots_token ON tax_lots(token_address);
CREATE TABLE wash_sales (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    sold_lot_id INTEGER NOT NULL,
    replacement_lot_id INTEGER NOT NULL,
    disallowed_loss_usd REAL NOT NULL,
    wash_sale_date TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    FOREIGN KEY (sold_lot_id) REFERENCES tax_lots(id),
    FOREIGN KEY (replacement_lot_id) REFERENCES tax_lots(id)
);`,

  'data/telegram_memory.db': `
CREATE TABLE messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id INTEGER NOT NULL,
    username TEXT,
    message TEXT NOT NULL,
    timestamp TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    kind TEXT CHECK(kind IN ('command', 'query', 'response', 'notification')),
    context TEXT
);
CREATE INDEX idx_messages_user ON messages(user_id);
CREATE TABLE memories (id INTEGER PRIMARY KEY AUTOINCREMENT, user_id INTEGER, content TEXT NOT NULL, created_at TIMESTAMP);
CREATE TABLE instructions (id INTEGER PRIMARY KEY AUTOINCREMENT, instruction TEXT NOT NULL, active INTEGER DEFAULT 1);
CREATE TABLE learnings (id INTEGER PRIMARY KEY AUTOINCREMENT, topic TEXT, learning TEXT NOT NULL, confidence REAL);
CREATE TABLE outbox (id INTEGER PRIMARY KEY, message TEXT);`,

  'data/jarvis_admin.db': `
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
    preferences TEXT
);`,

  'data/jarvis_x_memory.db': `
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
    metadata TEXT
);`,

  'data/jarvis_memory.db': `
CREATE TABLE ai_entities (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    entity_type TEXT NOT NULL,
    name TEXT NOT NULL UNIQUE,
    description TEXT,
    created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    last_referenced TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    reference_count INTEGER DEFAULT 1
);
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
CREATE TABLE reflections (id INTEGER PRIMARY KEY, content TEXT NOT NULL, timestamp TEXT, tags TEXT);
CREATE VIRTUAL TABLE ai_reflections USING fts5(content, timestamp, tags, tokenize = 'porter unicode61');
CREATE TRIGGER reflections_insert AFTER INSERT ON reflections BEGIN
    INSERT INTO ai_reflections(rowid, content, timestamp, tags) VALUES (new.id, new.content, new.timestamp, new.tags);
END;
CREATE TRIGGER reflections_delete AFTER DELETE ON reflections BEGIN
    DELETE FROM ai_reflections WHERE rowid = old.id;
END;`,

  'data/sentiment.db': `
CREATE TABLE sentiment_readings (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    symbol TEXT NOT NULL,
    token_address TEXT NOT NULL,
    score REAL NOT NULL CHECK(score >= 0.0 AND score <= 100.0),
    sentiment TEXT CHECK(sentiment IN ('bullish', 'bearish', 'neutral')),
    confidence REAL,
    source TEXT,
    timestamp TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    metadata TEXT
);`,

  'data/call_tracking.db': `
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
CREATE TABLE call_outcomes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    call_id INTEGER NOT NULL,
    outcome TEXT CHECK(outcome IN ('win', 'loss', 'break_even', 'pending')),
    pnl_percent REAL,
    closed_at TIMESTAMP,
    notes TEXT,
    FOREIGN KEY (call_id) REFERENCES calls(id) ON DELETE CASCADE
);`,

  'data/whales.db': `
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
);`,

  'data/metrics.db': `
CREATE TABLE metrics_1m (name TEXT NOT NULL, bucket INTEGER NOT NULL, value REAL, PRIMARY KEY (name, bucket)) WITHOUT ROWID;
CREATE TABLE metrics_1h (name TEXT NOT NULL, bucket INTEGER NOT NULL, value REAL, PRIMARY KEY (name, bucket)) WITHOUT ROWID;
CREATE TABLE alert_history (id INTEGER PRIMARY KEY AUTOINCREMENT, rule TEXT NOT NULL, fired_at TIMESTAMP, payload BLOB);
CREATE TABLE metrics (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    metric_name TEXT NOT NULL,
    metric_value REAL NOT NULL,
    timestamp TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    tags TEXT,
    metadata TEXT
);`,

  'data/llm_costs.db': `
CREATE TABLE llm_usage (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    provider TEXT NOT NULL,
    model TEXT NOT NULL,
    input_tokens INTEGER DEFAULT 0,
    output_tokens INTEGER DEFAULT 0,
    cost REAL NOT NULL,
    purpose TEXT,
    ts TIMESTAMP DEFAULT CURRENT_TIMESTAMP
);
CREATE TABLE llm_daily_stats (date TEXT PRIMARY KEY, cost_usd REAL, calls INTEGER);
CREATE TABLE budget_alerts (id INTEGER PRIMARY KEY AUTOINCREMENT, threshold REAL NOT NULL, fired_at TIMESTAMP);
CREATE TABLE price_list (model TEXT PRIMARY KEY, input_price REAL, output_price REAL);`,

  'data/rate_limiter.db': `
CREATE TABLE rate_configs (endpoint TEXT PRIMARY KEY, per_minute INTEGER NOT NULL);
CREATE TABLE request_log (id INTEGER PRIMARY KEY AUTOINCREMENT, user_id INTEGER NOT NULL, endpoint TEXT NOT NULL, timestamp TIMESTAMP, allowed INTEGER DEFAULT 1);
CREATE TABLE limit_stats (endpoint TEXT PRIMARY KEY, allowed INTEGER, refused INTEGER);`,

  'data/cache/file_cache.db': `
CREATE TABLE cache_entries (key TEXT PRIMARY KEY, value TEXT NOT NULL, expires_at TIMESTAMP, created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP);`,
  'data/cache.db': `
CREATE TABLE kv_entries (key TEXT PRIMARY KEY, value BLOB, expires_at INTEGER);
CREATE TABLE last_actions (bot TEXT PRIMARY KEY, action TEXT, at TIMESTAMP);`,
  'data/sessions.db': `
CREATE TABLE sessions (
    session_id TEXT PRIMARY KEY,
    user_id INTEGER NOT NULL,
    data TEXT,
    created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    last_accessed TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    expires_at TIMESTAMP
);
CREATE INDEX idx_sessions_user ON sessions(user_id);`,
  'data/health.db': `
CREATE TABLE health_checks (id INTEGER PRIMARY KEY AUTOINCREMENT, component TEXT NOT NULL, ok INTEGER NOT NULL, latency_ms REAL, checked_at TIMESTAMP);`,

  'data/alerts.db': `CREATE TABLE alert_rules (id INTEGER PRIMARY KEY, rule TEXT NOT NULL UNIQUE, threshold NUMERIC);`,

  'data/engagement.db': `CREATE TABLE engagement (tweet_id TEXT PRIMARY KEY, likes INTEGER, sampled_at TIMESTAMP);`,
  'data/jarvis_spam_protection.db': `CREATE TABLE spam_verdicts (id INTEGER PRIMARY KEY, user_id INTEGER, verdict TEXT, at TIMESTAMP);`,
  'data/raid_bot.db': `CREATE TABLE raids (id INTEGER PRIMARY KEY, tweet_url TEXT, started_at TIMESTAMP); CREATE TABLE raiders (raid_id INTEGER REFERENCES raids(id), user_id INTEGER);`,
  'data/achievements.db': `CREATE TABLE achievements (id INTEGER PRIMARY KEY, user_id INTEGER, name TEXT, awarded_at TIMESTAMP);`,
  'data/test_jarvis.db': `CREATE TABLE positions (id INTEGER PRIMARY KEY, symbol TEXT);`,
};
