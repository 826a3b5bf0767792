import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadEngine, type Engine } from '../../../src/core/engine';
import { quoteIdentifier } from '../../../src/core/identifiers';
import { checkPlan } from '../../../src/core/plan/check';
import { draftPlan } from '../../../src/core/plan/draft';
import { exportMermaid, exportSvg } from '../../../src/core/plan/export-graph';
import { exportComparison } from '../../../src/core/plan/export-comparison';
import { exportMapping, importMapping } from '../../../src/core/plan/export-mapping';
import { PLAN_FINDINGS } from '../../../src/core/plan/finding-codes';
import { parsePlan } from '../../../src/core/plan/read';
import { applyResolution } from '../../../src/core/plan/resolutions';
import { chosenFor, settlePlan } from '../../../src/core/plan/settle';
import { inventoryFromSql } from './inventory-from-sql';

const seed = Number(process.env.SEED ?? 11);
const runs = Number(process.env.PLAN_RUNS ?? 10);
let engine: Engine;
beforeAll(async () => {
  engine = await loadEngine();
});

const identifier = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom('positions', 'trades', 'users', 'Users', 'notifications', 'meta', 'log', 'items'),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      'a"b',
      "it's",
      'line\nbreak',
      '% $',
      '日本',
      'order',
      'x.y',
      '//',
      'to',
      'rowid',
      '${stem}',
      '__proto',
      '\\',
      'constructor',
    ),
  },
);
const column = fc.constantFrom(
  'id',
  'name',
  'value',
  'updated_at',
  'source',
  'parent_id',
  'we"ird',
  'order',
  'é',
  'ID2',
);
const type = fc.constantFrom('', 'INTEGER', 'TEXT', 'REAL', 'NUMERIC', 'BLOB', 'TIMESTAMP');
const table = fc.record({
  name: identifier,
  columns: fc.uniqueArray(
    fc.record({
      name: column,
      type,
      extra: fc.constantFrom('', 'NOT NULL', 'UNIQUE', "DEFAULT 'x'", 'CHECK (1)', 'COLLATE NOCASE'),
    }),
    {
      minLength: 1,
      maxLength: 5,
      selector: (entry) => entry.name.toLowerCase(),
    },
  ),
  key: fc.constantFrom('none', 'alias', 'first', 'without-rowid'),
  parent: fc.option(identifier, { nil: undefined }),
  index: fc.boolean(),
  rows: fc.integer({ min: 0, max: 2 }),
  view: fc.boolean(),
  trigger: fc.boolean(),
});
const path = fc.constantFrom(
  'data/a.db',
  'data/b.db',
  'cache.db',
  'data/metrics.db',
  "data/it's.db",
  'test_x.db',
  'bots/one/.p.db',
  'bots/two/.p.db',
  'bots/three/.p.db',
  'h/AA.db',
  'h/BB.db',
  'h/CC.db',
  'h/DD.db',
  'x [1].db',
  'deep/er/é.sqlite3',
);
const workspace = fc.dictionary(
  path,
  fc.oneof(
    { weight: 8, arbitrary: fc.uniqueArray(table, { maxLength: 4, selector: ({ name }) => name.toLowerCase() }) },
    { weight: 1, arbitrary: fc.constant(null) },
    { weight: 1, arbitrary: fc.constant('' as const) },
  ),
  { minKeys: 1, maxKeys: 9 },
);

type Table = typeof table extends fc.Arbitrary<infer T> ? T : never;

/** The statements of a table that SQLite accepts; the others are left out. */
function statements({ name, columns, key, parent, index, rows, view, trigger }: Table): string[] {
  const q = quoteIdentifier;
  const [first] = columns;
  const lines = columns.map((entry, at) =>
    at === 0 && key === 'alias'
      ? `${q(entry.name)} INTEGER PRIMARY KEY AUTOINCREMENT`
      : `${q(entry.name)} ${entry.type} ${at === 0 && key !== 'none' ? 'PRIMARY KEY NOT NULL' : entry.extra}`,
  );
  if (parent !== undefined) lines.push(`FOREIGN KEY (${q(columns.at(-1)!.name)}) REFERENCES ${q(parent)}`);
  return [
    `CREATE TABLE ${q(name)} (${lines.join(', ')})${key === 'without-rowid' ? ' WITHOUT ROWID' : ''}`,
    ...(index
      ? [
          `CREATE UNIQUE INDEX ${q(`idx ${columns.at(-1)!.name}`)} ON ${q(name)} (${q(columns.at(-1)!.name)}) WHERE ${q(first!.name)} IS NOT NULL`,
        ]
      : []),
    ...Array.from({ length: rows }, (_, row) => `INSERT INTO ${q(name)} (${q(first!.name)}) VALUES (${row + 1})`),
    ...(view ? [`CREATE VIEW ${q(`v ${name}`)} AS SELECT * FROM ${q(name)}`] : []),
    ...(trigger
      ? [
          `CREATE TRIGGER ${q(`t ${name}`)} AFTER DELETE ON ${q(name)} BEGIN DELETE FROM ${q(parent ?? name)} WHERE 0; END`,
        ]
      : []),
  ];
}

