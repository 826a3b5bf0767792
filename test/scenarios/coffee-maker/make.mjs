// Makes the coffee-maker scenario: nine SQLite databases as a project has collected them, and the Python package that uses
// them. Plain Node, so that the demo runs on a machine that has Node and npm only:
//   node test/scenarios/coffee-maker/make.mjs DIRECTORY [SEED]
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { insertRows, leaveRowsInWal, makeDatabase } from '../shared/databases.mjs';
import { seeded } from '../shared/seeded.mjs';
import { SCHEMAS } from './schemas.mjs';

const HERE = path.dirname(fileURLToPath(import.meta.url));

const AGENTS = ['architect', 'code_developer', 'code_reviewer', 'orchestrator', 'project_manager', 'user_listener'];
const STATUSES = ['Planned', 'In Progress', 'Complete', 'Blocked'];

/**
 * Writes the workspace into `directory` (created when absent).
 * @param {string} directory
 * @param {{ seed?: number }} [options]
 */
export async function makeCoffeeMaker(directory, { seed = 1 } = {}) {
  mkdirSync(directory, { recursive: true });
  cpSync(path.join(HERE, 'files'), directory, { recursive: true });
  const random = seeded(seed);
  const file = (name) => path.join(directory, name);
  const make = (name, rows) =>
    makeDatabase(file(name), (database) => {
      database.exec(SCHEMAS[name]);
      rows(database, random);
    });

  make('data/roadmap.db', roadmap);
  make('data/orchestrator.db', orchestrator);
  make('data/notifications.db', notificationState);
  leaveRowsInWal(file('data/notifications.db'), (database) => userNotifications(database, random));
  make('data/agent_messages.db', agentMessages);
  make('data/metrics.db', langfuse);
  make('coffee_maker.db', legacyRoot);
  make('data/task_metrics.db', taskMetrics);
  make('data/test_unified.db', testUnified);
  writeFileSync(file('data/unified_roadmap_specs.db'), '');
}

