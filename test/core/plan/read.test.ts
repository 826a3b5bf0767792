import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConsolidationError } from '../../../src/core/errors';
import type { Finding } from '../../../src/core/ports';
import { checkPlan } from '../../../src/core/plan/check';
import { parsePlan, readPlan } from '../../../src/core/plan/read';
import { inventoryFromSql } from './inventory-from-sql';

const valid = {
  version: 1,
  name: 'x',
  profiles: { own: { synchronous: 'FULL' } },
  targets: {
    core: {
      path: 'data/core.db',
      profile: 'own',
      tables: { t: { columns: { a: { type: 'TEXT' } }, dropForeignKeys: { a: 'why' }, ttl: { column: 'a' } } },
      bookkeeping: { version: true },
    },
  },
  sources: {
    'a.db': {
      action: 'merge',
      tables: {
        t: {
          to: 'core.t',
          columns: { a: 'b', c: { sql: '1' }, d: { value: null }, e: { drop: 'why' } },
          keys: { last: 'a' },
          discriminator: { s: 1 },
        },
      },
    },
    'b.db': { action: 'keep', reason: 'why' },
  },
  relations: { 'core.t.a': 'core.u.id' },
  checks: [{ name: 'c', target: 'core', sql: 'SELECT 1', expect: [[1, 'a', null]] }],
  compatibility: { views: true, symlinks: false },
  access: { python: { module: 'x.y' } },
  references: { exclude: ['docs/**'] },
  rollout: {
    stages: [{ targets: ['core'], monitor: '24h', dualWrite: true }],
    rollbackAboveErrorRate: 0.05,
    retainArchivesFor: '30d',
  },
  criticalQueries: [{ name: 'q', target: 'core', sql: 'SELECT 1', p95: '500ms' }],
};

/** The findings of a plan that cannot be read. */
function findings(text: string): readonly Finding[] {
  try {
    parsePlan(text);
  } catch (error) {
    expect(error).toBeInstanceOf(ConsolidationError);
    const { details, message } = error as ConsolidationError;
    expect(message).not.toMatch(/\bat .*:\d+:\d+\)/);
    return details.findings as readonly Finding[];
  }
  throw new Error('The plan was read.');
}

const brief = (list: readonly Finding[]) =>
  list.map(({ code, line, column, message }) => `${line}:${column} ${code} ${message}`);

/** The valid plan with one value replaced. */
function broken(at: readonly (string | number)[], value: unknown): string {
  const copy = structuredClone(valid) as Record<string, unknown>;
  let parent: Record<string | number, unknown> = copy;
  for (const key of at.slice(0, -1)) parent = parent[key] as Record<string | number, unknown>;
  const last = at.at(-1)!;
  if (value === undefined) delete parent[last];
  else parent[last] = value;
  return JSON.stringify(copy, null, 2);
}