function legal(tables: readonly Table[]): string {
  const database = new engine.Database();
  try {
    database.run('PRAGMA foreign_keys = OFF');
    return tables
      .flatMap(statements)
      .filter((sql) => {
        try {
          database.run(sql);
          return true;
        } catch {
          return false;
        }
      })
      .join(';\n');
  } finally {
    database.close();
  }
}

const wishes = fc.record(
  {
    into: fc.constantFrom('data/a.db', 'data/all.db'),
    targets: fc.constantFrom(['core', 'cache'], ['a', 'b', 'c']),
    prefix: fc.constantFrom('domain', 'app_'),
  },
  { requiredKeys: [] },
);

describe(`any inventory (seed ${seed}, ${runs} runs)`, () => {
  it('yields a draft that check accepts or explains, and that reads back as it was written', async () => {
    await fc.assert(
      fc.asyncProperty(workspace, wishes, async (files, options) => {
        const inventory = await inventoryFromSql(
          Object.fromEntries(
            Object.entries(files).map(([file, tables]) => [
              file,
              tables === null || tables === '' ? tables : legal(tables),
            ]),
          ),
          '/somewhere/project',
        );
        const draft = await draftPlan(inventory, options);
        const document = parsePlan(draft.text);
        expect(document.plan).toEqual(draft.plan);
        expect((await draftPlan(inventory, options)).text).toBe(draft.text);
        const check = await checkPlan(document, inventory);
        for (const finding of [...draft.findings, ...check.findings]) {
          expect(Object.keys(PLAN_FINDINGS)).toContain(finding.code);
          expect(finding.message).toMatch(/\S/);
          expect(finding.line).toBeGreaterThan(0);
        }
        // What a draft writes is never wrong in itself: errors are conflicts of the sources, with a way out.
        for (const finding of check.findings.filter(({ severity }) => severity === 'error'))
          expect(
            finding.resolutions?.length ?? 0,
            `${finding.code}: ${finding.message}\n${draft.text}`,
          ).toBeGreaterThan(0);
        // Every legacy database and table has exactly one disposition.
        expect(check.resolved.databases.map(({ path: file }) => file).sort()).toEqual(
          inventory.databases.map(({ path: file }) => file).sort(),
        );
        for (const database of inventory.databases) {
          const planned = check.resolved.databases.find((entry) => entry.path === database.path)!;
          if (planned.action === 'merge')
            expect(planned.tables.map((entry) => entry.table).sort()).toEqual(
              database.tables
                .filter(({ kind }) => kind !== 'view')
                .map((entry) => entry.name)
                .sort(),
            );
        }
        // Every moved table is a source of exactly one unified table.
        const sources = check.resolved.targets.flatMap((target) =>
          target.tables.flatMap((entry) => entry.sources.map((source) => `${source.database}\0${source.table}`)),
        );
        const moved = check.resolved.databases.flatMap((entry) =>
          entry.tables.filter(({ action }) => action === 'move').map((entry2) => `${entry.path}\0${entry2.table}`),
        );
        if (check.ok) expect(sources.sort()).toEqual(moved.sort());
        // The exports never fail, and the mapping comes back.
        exportMermaid(check.resolved);
        exportComparison(check.resolved, inventory);
        expect(exportSvg(check.resolved).text).not.toContain('\u0000');
        if (check.ok)
          expect(
            parsePlan(importMapping(exportMapping(document.plan, check.resolved, inventory).text, document)).plan,
          ).toEqual(document.plan);
        // What is safe is settled, said with a reason, and nothing that is safe is left; a second time changes nothing.
        const safe = { safe: 'safe' };
        const settled = await draftPlan(inventory, { ...options, resolve: safe });
        for (const { why, resolution } of settled.settled) expect(`${why} ${resolution.title}`).toMatch(/\S+ \S+/);
        const again = await settlePlan(parsePlan(settled.text), { inventory }, safe);
        expect([again.settled, again.document.text]).toEqual([[], settled.text]);
        for (const finding of again.check.findings)
          if (finding.severity !== 'info')
            expect([finding.message, chosenFor(finding, safe)]).toEqual([finding.message, undefined]);
        // Every resolution on offer leaves a plan that can be read.
        for (const finding of [...draft.findings, ...check.findings].slice(0, 8))
          for (const resolution of finding.resolutions ?? [])
            parsePlan(applyResolution(document, inventory, finding, resolution.id));
      }),
      { seed, numRuns: runs },
    );
  });
});
