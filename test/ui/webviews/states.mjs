// What the views are shown in: a typical workspace, an empty one, a large one, and one with hostile names.

const column = (name, type = 'TEXT', more = {}) => ({
  name,
  type,
  notNull: false,
  primaryKey: 0,
  default: null,
  generated: '',
  ...more,
});

const table = (name, rows, more = {}) => ({
  name,
  kind: 'table',
  rows,
  sql: '',
  columns: [
    column('id', 'INTEGER', { primaryKey: 1 }),
    column('title', 'TEXT', { notNull: true }),
    column('status', 'TEXT', { default: "'open'" }),
    column('created_at', 'TIMESTAMP', { default: 'CURRENT_TIMESTAMP' }),
  ],
  indexes: [{ name: `idx_${name}`, unique: false, origin: 'c', partial: false, columns: [], sql: '' }],
  triggers: [],
  foreignKeys: [],
  withoutRowid: false,
  strict: false,
  autoincrement: name === 'bugs',
  ...more,
});

const row = (path, bytes, tables, rows, more = {}) => ({
  path,
  kind: 'sqlite',
  bytes,
  rows,
  tables,
  journalMode: 'delete',
  walFrames: 0,
  hotJournal: false,
  problems: [],
  references: 0,
  ...more,
});

const coffee = [
  row('coffee_maker.db', 114_688, 4, 61, { references: 2 }),
  row('data/agent_messages.db', 24_576, 1, 148, { references: 3, journalMode: 'wal', walFrames: 14 }),
  row('data/metrics.db', 237_568, 5, 1_204, { references: 1 }),
  row('data/notifications.db', 3_774_873, 2, 9_310, { references: 6, journalMode: 'wal' }),
  row('data/orchestrator.db', 98_304, 4, 402, { references: 9 }),
  row('data/roadmap.db', 1_677_721, 11, 4_880, { references: 22, journalMode: 'wal' }),
  row('data/task_metrics.db', 24_576, 1, 97, { references: 2 }),
  row('data/test_unified.db', 98_304, 5, 12),
  row('data/unified_roadmap_specs.db', 0, 0, null, {
    kind: 'empty',
    problems: [{ code: 'DATABASE_EMPTY', message: 'The file has 0 bytes: no schema and no rows.' }],
  }),
];

export const inventoryState = (rows, more = {}) => ({
  type: 'state',
  workspace: 'coffee-maker',
  scanned: true,
  busy: null,
  error: null,
  rows,
  duplicates: [],
  unlisted: [],
  planFile: 'consolidation.jsonc',
  hasPlan: false,
  trusted: true,
  ...more,
});

export const inventories = {
  typical: inventoryState(coffee),
  planned: inventoryState(
    coffee.map((entry) => ({
      ...entry,
      action:
        entry.path.includes('metrics.db') && !entry.path.includes('task')
          ? 'keep'
          : /test|specs/.test(entry.path)
            ? 'retire'
            : 'merge',
    })),
    { hasPlan: true },
  ),
  empty: inventoryState([]),
  fresh: inventoryState([], { scanned: false, busy: 'Scanning the workspace …' }),
  large: inventoryState(
    Array.from({ length: 500 }, (_, index) =>
      row(
        `history/region-${index % 7}/SYMBOL${String(index).padStart(4, '0')}.db`,
        40_960 + ((index * 7919) % 5_000_000),
        3,
        (index * 104_729) % 90_000,
        {
          references: index % 5,
          journalMode: index % 3 === 0 ? 'wal' : 'delete',
          walFrames: index % 9 === 0 ? 12 : 0,
          problems: index % 61 === 0 ? [{ code: 'DATABASE_CORRUPT', message: 'Page 14 is not a b-tree page.' }] : [],
          kind: index % 61 === 0 ? 'corrupt' : 'sqlite',
        },
      ),
    ),
    { workspace: 'arduino-trader' },
  ),
  hostile: inventoryState(
    [
      row('data/<img src=x onerror=alert(1)>.db', 8_192, 1, 3, { references: 1 }),
      row('data/"quoted" & \'single\'.db', 8_192, 1, 3, { action: '<b>merge</b>' }),
      row(`data/${'very-long-name-'.repeat(14)}.db`, 8_192, 1, 3),
      row('data/\u202etxt.bd', 8_192, 1, 3),
      row('data/line\nbreak.db', 8_192, 1, 3, {
        problems: [{ code: 'X', message: '<script>alert(2)</script> javascript:alert(3)' }],
      }),
    ],
    { workspace: '<script>alert(4)</script>' },
  ),
};

