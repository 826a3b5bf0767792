import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Finding } from '../../../src/core/ports';
import { checkPlan } from '../../../src/core/plan/check';
import { parsePlan, type PlanDocument } from '../../../src/core/plan/read';
import { applyResolution } from '../../../src/core/plan/resolutions';
import { inventoryFromSql } from './inventory-from-sql';

/** Two databases with a table of one name, and what they disagree on. */
interface Case {
  readonly a: string;
  readonly b: string;
  readonly code: string;
  readonly severity: Finding['severity'];
  /** What each side says, in the order of the sources. */
  readonly sides?: readonly unknown[];
  /** Codes left, warnings and errors, after each resolution on offer. */
  readonly ways: Readonly<Record<string, readonly string[]>>;
  readonly entry?: object;
  readonly settings?: object;
}

const table = (columns: string) => `CREATE TABLE t (${columns}); INSERT INTO t DEFAULT VALUES`;
const CASES: Readonly<Record<string, Case>> = {
  'other columns': {
    a: table('x, y'),
    b: table('x, z'),
    code: 'COLUMNS_DIFFER',
    severity: 'warning',
    ways: { 'accept:COLUMNS_DIFFER': [], 'rename-apart': [] },
  },
  'other types': {
    a: table('x TEXT'),
    b: table('x INTEGER'),
    code: 'TYPES_DIFFER',
    severity: 'warning',
    sides: ['TEXT', 'INTEGER'],
    ways: { 'column:x:type:': [], 'column:x:type:TEXT': [], 'column:x:type:INTEGER': [] },
  },
  'NOT NULL on one side': {
    a: table("x NOT NULL DEFAULT 'v'"),
    b: table('x DEFAULT 1'),
    code: 'NOT_NULL_DIFFER',
    severity: 'warning',
    sides: ['NOT NULL', 'NULL'],
    ways: { 'column:x:notNull:false': [], 'column:x:notNull:true': [] },
  },
  'UNIQUE on one side': {
    a: table('x, UNIQUE (x)'),
    b: table('x'),
    code: 'UNIQUE_DIFFER',
    severity: 'warning',
    sides: [['UNIQUE (x)'], []],
    ways: { 'accept:UNIQUE_DIFFER': [], 'unique:keep': [], 'rename-apart': [] },
  },
  'a unique index on one side': {
    a: `${table('x')}; CREATE UNIQUE INDEX i ON t (x)`,
    b: table('x'),
    code: 'UNIQUE_DIFFER',
    severity: 'warning',
    sides: [['i'], []],
    ways: { 'accept:UNIQUE_DIFFER': [], 'unique:keep': [], 'rename-apart': [] },
  },
  'other CHECK constraints': {
    a: table('x CHECK (x > 1)'),
    b: table('x CHECK (x > 2)'),
    code: 'CHECKS_DIFFER',
    severity: 'warning',
    sides: [['CHECK (x > 1)'], ['CHECK (x > 2)']],
    ways: { 'accept:CHECKS_DIFFER': [], 'checks:all': [], 'rename-apart': [] },
  },
  'other collations': {
    a: table('x COLLATE NOCASE'),
    b: table('x'),
    code: 'COLLATIONS_DIFFER',
    severity: 'warning',
    sides: ['NOCASE', 'BINARY'],
    ways: { 'accept:COLLATIONS_DIFFER': [] },
  },
  'other computed columns': {
    a: table('x, y AS (x + 1)'),
    b: table('x, y AS (x + 2)'),
    code: 'GENERATED_DIFFER',
    severity: 'warning',
    sides: ['x + 1', 'x + 2'],
    ways: { 'accept:GENERATED_DIFFER': [] },
  },
  'other defaults': {
    a: table('x DEFAULT 1'),
    b: table('x DEFAULT 2'),
    code: 'DEFAULTS_DIFFER',
    severity: 'info',
    sides: ['1', '2'],
    ways: {},
  },
  'other keys': {
    a: table('x PRIMARY KEY, y'),
    b: table('x, y PRIMARY KEY'),
    code: 'KEYS_DIFFER',
    severity: 'error',
    sides: [['x'], ['y']],
    ways: {
      'rename-apart': [],
      'primary-key:x': ['KEY_COLLISION_POSSIBLE'],
      'primary-key:y': ['KEY_COLLISION_POSSIBLE'],
    },
  },
  'other foreign keys': {
    a: `CREATE TABLE p (id INTEGER PRIMARY KEY); ${table('x REFERENCES p(id)')}`,
    b: table('x'),
    code: 'FOREIGN_KEYS_DIFFER',
    severity: 'warning',
    ways: { 'accept:FOREIGN_KEYS_DIFFER': [] },
  },
  'keys that can meet': {
    a: table('id INTEGER PRIMARY KEY, x'),
    b: table('id INTEGER PRIMARY KEY, x'),
    code: 'KEY_COLLISION_POSSIBLE',
    severity: 'warning',
    ways: { 'keys:keep': [], 'keys:renumber': [], 'keys:composite': [], 'rename-apart': [] },
  },
  'a discriminator that is a column': {
    a: table('x, source'),
    b: table('x, source'),
    entry: { discriminator: { source: '${stem}' } },
    code: 'DISCRIMINATOR_CLASH',
    severity: 'error',
    ways: {
      'rename-discriminator:source': [],
      'drop-discriminator:source': [],
    },
  },
  'a trigger that will act on the rows of both': {
    a: `${table('x')}; CREATE TRIGGER g AFTER INSERT ON t BEGIN DELETE FROM t WHERE x = 0; END`,
    b: table('x'),
    code: 'TRIGGERS_DIFFER',
    severity: 'warning',
    ways: { 'accept:TRIGGERS_DIFFER': [] },
  },
  'a view that will see the rows of both': {
    a: `${table('x')}; CREATE VIEW v AS SELECT * FROM t`,
    b: table('x'),
    code: 'VIEW_SEES_MERGED_ROWS',
    severity: 'warning',
    ways: { 'accept:VIEW_SEES_MERGED_ROWS': [] },
  },
};

