import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadEngine, type Engine, type EngineDatabase } from '../../../src/core/engine';
import { quoteIdentifier, quoteLiteral } from '../../../src/core/identifiers';
import { foreignKeys, parseCreateTable } from '../../../src/core/plan/ddl';
import { renameInIndex, renameInTable } from '../../../src/core/plan/ddl-rename';
import { sqlTokens, tokenName } from '../../../src/core/sqlite/sql-tokens';
import { sqlStatements } from '../../../src/core/plan/sql-script';

const seed = Number(process.env.SEED ?? 4);
const runs = Number(process.env.PLAN_RUNS ?? 150);
let engine: Engine;
beforeAll(async () => {
  engine = await loadEngine();
});

function withDatabase<T>(use: (database: EngineDatabase) => T): T {
  const database = new engine.Database();
  try {
    database.run('PRAGMA foreign_keys = OFF');
    return use(database);
  } finally {
    database.close();
  }
}

const stored = (database: EngineDatabase, name: string) =>
  database.exec('SELECT sql FROM sqlite_schema WHERE name = ? COLLATE NOCASE', [name])[0]?.values[0]?.[0] as string;

/** Names that need care: keywords, quotes of every kind, other scripts, names that look like parts of the grammar. */
const name = fc.oneof(
  fc.constantFrom(
    't',
    'order',
    'primary',
    'a"b',
    "it's",
    'x y',
    '[br',
    '`tick`',
    '日本',
    'REFERENCES',
    'CHECK',
    'key',
    'Ünï',
    'a.b',
    'rowid',
    '--',
    '/*',
    '(',
  ),
  fc.stringMatching(/^[a-z][a-z0-9_]{0,7}$/),
);