export const detailOf = (path, tables = [table('notifications', 9_120), table('system_state', 190)]) => ({
  type: 'detail',
  path,
  sha256: '5f2b6c0e7a8d94c1b3e0f7a6d5c4b3a29181706f5e4d3c2b1a09f8e7d6c5b4a3',
  pageSize: 4096,
  encoding: 'UTF-8',
  userVersion: 3,
  sidecars: [`${path}-wal`, `${path}-shm`],
  tables,
  references: [
    { file: 'coffee_maker/cli/notifications.py', line: 41, column: 22, text: '"data/notifications.db"', stale: true },
    {
      file: 'coffee_maker/autonomous/daemon.py',
      line: 187,
      column: 9,
      text: 'Path("data") / "notifications.db"',
      stale: true,
    },
    { file: 'tests/test_notifications.py', line: 12, column: 5, text: 'tmp_path / "notifications.db"', stale: false },
  ],
});

export const hostileDetail = detailOf('data/<img src=x onerror=alert(1)>.db', [
  table('<img src=x onerror=alert(5)>', 1, {
    columns: [column('<svg onload=alert(6)>', '<i>TEXT</i>', { default: '"\'><script>alert(7)</script>' })],
  }),
  table('Robert"); DROP TABLE students;--', 2),
]);

const move = (name, rows, to, more = {}) => ({
  table: name,
  rows,
  action: 'move',
  target: 'roadmap',
  name: to,
  sharedWith: 0,
  ...more,
});

const database = (path, bytes, tables, more = {}) => ({ path, action: 'merge', bytes, absent: false, tables, ...more });

export const mappingState = (databases, more = {}) => ({
  type: 'state',
  planFile: 'consolidation.jsonc',
  name: 'coffee-maker',
  busy: null,
  error: null,
  readable: true,
  targets: [
    {
      name: 'roadmap',
      path: 'data/roadmap.db',
      purpose: 'Everything but external metrics',
      replaces: 'data/roadmap.db',
      tables: 21,
    },
  ],
  databases,
  findings: [],
  trusted: true,
  ...more,
});

const coffeeMapping = [
  database('coffee_maker.db', 114_688, [
    move('schema_metadata', 12, 'system_schema_metadata', { sharedWith: 1, discriminator: 'source = coffee_maker' }),
    move('task_group_dependencies', 49, 'specs_task_dependency'),
    { table: 'commits', rows: 0, action: 'skip-empty', reason: 'no rows', sharedWith: 0 },
    { table: 'implementation_tasks', rows: 0, action: 'skip-empty', reason: 'no rows', sharedWith: 0 },
  ]),
  database('data/agent_messages.db', 24_576, [move('agent_messages', 148, 'messaging_agent_message')]),
  database('data/metrics.db', 237_568, [], { action: 'keep', reason: 'written by an external service' }),
  database('data/notifications.db', 3_774_873, [
    move('notifications', 9_120, 'notification_user'),
    move('system_state', 190, 'notification_system_state'),
  ]),
  database('data/orchestrator.db', 98_304, [
    move('agent_lifecycle', 88, 'orchestrator_agent_lifecycle'),
    move('bugs', 41, 'orchestrator_bug'),
    move('orchestrator_state', 9, 'orchestrator_state'),
    move('orchestrator_tasks', 264, 'orchestrator_task'),
  ]),
  database('data/roadmap.db', 1_677_721, [
    move('roadmap_items', 312, 'roadmap_priority'),
    move('roadmap_audit', 2_940, 'roadmap_audit'),
    move('technical_specs', 108, 'specs_specification'),
    move('notifications', 1_404, 'notification_roadmap'),
    move('schema_metadata', 3, 'system_schema_metadata', { sharedWith: 1, discriminator: 'source = roadmap' }),
    { table: 'debug_log', rows: 113, action: 'retire', reason: 'obsolete debug rows', sharedWith: 0 },
  ]),
  database('data/task_metrics.db', 24_576, [move('subtask_metrics', 97, 'metrics_subtask')]),
  database('data/test_unified.db', 98_304, [], { action: 'retire', reason: 'test database' }),
  database('data/unified_roadmap_specs.db', 0, [], { action: 'retire', reason: 'empty file' }),
];