const open = (findings: readonly Finding[]) => findings.filter(({ severity }) => severity !== 'info');
const codes = (findings: readonly Finding[]) => open(findings).map(({ code }) => code);
const document = (plan: object): PlanDocument =>
  parsePlan(JSON.stringify({ version: 1, name: 'x', targets: { core: { path: 'core.db' } }, ...plan }, null, 2));

/** Checks that the resolutions on offer are these, and what is left after each. */
async function expectWays(
  plan: PlanDocument,
  inventory: Awaited<ReturnType<typeof inventoryFromSql>>,
  finding: Finding,
  ways: Readonly<Record<string, readonly string[]>>,
) {
  const offered = finding.severity === 'info' ? [] : (finding.resolutions ?? []).map(({ id }) => id);
  expect(offered.sort()).toEqual(Object.keys(ways).sort());
  for (const [id, left] of Object.entries(ways)) {
    const again = parsePlan(applyResolution(plan, inventory, finding, id, 'why'));
    expect([id, codes((await checkPlan(again, inventory)).findings)]).toEqual([id, left]);
  }
}

describe('what two sources of one table disagree on', () => {
  it.each(Object.entries(CASES))('%s', async (_, { a, b, code, severity, sides, ways, entry, settings }) => {
    const inventory = await inventoryFromSql({ 'a.db': a, 'b.db': b });
    const tables = { t: { to: 'core.t', ...entry } };
    const others = a.includes('TABLE p') ? { p: { to: 'core.p' } } : {};
    const plan = document({
      targets: { core: { path: 'core.db', ...(settings ? { tables: { t: settings } } : {}) } },
      sources: { 'a.db': { action: 'merge', tables: { ...tables, ...others } }, 'b.db': { action: 'merge', tables } },
    });
    const { findings } = await checkPlan(plan, inventory);
    const found = findings.filter((finding) => finding.code === code);
    // It is told once for each source it concerns, and nothing else is.
    expect(codes(findings).every((other) => other === code)).toBe(true);
    expect(found.length).toBeGreaterThan(0);
    const [finding] = found;
    expect(finding).toMatchObject({ severity, file: 'consolidation.jsonc' });
    expect(finding!.line).toBeGreaterThan(1);
    for (const source of ['a.db', 'b.db'])
      if (found.length === 1 && !/acts?|see/.test(finding!.message)) expect(finding!.message).toContain(source);
    if (sides)
      expect(
        (finding!.details!.sides as { database: string; value: unknown }[]).map((side) => [side.database, side.value]),
      ).toEqual([
        ['a.db', sides[0]],
        ['b.db', sides[1]],
      ]);
    // What two sources disagree on names both, with their rows.
    if (!['DISCRIMINATOR_CLASH', 'TRIGGERS_DIFFER', 'VIEW_SEES_MERGED_ROWS'].includes(code))
      expect(
        (finding!.details!.sides as { database: string; rows: number }[]).map((side) => [side.database, side.rows]),
      ).toEqual([
        ['a.db', 1],
        ['b.db', 1],
      ]);
    await expectWays(plan, inventory, finding!, ways);
  });

  it('an ordinary table and a virtual one', async () => {
    const found = await inventoryFromSql({ 'a.db': table('x'), 'b.db': table('x') });
    const inventory = {
      ...found,
      databases: found.databases.map((database) => ({
        ...database,
        tables: database.tables.map((one) =>
          database.path === 'a.db'
            ? one
            : { ...one, kind: 'virtual' as const, module: 'fts5', sql: 'CREATE VIRTUAL TABLE t USING fts5(x)' },
        ),
      })),
    };
    const to = { action: 'merge', tables: { t: { to: 'core.t' } } };
    const plan = document({ sources: { 'a.db': to, 'b.db': to } });
    const { findings } = await checkPlan(plan, inventory);
    expect(codes(findings)).toEqual(['TABLE_KINDS_DIFFER']);
    expect((findings[0]!.details!.sides as unknown[]).length).toBe(2);
    await expectWays(plan, inventory, findings[0]!, { 'rename-apart': [] });
  });
});

