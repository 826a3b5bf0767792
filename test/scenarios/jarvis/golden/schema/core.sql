-- data/jarvis_core.db: Operational trading data (hot path)
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
PRAGMA auto_vacuum = INCREMENTAL;
PRAGMA foreign_keys = ON;

-- Positions of three bots: `source` says whose, and a token is unique for each of them only.
CREATE TABLE positions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    symbol TEXT NOT NULL,
    token_address TEXT NOT NULL,
    entry_price REAL NOT NULL,
    current_price REAL,
    amount REAL NOT NULL,
    amount_sol REAL NOT NULL,
    status TEXT NOT NULL CHECK(status IN ('open', 'closed', 'partial')),
    entry_time TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    exit_time TIMESTAMP,
    pnl_usd REAL DEFAULT 0.0,
    pnl_percent REAL DEFAULT 0.0,
    take_profit_percent REAL,
    stop_loss_percent REAL,
    trailing_stop_enabled INTEGER DEFAULT 0,
    trailing_stop_activation REAL,
    trailing_stop_distance REAL,
    highest_price REAL,
    wallet_address TEXT NOT NULL,
    user_id INTEGER,
    notes TEXT,
    metadata TEXT, -- JSON blob for flexibility
    source TEXT NOT NULL,
    UNIQUE (source, token_address)
);
CREATE INDEX idx_positions_status ON positions(status);
CREATE INDEX idx_positions_token ON positions(token_address);
CREATE INDEX idx_positions_wallet ON positions(wallet_address);
CREATE INDEX idx_positions_user ON positions(user_id);

CREATE TABLE position_notes (
    id INTEGER PRIMARY KEY,
    position_id INTEGER NOT NULL REFERENCES positions(id) ON DELETE CASCADE,
    note TEXT NOT NULL
);

CREATE TABLE trades (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    position_id INTEGER,
    direction TEXT NOT NULL CHECK(direction IN ('buy', 'sell')),
    symbol TEXT NOT NULL,
    token_address TEXT NOT NULL,
    amount REAL NOT NULL,
    amount_sol REAL NOT NULL,
    price REAL NOT NULL,
    slippage_bps INTEGER,
    signature TEXT UNIQUE,
    status TEXT NOT NULL CHECK(status IN ('pending', 'confirmed', 'failed')),
    via TEXT CHECK(via IN ('bags_fm', 'jupiter', 'manual')),
    fee_sol REAL DEFAULT 0.0,
    fee_lamports INTEGER DEFAULT 0, -- what the legacy table counts in: exact
    partner_fee_sol REAL DEFAULT 0.0,
    timestamp TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    confirmation_time TIMESTAMP,
    error_message TEXT,
    metadata TEXT, -- JSON blob
    FOREIGN KEY (position_id) REFERENCES positions(id) ON DELETE SET NULL
);
CREATE INDEX idx_trades_position ON trades(position_id);
CREATE INDEX idx_trades_signature ON trades(signature);
CREATE INDEX idx_trades_timestamp ON trades(timestamp DESC);
CREATE INDEX idx_trades_status ON trades(status);
CREATE INDEX idx_trades_via ON trades(via);

CREATE TABLE users (user_id INTEGER PRIMARY KEY, username TEXT, created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP);

CREATE TABLE items (id INTEGER PRIMARY KEY, kind TEXT NOT NULL, payload TEXT, created_at TIMESTAMP);

CREATE TABLE memory_entries (id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE, value, created_at TIMESTAMP);

CREATE TABLE bags_intel (id INTEGER PRIMARY KEY, token_address TEXT NOT NULL, score REAL, report TEXT, scanned_at TIMESTAMP);
CREATE INDEX idx_bags_intel_token ON bags_intel(token_address);

CREATE TABLE config (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL,
    description TEXT,
    updated_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP
);

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
CREATE INDEX idx_tax_lots_acquisition ON tax_lots(acquisition_date);

CREATE TABLE wash_sales (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    sold_lot_id INTEGER NOT NULL,
    replacement_lot_id INTEGER NOT NULL,
    disallowed_loss_usd REAL NOT NULL,
    wash_sale_date TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    FOREIGN KEY (sold_lot_id) REFERENCES tax_lots(id),
    FOREIGN KEY (replacement_lot_id) REFERENCES tax_lots(id)
);

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
    metadata TEXT, -- JSON blob
    FOREIGN KEY (position_id) REFERENCES positions(id) ON DELETE CASCADE
);
CREATE INDEX idx_treasury_orders_status ON treasury_orders(status);
CREATE INDEX idx_treasury_orders_token ON treasury_orders(token_address);
CREATE INDEX idx_treasury_orders_position ON treasury_orders(position_id);

-- Versions of this schema
CREATE TABLE "schema_version" (version INTEGER PRIMARY KEY, description TEXT, applied_at TEXT NOT NULL);

INSERT INTO config (key, value, description) VALUES
    ('max_positions', '50', 'Maximum concurrent positions'),
    ('default_tp_percent', '50.0', 'Default take-profit percentage'),
    ('default_sl_percent', '20.0', 'Default stop-loss percentage'),
    ('max_trade_usd', '1000.0', 'Maximum single trade size USD'),
    ('max_daily_usd', '5000.0', 'Maximum daily trading volume USD'),
    ('use_bags_fm', 'true', 'Primary router: bags.fm or Jupiter'),
    ('slippage_bps', '100', 'Default slippage basis points (1%)') ON CONFLICT DO NOTHING;

INSERT INTO "schema_version" ("version", "description", "applied_at") VALUES (1, 'consolidated by SQLite Consolidator', datetime('now')) ON CONFLICT DO NOTHING;

CREATE VIEW open_positions AS SELECT id, symbol, token_address, amount_sol FROM positions WHERE status = 'open';

-- Old names that stay readable and writable as views:
--   settings of data/jarvis.db is now config