const conflicts = [
  {
    code: 'SAME_NAME',
    severity: 'error',
    message:
      'data/roadmap.db and data/notifications.db both have a table notifications, with other columns (7 and 11). Keep them apart under two names, or merge them.',
    file: 'consolidation.jsonc',
    line: 42,
    column: 7,
    database: 'data/notifications.db',
    table: 'notifications',
    resolutions: [
      { id: 'rename-apart', title: 'Keep the tables apart under different names' },
      { id: 'merge-with-discriminator', title: 'Merge them, with a column that says where a row came from' },
    ],
  },
  {
    code: 'TYPES_DIFFER',
    severity: 'warning',
    message: 'schema_metadata.updated_at is TEXT in coffee_maker.db and TIMESTAMP in data/roadmap.db.',
    line: 61,
    database: 'coffee_maker.db',
    table: 'schema_metadata',
    resolutions: [{ id: 'accept:TYPES_DIFFER', title: 'The conversion is meant' }],
  },
  {
    code: 'DISPOSITION_CHOSEN',
    severity: 'info',
    message: 'data/test_unified.db is retired because nothing names it.',
    line: 12,
  },
];

export const mappings = {
  typical: mappingState(coffeeMapping),
  conflicts: mappingState(coffeeMapping, { findings: conflicts }),
  broken: mappingState([], {
    name: '',
    readable: false,
    targets: [],
    findings: [
      {
        code: 'PLAN_SYNTAX',
        severity: 'error',
        message: 'The plan is not valid JSON here: put "," between the entries.',
        file: 'consolidation.jsonc',
        line: 7,
        column: 3,
      },
    ],
  }),
  large: mappingState(
    Array.from({ length: 500 }, (_, index) =>
      database(
        `history/region-${index % 7}/SYMBOL${String(index).padStart(4, '0')}.db`,
        40_960 + ((index * 7919) % 5_000_000),
        Array.from({ length: 10 }, (_, number) =>
          move(`table_${number}`, (index * 104_729 + number) % 9_000, `daily_${number}`, {
            target: ['core', 'history', 'analytics', 'cache'][(index + number) % 4],
            sharedWith: 499,
            discriminator: `symbol = SYMBOL${index}`,
          }),
        ),
      ),
    ),
    {
      name: 'arduino-trader',
      targets: ['core', 'history', 'analytics', 'cache'].map((name) => ({
        name,
        path: `data/${name}.db`,
        purpose: '',
        tables: 10,
      })),
    },
  ),
  hostile: mappingState(
    [
      database('data/<img src=x onerror=alert(1)>.db', 8_192, [
        move('<img src=x onerror=alert(2)>', 3, '"><script>alert(3)</script>', { discriminator: '<b>x</b> = 1' }),
        {
          table: '<svg onload=alert(4)>',
          rows: 1,
          action: 'retire',
          reason: '<script>alert(5)</script>',
          sharedWith: 0,
        },
      ]),
    ],
    {
      name: '<script>alert(6)</script>',
      findings: [
        {
          code: 'X',
          severity: 'error',
          message: '<img src=x onerror=alert(7)>',
          resolutions: [{ id: '<b>', title: '<img src=x onerror=alert(8)>' }],
        },
      ],
    },
  ),
};

const check = (name, ok = true, expected = '9,120', actual = expected) => ({ name, ok, expected, actual });

