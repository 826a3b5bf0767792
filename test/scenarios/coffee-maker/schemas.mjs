/** DDL of the nine legacy databases, by path. Their authors wrote each in another mood, and so does this file. */
const SCHEMA_METADATA = `CREATE TABLE schema_metadata (
    table_name TEXT PRIMARY KEY,
    purpose TEXT NOT NULL,
    owner TEXT,
    columns_json TEXT DEFAULT '{}',
    updated_at TEXT NOT NULL
);`;

const IMPLEMENTATION_TASKS = `CREATE TABLE implementation_tasks (
    task_id TEXT PRIMARY KEY,
    priority_number INTEGER NOT NULL,
    task_group_id TEXT NOT NULL,
    priority_order INTEGER NOT NULL CHECK(priority_order > 0),
    spec_id TEXT REFERENCES technical_specs(id),
    status TEXT NOT NULL DEFAULT 'pending' CHECK(status IN ('pending', 'in_progress', 'completed', 'failed')),
    assigned_files TEXT,
    created_at TEXT NOT NULL,
    UNIQUE(task_group_id, priority_order)
);
CREATE INDEX idx_tasks_status ON implementation_tasks(status);`;

export const SCHEMAS = {
  'data/roadmap.db': `
CREATE TABLE technical_specs (
    id TEXT PRIMARY KEY, -- "SPEC-115"
    spec_number INTEGER NOT NULL UNIQUE,
    title TEXT NOT NULL,
    status TEXT NOT NULL DEFAULT 'draft' CHECK(status IN ('draft', 'in_progress', 'finalized', 'approved')),
    content TEXT,
    total_hours REAL,
    phase_files BLOB,
    started_at TEXT,
    updated_at TEXT NOT NULL,
    updated_by TEXT NOT NULL
);
CREATE INDEX idx_specs_status ON technical_specs(status);
CREATE TABLE roadmap_items (
    id TEXT PRIMARY KEY,                    -- "PRIORITY-21", "US-062"
    item_type TEXT NOT NULL CHECK(roadmap_items.item_type IN ('priority', 'user_story')),
    number TEXT NOT NULL,                   -- "20", "20.5"
    title TEXT NOT NULL,
    status TEXT NOT NULL,
    spec_id TEXT,
    content TEXT,
    estimated_hours REAL,
    section_order INTEGER NOT NULL,
    claimed_at_ns INTEGER,
    updated_at TEXT NOT NULL,
    updated_by TEXT NOT NULL,
    title_length INTEGER GENERATED ALWAYS AS (length(title)) VIRTUAL,
    FOREIGN KEY (spec_id) REFERENCES technical_specs(id) ON DELETE SET NULL
);
CREATE INDEX idx_items_status ON roadmap_items(status);
CREATE INDEX idx_items_order ON roadmap_items(section_order DESC) WHERE status <> 'Complete';
CREATE TABLE roadmap_audit (
    audit_id INTEGER PRIMARY KEY AUTOINCREMENT,
    item_id TEXT NOT NULL,
    action TEXT NOT NULL,
    field_changed TEXT,
    old_value TEXT,
    new_value TEXT,
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL
);
CREATE INDEX idx_audit_item ON roadmap_audit(item_id);
CREATE TABLE roadmap_metadata (key TEXT PRIMARY KEY, value, updated_at TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE roadmap_update_notifications (
    notification_id INTEGER PRIMARY KEY AUTOINCREMENT,
    item_id TEXT NOT NULL REFERENCES roadmap_items(id) ON DELETE CASCADE,
    requested_by TEXT NOT NULL,
    requested_status TEXT,
    message TEXT NOT NULL,
    notification_status TEXT DEFAULT 'pending',
    created_at TEXT NOT NULL,
    processed_at TEXT
);
${IMPLEMENTATION_TASKS}
CREATE TABLE implementation_commits (
    id INTEGER PRIMARY KEY,
    commit_sha TEXT NOT NULL UNIQUE,
    task_id TEXT REFERENCES implementation_tasks(task_id),
    message TEXT,
    files_changed INTEGER DEFAULT 0,
    reviewed INTEGER NOT NULL DEFAULT 0,
    committed_at TEXT NOT NULL
);
CREATE INDEX idx_commits_reviewed ON implementation_commits(reviewed, committed_at);
CREATE TABLE code_reviews (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    commit_sha TEXT NOT NULL,
    spec_id TEXT NOT NULL REFERENCES technical_specs(id),
    quality_score REAL CHECK(quality_score BETWEEN 0 AND 100),
    approved INTEGER NOT NULL,
    issues_found INTEGER DEFAULT 0,
    style_feedback TEXT,
    payload,
    reviewed_at TEXT NOT NULL
);
CREATE TABLE notifications (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    target_agent TEXT NOT NULL,
    source_agent TEXT NOT NULL,
    notification_type TEXT NOT NULL,
    item_id TEXT,
    message TEXT NOT NULL,
    status TEXT NOT NULL DEFAULT 'pending' CHECK(status IN ('pending', 'read', 'done')),
    created_at TEXT NOT NULL
);
CREATE INDEX idx_notifications_status ON notifications(status, target_agent);
CREATE TABLE audit_trail (
    audit_id INTEGER PRIMARY KEY AUTOINCREMENT,
    table_name TEXT NOT NULL,
    item_id TEXT NOT NULL,
    action TEXT NOT NULL CHECK(action IN ('create', 'update', 'delete')),
    changed_fields TEXT,
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL
);
${SCHEMA_METADATA}
CREATE VIEW active_priorities AS
    SELECT i.id, i.number, i.title, s.status AS spec_status
    FROM roadmap_items AS i LEFT JOIN technical_specs s ON s.id = i.spec_id
    WHERE i.status <> 'Complete' ORDER BY i.section_order;
CREATE TRIGGER roadmap_items_status AFTER UPDATE OF status ON roadmap_items WHEN old.status IS NOT new.status
BEGIN
    INSERT INTO roadmap_audit (item_id, action, field_changed, old_value, new_value, changed_by, changed_at)
    VALUES (new.id, 'status_change', 'status', old.status, new.status, new.updated_by, new.updated_at);
END;`,

  'data/orchestrator.db': `
CREATE TABLE agent_lifecycle (
    agent_id INTEGER PRIMARY KEY AUTOINCREMENT,
    pid INTEGER NOT NULL,
    agent_type VARCHAR(40) NOT NULL,
    task_id TEXT,
    status TEXT NOT NULL CHECK(status IN ('spawned', 'running', 'completed', 'failed', 'killed')),
    spawned_at TEXT NOT NULL,
    completed_at TEXT,
    duration_ms REAL,
    exit_code INTEGER,
    command TEXT COLLATE NOCASE
);
CREATE INDEX idx_lifecycle_status ON agent_lifecycle(status);
CREATE TABLE orchestrator_state (key TEXT PRIMARY KEY, value, updated_at TEXT);
CREATE TABLE orchestrator_tasks (
    task_id TEXT PRIMARY KEY,
    parent_task_id TEXT REFERENCES orchestrator_tasks(task_id),
    task_type TEXT NOT NULL,
    payload TEXT,
    priority INTEGER NOT NULL DEFAULT 5,
    status TEXT NOT NULL DEFAULT 'queued',
    enqueued_at_ns INTEGER NOT NULL
);
CREATE TABLE bugs (
    bug_number INTEGER PRIMARY KEY,
    title TEXT NOT NULL,
    description TEXT,
    priority TEXT NOT NULL,
    status TEXT NOT NULL,
    created_at TEXT NOT NULL
);
CREATE UNIQUE INDEX idx_bugs_title ON bugs(title, bug_number);
CREATE VIEW agent_performance AS
    SELECT agent_type, count(*) AS runs, avg(duration_ms) AS average_ms FROM agent_lifecycle GROUP BY agent_type;`,

  'data/notifications.db': `
CREATE TABLE notifications (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    type TEXT NOT NULL,
    priority TEXT NOT NULL,
    title TEXT NOT NULL,
    message TEXT NOT NULL,
    context TEXT,
    actions TEXT,
    status TEXT NOT NULL DEFAULT 'pending',
    user_response,
    created_at TEXT NOT NULL,
    sound INTEGER DEFAULT 0
);
CREATE INDEX idx_notifications_status ON notifications(status);
CREATE TABLE system_state (key TEXT PRIMARY KEY, value TEXT NOT NULL, updated_at TEXT NOT NULL);`,

  'data/agent_messages.db': `
CREATE TABLE agent_messages (
    message_id TEXT PRIMARY KEY,
    sender TEXT NOT NULL,
    recipient TEXT NOT NULL,
    message_type TEXT NOT NULL,
    content BLOB,
    priority INTEGER DEFAULT 5,
    created_at_ns INTEGER NOT NULL,
    read_at TEXT
);
CREATE INDEX idx_messages_recipient ON agent_messages(recipient, read_at);`,

  'data/metrics.db': `
CREATE TABLE traces (id TEXT PRIMARY KEY, name TEXT, user_id TEXT, metadata TEXT, created_at TEXT);
CREATE TABLE generations (
    id TEXT PRIMARY KEY,
    trace_id TEXT NOT NULL REFERENCES traces(id),
    model TEXT NOT NULL,
    input_tokens INTEGER,
    output_tokens INTEGER,
    cost_usd REAL,
    latency_ms REAL,
    created_at TEXT
);
CREATE INDEX idx_generations_model ON generations(model);
CREATE TABLE spans (id TEXT PRIMARY KEY, trace_id TEXT REFERENCES traces(id), name TEXT, started_at TEXT);
CREATE TABLE scores (trace_id TEXT, name TEXT, value REAL, PRIMARY KEY (trace_id, name));
CREATE TABLE export_state (key TEXT PRIMARY KEY, value TEXT);`,

  'coffee_maker.db': `
${SCHEMA_METADATA}
${IMPLEMENTATION_TASKS}
CREATE TABLE task_group_dependencies (
    task_group_id TEXT NOT NULL,
    depends_on_group_id TEXT NOT NULL,
    dependency_type TEXT NOT NULL DEFAULT 'hard' CHECK(dependency_type IN ('hard', 'soft')),
    reason TEXT,
    created_at TEXT NOT NULL,
    PRIMARY KEY (task_group_id, depends_on_group_id)
);
CREATE TABLE commits (
    sha TEXT PRIMARY KEY,
    task_id TEXT REFERENCES implementation_tasks(task_id),
    message TEXT
);`,

  'data/task_metrics.db': `
CREATE TABLE subtask_metrics (
    priority_name TEXT NOT NULL,
    subtask_name TEXT NOT NULL,
    status TEXT NOT NULL,
    duration_seconds NUMERIC,
    estimated_seconds INTEGER,
    model TEXT,
    started_at TEXT NOT NULL
);
CREATE INDEX idx_subtask_priority ON subtask_metrics(priority_name);`,

  'data/test_unified.db': ['roadmap_items', 'technical_specs', 'code_reviews', 'notifications', 'audit_trail']
    .map((table) => `CREATE TABLE ${table} (id TEXT PRIMARY KEY, body TEXT);`)
    .join('\n'),
};
