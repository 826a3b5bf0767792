-- data/roadmap.db: Single source of truth: roadmap, specs, reviews, orchestration, notifications
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
PRAGMA auto_vacuum = INCREMENTAL;
PRAGMA foreign_keys = ON;
PRAGMA user_version = 8;

-- Database self-documentation
CREATE TABLE "system_schema_metadata" (
    table_name TEXT PRIMARY KEY,
    purpose TEXT NOT NULL,
    owner TEXT,
    columns_json TEXT DEFAULT '{}',
    updated_at TEXT NOT NULL
);

-- Technical spec content (database-only)
CREATE TABLE "specs_specification" (
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
CREATE INDEX idx_specs_status ON "specs_specification"(status);

-- Strategic priorities from ROADMAP.md
CREATE TABLE "roadmap_priority" (
    id TEXT PRIMARY KEY,                    -- "PRIORITY-21", "US-062"
    item_type TEXT NOT NULL CHECK("roadmap_priority".item_type IN ('priority', 'user_story')),
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
    FOREIGN KEY (spec_id) REFERENCES "specs_specification"(id) ON DELETE SET NULL
);
CREATE INDEX idx_items_order ON "roadmap_priority"(section_order DESC) WHERE status <> 'Complete';
CREATE INDEX idx_items_status ON "roadmap_priority"(status);

-- Change tracking for priorities
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

-- Configuration (last sync time, etc.)
CREATE TABLE roadmap_metadata (key TEXT PRIMARY KEY, value, updated_at TEXT NOT NULL) WITHOUT ROWID;

-- Status update requests
CREATE TABLE "roadmap_notification" (
    notification_id INTEGER PRIMARY KEY AUTOINCREMENT,
    item_id TEXT NOT NULL REFERENCES "roadmap_priority"(id) ON DELETE CASCADE,
    requested_by TEXT NOT NULL,
    requested_status TEXT,
    message TEXT NOT NULL,
    notification_status TEXT DEFAULT 'pending',
    created_at TEXT NOT NULL,
    processed_at TEXT
);

-- Atomic tasks for parallel execution
CREATE TABLE "specs_task" (
    task_id TEXT PRIMARY KEY,
    priority_number INTEGER NOT NULL,
    task_group_id TEXT NOT NULL,
    priority_order INTEGER NOT NULL CHECK(priority_order > 0),
    spec_id TEXT REFERENCES "specs_specification"(id),
    status TEXT NOT NULL DEFAULT 'pending' CHECK(status IN ('pending', 'in_progress', 'completed', 'failed')),
    assigned_files TEXT,
    created_at TEXT NOT NULL,
    UNIQUE(task_group_id, priority_order)
);
CREATE INDEX idx_tasks_status ON "specs_task"(status);

-- Commit tracking per priority
CREATE TABLE "review_commit" (
    id INTEGER PRIMARY KEY,
    commit_sha TEXT NOT NULL UNIQUE,
    task_id TEXT REFERENCES "specs_task"(task_id),
    message TEXT,
    files_changed INTEGER DEFAULT 0,
    reviewed INTEGER NOT NULL DEFAULT 0,
    committed_at TEXT NOT NULL
);
CREATE INDEX idx_commits_reviewed ON "review_commit"(reviewed, committed_at);

-- Automated code review results
CREATE TABLE "review_code_review" (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    commit_sha TEXT NOT NULL,
    spec_id TEXT NOT NULL REFERENCES "specs_specification"(id),
    quality_score REAL CHECK(quality_score BETWEEN 0 AND 100),
    approved INTEGER NOT NULL,
    issues_found INTEGER DEFAULT 0,
    style_feedback TEXT,
    payload,
    reviewed_at TEXT NOT NULL
);

-- Roadmap-related notifications
CREATE TABLE "notification_roadmap" (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    target_agent TEXT NOT NULL,
    source_agent TEXT NOT NULL,
    notification_type TEXT NOT NULL,
    item_id TEXT,
    message TEXT NOT NULL,
    status TEXT NOT NULL DEFAULT 'pending' CHECK(status IN ('pending', 'read', 'done')),
    created_at TEXT NOT NULL
);
CREATE INDEX idx_notifications_status ON "notification_roadmap"(status, target_agent);

-- Universal audit trail
CREATE TABLE "system_audit" (
    audit_id INTEGER PRIMARY KEY AUTOINCREMENT,
    table_name TEXT NOT NULL,
    item_id TEXT NOT NULL,
    action TEXT NOT NULL CHECK(action IN ('create', 'update', 'delete')),
    changed_fields TEXT,
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL
);

-- Task ordering constraints
CREATE TABLE "specs_task_dependency" (
    task_group_id TEXT NOT NULL,
    depends_on_group_id TEXT NOT NULL,
    dependency_type TEXT NOT NULL DEFAULT 'hard' CHECK(dependency_type IN ('hard', 'soft')),
    reason TEXT,
    created_at TEXT NOT NULL,
    PRIMARY KEY (task_group_id, depends_on_group_id)
);

-- Inter-agent messages
CREATE TABLE "messaging_agent_message" (
    message_id TEXT PRIMARY KEY,
    sender TEXT NOT NULL,
    recipient TEXT NOT NULL,
    message_type TEXT NOT NULL,
    content BLOB,
    priority INTEGER DEFAULT 5,
    created_at_ns INTEGER NOT NULL,
    read_at TEXT
);
CREATE INDEX idx_messages_recipient ON "messaging_agent_message"(recipient, read_at);

-- User-facing notifications
CREATE TABLE "notification_user" (
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
CREATE INDEX "notification_user_idx_notifications_status" ON "notification_user"(status);

-- Notification system state
CREATE TABLE "notification_system_state" (key TEXT PRIMARY KEY, value TEXT NOT NULL, updated_at TEXT NOT NULL);

-- Agent process tracking
CREATE TABLE "orchestrator_agent_lifecycle" (
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
CREATE INDEX idx_lifecycle_status ON "orchestrator_agent_lifecycle"(status);

-- Orchestrator configuration
CREATE TABLE orchestrator_state (key TEXT PRIMARY KEY, value, updated_at TEXT);

-- Task queue
CREATE TABLE "orchestrator_task" (
    task_id TEXT PRIMARY KEY,
    parent_task_id TEXT REFERENCES "orchestrator_task"(task_id),
    task_type TEXT NOT NULL,
    payload TEXT,
    priority INTEGER NOT NULL DEFAULT 5,
    status TEXT NOT NULL DEFAULT 'queued',
    enqueued_at_ns INTEGER NOT NULL
);

-- Bug tracking
CREATE TABLE "orchestrator_bug" (
    bug_number INTEGER PRIMARY KEY,
    title TEXT NOT NULL,
    description TEXT,
    priority TEXT NOT NULL,
    status TEXT NOT NULL,
    created_at TEXT NOT NULL
);
CREATE UNIQUE INDEX idx_bugs_title ON "orchestrator_bug"(title, bug_number);

-- Task performance metrics
CREATE TABLE "metrics_subtask" (
    priority_name TEXT NOT NULL,
    subtask_name TEXT NOT NULL,
    status TEXT NOT NULL,
    duration_seconds NUMERIC,
    estimated_seconds INTEGER,
    model TEXT,
    started_at TEXT NOT NULL
);
CREATE INDEX idx_subtask_priority ON "metrics_subtask"(priority_name);

INSERT INTO "system_schema_metadata" ("table_name", "purpose", "columns_json", "updated_at") VALUES ('system_schema_metadata', 'Database self-documentation', '["table_name","purpose","owner","columns_json","updated_at"]', datetime('now')), ('specs_specification', 'Technical spec content (database-only)', '["id","spec_number","title","status","content","total_hours","phase_files","started_at","updated_at","updated_by"]', datetime('now')), ('roadmap_priority', 'Strategic priorities from ROADMAP.md', '["id","item_type","number","title","status","spec_id","content","estimated_hours","section_order","claimed_at_ns","updated_at","updated_by"]', datetime('now')), ('roadmap_audit', 'Change tracking for priorities', '["audit_id","item_id","action","field_changed","old_value","new_value","changed_by","changed_at"]', datetime('now')), ('roadmap_metadata', 'Configuration (last sync time, etc.)', '["key","value","updated_at"]', datetime('now')), ('roadmap_notification', 'Status update requests', '["notification_id","item_id","requested_by","requested_status","message","notification_status","created_at","processed_at"]', datetime('now')), ('specs_task', 'Atomic tasks for parallel execution', '["task_id","priority_number","task_group_id","priority_order","spec_id","status","assigned_files","created_at"]', datetime('now')), ('review_commit', 'Commit tracking per priority', '["id","commit_sha","task_id","message","files_changed","reviewed","committed_at"]', datetime('now')), ('review_code_review', 'Automated code review results', '["id","commit_sha","spec_id","quality_score","approved","issues_found","style_feedback","payload","reviewed_at"]', datetime('now')), ('notification_roadmap', 'Roadmap-related notifications', '["id","target_agent","source_agent","notification_type","item_id","message","status","created_at"]', datetime('now')), ('system_audit', 'Universal audit trail', '["audit_id","table_name","item_id","action","changed_fields","changed_by","changed_at"]', datetime('now')), ('specs_task_dependency', 'Task ordering constraints', '["task_group_id","depends_on_group_id","dependency_type","reason","created_at"]', datetime('now')), ('messaging_agent_message', 'Inter-agent messages', '["message_id","sender","recipient","message_type","content","priority","created_at_ns","read_at"]', datetime('now')), ('notification_user', 'User-facing notifications', '["id","type","priority","title","message","context","actions","status","user_response","created_at","sound"]', datetime('now')), ('notification_system_state', 'Notification system state', '["key","value","updated_at"]', datetime('now')), ('orchestrator_agent_lifecycle', 'Agent process tracking', '["agent_id","pid","agent_type","task_id","status","spawned_at","completed_at","duration_ms","exit_code","command"]', datetime('now')), ('orchestrator_state', 'Orchestrator configuration', '["key","value","updated_at"]', datetime('now')), ('orchestrator_task', 'Task queue', '["task_id","parent_task_id","task_type","payload","priority","status","enqueued_at_ns"]', datetime('now')), ('orchestrator_bug', 'Bug tracking', '["bug_number","title","description","priority","status","created_at"]', datetime('now')), ('metrics_subtask', 'Task performance metrics', '["priority_name","subtask_name","status","duration_seconds","estimated_seconds","model","started_at"]', datetime('now')), ('active_priorities', 'Priorities that are not complete, in the order of ROADMAP.md', '[]', datetime('now')), ('agent_performance', 'Runs and average duration by type of agent', '[]', datetime('now')), ('schema_metadata', 'Old name of roadmap.system_schema_metadata, for code that was missed', '[]', datetime('now')), ('technical_specs', 'Old name of roadmap.specs_specification, for code that was missed', '[]', datetime('now')), ('roadmap_items', 'Old name of roadmap.roadmap_priority, for code that was missed', '[]', datetime('now')), ('roadmap_update_notifications', 'Old name of roadmap.roadmap_notification, for code that was missed', '[]', datetime('now')), ('implementation_tasks', 'Old name of roadmap.specs_task, for code that was missed', '[]', datetime('now')), ('implementation_commits', 'Old name of roadmap.review_commit, for code that was missed', '[]', datetime('now')), ('code_reviews', 'Old name of roadmap.review_code_review, for code that was missed', '[]', datetime('now')), ('notifications', 'Old name of roadmap.notification_roadmap, for code that was missed', '[]', datetime('now')), ('audit_trail', 'Old name of roadmap.system_audit, for code that was missed', '[]', datetime('now')), ('task_group_dependencies', 'Old name of roadmap.specs_task_dependency, for code that was missed', '[]', datetime('now')), ('agent_messages', 'Old name of roadmap.messaging_agent_message, for code that was missed', '[]', datetime('now')), ('system_state', 'Old name of roadmap.notification_system_state, for code that was missed', '[]', datetime('now')), ('agent_lifecycle', 'Old name of roadmap.orchestrator_agent_lifecycle, for code that was missed', '[]', datetime('now')), ('orchestrator_tasks', 'Old name of roadmap.orchestrator_task, for code that was missed', '[]', datetime('now')), ('bugs', 'Old name of roadmap.orchestrator_bug, for code that was missed', '[]', datetime('now')), ('subtask_metrics', 'Old name of roadmap.metrics_subtask, for code that was missed', '[]', datetime('now')) ON CONFLICT DO NOTHING;

CREATE VIEW active_priorities AS
    SELECT i.id, i.number, i.title, s.status AS spec_status
    FROM "roadmap_priority" AS i LEFT JOIN "specs_specification" s ON s.id = i.spec_id
    WHERE i.status <> 'Complete' ORDER BY i.section_order;

CREATE VIEW agent_performance AS
    SELECT agent_type, count(*) AS runs, avg(duration_ms) AS average_ms FROM "orchestrator_agent_lifecycle" GROUP BY agent_type;

CREATE TRIGGER roadmap_items_status AFTER UPDATE OF status ON "roadmap_priority" WHEN old.status IS NOT new.status
BEGIN
    INSERT INTO roadmap_audit (item_id, action, field_changed, old_value, new_value, changed_by, changed_at)
    VALUES (new.id, 'status_change', 'status', old.status, new.status, new.updated_by, new.updated_at);
END;

-- Old names that stay readable and writable as views:
--   schema_metadata of data/roadmap.db is now system_schema_metadata
--   technical_specs of data/roadmap.db is now specs_specification
--   roadmap_items of data/roadmap.db is now roadmap_priority
--   roadmap_update_notifications of data/roadmap.db is now roadmap_notification
--   implementation_tasks of data/roadmap.db is now specs_task
--   implementation_commits of data/roadmap.db is now review_commit
--   code_reviews of data/roadmap.db is now review_code_review
--   notifications of data/roadmap.db is now notification_roadmap
--   audit_trail of data/roadmap.db is now system_audit
--   task_group_dependencies of coffee_maker.db is now specs_task_dependency
--   agent_messages of data/agent_messages.db is now messaging_agent_message
--   system_state of data/notifications.db is now notification_system_state
--   agent_lifecycle of data/orchestrator.db is now orchestrator_agent_lifecycle
--   orchestrator_tasks of data/orchestrator.db is now orchestrator_task
--   bugs of data/orchestrator.db is now orchestrator_bug
--   subtask_metrics of data/task_metrics.db is now metrics_subtask
