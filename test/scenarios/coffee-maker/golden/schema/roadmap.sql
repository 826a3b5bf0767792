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

-- schema_metadata of data/roadmap.db is now system_schema_metadata; kept for code that was missed
CREATE VIEW "schema_metadata" AS SELECT "table_name", "purpose", "owner", "columns_json", "updated_at" FROM "system_schema_metadata";
CREATE TRIGGER "schema_metadata_insert" INSTEAD OF INSERT ON "schema_metadata" BEGIN INSERT INTO "system_schema_metadata" ("table_name", "purpose", "owner", "columns_json", "updated_at") VALUES (NEW."table_name", NEW."purpose", NEW."owner", coalesce(NEW."columns_json", '{}'), NEW."updated_at"); END;
CREATE TRIGGER "schema_metadata_update" INSTEAD OF UPDATE ON "schema_metadata" BEGIN UPDATE "system_schema_metadata" SET "table_name" = NEW."table_name", "purpose" = NEW."purpose", "owner" = NEW."owner", "columns_json" = NEW."columns_json", "updated_at" = NEW."updated_at" WHERE "table_name" IS OLD."table_name"; END;
CREATE TRIGGER "schema_metadata_delete" INSTEAD OF DELETE ON "schema_metadata" BEGIN DELETE FROM "system_schema_metadata" WHERE "table_name" IS OLD."table_name"; END;

-- technical_specs of data/roadmap.db is now specs_specification; kept for code that was missed
CREATE VIEW "technical_specs" AS SELECT "id", "spec_number", "title", "status", "content", "total_hours", "phase_files", "started_at", "updated_at", "updated_by" FROM "specs_specification";
CREATE TRIGGER "technical_specs_insert" INSTEAD OF INSERT ON "technical_specs" BEGIN INSERT INTO "specs_specification" ("id", "spec_number", "title", "status", "content", "total_hours", "phase_files", "started_at", "updated_at", "updated_by") VALUES (NEW."id", NEW."spec_number", NEW."title", coalesce(NEW."status", 'draft'), NEW."content", NEW."total_hours", NEW."phase_files", NEW."started_at", NEW."updated_at", NEW."updated_by"); END;
CREATE TRIGGER "technical_specs_update" INSTEAD OF UPDATE ON "technical_specs" BEGIN UPDATE "specs_specification" SET "id" = NEW."id", "spec_number" = NEW."spec_number", "title" = NEW."title", "status" = NEW."status", "content" = NEW."content", "total_hours" = NEW."total_hours", "phase_files" = NEW."phase_files", "started_at" = NEW."started_at", "updated_at" = NEW."updated_at", "updated_by" = NEW."updated_by" WHERE "id" IS OLD."id"; END;
CREATE TRIGGER "technical_specs_delete" INSTEAD OF DELETE ON "technical_specs" BEGIN DELETE FROM "specs_specification" WHERE "id" IS OLD."id"; END;

-- roadmap_items of data/roadmap.db is now roadmap_priority; kept for code that was missed
CREATE VIEW "roadmap_items" AS SELECT "id", "item_type", "number", "title", "status", "spec_id", "content", "estimated_hours", "section_order", "claimed_at_ns", "updated_at", "updated_by", "title_length" FROM "roadmap_priority";
CREATE TRIGGER "roadmap_items_insert" INSTEAD OF INSERT ON "roadmap_items" BEGIN INSERT INTO "roadmap_priority" ("id", "item_type", "number", "title", "status", "spec_id", "content", "estimated_hours", "section_order", "claimed_at_ns", "updated_at", "updated_by") VALUES (NEW."id", NEW."item_type", NEW."number", NEW."title", NEW."status", NEW."spec_id", NEW."content", NEW."estimated_hours", NEW."section_order", NEW."claimed_at_ns", NEW."updated_at", NEW."updated_by"); END;
CREATE TRIGGER "roadmap_items_update" INSTEAD OF UPDATE ON "roadmap_items" BEGIN UPDATE "roadmap_priority" SET "id" = NEW."id", "item_type" = NEW."item_type", "number" = NEW."number", "title" = NEW."title", "status" = NEW."status", "spec_id" = NEW."spec_id", "content" = NEW."content", "estimated_hours" = NEW."estimated_hours", "section_order" = NEW."section_order", "claimed_at_ns" = NEW."claimed_at_ns", "updated_at" = NEW."updated_at", "updated_by" = NEW."updated_by" WHERE "id" IS OLD."id"; END;
CREATE TRIGGER "roadmap_items_delete" INSTEAD OF DELETE ON "roadmap_items" BEGIN DELETE FROM "roadmap_priority" WHERE "id" IS OLD."id"; END;