describe('names that meet', () => {
  const two = {
    'a.db': 'CREATE TABLE users (x); INSERT INTO users VALUES (1)',
    'b.db': 'CREATE TABLE app_users (x); INSERT INTO app_users VALUES (1), (2)',
  };

  it('after a prefix', async () => {
    const inventory = await inventoryFromSql(two);
    const plan = document({
      sources: { 'a.db': { action: 'merge', to: 'core', prefix: 'app_' }, 'b.db': { action: 'merge', to: 'core' } },
    });
    const { findings } = await checkPlan(plan, inventory);
    expect(codes(findings)).toEqual(['NAME_CLASH']);
    expect(findings[0]).toMatchObject({ severity: 'error', database: 'b.db', table: 'app_users' });
    expect(findings[0]!.details!.sides).toEqual([
      { database: 'a.db', table: 'users', rows: 1, value: 'app_users' },
      { database: 'b.db', table: 'app_users', rows: 2, value: 'app_users' },
    ]);
    await expectWays(plan, inventory, findings[0]!, { 'rename-apart': [], merge: [] });
    // Whoever names the table in both entries means it.
    const meant = document({
      sources: {
        'a.db': { action: 'merge', tables: { users: { to: 'core.app_users' } } },
        'b.db': { action: 'merge', tables: { app_users: { to: 'core.app_users' } } },
      },
    });
    expect(codes((await checkPlan(meant, inventory)).findings)).toEqual([]);
  });

  it('in another case', async () => {
    const inventory = await inventoryFromSql({ 'a.db': 'CREATE TABLE t (x)', 'b.db': 'CREATE TABLE u (x)' });
    const plan = document({
      sources: {
        'a.db': { action: 'merge', tables: { t: { to: 'core.Log' } } },
        'b.db': { action: 'merge', tables: { u: { to: 'core.LOG' } } },
      },
    });
    const { findings } = await checkPlan(plan, inventory);
    expect(codes(findings)).toEqual(['NAME_CLASH']);
    expect((findings[0]!.details!.sides as { value: string }[]).map(({ value }) => value)).toEqual(['Log', 'LOG']);
    await expectWays(plan, inventory, findings[0]!, { 'rename-apart': [], merge: [] });
  });

  it('only because two tables have the same name', async () => {
    const inventory = await inventoryFromSql({ 'a.db': 'CREATE TABLE t (x)', 'b.db': 'CREATE TABLE t (x)' });
    const plan = document({
      sources: { 'a.db': { action: 'merge', to: 'core' }, 'b.db': { action: 'merge', to: 'core' } },
    });
    const { findings } = await checkPlan(plan, inventory);
    expect(codes(findings)).toEqual(['SAME_NAME']);
    await expectWays(plan, inventory, findings[0]!, { 'rename-apart': [], merge: [], 'merge-with-discriminator': [] });
    const family = document({ sources: { '*.db': { action: 'merge', to: 'core' } } });
    expect(codes((await checkPlan(family, inventory)).findings)).toEqual([]);
  });

  it('that SQLite keeps for itself', async () => {
    const inventory = await inventoryFromSql({ 'a.db': 'CREATE TABLE t (x)' });
    const plan = document({ sources: { 'a.db': { action: 'merge', tables: { t: { to: 'core.sqlite_t' } } } } });
    const { findings } = await checkPlan(plan, inventory);
    expect(codes(findings)).toEqual(['NAME_RESERVED', 'TARGET_UNUSED']);
    await expectWays(plan, inventory, findings[0]!, {
      'name:core:legacy_sqlite_t': [],
      'table:retire': ['TARGET_UNUSED'],
    });
  });

  it('two targets at one path, in another case, too', async () => {
    const inventory = await inventoryFromSql({ 'a.db': 'CREATE TABLE t (x); CREATE TABLE u (x)' });
    const plan = document({
      targets: { core: { path: 'data/x.db' }, more: { path: 'DATA/X.db' } },
      sources: { 'a.db': { action: 'merge', tables: { t: { to: 'core.t' }, u: { to: 'more.u' } } } },
    });
    const { findings } = await checkPlan(plan, inventory);
    expect(codes(findings)).toEqual(['TARGET_PATHS_CLASH']);
    expect(findings[0]!.details!.sides).toEqual([
      { target: 'core', path: 'data/x.db' },
      { target: 'more', path: 'DATA/X.db' },
    ]);
    await expectWays(plan, inventory, findings[0]!, { 'target-path:more:DATA%2FX_2.db': [] });
  });

  it('targets of two plans at one path', async () => {
    const workspace = await mkdtemp(path.join(tmpdir(), 'plans-'));
    try {
      const inventory = { ...(await inventoryFromSql({ 'a.db': 'CREATE TABLE t (x)' })), workspace };
      const plan = document({ sources: { 'a.db': { action: 'merge', to: 'core' } } });
      await writeFile(path.join(workspace, 'consolidation.jsonc'), plan.text);
      await writeFile(
        path.join(workspace, 'tsconfig.jsonc'),
        '{ "version": 1, "targets": { "x": { "path": "core.db" } } }',
      );
      await writeFile(path.join(workspace, 'broken.jsonc'), '{ "version": 1, "targets": ');
      expect(codes((await checkPlan(plan, inventory)).findings)).toEqual([]);
      await writeFile(
        path.join(workspace, 'second.jsonc'),
        `// another plan\n${plan.text.replace('"core.db"', '"Core.db"')}`,
      );
      const { findings } = await checkPlan(plan, inventory);
      expect(codes(findings)).toEqual(['TARGET_PATHS_CLASH']);
      expect(findings[0]!.details!.sides).toEqual([
        { target: 'core', path: 'core.db' },
        { plan: 'second.jsonc', target: 'core', path: 'Core.db' },
      ]);
      await expectWays(plan, inventory, findings[0]!, { 'target-path:core:core_2.db': [] });
    } finally {
      await rm(workspace, { recursive: true, force: true });
    }
  });

  it('a target at the path of a database that is kept, and at a path that is not for targets', async () => {
    const inventory = await inventoryFromSql({ 'a.db': 'CREATE TABLE t (x)', 'b.db': 'CREATE TABLE t (x)' });
    const sources = { 'a.db': { action: 'merge', to: 'core' }, 'b.db': { action: 'keep', reason: 'why' } };
    const plan = document({ targets: { core: { path: 'b.db' } }, sources });
    const { findings } = await checkPlan(plan, inventory);
    expect(codes(findings)).toEqual(['TARGET_PATH_OCCUPIED']);
    await expectWays(plan, inventory, findings[0]!, { 'target-path:core:b_2.db': [] });
    for (const reserved of ['.sqlite-consolidator/x.db', 'a.db-wal', 'x.db-journal', 'x.db-shm'])
      expect(
        codes((await checkPlan(document({ targets: { core: { path: reserved } }, sources }), inventory)).findings),
      ).toEqual(['TARGET_PATH_RESERVED']);
  });
});