/** A name as SQL text, in one of the ways that SQLite takes. */
const written = (text: string): fc.Arbitrary<string> => {
  const ways = [quoteIdentifier(text), `\`${text.replaceAll('`', '``')}\``];
  if (!text.includes(']')) ways.push(`[${text}]`);
  if (
    /^[a-z][a-z0-9_]*$/.test(text) &&
    !['order', 'primary', 'key', 'check', 'references'].includes(text) &&
    !RESERVED.has(text.toUpperCase())
  )
    ways.push(text, text.toUpperCase());
  return fc.constantFrom(...ways);
};
const RESERVED = new Set(
  'ADD ALL ALTER AND AS AUTOINCREMENT BETWEEN CASE CHECK COLLATE COMMIT CONSTRAINT CREATE DEFAULT DEFERRABLE DELETE DISTINCT DROP ELSE ESCAPE EXCEPT EXISTS FOREIGN FROM GROUP HAVING IF IN INDEX INSERT INTERSECT INTO IS ISNULL JOIN LIMIT NOT NOTHING NOTNULL NULL ON OR ORDER PRIMARY REFERENCES RETURNING SELECT SET TABLE THEN TO TRANSACTION UNION UNIQUE UPDATE USING VALUES WHEN WHERE'.split(
    ' ',
  ),
);

const gap = fc.constantFrom(' ', '  ', '\n  ', ' /* , ) ( */ ', ' -- it\'s "a comment", (\n ');

interface Sample {
  readonly table: string;
  readonly parent: string;
  readonly columns: readonly string[];
  readonly sql: string;
  readonly index: string;
}

/** A random but legal CREATE TABLE with an index on it. */
const sample: fc.Arbitrary<Sample> = fc
  .record({
    table: name,
    parent: name,
    columns: fc.uniqueArray(name, { minLength: 2, maxLength: 5, selector: (text) => text.toLowerCase() }),
  })
  .chain(({ table, parent, columns }) =>
    fc
      .record({
        tableText: written(table),
        parentText: written(parent),
        columnTexts: fc.tuple(...columns.map(written)),
        types: fc.tuple(
          ...columns.map(() =>
            fc.constantFrom(
              '',
              'INTEGER',
              'TEXT',
              'VARCHAR(10)',
              'DECIMAL(10, 2)',
              '"quoted type"',
              'LONG VARCHAR',
              'UNSIGNED BIG INT',
            ),
          ),
        ),
        defaults: fc.tuple(
          ...columns.map(() =>
            fc.constantFrom(
              '',
              'DEFAULT 1',
              "DEFAULT 'a, (b'",
              'DEFAULT (1 + (2))',
              'DEFAULT -1.5e-3',
              'DEFAULT CURRENT_TIMESTAMP',
              "DEFAULT x'00ff'",
              'DEFAULT NULL',
            ),
          ),
        ),
        checks: fc.tuple(...columns.map(() => fc.integer({ min: 0, max: 3 }))),
        key: fc.integer({ min: 0, max: 3 }),
        foreign: fc.integer({ min: 0, max: 3 }),
        commas: fc.boolean(),
        gaps: fc.array(gap, { minLength: 6, maxLength: 6 }),
        qualified: fc.boolean(),
      })
      .map((parts) => {
        const [g0, g1, g2, g3, g4, g5] = parts.gaps as [string, string, string, string, string, string];
        const first = parts.columnTexts[0]!;
        const second = parts.columnTexts[1]!;
        const lines = columns.map((_, index) => {
          const text = parts.columnTexts[index]!;
          const checks = [
            '',
            `CHECK (${text} IS NOT 5)`,
            `CONSTRAINT ${quoteIdentifier('c,' + index)} CHECK${g4}(${parts.qualified ? `${parts.tableText}.` : ''}${text} <> 'x)')`,
            'NOT NULL ON CONFLICT ABORT',
          ];
          const inline =
            index === 1 && parts.foreign === 1
              ? `REFERENCES${g5}${parts.parentText} ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED`
              : '';
          return [text, parts.types[index]!, checks[parts.checks[index]!]!, parts.defaults[index]!, inline]
            .filter((part) => part !== '')
            .join(g1);
        });
        const constraints = [
          parts.key === 1
            ? `PRIMARY KEY (${first})`
            : parts.key === 2
              ? `PRIMARY KEY (${first} DESC, ${second} COLLATE NOCASE)`
              : '',
          parts.key === 3 ? `UNIQUE (${second}) ON CONFLICT IGNORE` : '',
          parts.foreign === 2
            ? `FOREIGN KEY (${second}) REFERENCES ${parts.parentText}${g2}(${quoteIdentifier('p')}) ON UPDATE NO ACTION`
            : '',
          parts.foreign === 3 ? `CONSTRAINT self FOREIGN KEY (${second}) REFERENCES ${parts.tableText} (${first})` : '',
        ].filter((part) => part !== '');
        const tail = constraints.join(parts.commas ? ',' : ' ');
        return {
          table,
          parent,
          columns,
          sql: `CREATE TABLE${g0}${parts.tableText}${g3}(${lines.join(`,${g2}`)}${tail === '' ? '' : `,${g1}${tail}`}${g4})`,
          index: `CREATE INDEX ${quoteIdentifier('i x')} ON${g1}${parts.tableText}${g2}(lower(${first}) DESC, ${second}) WHERE ${first} IS NOT 'x)'`,
        };
      }),
  )
  .filter(
    ({ table, parent }) => !table.toLowerCase().startsWith('sqlite_') && table.toLowerCase() !== parent.toLowerCase(),
  );

describe('CREATE TABLE', () => {
  it(`is read as SQLite reads it (seed ${seed}, ${runs} runs)`, () => {
    fc.assert(
      fc.property(sample, ({ sql, table }) => {
        withDatabase((database) => {
          try {
            database.run(sql);
          } catch {
            fc.pre(false);
          }
          const definition = parseCreateTable(stored(database, table))!;
          expect(definition, sql).toBeDefined();
          const info = database.exec(
            `SELECT name, type, dflt_value, "notnull" FROM pragma_table_xinfo(${quoteLiteral(table)})`,
          )[0]!.values;
          expect(definition.columns.map((column) => column.name)).toEqual(info.map(([column]) => column));
          // SQLite folds the white space of a type; its comments are gone.
          expect(definition.columns.map((column) => typeText(column.type))).toEqual(
            info.map(([, type]) => typeText(type as string)),
          );
          expect(
            definition.columns.map((column) => column.constraints.some(({ kind }) => kind === 'not-null')),
          ).toEqual(info.map(([, , , notNull]) => notNull === 1));
          expect(
            definition.columns.map((column) => column.constraints.find(({ kind }) => kind === 'default')?.body ?? null),
          ).toEqual(
            info.map(([, , value]) =>
              value === null ? null : definition.sql.includes(`(${value as string})`) ? `(${value as string})` : value,
            ),
          );
          const keys =
            database
              .exec(`SELECT DISTINCT "table" FROM pragma_foreign_key_list(${quoteLiteral(table)})`)[0]
              ?.values.flat() ?? [];
          expect(
            [...new Set(foreignKeys(definition).map(({ parent }) => tokenName(parent!.table)))]
              .map((parent) => parent.toLowerCase())
              .sort(),
          ).toEqual(keys.map((parent) => String(parent).toLowerCase()).sort());
        });
      }),
      { seed, numRuns: runs },
    );
  });

  it(`gets the text that ALTER TABLE RENAME gives it (seed ${seed}, ${runs} runs)`, () => {
    fc.assert(
      fc.property(sample, name, ({ sql, table, parent, index }, other) => {
        const renamed = `${other}2`;
        withDatabase((database) => {
          try {
            database.run(sql);
            database.run(index);
            database.run(`CREATE TABLE ${quoteIdentifier(parent)} (p)`);
          } catch {
            fc.pre(false);
          }
          const before = { table: stored(database, table), index: stored(database, 'i x') };
          try {
            database.run(`ALTER TABLE ${quoteIdentifier(parent)} RENAME TO "new parent"`);
            database.run(`ALTER TABLE ${quoteIdentifier(table)} RENAME TO ${quoteIdentifier(renamed)}`);
          } catch {
            fc.pre(false);
          }
          const definition = parseCreateTable(before.table)!;
          expect(
            renameInTable(definition, renamed, (legacy) =>
              legacy.toLowerCase() === parent.toLowerCase() ? 'new parent' : undefined,
            ),
          ).toBe(stored(database, renamed));
          expect(renameInIndex(before.index, renamed)).toBe(stored(database, 'i x'));
        });
      }),
      { seed, numRuns: runs },
    );
  });

  it('is not understood where SQLite would not store it', () => {
    for (const sql of [
      '',
      'CREATE TABLE',
      'CREATE TABLE t',
      'CREATE TABLE t (',
      'CREATE TABLE t ()',
      'CREATE TABLE t (a, CHECK (',
      'CREATE VIEW v AS SELECT 1',
      "CREATE TABLE t (a 'x",
    ])
      expect(parseCreateTable(sql), sql).toBeUndefined();
  });
});

describe('SQL text', () => {
  it('is split into tokens without a gap or an overlap, whatever it holds', () => {
    const text = fc
      .array(
        fc.constantFrom(
          "'",
          '"',
          '`',
          '[',
          ']',
          '--',
          '/*',
          '*/',
          '\n',
          'a',
          '1.5e',
          '0x1F',
          "x'",
          '(',
          ')',
          ';',
          '日',
          '?1',
          ':a',
          '||',
          '->>',
          '\\',
          '\u0000',
        ),
        { maxLength: 20 },
      )
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.oneof(text, fc.string()), (sql) => {
        let end = 0;
        for (const token of sqlTokens(sql)) {
          expect(token.start).toBeGreaterThanOrEqual(end);
          expect(sql.slice(token.start, token.end)).toBe(token.text);
          end = token.end;
        }
        expect(end).toBeLessThanOrEqual(sql.length);
      }),
      { seed },
    );
  });

  it('is split into statements, triggers whole', () => {
    const script = `-- head ; not one
      CREATE TABLE t (a DEFAULT ';');
      CREATE TRIGGER x AFTER INSERT ON t BEGIN UPDATE t SET a = CASE WHEN a THEN 1 ELSE 2 END; SELECT 1; END;
      CREATE TEMP TRIGGER y AFTER INSERT ON t BEGIN SELECT CASE 1 WHEN 1 THEN CASE 2 WHEN 2 THEN 3 END END; END
      ; INSERT INTO t VALUES (1)`;
    expect(sqlStatements(script).map(({ sql, line }) => [sql.slice(0, 22), line])).toEqual([
      ['CREATE TABLE t (a DEFA', 2],
      ['CREATE TRIGGER x AFTER', 3],
      ['CREATE TEMP TRIGGER y ', 4],
      ['INSERT INTO t VALUES (', 5],
    ]);
  });
});

function typeText(type: string): string {
  return sqlTokens(type)
    .map((token) => token.text.replaceAll('"', ''))
    .join('')
    .replaceAll(' ', '')
    .toUpperCase();
}