-- roadmap_update_notifications of data/roadmap.db is now roadmap_notification; kept for code that was missed
CREATE VIEW "roadmap_update_notifications" AS SELECT "notification_id", "item_id", "requested_by", "requested_status", "message", "notification_status", "created_at", "processed_at" FROM "roadmap_notification";
CREATE TRIGGER "roadmap_update_notifications_insert" INSTEAD OF INSERT ON "roadmap_update_notifications" BEGIN INSERT INTO "roadmap_notification" ("notification_id", "item_id", "requested_by", "requested_status", "message", "notification_status", "created_at", "processed_at") VALUES (NEW."notification_id", NEW."item_id", NEW."requested_by", NEW."requested_status", NEW."message", coalesce(NEW."notification_status", 'pending'), NEW."created_at", NEW."processed_at"); END;
CREATE TRIGGER "roadmap_update_notifications_update" INSTEAD OF UPDATE ON "roadmap_update_notifications" BEGIN UPDATE "roadmap_notification" SET "notification_id" = NEW."notification_id", "item_id" = NEW."item_id", "requested_by" = NEW."requested_by", "requested_status" = NEW."requested_status", "message" = NEW."message", "notification_status" = NEW."notification_status", "created_at" = NEW."created_at", "processed_at" = NEW."processed_at" WHERE "notification_id" IS OLD."notification_id"; END;
CREATE TRIGGER "roadmap_update_notifications_delete" INSTEAD OF DELETE ON "roadmap_update_notifications" BEGIN DELETE FROM "roadmap_notification" WHERE "notification_id" IS OLD."notification_id"; END;

-- implementation_tasks of data/roadmap.db is now specs_task; kept for code that was missed
CREATE VIEW "implementation_tasks" AS SELECT "task_id", "priority_number", "task_group_id", "priority_order", "spec_id", "status", "assigned_files", "created_at" FROM "specs_task";
CREATE TRIGGER "implementation_tasks_insert" INSTEAD OF INSERT ON "implementation_tasks" BEGIN INSERT INTO "specs_task" ("task_id", "priority_number", "task_group_id", "priority_order", "spec_id", "status", "assigned_files", "created_at") VALUES (NEW."task_id", NEW."priority_number", NEW."task_group_id", NEW."priority_order", NEW."spec_id", coalesce(NEW."status", 'pending'), NEW."assigned_files", NEW."created_at"); END;
CREATE TRIGGER "implementation_tasks_update" INSTEAD OF UPDATE ON "implementation_tasks" BEGIN UPDATE "specs_task" SET "task_id" = NEW."task_id", "priority_number" = NEW."priority_number", "task_group_id" = NEW."task_group_id", "priority_order" = NEW."priority_order", "spec_id" = NEW."spec_id", "status" = NEW."status", "assigned_files" = NEW."assigned_files", "created_at" = NEW."created_at" WHERE "task_id" IS OLD."task_id"; END;
CREATE TRIGGER "implementation_tasks_delete" INSTEAD OF DELETE ON "implementation_tasks" BEGIN DELETE FROM "specs_task" WHERE "task_id" IS OLD."task_id"; END;