describe('foreign keys', () => {
  const sql = `CREATE TABLE p (id INTEGER PRIMARY KEY); INSERT INTO p VALUES (1), (2);
    CREATE TABLE c (pid REFERENCES p(id)); INSERT INTO c VALUES (1)`;

  it('that would lead into another target', async () => {
    const inventory = await inventoryFromSql({ 'a.db': sql });
    const plan = document({
      targets: { core: { path: 'core.db' }, more: { path: 'more.db' } },
      sources: { 'a.db': { action: 'merge', tables: { p: { to: 'core.p' }, c: { to: 'more.c' } } } },
    });
    const { findings } = await checkPlan(plan, inventory);
    expect(codes(findings)).toEqual(['FOREIGN_KEY_CROSSES_TARGETS']);
    expect(findings[0]!.details!.sides).toEqual([
      { target: 'more', table: 'c', rows: 1 },
      { target: 'core', table: 'p', rows: 2 },
    ]);
    await expectWays(plan, inventory, findings[0]!, { 'table:to:core': ['TARGET_UNUSED'], 'drop-foreign-key:pid': [] });
  });

  it('whose parent stays behind', async () => {
    const inventory = await inventoryFromSql({ 'a.db': sql });
    const plan = document({
      sources: { 'a.db': { action: 'merge', tables: { p: { retire: 'why' }, c: { to: 'core.c' } } } },
    });
    const { findings } = await checkPlan(plan, inventory);
    expect(codes(findings)).toEqual(['FOREIGN_KEY_PARENT_LEFT_OUT']);
    await expectWays(plan, inventory, findings[0]!, { 'drop-foreign-key:pid': [] });
  });

  it('whose parent may be one of several', async () => {
    const inventory = await inventoryFromSql({
      'a.db': 'CREATE TABLE p (id INTEGER PRIMARY KEY)',
      'b.db': 'CREATE TABLE p (id INTEGER PRIMARY KEY)',
      'c.db': 'CREATE TABLE c (pid REFERENCES p(id))',
    });
    const plan = document({
      sources: {
        'a.db': { action: 'merge', tables: { p: { to: 'core.p' } } },
        'b.db': { action: 'merge', tables: { p: { to: 'core.other_p' } } },
        'c.db': { action: 'merge', tables: { c: { to: 'core.c' } } },
      },
    });
    const { findings } = await checkPlan(plan, inventory);
    expect(codes(findings)).toEqual(['FOREIGN_KEY_AMBIGUOUS']);
    await expectWays(plan, inventory, findings[0]!, {
      'relation:pid:p': [],
      'relation:pid:other_p': [],
      'drop-foreign-key:pid': [],
    });
  });
});