function roadmap(database, random) {
  const specs = 60;
  insertRows(
    database,
    'technical_specs',
    [
      'id',
      'spec_number',
      'title',
      'status',
      'content',
      'total_hours',
      'phase_files',
      'started_at',
      'updated_at',
      'updated_by',
    ],
    numbers(specs).map((number) => [
      `SPEC-${String(number).padStart(3, '0')}`,
      number,
      `${random.sentence(4)} — spec ${number}`,
      random.pick(['draft', 'in_progress', 'finalized', 'approved']),
      Array.from({ length: random.integer(8, 24) }, () => random.sentence(60)).join('\n\n'),
      random.chance(0.2) ? null : random.integer(4, 40) * 0.5,
      random.chance(0.1) ? random.bytes(random.integer(20, 400)) : null,
      random.chance(0.5) ? random.time() : null,
      random.time(),
      random.pick(AGENTS),
    ]),
  );
  insertRows(
    database,
    'roadmap_items',
    [
      'id',
      'item_type',
      'number',
      'title',
      'status',
      'spec_id',
      'content',
      'estimated_hours',
      'section_order',
      'claimed_at_ns',
      'updated_at',
      'updated_by',
    ],
    numbers(140).map((number) => [
      number <= 90 ? `PRIORITY-${number}` : `US-${number}`,
      number <= 90 ? 'priority' : 'user_story',
      number % 7 === 0 ? `${number}.5` : String(number),
      random.sentence(6),
      random.pick(STATUSES),
      number <= specs ? `SPEC-${String(number).padStart(3, '0')}` : null,
      random.sentence(random.integer(60, 220)),
      random.chance(0.3) ? null : random.integer(1, 80),
      number,
      // Larger than 2^53: nanoseconds do not survive as a JavaScript number.
      random.chance(0.4) ? null : 9007199254740993n + BigInt(number) * 1_000_000_007n,
      random.time(),
      random.pick(AGENTS),
    ]),
  );
  insertRows(
    database,
    'roadmap_audit',
    ['item_id', 'action', 'field_changed', 'old_value', 'new_value', 'changed_by', 'changed_at'],
    numbers(2400).map((number) => [
      `PRIORITY-${random.integer(1, 90)}`,
      random.pick(['create', 'update', 'status_change']),
      random.pick(['status', 'title', 'content', null]),
      random.pick(STATUSES),
      number % 11 === 0 ? 'it\'s "done"' : random.pick(STATUSES),
      random.pick(AGENTS),
      random.time(),
    ]),
  );
  // Ids of deleted rows must never come back: the counter is ahead of the highest id.
  database.exec('DELETE FROM roadmap_audit WHERE audit_id > 2390');
  insertRows(
    database,
    'roadmap_metadata',
    ['key', 'value', 'updated_at'],
    [
      ['last_sync', '2025-10-24T18:03:11', random.time()],
      ['schema_version', '007', random.time()],
      ['header', '# Coffee Maker Agent — ROADMAP ☕', random.time()],
      ['checksum', random.bytes(32), random.time()],
      ['weight', 3, random.time()],
    ],
  );
  database.exec("UPDATE roadmap_metadata SET value = 3.0 WHERE key = 'weight'");
  insertRows(
    database,
    'roadmap_update_notifications',
    ['item_id', 'requested_by', 'requested_status', 'message', 'notification_status', 'created_at', 'processed_at'],
    numbers(80).map((number) => [
      `PRIORITY-${number}`,
      random.pick(AGENTS),
      random.pick(STATUSES),
      random.sentence(8),
      random.pick(['pending', 'approved', 'rejected']),
      random.time(),
      random.chance(0.5) ? random.time() : null,
    ]),
  );
  insertRows(
    database,
    'implementation_tasks',
    [
      'task_id',
      'priority_number',
      'task_group_id',
      'priority_order',
      'spec_id',
      'status',
      'assigned_files',
      'created_at',
    ],
    numbers(260).map((number) => [
      `TASK-${number}`,
      random.integer(1, 90),
      `GROUP-${Math.ceil(number / 6)}`,
      ((number - 1) % 6) + 1,
      `SPEC-${String(random.integer(1, specs)).padStart(3, '0')}`,
      random.pick(['pending', 'in_progress', 'completed', 'failed']),
      JSON.stringify([`coffee_maker/${random.pick(['cli', 'autonomous', 'orchestrator'])}/${random.hex(6)}.py`]),
      random.time(),
    ]),
  );
  insertRows(
    database,
    'implementation_commits',
    ['commit_sha', 'task_id', 'message', 'files_changed', 'reviewed', 'committed_at'],
    numbers(420).map(() => [
      random.hex(40),
      random.chance(0.1) ? null : `TASK-${random.integer(1, 260)}`,
      `feat: ${random.sentence(7)}`,
      random.integer(1, 30),
      random.integer(0, 1),
      random.time(),
    ]),
  );
  insertRows(
    database,
    'code_reviews',
    ['commit_sha', 'spec_id', 'quality_score', 'approved', 'issues_found', 'style_feedback', 'payload', 'reviewed_at'],
    numbers(180).map(() => [
      random.hex(40),
      `SPEC-${String(random.integer(1, specs)).padStart(3, '0')}`,
      random.chance(0.1) ? null : random.integer(0, 200) / 2,
      random.integer(0, 1),
      random.integer(0, 12),
      random.sentence(30),
      random.chance(0.3) ? random.bytes(random.integer(0, 300)) : random.pick([42, '007', null]),
      random.time(),
    ]),
  );
  insertRows(
    database,
    'notifications',
    ['target_agent', 'source_agent', 'notification_type', 'item_id', 'message', 'status', 'created_at'],
    numbers(300).map(() => [
      random.pick(AGENTS),
      random.pick(AGENTS),
      random.pick(['spec_ready', 'review_requested', 'status_update']),
      `PRIORITY-${random.integer(1, 90)}`,
      random.sentence(12),
      random.pick(['pending', 'read', 'done']),
      random.time(),
    ]),
  );
  insertRows(
    database,
    'audit_trail',
    ['table_name', 'item_id', 'action', 'changed_fields', 'changed_by', 'changed_at'],
    numbers(1500).map(() => [
      random.pick(['roadmap_items', 'technical_specs', 'code_reviews']),
      `PRIORITY-${random.integer(1, 90)}`,
      random.pick(['create', 'update', 'delete']),
      JSON.stringify({ status: random.pick(STATUSES) }),
      random.pick(AGENTS),
      random.time(),
    ]),
  );
  insertRows(database, 'schema_metadata', METADATA_COLUMNS, METADATA.slice(0, 3));
  database.exec('PRAGMA user_version = 7');
}