-- implementation_commits of data/roadmap.db is now review_commit; kept for code that was missed
CREATE VIEW "implementation_commits" AS SELECT "id", "commit_sha", "task_id", "message", "files_changed", "reviewed", "committed_at" FROM "review_commit";
CREATE TRIGGER "implementation_commits_insert" INSTEAD OF INSERT ON "implementation_commits" BEGIN INSERT INTO "review_commit" ("id", "commit_sha", "task_id", "message", "files_changed", "reviewed", "committed_at") VALUES (NEW."id", NEW."commit_sha", NEW."task_id", NEW."message", coalesce(NEW."files_changed", 0), coalesce(NEW."reviewed", 0), NEW."committed_at"); END;
CREATE TRIGGER "implementation_commits_update" INSTEAD OF UPDATE ON "implementation_commits" BEGIN UPDATE "review_commit" SET "id" = NEW."id", "commit_sha" = NEW."commit_sha", "task_id" = NEW."task_id", "message" = NEW."message", "files_changed" = NEW."files_changed", "reviewed" = NEW."reviewed", "committed_at" = NEW."committed_at" WHERE "id" IS OLD."id"; END;
CREATE TRIGGER "implementation_commits_delete" INSTEAD OF DELETE ON "implementation_commits" BEGIN DELETE FROM "review_commit" WHERE "id" IS OLD."id"; END;

-- code_reviews of data/roadmap.db is now review_code_review; kept for code that was missed
CREATE VIEW "code_reviews" AS SELECT "id", "commit_sha", "spec_id", "quality_score", "approved", "issues_found", "style_feedback", "payload", "reviewed_at" FROM "review_code_review";
CREATE TRIGGER "code_reviews_insert" INSTEAD OF INSERT ON "code_reviews" BEGIN INSERT INTO "review_code_review" ("id", "commit_sha", "spec_id", "quality_score", "approved", "issues_found", "style_feedback", "payload", "reviewed_at") VALUES (NEW."id", NEW."commit_sha", NEW."spec_id", NEW."quality_score", NEW."approved", coalesce(NEW."issues_found", 0), NEW."style_feedback", NEW."payload", NEW."reviewed_at"); END;
CREATE TRIGGER "code_reviews_update" INSTEAD OF UPDATE ON "code_reviews" BEGIN UPDATE "review_code_review" SET "id" = NEW."id", "commit_sha" = NEW."commit_sha", "spec_id" = NEW."spec_id", "quality_score" = NEW."quality_score", "approved" = NEW."approved", "issues_found" = NEW."issues_found", "style_feedback" = NEW."style_feedback", "payload" = NEW."payload", "reviewed_at" = NEW."reviewed_at" WHERE "id" IS OLD."id"; END;
CREATE TRIGGER "code_reviews_delete" INSTEAD OF DELETE ON "code_reviews" BEGIN DELETE FROM "review_code_review" WHERE "id" IS OLD."id"; END;

-- notifications of data/roadmap.db is now notification_roadmap; kept for code that was missed
CREATE VIEW "notifications" AS SELECT "id", "target_agent", "source_agent", "notification_type", "item_id", "message", "status", "created_at" FROM "notification_roadmap";
CREATE TRIGGER "notifications_insert" INSTEAD OF INSERT ON "notifications" BEGIN INSERT INTO "notification_roadmap" ("id", "target_agent", "source_agent", "notification_type", "item_id", "message", "status", "created_at") VALUES (NEW."id", NEW."target_agent", NEW."source_agent", NEW."notification_type", NEW."item_id", NEW."message", coalesce(NEW."status", 'pending'), NEW."created_at"); END;
CREATE TRIGGER "notifications_update" INSTEAD OF UPDATE ON "notifications" BEGIN UPDATE "notification_roadmap" SET "id" = NEW."id", "target_agent" = NEW."target_agent", "source_agent" = NEW."source_agent", "notification_type" = NEW."notification_type", "item_id" = NEW."item_id", "message" = NEW."message", "status" = NEW."status", "created_at" = NEW."created_at" WHERE "id" IS OLD."id"; END;
CREATE TRIGGER "notifications_delete" INSTEAD OF DELETE ON "notifications" BEGIN DELETE FROM "notification_roadmap" WHERE "id" IS OLD."id"; END;