describe('a plan that is not right', () => {
  it('reads a right one', () => {
    expect(parsePlan(JSON.stringify(valid)).plan).toEqual(valid);
    expect(parsePlan(`\uFEFF// c\n${JSON.stringify(valid).replace(/}$/, ',}')}`).plan).toEqual(valid);
  });

  it('names every syntax error with its place', () => {
    expect(brief(findings('{\n  "version": 1\n  "name": "x",\n  targets: {}\n}'))).toEqual([
      '3:3 PLAN_SYNTAX The plan is not valid JSON here: put "," between the entries.',
      '4:3 PLAN_SYNTAX The plan is not valid JSON here: put names and texts in double quotes.',
      '4:10 PLAN_SYNTAX The plan is not valid JSON here: a name in double quotes is expected.',
      '4:13 PLAN_SYNTAX The plan is not valid JSON here: a value is expected.',
      '5:1 PLAN_SYNTAX The plan is not valid JSON here: remove what follows the last "}".',
    ]);
    expect(brief(findings(''))).toEqual([
      '1:1 PLAN_SYNTAX The plan is not valid JSON here: the file is empty; run "draft" to propose a plan.',
    ]);
    for (const text of ['{', '[', '"', '{"a": }', '\u0000', '{"version": 1}}', 'null x'])
      expect(findings(text).length).toBeGreaterThan(0);
  });

  it('sees a name that occurs twice: JSON would forget the first', () => {
    expect(
      brief(
        findings(
          '{ "version": 1, "name": "x", "targets": {},\n "sources": { "a.db": { "action": "merge" },\n "a.db": { "action": "merge" } } }',
        ),
      ),
    ).toEqual(['3:2 PLAN_DUPLICATE_KEY "a.db" appears twice in this object; merge the two entries into one.']);
    expect(findings('{ "version": 1, "name": "x", "targets": {}, "sources": { "__proto__": {} } }')).toHaveLength(1);
  });

  it('tells an unknown version from everything else', () => {
    for (const version of [2, 0, '1', null, 1.5, true]) {
      const [finding] = findings(broken(['version'], version));
      expect(finding).toMatchObject({ code: 'PLAN_VERSION', line: 2, severity: 'error' });
    }
    expect(findings(broken(['version'], undefined))[0]!.message).toBe(
      'The plan does not say its format; add "version": 1.',
    );
  });

  const wrong = [
    undefined,
    null,
    true,
    7,
    -1,
    1.5,
    '',
    ' ',
    'x',
    '\u0000',
    'x'.repeat(65_536),
    [],
    {},
    [null],
    { a: 1 },
    '../x',
    '/etc/x',
    'C:\\x',
    'a\\b',
    '"; DROP TABLE x; --',
    'line\nbreak',
    '%s%n',
    '🙂',
    { __unknown: 1 },
  ];
  const paths: (string | number)[][] = [];
  const collect = (value: unknown, at: (string | number)[]): void => {
    if (at.length > 0) paths.push(at);
    if (Array.isArray(value)) value.forEach((item, index) => collect(item, [...at, index]));
    else if (typeof value === 'object' && value !== null)
      for (const [key, member] of Object.entries(value)) collect(member, [...at, key]);
  };
  collect(valid, []);

  it(`explains every field (${paths.length}) that is wrong in every way (${wrong.length}), or takes it`, () => {
    let refused = 0;
    for (const at of paths)
      for (const value of wrong) {
        const text = broken(at, value);
        try {
          parsePlan(text);
        } catch (error) {
          expect(error).toBeInstanceOf(ConsolidationError);
          const list = (error as ConsolidationError).details.findings as readonly Finding[];
          expect(list.length).toBeGreaterThan(0);
          refused++;
          for (const finding of list) {
            expect(finding.line, text).toBeGreaterThan(0);
            expect(finding.column).toBeGreaterThan(0);
            expect(finding.message.length, finding.message).toBeLessThan(600);
            expect(finding.message).not.toMatch(/[\n\u0000]|undefined|\[object|ZodError|invalid_/);
          }
          // One wrong value is one finding at its place, unless it stands for many.
          if (typeof value !== 'object') expect(list.length, brief(list).join('\n')).toBeLessThanOrEqual(2);
        }
      }
    expect(refused).toBeGreaterThan(paths.length * 8);
  });

  it('names unknown fields where they stand', () => {
    expect(brief(findings(broken(['targets', 'core', 'pth'], 'x')))).toEqual([
      '31:7 PLAN_INVALID targets › core: "pth" is not part of the plan format; correct or remove it.',
    ]);
  });

  it('wants a reason wherever something is left out', () => {
    for (const [at, value] of [
      [['sources', 'b.db'], { action: 'retire' }],
      [['sources', 'b.db'], { action: 'keep', reason: '  ' }],
      [['sources', 'a.db', 'tables', 't'], { retire: '' }],
      [['sources', 'a.db', 'tables', 't', 'columns', 'e'], { drop: '' }],
      [['sources', 'a.db', 'tables', 't'], { to: 'core.t', where: 'a > 1' }],
    ] as const)
      expect(findings(broken(at, value))[0]!.code).toBe('PLAN_INVALID');
  });

  it('keeps paths inside the workspace', () => {
    for (const bad of ['/etc/passwd', '../x.db', 'a/../../x.db', 'C:/x.db', 'c:x.db', 'a\\b.db', 'x\u0000.db', '']) {
      expect(findings(broken(['targets', 'core', 'path'], bad))[0], bad).toMatchObject({
        code: 'PATH_OUTSIDE_WORKSPACE',
      });
      expect(findings(broken(['targets', 'core', 'schema'], bad))[0], bad).toMatchObject({
        code: 'PATH_OUTSIDE_WORKSPACE',
      });
      expect(
        findings(broken(['sources', bad], { action: 'merge' })).map(({ code }) => code),
        bad,
      ).toContain('PATH_OUTSIDE_WORKSPACE');
    }
  });
});

describe('readPlan', () => {
  let workspace: string;
  beforeAll(async () => {
    workspace = await mkdtemp(path.join(tmpdir(), 'plan-'));
    await mkdir(path.join(workspace, 'inside'));
    await symlink(tmpdir(), path.join(workspace, 'out'));
    await symlink('/nonexistent/file.db', path.join(workspace, 'nowhere.db'));
    await symlink(path.join(workspace, 'inside'), path.join(workspace, 'link'));
  });
  afterAll(() => rm(workspace, { recursive: true, force: true }));

  const write = (targetPath: string, source: string) =>
    writeFile(
      path.join(workspace, 'consolidation.jsonc'),
      JSON.stringify({
        version: 1,
        name: 'x',
        targets: { core: { path: targetPath } },
        sources: { [source]: { action: 'merge', to: 'core' } },
      }),
    );

  it('says that there is no plan yet', async () => {
    await expect(readPlan('none.jsonc', { workspace })).rejects.toMatchObject({ code: 'PLAN_MISSING' });
    await expect(readPlan('inside', { workspace })).rejects.toMatchObject({ code: 'PLAN_MISSING' });
  });

  it('does not follow links out of the workspace', async () => {
    for (const [target, source] of [
      ['out/core.db', 'a.db'],
      ['nowhere.db', 'a.db'],
      ['core.db', 'out/a.db'],
      ['core.db', 'out/*.db'],
    ] as const) {
      await write(target, source);
      await expect(readPlan('consolidation.jsonc', { workspace }), `${target} ${source}`).rejects.toMatchObject({
        code: 'PATH_OUTSIDE_WORKSPACE',
      });
    }
    await write('link/core.db', 'inside/*.db');
    await expect(readPlan('consolidation.jsonc', { workspace })).resolves.toMatchObject({
      file: 'consolidation.jsonc',
    });
  });
});

describe('a plan that can be read and is wrong all the same', () => {
  const check = async (
    plan: object,
    databases: Record<string, string | null> = {
      'a.db': 'CREATE TABLE t (a, b); CREATE TABLE u (id INTEGER PRIMARY KEY)',
    },
  ) => {
    const text = JSON.stringify(
      {
        version: 1,
        name: 'x',
        targets: { core: { path: 'core.db' } },
        sources: { 'a.db': { action: 'merge', to: 'core' } },
        ...plan,
      },
      null,
      2,
    );
    const result = await checkPlan(parsePlan(text), await inventoryFromSql(databases));
    for (const finding of result.findings) {
      expect(finding.line).toBeGreaterThan(0);
      expect(finding.message).not.toMatch(/\n|undefined|\[object/);
    }
    return result.findings.map(({ code, severity }) => `${severity} ${code}`);
  };

  it('is told so, one finding for each mistake', async () => {
    expect(await check({})).toEqual([]);
    expect(await check({ sources: {} })).toEqual(['error DATABASE_WITHOUT_DISPOSITION', 'warning TARGET_UNUSED']);
    expect(await check({ sources: { 'a.db': { action: 'merge', tables: { t: { to: 'core' } } } } })).toEqual([
      'error TABLE_WITHOUT_DISPOSITION',
    ]);
    expect(await check({ sources: { 'a.db': { action: 'merge', to: 'none' } } })).toEqual([
      'error TARGET_UNKNOWN',
      'error TARGET_UNKNOWN',
      'warning TARGET_UNUSED',
    ]);
    expect(
      await check({ sources: { 'a.db': { action: 'merge', to: 'core', tables: { nope: { to: 'core' } } } } }),
    ).toEqual(['error TABLE_UNKNOWN']);
    expect(
      await check({
        sources: { 'a.db': { action: 'merge', to: 'core', tables: { t: { to: 'core.t', columns: { nope: 'x' } } } } },
      }),
    ).toEqual(['error COLUMN_UNKNOWN']);
    expect(
      await check({ sources: { 'a.db': { action: 'merge', to: 'core', tables: { t: { to: 'core.sqlite_x' } } } } }),
    ).toEqual(['error NAME_RESERVED']);
    expect(
      await check({ sources: { 'a.db': { action: 'merge', to: 'core', tables: { t: { to: 'core.U' } } } } }),
    ).toContain('error NAME_CLASH');
    expect(
      await check({
        sources: {
          'a.db': { action: 'merge', to: 'core' },
          'gone.db': { action: 'merge', to: 'core' },
          'x/*.db': { action: 'merge' },
        },
      }),
    ).toEqual(['warning SOURCE_WITHOUT_DATABASE', 'warning SOURCE_WITHOUT_DATABASE']);
    expect(await check({ targets: { core: { path: 'core.db' }, more: { path: 'CORE.db' } } })).toEqual([
      'error TARGET_PATHS_CLASH',
      'warning TARGET_UNUSED',
    ]);
    expect(await check({ targets: { core: { path: 'core.db', profile: 'nope' } } })).toEqual(['error PROFILE_UNKNOWN']);
    expect(await check({ targets: { core: { path: '.sqlite-consolidator/core.db' } } })).toEqual([
      'error TARGET_PATH_RESERVED',
    ]);
    expect(await check({ targets: { core: { path: 'core.db', schema: 'none.sql' } } })).toContain(
      'error SCHEMA_MISSING',
    );
    expect(await check({ relations: { 'core.t.a': 'core.nope.id' } })).toEqual(['error RELATION_UNKNOWN']);
    expect(await check({ relations: { 'core.t.a': 'core.u.id', 'core.u.id': 'core.t.b' } })).toEqual([
      'error RELATION_CYCLE',
    ]);
    expect(await check({ checks: [{ name: 'c', target: 'core', sql: 'SELECT nope FROM t', expect: 0 }] })).toEqual([
      'error CHECK_INVALID',
    ]);
    expect(await check({ rollout: { stages: [{ targets: ['nope'] }] } })).toEqual(['error STAGE_TARGET_UNKNOWN']);
    expect(
      await check({ sources: { 'a.db': { action: 'keep', reason: 'x' } }, targets: { core: { path: 'a.db' } } }),
    ).toEqual(['error TARGET_PATH_OCCUPIED', 'warning TARGET_UNUSED']);
    expect(
      await check({
        sources: { 'a.db': { action: 'merge', to: 'core', tables: { t: { to: 'core.t', keys: 'renumber' } } } },
      }),
    ).toEqual(['error KEY_POLICY_IMPOSSIBLE']);
    expect(
      await check({
        sources: {
          'a.db': { action: 'merge', to: 'core', tables: { t: { to: 'core.t', discriminator: { A: 'x' } } } },
        },
      }),
    ).toEqual(['error DISCRIMINATOR_CLASH']);
  });

  it('takes names that would harm a careless program', async () => {
    const hostile = `"'; DROP TABLE t; --\n%s\${stem}\u{1F642}<b>`;
    const quoted = `"${hostile.replaceAll('"', '""')}"`;
    expect(
      await check(
        {
          sources: {
            'a.db': {
              action: 'merge',
              to: 'core',
              tables: { [hostile]: { to: `core.${hostile}2`, columns: { [hostile]: `${hostile}3` } } },
            },
          },
        },
        {
          'a.db': `CREATE TABLE ${quoted} (${quoted} TEXT, b INTEGER PRIMARY KEY); CREATE INDEX ${quoted.replace('DROP', 'INDEX')} ON ${quoted} (${quoted}); CREATE VIEW v AS SELECT ${quoted} FROM ${quoted}`,
        },
      ),
    ).toEqual([]);
  });
});