const METADATA_COLUMNS = ['table_name', 'purpose', 'owner', 'columns_json', 'updated_at'];
const METADATA = [
  [
    'roadmap_items',
    'Strategic priorities from ROADMAP.md',
    'project_manager',
    '{"id": "PRIORITY-1"}',
    '2025-10-01T09:00:00',
  ],
  [
    'technical_specs',
    'Technical specs: the "source of truth"',
    'architect',
    '{"id": "SPEC-001"}',
    '2025-10-01T09:00:00',
  ],
  ['implementation_tasks', 'Atomic tasks', 'architect', '{}', '2025-10-01T09:00:00'],
];

/** The legacy database of the repository's root: rows that exist twice, one of them newer here, and one of its own. */
function legacyRoot(database, random) {
  insertRows(database, 'schema_metadata', METADATA_COLUMNS, [
    METADATA[0],
    METADATA[1],
    [
      'implementation_tasks',
      'Atomic tasks for parallel execution',
      'architect',
      '{"task_id": "TASK-1"}',
      '2025-10-20T12:30:00',
    ],
    ['task_group_dependencies', 'Task ordering constraints', 'architect', '{}', '2025-10-20T12:30:00'],
  ]);
  insertRows(
    database,
    'task_group_dependencies',
    ['task_group_id', 'depends_on_group_id', 'dependency_type', 'reason', 'created_at'],
    numbers(40).map((number) => [
      `GROUP-${number + 1}`,
      `GROUP-${random.integer(1, number)}`,
      random.pick(['hard', 'soft']),
      random.sentence(90),
      random.time(),
    ]),
  );
}

function orchestrator(database, random) {
  insertRows(
    database,
    'agent_lifecycle',
    ['pid', 'agent_type', 'task_id', 'status', 'spawned_at', 'completed_at', 'duration_ms', 'exit_code', 'command'],
    numbers(320).map(() => [
      random.integer(200, 65000),
      random.pick(AGENTS),
      random.chance(0.2) ? null : `TASK-${random.integer(1, 260)}`,
      random.pick(['spawned', 'running', 'completed', 'failed', 'killed']),
      random.time(),
      random.chance(0.3) ? null : random.time(),
      random.chance(0.3) ? null : random.real(10, 900_000),
      random.pick([0, 0, 0, 1, -9, null]),
      `poetry run agent --name '${random.pick(AGENTS)}'`,
    ]),
  );
  insertRows(
    database,
    'orchestrator_state',
    ['key', 'value', 'updated_at'],
    [
      ['max_parallel', '4', random.time()],
      ['last_tick_ns', 9223372036854775807n, random.time()],
      ['worktree', 'it\'s/complicated "here"', random.time()],
      ['snapshot', random.bytes(200), random.time()],
    ],
  );
  insertRows(
    database,
    'orchestrator_tasks',
    ['task_id', 'parent_task_id', 'task_type', 'payload', 'priority', 'status', 'enqueued_at_ns'],
    numbers(150).map((number) => [
      `OT-${number}`,
      number > 3 && random.chance(0.4) ? `OT-${random.integer(1, number - 1)}` : null,
      random.pick(['implement', 'review', 'spec']),
      JSON.stringify({ note: random.sentence(3) }),
      random.integer(1, 10),
      random.pick(['queued', 'running', 'done']),
      1761350400000000000n + BigInt(random.integer(0, 1_000_000)),
    ]),
  );
  insertRows(
    database,
    'bugs',
    ['bug_number', 'title', 'description', 'priority', 'status', 'created_at'],
    numbers(24).map((number) => [
      number + 60,
      random.sentence(5),
      random.chance(0.3) ? null : random.sentence(30),
      random.pick(['Critical', 'High', 'Medium', 'Low']),
      random.pick(['open', 'analyzing', 'resolved', 'closed']),
      random.time(),
    ]),
  );
}

function notificationState(database, random) {
  insertRows(
    database,
    'system_state',
    ['key', 'value', 'updated_at'],
    [
      ['daemon', 'running', random.time()],
      ['current_priority', '19', random.time()],
    ],
  );
}