-- audit_trail of data/roadmap.db is now system_audit; kept for code that was missed
CREATE VIEW "audit_trail" AS SELECT "audit_id", "table_name", "item_id", "action", "changed_fields", "changed_by", "changed_at" FROM "system_audit";
CREATE TRIGGER "audit_trail_insert" INSTEAD OF INSERT ON "audit_trail" BEGIN INSERT INTO "system_audit" ("audit_id", "table_name", "item_id", "action", "changed_fields", "changed_by", "changed_at") VALUES (NEW."audit_id", NEW."table_name", NEW."item_id", NEW."action", NEW."changed_fields", NEW."changed_by", NEW."changed_at"); END;
CREATE TRIGGER "audit_trail_update" INSTEAD OF UPDATE ON "audit_trail" BEGIN UPDATE "system_audit" SET "audit_id" = NEW."audit_id", "table_name" = NEW."table_name", "item_id" = NEW."item_id", "action" = NEW."action", "changed_fields" = NEW."changed_fields", "changed_by" = NEW."changed_by", "changed_at" = NEW."changed_at" WHERE "audit_id" IS OLD."audit_id"; END;
CREATE TRIGGER "audit_trail_delete" INSTEAD OF DELETE ON "audit_trail" BEGIN DELETE FROM "system_audit" WHERE "audit_id" IS OLD."audit_id"; END;

-- task_group_dependencies of coffee_maker.db is now specs_task_dependency; kept for code that was missed
CREATE VIEW "task_group_dependencies" AS SELECT "task_group_id", "depends_on_group_id", "dependency_type", "reason", "created_at" FROM "specs_task_dependency";
CREATE TRIGGER "task_group_dependencies_insert" INSTEAD OF INSERT ON "task_group_dependencies" BEGIN INSERT INTO "specs_task_dependency" ("task_group_id", "depends_on_group_id", "dependency_type", "reason", "created_at") VALUES (NEW."task_group_id", NEW."depends_on_group_id", coalesce(NEW."dependency_type", 'hard'), NEW."reason", NEW."created_at"); END;
CREATE TRIGGER "task_group_dependencies_update" INSTEAD OF UPDATE ON "task_group_dependencies" BEGIN UPDATE "specs_task_dependency" SET "task_group_id" = NEW."task_group_id", "depends_on_group_id" = NEW."depends_on_group_id", "dependency_type" = NEW."dependency_type", "reason" = NEW."reason", "created_at" = NEW."created_at" WHERE "task_group_id" IS OLD."task_group_id" AND "depends_on_group_id" IS OLD."depends_on_group_id"; END;
CREATE TRIGGER "task_group_dependencies_delete" INSTEAD OF DELETE ON "task_group_dependencies" BEGIN DELETE FROM "specs_task_dependency" WHERE "task_group_id" IS OLD."task_group_id" AND "depends_on_group_id" IS OLD."depends_on_group_id"; END;

-- agent_messages of data/agent_messages.db is now messaging_agent_message; kept for code that was missed
CREATE VIEW "agent_messages" AS SELECT "message_id", "sender", "recipient", "message_type", "content", "priority", "created_at_ns", "read_at" FROM "messaging_agent_message";
CREATE TRIGGER "agent_messages_insert" INSTEAD OF INSERT ON "agent_messages" BEGIN INSERT INTO "messaging_agent_message" ("message_id", "sender", "recipient", "message_type", "content", "priority", "created_at_ns", "read_at") VALUES (NEW."message_id", NEW."sender", NEW."recipient", NEW."message_type", NEW."content", coalesce(NEW."priority", 5), NEW."created_at_ns", NEW."read_at"); END;
CREATE TRIGGER "agent_messages_update" INSTEAD OF UPDATE ON "agent_messages" BEGIN UPDATE "messaging_agent_message" SET "message_id" = NEW."message_id", "sender" = NEW."sender", "recipient" = NEW."recipient", "message_type" = NEW."message_type", "content" = NEW."content", "priority" = NEW."priority", "created_at_ns" = NEW."created_at_ns", "read_at" = NEW."read_at" WHERE "message_id" IS OLD."message_id"; END;
CREATE TRIGGER "agent_messages_delete" INSTEAD OF DELETE ON "agent_messages" BEGIN DELETE FROM "messaging_agent_message" WHERE "message_id" IS OLD."message_id"; END;

