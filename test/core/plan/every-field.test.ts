import { findNodeAtLocation, parseTree } from 'jsonc-parser';
import { describe, expect, it } from 'vitest';
import { ConsolidationError } from '../../../src/core/errors';
import type { Finding } from '../../../src/core/ports';
import { planJsonSchema } from '../../../src/core/plan/definition';
import { lineLocator } from '../../../src/core/plan/locate';
import { parsePlan } from '../../../src/core/plan/read';

/** Plans that between them have every field of the format. */
const start = { version: 1, name: 'x', targets: { core: { path: 'core.db' } }, sources: {} };
const table = (entry: object) => ({ ...start, sources: { 'a.db': { action: 'merge', tables: { t: entry } } } });
const PLANS: readonly object[] = [
  {
    $schema: './schema.json',
    ...start,
    profiles: {
      own: {
        journal_mode: 'WAL',
        synchronous: 'FULL',
        auto_vacuum: 'NONE',
        foreign_keys: 'ON',
        temp_store: 'MEMORY',
        secure_delete: 'FAST',
        cache_size: -2000,
        mmap_size: 0,
        busy_timeout: 5000,
        wal_autocheckpoint: 1000,
        journal_size_limit: -1,
        page_size: 4096,
      },
    },
    targets: {
      core: {
        path: 'data/core.db',
        purpose: 'why',
        profile: 'own',
        schema: 'core.sql',
        backup: 'daily',
        prefix: 'p_',
        userVersion: 1,
        applicationId: 1,
        tables: {
          t: {
            purpose: 'why',
            domain: 'd',
            columns: { a: { type: 'TEXT', notNull: true, default: "'x'", purpose: 'why' }, b: { default: null } },
            primaryKey: ['a'],
            unique: 'extend',
            checks: 'all',
            dropForeignKeys: { a: 'why' },
            dropTriggers: { g: 'why' },
            accept: ['TYPES_DIFFER'],
            ttl: { column: 'a' },
            grace: '30d',
          },
        },
        bookkeeping: { version: true, metadata: 'docs' },
      },
    },
    relations: { 'core.t.a': 'core.u.id' },
    checks: [{ name: 'c', target: 'core', sql: 'SELECT 1', expect: [[1, 'a', null]] }],
    compatibility: { views: true, symlinks: false },
    access: { python: { module: 'x.y' }, go: { package: 'internal/x' } },
    references: { exclude: ['docs/**'] },
    rollout: {
      stages: [{ name: 'first', targets: ['core'], monitor: '24h', dualWrite: true }],
      rollbackAboveErrorRate: 0.05,
      retainArchivesFor: '30d',
    },
    criticalQueries: [{ name: 'q', database: 'a.db', target: 'core', sql: 'SELECT 1', p95: '500ms' }],
  },
  { ...start, sources: { 'a.db': { action: 'keep', reason: 'why', grace: '7d' } } },
  { ...start, sources: { 'a.db': { action: 'merge', to: 'core', prefix: 'p_', skipEmpty: true } } },
  table({
    to: 'core.t',
    columns: { a: 'b', c: { sql: '1' }, d: { value: null }, f: { value: 1 }, g: { value: 'x' }, e: { drop: 'why' } },
    discriminator: { s: 1, u: '${stem}' },
    where: 'a > 1',
    whereReason: 'why',
    keys: 'composite',
    onReject: 'quarantine',
    skipEmpty: 'why',
  }),
  table({ to: 'core.t', keys: { first: 'a' }, skipEmpty: true }),
  table({ to: 'core.t', keys: { last: 'a' } }),
  table({ retire: 'why' }),
  table({ to: 'core.t', rebuild: 'why' }),
  {
    ...start,
    targets: { core: { path: 'core.db', bookkeeping: { version: 'versions', metadata: true } } },
  },
];

const WRONG: readonly unknown[] = [
  undefined,
  null,
  true,
  7,
  -1,
  1.5,
  1e300,
  '',
  ' ',
  'x',
  '\u0000',
  'x'.repeat(65_536),
  [],
  {},
  [null],
  ['x', 'x'],
  { a: 1 },
  { '': 1 },
  '../x',
  'a/../../x',
  '/etc/x',
  '//server/share/x',
  '\\\\server\\share\\x',
  'C:\\x',
  'c:/x',
  'a\\b',
  '"; DROP TABLE x; --',
  "it's",
  'line\nbreak',
  '%s%n',
  '🙂',
  '\uD800',
  { __unknown: 1 },
];
/** Keys where the format has names of the person's own. */
const KEYS = [
  '',
  '\u0000',
  'x'.repeat(65_536),
  '../x',
  '/etc/x',
  'C:\\x',
  '\\\\server\\share',
  '__proto__',
  '🙂',
  '%',
  'a"b',
  'a\nb',
];

type Path = readonly (string | number)[];

function pathsOf(value: unknown, at: Path = []): Path[] {
  const members: [string | number, unknown][] = Array.isArray(value)
    ? value.map((item, index) => [index, item])
    : typeof value === 'object' && value !== null
      ? Object.entries(value)
      : [];
  return [...(at.length > 0 ? [at] : []), ...members.flatMap(([key, member]) => pathsOf(member, [...at, key]))];
}

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly $ref?: string;
}