/** All of these are only in the write-ahead log. */
function userNotifications(database, random) {
  insertRows(
    database,
    'notifications',
    ['type', 'priority', 'title', 'message', 'context', 'actions', 'status', 'user_response', 'created_at', 'sound'],
    numbers(5200).map((number) => [
      random.pick(['question', 'info', 'alert']),
      random.pick(['critical', 'high', 'normal']),
      random.sentence(5),
      random.sentence(random.integer(30, 70)),
      random.chance(0.5) ? JSON.stringify({ item: number, note: random.sentence(6) }) : null,
      random.chance(0.2) ? JSON.stringify(['approve', "don't"]) : null,
      random.pick(['pending', 'read', 'dismissed']),
      number % 50 === 0 ? random.bytes(16) : random.chance(0.2) ? random.sentence(4) : null,
      random.time(),
      random.integer(0, 1),
    ]),
  );
  database.exec(
    "INSERT INTO system_state (key, value, updated_at) VALUES ('last_notification', '5200', '2025-10-24T18:00:00')",
  );
}

function agentMessages(database, random) {
  insertRows(
    database,
    'agent_messages',
    ['message_id', 'sender', 'recipient', 'message_type', 'content', 'priority', 'created_at_ns', 'read_at'],
    numbers(60).map((number) => [
      `msg-${random.hex(12)}-${number}`,
      random.pick(AGENTS),
      random.pick(AGENTS),
      random.pick(['task_delegate', 'user_query', 'status']),
      number % 9 === 0 ? random.bytes(80) : JSON.stringify({ text: random.sentence(10) }),
      random.integer(1, 10),
      1761350400000000000n + BigInt(number),
      random.chance(0.5) ? random.time() : null,
    ]),
  );
}

function langfuse(database, random) {
  const traces = numbers(120).map(() => random.hex(24));
  insertRows(
    database,
    'traces',
    ['id', 'name', 'user_id', 'metadata', 'created_at'],
    traces.map((id) => [
      id,
      random.sentence(2),
      random.pick(AGENTS),
      JSON.stringify({ seed: random.hex(4) }),
      random.time(),
    ]),
  );
  insertRows(
    database,
    'generations',
    ['id', 'trace_id', 'model', 'input_tokens', 'output_tokens', 'cost_usd', 'latency_ms', 'created_at'],
    numbers(900).map(() => [
      random.hex(24),
      random.pick(traces),
      random.pick(['claude', 'gpt-4o', 'gemini']),
      random.integer(10, 9000),
      random.integer(1, 3000),
      random.integer(1, 4000) / 10000,
      random.real(100, 30000),
      random.time(),
    ]),
  );
  insertRows(
    database,
    'spans',
    ['id', 'trace_id', 'name', 'started_at'],
    numbers(400).map(() => [random.hex(24), random.pick(traces), random.sentence(2), random.time()]),
  );
  insertRows(
    database,
    'scores',
    ['trace_id', 'name', 'value'],
    numbers(120).map((_, index) => [traces[index], 'quality', random.integer(0, 10)]),
  );
  insertRows(database, 'export_state', ['key', 'value'], [['last_export', '2025-10-24T00:00:00']]);
}

function taskMetrics(database, random) {
  insertRows(
    database,
    'subtask_metrics',
    ['priority_name', 'subtask_name', 'status', 'duration_seconds', 'estimated_seconds', 'model', 'started_at'],
    numbers(90).map(() => [
      `PRIORITY ${random.integer(1, 30)}`,
      random.sentence(3),
      random.pick(['completed', 'failed']),
      random.chance(0.5) ? random.integer(1, 600) : random.real(0, 600),
      random.integer(1, 600),
      random.pick(['claude', null]),
      random.time(),
    ]),
  );
}

function testUnified(database, random) {
  for (const table of ['roadmap_items', 'technical_specs', 'code_reviews', 'notifications', 'audit_trail'])
    insertRows(
      database,
      table,
      ['id', 'body'],
      numbers(60).map((number) => [`TEST-${number}`, random.sentence(30)]),
    );
}

/** One-based. */
function numbers(count) {
  return Array.from({ length: count }, (_, index) => index + 1);
}

if (process.argv[1] && path.resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const [directory, seed] = process.argv.slice(2);
  if (!directory) {
    console.error('usage: node make.mjs DIRECTORY [SEED]');
    process.exit(2);
  }
  await makeCoffeeMaker(directory, { seed: seed === undefined ? 1 : Number(seed) });
}