-- system_state of data/notifications.db is now notification_system_state; kept for code that was missed
CREATE VIEW "system_state" AS SELECT "key", "value", "updated_at" FROM "notification_system_state";
CREATE TRIGGER "system_state_insert" INSTEAD OF INSERT ON "system_state" BEGIN INSERT INTO "notification_system_state" ("key", "value", "updated_at") VALUES (NEW."key", NEW."value", NEW."updated_at"); END;
CREATE TRIGGER "system_state_update" INSTEAD OF UPDATE ON "system_state" BEGIN UPDATE "notification_system_state" SET "key" = NEW."key", "value" = NEW."value", "updated_at" = NEW."updated_at" WHERE "key" IS OLD."key"; END;
CREATE TRIGGER "system_state_delete" INSTEAD OF DELETE ON "system_state" BEGIN DELETE FROM "notification_system_state" WHERE "key" IS OLD."key"; END;

-- agent_lifecycle of data/orchestrator.db is now orchestrator_agent_lifecycle; kept for code that was missed
CREATE VIEW "agent_lifecycle" AS SELECT "agent_id", "pid", "agent_type", "task_id", "status", "spawned_at", "completed_at", "duration_ms", "exit_code", "command" FROM "orchestrator_agent_lifecycle";
CREATE TRIGGER "agent_lifecycle_insert" INSTEAD OF INSERT ON "agent_lifecycle" BEGIN INSERT INTO "orchestrator_agent_lifecycle" ("agent_id", "pid", "agent_type", "task_id", "status", "spawned_at", "completed_at", "duration_ms", "exit_code", "command") VALUES (NEW."agent_id", NEW."pid", NEW."agent_type", NEW."task_id", NEW."status", NEW."spawned_at", NEW."completed_at", NEW."duration_ms", NEW."exit_code", NEW."command"); END;
CREATE TRIGGER "agent_lifecycle_update" INSTEAD OF UPDATE ON "agent_lifecycle" BEGIN UPDATE "orchestrator_agent_lifecycle" SET "agent_id" = NEW."agent_id", "pid" = NEW."pid", "agent_type" = NEW."agent_type", "task_id" = NEW."task_id", "status" = NEW."status", "spawned_at" = NEW."spawned_at", "completed_at" = NEW."completed_at", "duration_ms" = NEW."duration_ms", "exit_code" = NEW."exit_code", "command" = NEW."command" WHERE "agent_id" IS OLD."agent_id"; END;
CREATE TRIGGER "agent_lifecycle_delete" INSTEAD OF DELETE ON "agent_lifecycle" BEGIN DELETE FROM "orchestrator_agent_lifecycle" WHERE "agent_id" IS OLD."agent_id"; END;

-- orchestrator_tasks of data/orchestrator.db is now orchestrator_task; kept for code that was missed
CREATE VIEW "orchestrator_tasks" AS SELECT "task_id", "parent_task_id", "task_type", "payload", "priority", "status", "enqueued_at_ns" FROM "orchestrator_task";
CREATE TRIGGER "orchestrator_tasks_insert" INSTEAD OF INSERT ON "orchestrator_tasks" BEGIN INSERT INTO "orchestrator_task" ("task_id", "parent_task_id", "task_type", "payload", "priority", "status", "enqueued_at_ns") VALUES (NEW."task_id", NEW."parent_task_id", NEW."task_type", NEW."payload", coalesce(NEW."priority", 5), coalesce(NEW."status", 'queued'), NEW."enqueued_at_ns"); END;
CREATE TRIGGER "orchestrator_tasks_update" INSTEAD OF UPDATE ON "orchestrator_tasks" BEGIN UPDATE "orchestrator_task" SET "task_id" = NEW."task_id", "parent_task_id" = NEW."parent_task_id", "task_type" = NEW."task_type", "payload" = NEW."payload", "priority" = NEW."priority", "status" = NEW."status", "enqueued_at_ns" = NEW."enqueued_at_ns" WHERE "task_id" IS OLD."task_id"; END;
CREATE TRIGGER "orchestrator_tasks_delete" INSTEAD OF DELETE ON "orchestrator_tasks" BEGIN DELETE FROM "orchestrator_task" WHERE "task_id" IS OLD."task_id"; END;