const result = (more = {}) => ({
  version: 1,
  run: 'migration_20251025_143005',
  status: 'published',
  targets: [
    {
      name: 'roadmap',
      path: 'data/roadmap.db',
      bytes: 5_632_000,
      tables: [
        {
          name: 'notification_user',
          rows: 9_120,
          strategy: 'graft',
          sources: [{ database: 'data/notifications.db', table: 'notifications', rows: 9_120 }],
        },
        {
          name: 'roadmap_priority',
          rows: 312,
          strategy: 'graft',
          sources: [{ database: 'data/roadmap.db', table: 'roadmap_items', rows: 312 }],
        },
        {
          name: 'system_schema_metadata',
          rows: 15,
          strategy: 'sql',
          sources: [
            { database: 'data/roadmap.db', table: 'schema_metadata', rows: 3 },
            { database: 'coffee_maker.db', table: 'schema_metadata', rows: 12 },
          ],
        },
      ],
    },
  ],
  databases: [
    {
      path: 'coffee_maker.db',
      action: 'merge',
      bytes: 114_688,
      rows: { total: 61, moved: 61, retired: 0, rejected: 0 },
      walFrames: 0,
    },
    {
      path: 'data/agent_messages.db',
      action: 'merge',
      bytes: 24_576,
      rows: { total: 148, moved: 148, retired: 0, rejected: 0 },
      walFrames: 14,
    },
    {
      path: 'data/metrics.db',
      action: 'keep',
      reason: 'written by an external service',
      bytes: 237_568,
      rows: { total: 1_204, moved: 0, retired: 0, rejected: 0 },
      walFrames: 0,
    },
    {
      path: 'data/notifications.db',
      action: 'merge',
      bytes: 3_774_873,
      rows: { total: 9_310, moved: 9_310, retired: 0, rejected: 0 },
      walFrames: 0,
    },
    {
      path: 'data/roadmap.db',
      action: 'merge',
      bytes: 1_677_721,
      rows: { total: 4_880, moved: 4_767, retired: 113, rejected: 0 },
      walFrames: 0,
    },
    {
      path: 'data/test_unified.db',
      action: 'retire',
      reason: 'test database',
      bytes: 98_304,
      rows: { total: 12, moved: 0, retired: 12, rejected: 0 },
      walFrames: 0,
    },
  ],
  rejected: [],
  warnings: [],
  verification: {
    ok: true,
    checks: [
      check('roadmap.notification_user: rows from data/notifications.db'),
      check('roadmap.notification_user: digest of the rows', true, '91ab03…c7', '91ab03…c7'),
      check('roadmap.roadmap_priority: rows from data/roadmap.db', true, '312'),
      check('roadmap: integrity_check', true, 'ok'),
      check('roadmap: foreign_key_check', true, '0 rows'),
      check('data/notifications.db: unchanged since the snapshot', true, '5f2b6c…a3'),
    ],
  },
  steps: [
    { kind: 'snapshot', text: 'back up 6 databases to data/backups/migration_20251025_143005' },
    {
      kind: 'copy',
      text: 'copy 9,120 rows  data/notifications.db notifications → roadmap.notification_user',
      rows: 9_120,
    },
    {
      kind: 'insert',
      text: 'insert 12 rows  coffee_maker.db schema_metadata → roadmap.system_schema_metadata',
      sql: 'INSERT INTO main."system_schema_metadata" ("key", "value", "source") SELECT "key", "value", \'coffee_maker\' FROM s1."schema_metadata"',
    },
  ],
  bytesNeeded: 11_534_336,
  milliseconds: 1_843,
  reportFile: '.sqlite-consolidator/runs/migration_20251025_143005/report.md',
  backup: 'data/backups/migration_20251025_143005',
  ...more,
});

export const reportState = (value, more = {}) => ({
  type: 'state',
  workspace: 'coffee-maker',
  result: value,
  state: 'published',
  started: '2025-10-25T14:30:05Z',
  staleReferences: 0,
  busy: null,
  error: null,
  trusted: true,
  ...more,
});

export const reports = {
  published: reportState(result(), { staleReferences: 23 }),
  dryRun: reportState(
    result({
      run: '',
      status: 'dry-run',
      reportFile: undefined,
      backup: undefined,
      verification: { ok: true, checks: [] },
      warnings: [
        {
          code: 'TYPES_DIFFER',
          severity: 'warning',
          message: 'schema_metadata.updated_at is TEXT in coffee_maker.db and TIMESTAMP in data/roadmap.db.',
        },
      ],
    }),
    { state: 'dry-run' },
  ),
  failed: reportState(
    result({
      status: 'failed',
      error: {
        code: 'VERIFICATION_FAILED',
        message:
          'The staged data/roadmap.db does not hold what data/notifications.db holds. Nothing was published; see the failed checks.',
        details: {},
      },
      verification: {
        ok: false,
        checks: [
          check('roadmap.notification_user: rows from data/notifications.db', false, '9,120', '9,119'),
          check('roadmap: integrity_check', true, 'ok'),
        ],
      },
      rejected: [
        {
          database: 'data/notifications.db',
          table: 'notifications',
          target: 'roadmap.notification_user',
          rows: 1,
          reason: 'NOT NULL constraint failed: notification_user.title',
        },
      ],
      backup: undefined,
    }),
    { state: 'failed' },
  ),
  rolledBack: reportState(result(), { state: 'rolled-back' }),
  hostile: reportState(
    result({
      databases: [
        {
          path: '<img src=x onerror=alert(1)>',
          action: 'merge',
          reason: '<script>alert(2)</script>',
          bytes: 1,
          rows: { total: 1, moved: 1, retired: 0, rejected: 0 },
          walFrames: 0,
        },
      ],
      warnings: [{ code: 'X', severity: 'warning', message: '<img src=x onerror=alert(3)>' }],
      verification: { ok: true, checks: [check('<svg onload=alert(4)>')] },
    }),
    { workspace: '<script>alert(5)</script>' },
  ),
};
