import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import { engineFileName, loadEngine, type Engine, type EngineDatabase } from '../../../src/core/engine';
import { quoteIdentifier, quoteLiteral } from '../../../src/core/identifiers';
import type { Plan } from '../../../src/core/plan/definition';
import { resolvePlan } from '../../../src/core/plan/resolve';
import type { ColumnMapping, ResolvedTable } from '../../../src/core/plan/resolved';
import { inventoryFromSql } from './inventory-from-sql';

const seed = Number(process.env.SEED ?? 31);
const runs = Number(process.env.PLAN_RUNS ?? 60);
let engine: Engine;
beforeAll(async () => {
  engine = await loadEngine();
});

const column = fc.record({
  name: fc.constantFrom('a', 'b', 'c', 'd'),
  type: fc.constantFrom(
    '',
    'INTEGER',
    'INT',
    'TEXT',
    'REAL',
    'NUMERIC',
    'BLOB',
    'TIMESTAMP',
    'VARCHAR(3)',
    'DOUBLE',
    'ANY',
  ),
  extra: fc.constantFrom(
    '',
    '',
    'NOT NULL',
    'UNIQUE',
    "DEFAULT '7'",
    'CHECK (typeof(a) <> 1)',
    'COLLATE NOCASE',
    'NOT NULL DEFAULT 3',
  ),
});
const value = fc.constantFrom(
  "'007'",
  "'1.0'",
  "'x'",
  '1',
  '3.0',
  '3.5',
  '9007199254740993',
  '9223372036854775807',
  '-0.0',
  '1e300',
  "x'00ff'",
  "'2026-01-01'",
  "''",
  'NULL',
  "'1e5'",
  "' 5 '",
);
const legacy = fc.record({
  columns: fc.uniqueArray(column, { minLength: 1, maxLength: 4, selector: ({ name }) => name }),
  key: fc.constantFrom('', 'alias', 'text', 'without'),
  strict: fc.boolean(),
  rows: fc.array(fc.array(value, { minLength: 4, maxLength: 4 }), { maxLength: 4 }),
});

function makeLegacy(
  { columns, key, strict, rows }: typeof legacy extends fc.Arbitrary<infer T> ? T : never,
  first: number,
): string {
  const lines = columns.map(
    ({ name, type, extra }) =>
      `${name} ${strict ? (['INTEGER', 'INT', 'TEXT', 'REAL', 'BLOB', 'ANY'].includes(type) ? type : 'ANY') : type} ${extra.includes('(a)') && !columns.some((entry) => entry.name === 'a') ? '' : extra}`,
  );
  if (key === 'alias') lines.unshift('id INTEGER PRIMARY KEY');
  else if (key !== '') lines.unshift('id TEXT PRIMARY KEY NOT NULL');
  const options = [key === 'without' ? 'WITHOUT ROWID' : '', strict ? 'STRICT' : '']
    .filter((part) => part !== '')
    .join(', ');
  const database = new engine.Database();
  try {
    const create = `CREATE TABLE t (${lines.join(', ')}) ${options}`;
    database.run(create);
    const inserts = rows.map((values, row) => {
      const names = columns.map(({ name }) => name);
      const id = key === '' ? [] : [key === 'alias' ? String(first + row) : `'k${first + row}'`];
      return `INSERT INTO t (${[...(key === '' ? [] : ['id']), ...names].join(', ')}) VALUES (${[...id, ...names.map((_, index) => values[index])].join(', ')})`;
    });
    const accepted = inserts.filter((sql) => {
      try {
        database.run(sql);
        return true;
      } catch {
        return false;
      }
    });
    return [create, ...accepted].join(';\n');
  } finally {
    database.close();
  }
}

const sqlOf = (mapping: ColumnMapping) =>
  mapping.kind === 'column'
    ? quoteIdentifier(mapping.source)
    : mapping.kind === 'constant'
      ? quoteLiteral(mapping.value)
      : `(${mapping.sql})`;

/** Rows as text that tells storage classes apart: 1, 1.0 and '1' are three values. */
function typedRows(database: EngineDatabase, from: string, columns: readonly string[], where = '1'): string[] {
  const parts = columns.map(
    (name) =>
      `typeof(${name}) || ':' || CASE typeof(${name}) WHEN 'real' THEN printf('%!.17g', ${name}) ELSE quote(${name}) END`,
  );
  return (database
    .exec(`SELECT ${parts.join(" || '|' || ")} FROM ${from} WHERE ${where} ORDER BY 1`)[0]
    ?.values.flat() ?? []) as string[];
}

function build(
  table: ResolvedTable,
  sources: Readonly<Record<string, string>>,
): { target: EngineDatabase; legacies: Map<string, EngineDatabase> } {
  const target = new engine.Database();
  target.run(table.sql);
  for (const index of table.indexes) target.run(index.sql);
  const legacies = new Map<string, EngineDatabase>();
  for (const source of table.sources) {
    const image = new engine.Database();
    image.run(sources[source.database]!);
    legacies.set(source.database, image);
    target.run(`ATTACH ${quoteLiteral(engineFileName(image))} AS legacy`);
    target.run(
      `INSERT INTO main.${quoteIdentifier(table.name)} (${source.columns.map((entry) => quoteIdentifier(entry.target)).join(', ')}) SELECT ${source.columns.map(sqlOf).join(', ')} FROM legacy.${quoteIdentifier(source.table)}`,
    );
    target.run('DETACH legacy');
  }
  return { target, legacies };
}

it(`merges any two tables without changing one value or refusing one row (seed ${seed}, ${runs} runs)`, async () => {
  let merged = 0;
  await fc.assert(
    fc.asyncProperty(legacy, legacy, async (one, other) => {
      const sources = { 'one.db': makeLegacy(one, 1), 'other.db': makeLegacy(other, 100) };
      const inventory = await inventoryFromSql(sources);
      const plan: Plan = {
        version: 1,
        name: 'p',
        targets: { core: { path: 'core.db' } },
        sources: Object.fromEntries(
          Object.keys(sources).map((path) => [
            path,
            { action: 'merge' as const, tables: { t: { to: 'core.u', discriminator: { source_file: '${stem}' } } } },
          ]),
        ),
      };
      const resolved = await resolvePlan(plan, inventory);
      // Other keys are the person's to settle; everything else resolves by itself.
      const errors = resolved.findings.filter(({ severity }) => severity === 'error');
      if (errors.length > 0) {
        expect(errors.map(({ code }) => code)).toEqual(['KEYS_DIFFER']);
        return;
      }
      const [table] = resolved.targets[0]!.tables;
      const { target, legacies } = build(table!, sources);
      merged++;
      try {
        for (const source of table!.sources) {
          const columns = source.columns.filter((entry) => entry.kind === 'column');
          const stem = source.database.replace('.db', '');
          const before = typedRows(
            legacies.get(source.database)!,
            't',
            columns.map((entry) => entry.source),
          );
          const after = typedRows(
            target,
            'u',
            columns.map((entry) => entry.target),
            `source_file = ${quoteLiteral(stem)}`,
          );
          expect(after, `${table!.sql}\n${sources['one.db']}\n${sources['other.db']}`).toEqual(before);
        }
        expect(target.exec('PRAGMA integrity_check')[0]!.values).toEqual([['ok']]);
      } finally {
        target.close();
        for (const image of legacies.values()) image.close();
      }
    }),
    { seed, numRuns: runs },
  );
  expect(merged).toBeGreaterThan(runs / 10);
});