/** Every field that the JSON Schema names, `*` for names of the person's own. */
function fieldsOf(schema: Schema, at: readonly string[] = []): string[] {
  const own = Object.entries(schema.properties ?? {}).flatMap(([key, member]) => [
    [...at, key].join('.'),
    ...fieldsOf(member, [...at, key]),
  ]);
  const others =
    typeof schema.additionalProperties === 'object' ? fieldsOf(schema.additionalProperties, [...at, '*']) : [];
  const items = schema.items ? fieldsOf(schema.items, [...at, '*']) : [];
  return [...own, ...others, ...items, ...(schema.anyOf ?? []).flatMap((part) => fieldsOf(part, at))];
}

function replaced(plan: object, at: Path, value: unknown): string {
  const copy = structuredClone(plan) as Record<string | number, unknown>;
  let parent = copy;
  for (const key of at.slice(0, -1)) parent = parent[key] as Record<string | number, unknown>;
  if (value === undefined) delete parent[at.at(-1)!];
  else Object.defineProperty(parent, at.at(-1)!, { value, enumerable: true, configurable: true, writable: true });
  return JSON.stringify(copy, null, 2);
}

/** What is wrong with a plan, each finding held against what every finding has to be; empty when it is read. */
function problems(text: string): readonly Finding[] {
  try {
    parsePlan(text);
    return [];
  } catch (error) {
    expect(error, text.slice(0, 2000)).toBeInstanceOf(ConsolidationError);
    const { code, message, details } = error as ConsolidationError;
    const list = details.findings as readonly Finding[];
    expect(list.length).toBeGreaterThan(0);
    // The error itself says where, too: file:line:column.
    expect(message).toMatch(/^consolidation\.jsonc:\d+:\d+: /);
    expect(list.map((finding) => finding.code)).toContain(code);
    for (const finding of list) {
      expect(finding.line).toBeGreaterThan(0);
      expect(finding.column).toBeGreaterThan(0);
      expect(finding.message.length, finding.message).toBeLessThan(600);
      expect(finding.message).not.toMatch(/[\p{Cc}]|undefined|\[object|ZodError|invalid_|\n\s+at /u);
      // What is wrong, and what would be right.
      expect(finding.message).toMatch(/[a-z]{2}/);
    }
    return list;
  }
}

describe('every field of the plan', () => {
  it('is in one of the plans that are broken here', () => {
    const have = new Set(
      PLANS.flatMap((plan) => pathsOf(plan))
        .map((at) => at.map((key) => (typeof key === 'number' ? '*' : key)))
        .flatMap((at) => {
          // Names of the person's own stand where the schema has `*`.
          const general = at.map((key, index) => {
            const parent = at.slice(0, index);
            const named =
              ['profiles', 'targets', 'sources', 'relations', 'access'].includes(parent.at(-1) ?? '') &&
              parent.length === 1;
            const nested =
              (parent.at(-1) === 'tables' && ['targets', 'sources'].includes(parent[0]!)) ||
              ['columns', 'discriminator', 'dropForeignKeys', 'dropTriggers'].includes(parent.at(-1) ?? '');
            return named || nested ? '*' : key;
          });
          return [general.join('.')];
        }),
    );
    const fields = [...new Set(fieldsOf(JSON.parse(planJsonSchema()) as Schema))];
    expect(fields.length).toBeGreaterThan(80);
    expect(fields.filter((field) => !have.has(field))).toEqual([]);
  });

  it.each(PLANS.map((plan, index) => [index, plan] as const))('plan %i is right as it is', (_, plan) => {
    expect(problems(JSON.stringify(plan))).toEqual([]);
  });

  it(`is told with its place when it is wrong in any of ${WRONG.length} ways`, () => {
    let refused = 0;
    let tried = 0;
    for (const plan of PLANS)
      for (const at of pathsOf(plan))
        for (const value of WRONG) {
          const text = replaced(plan, at, value);
          const list = problems(text);
          tried++;
          if (list.length === 0) continue;
          refused++;
          // One wrong value is one finding, unless it stands for many.
          if (typeof value !== 'object') expect(list.length, `${at.join('.')} ${String(value)}`).toBeLessThanOrEqual(2);
          // It is told at the field, in it, or at what it is part of.
          const root = parseTree(text)!;
          const position = lineLocator(text);
          const lines = new Set<number>();
          for (let length = at.length; length >= 0; length--) {
            const node = findNodeAtLocation(root, at.slice(0, length));
            if (!node) continue;
            const first = position((node.parent?.type === 'property' ? node.parent : node).offset).line;
            lines.add(first);
            // Fields beside it that ask for it, or forbid it.
            if (length === at.length - 1) for (const part of node.children ?? []) lines.add(position(part.offset).line);
            if (length === at.length)
              for (let line = first; line <= position(node.offset + node.length).line; line++) lines.add(line);
          }
          for (const { line } of list) expect([...lines], `${at.join('.')} ${JSON.stringify(value)}`).toContain(line);
        }
    console.log(`${tried} plans with one wrong value each, ${refused} refused with a place`);
    expect(refused).toBeGreaterThan(tried / 3);
  });

  it('takes names as they are, or says what is wrong with them', () => {
    for (const plan of PLANS)
      for (const at of [[], ...pathsOf(plan)]) {
        const parent = at.reduce<unknown>((value, key) => (value as Record<string | number, unknown>)[key], plan);
        if (typeof parent !== 'object' || parent === null || Array.isArray(parent)) continue;
        const [some] = Object.values(parent);
        for (const key of KEYS) expect(problems(replaced(plan, [...at, key], some)).length).toBeLessThanOrEqual(3);
      }
  });
});