-- bugs of data/orchestrator.db is now orchestrator_bug; kept for code that was missed
CREATE VIEW "bugs" AS SELECT "bug_number", "title", "description", "priority", "status", "created_at" FROM "orchestrator_bug";
CREATE TRIGGER "bugs_insert" INSTEAD OF INSERT ON "bugs" BEGIN INSERT INTO "orchestrator_bug" ("bug_number", "title", "description", "priority", "status", "created_at") VALUES (NEW."bug_number", NEW."title", NEW."description", NEW."priority", NEW."status", NEW."created_at"); END;
CREATE TRIGGER "bugs_update" INSTEAD OF UPDATE ON "bugs" BEGIN UPDATE "orchestrator_bug" SET "bug_number" = NEW."bug_number", "title" = NEW."title", "description" = NEW."description", "priority" = NEW."priority", "status" = NEW."status", "created_at" = NEW."created_at" WHERE "bug_number" IS OLD."bug_number"; END;
CREATE TRIGGER "bugs_delete" INSTEAD OF DELETE ON "bugs" BEGIN DELETE FROM "orchestrator_bug" WHERE "bug_number" IS OLD."bug_number"; END;

-- subtask_metrics of data/task_metrics.db is now metrics_subtask; kept for code that was missed
CREATE VIEW "subtask_metrics" AS SELECT "priority_name", "subtask_name", "status", "duration_seconds", "estimated_seconds", "model", "started_at" FROM "metrics_subtask";
CREATE TRIGGER "subtask_metrics_insert" INSTEAD OF INSERT ON "subtask_metrics" BEGIN INSERT INTO "metrics_subtask" ("priority_name", "subtask_name", "status", "duration_seconds", "estimated_seconds", "model", "started_at") VALUES (NEW."priority_name", NEW."subtask_name", NEW."status", NEW."duration_seconds", NEW."estimated_seconds", NEW."model", NEW."started_at"); END;
CREATE TRIGGER "subtask_metrics_update" INSTEAD OF UPDATE ON "subtask_metrics" BEGIN UPDATE "metrics_subtask" SET "priority_name" = NEW."priority_name", "subtask_name" = NEW."subtask_name", "status" = NEW."status", "duration_seconds" = NEW."duration_seconds", "estimated_seconds" = NEW."estimated_seconds", "model" = NEW."model", "started_at" = NEW."started_at" WHERE "priority_name" IS OLD."priority_name" AND "subtask_name" IS OLD."subtask_name" AND "status" IS OLD."status" AND "duration_seconds" IS OLD."duration_seconds" AND "estimated_seconds" IS OLD."estimated_seconds" AND "model" IS OLD."model" AND "started_at" IS OLD."started_at"; END;
CREATE TRIGGER "subtask_metrics_delete" INSTEAD OF DELETE ON "subtask_metrics" BEGIN DELETE FROM "metrics_subtask" WHERE "priority_name" IS OLD."priority_name" AND "subtask_name" IS OLD."subtask_name" AND "status" IS OLD."status" AND "duration_seconds" IS OLD."duration_seconds" AND "estimated_seconds" IS OLD."estimated_seconds" AND "model" IS OLD."model" AND "started_at" IS OLD."started_at"; END;
