import { describe, expect, it } from 'vitest';
import { cliJson } from '../../support/cli';
import { makeDatabase, python, temporaryWorkspace, writeText } from '../../support/workspace';

const DDL = {
  notes: `CREATE TABLE notes (id INTEGER PRIMARY KEY AUTOINCREMENT, title TEXT NOT NULL, body TEXT DEFAULT 'empty', n INTEGER DEFAULT 1);
    INSERT INTO notes (title, body, n) VALUES ('a', 'one', 1), ('b', NULL, 2), ('c', x'00ff', 9007199254740993);`,
  log: `CREATE TABLE log (line TEXT COLLATE NOCASE, n); INSERT INTO log VALUES ('x', 1), ('X', 1), ('y', 2), ('y', 2), (NULL, 3);`,
  keyed: `CREATE TABLE keyed (k TEXT PRIMARY KEY, n INTEGER); INSERT INTO keyed VALUES (NULL, 1), (NULL, 2), ('k', 3);`,
  pairs: `CREATE TABLE pairs (a TEXT, b TEXT, v, PRIMARY KEY (a, b)) WITHOUT ROWID; INSERT INTO pairs VALUES ('p', 'q', 1), ('p', 'r', 2);`,
};

/** Legacy tables under new names; `pairs` and `notes` come from two files each, told apart by a column. */
async function migrated(): Promise<string> {
  const workspace = temporaryWorkspace();
  makeDatabase(workspace, 'one.db', Object.values(DDL).join('\n'));
  makeDatabase(workspace, 'two.db', DDL.pairs);
  makeDatabase(
    workspace,
    'sums.db',
    `CREATE TABLE sums (id INTEGER PRIMARY KEY, euros REAL, kind TEXT, hidden TEXT, twice INTEGER);
     INSERT INTO sums VALUES (1, 2.5, 'A', 'h', 4);`,
  );
  const origin = (value: string) => ({ to: 'all.unified_pairs', discriminator: { origin: value }, keys: 'composite' });
  writeText(
    workspace,
    'consolidation.jsonc',
    JSON.stringify({
      version: 1,
      name: 'writes',
      targets: { all: { path: 'all.db' } },
      sources: {
        'one.db': {
          action: 'merge',
          tables: {
            notes: { to: 'all.unified_notes', columns: { title: 'headline' } },
            log: { to: 'all.unified_log' },
            keyed: { to: 'all.unified_keyed' },
            pairs: origin('one'),
          },
        },
        'two.db': { action: 'merge', tables: { pairs: origin('two') } },
        'sums.db': {
          action: 'merge',
          tables: {
            sums: {
              to: 'all.unified_sums',
              columns: {
                euros: { sql: 'sums.euros * 100' },
                kind: { sql: 'lower(kind) -- small' },
                label: { sql: "kind || '/' || id" },
                hidden: { drop: 'only for the sum' },
                twice: { sql: 'twice + length(hidden)' },
              },
            },
          },
        },
      },
    }),
  );
  const { value } = await cliJson(workspace, 'migrate');
  expect([value.error, value.status]).toEqual([undefined, 'published']);
  return workspace;
}

interface Outcome {
  readonly error: string | null;
  readonly rows: unknown[][];
}

interface Job {
  readonly statements: readonly string[];
  readonly select: string;
}

/** Each job on a copy of the file in memory, by native SQLite: its statements, then its query. */
function runAll(workspace: string, file: string, jobs: readonly Job[]): Outcome[] {
  return JSON.parse(
    python(
      workspace,
      `
import json, sqlite3
outcomes = []
for job in json.loads(${JSON.stringify(JSON.stringify(jobs))}):
    source = sqlite3.connect("file:%s?mode=ro" % ${JSON.stringify(file)}, uri=True)
    c = sqlite3.connect(":memory:", isolation_level=None)
    source.backup(c)
    error = None
    for statement in job["statements"]:
        try: c.execute(statement)
        except sqlite3.Error as e: error = str(e)
    rows = c.execute(job["select"]).fetchall()
    outcomes.append({"error": error, "rows": sorted([[v.hex() if isinstance(v, bytes) else v for v in row] for row in rows], key=repr)})
print(json.dumps(outcomes))`,
    ),
  ) as Outcome[];
}

const run = (workspace: string, file: string, statements: readonly string[], select: string) =>
  runAll(workspace, file, [{ statements, select }])[0]!;

const typed = (columns: readonly string[], table: string) =>
  `SELECT ${columns.flatMap((column) => [`typeof(${column})`, column]).join(', ')} FROM ${table}`;

describe('statements on a compatibility view', () => {
  /** What legacy code runs; both its own table and the view have to look the same afterwards. */
  const CASES: readonly [table: keyof typeof DDL, columns: readonly string[], statement: string][] = [
    ['notes', ['id', 'title', 'body', 'n'], `INSERT INTO notes (title) VALUES ('new')`],
    ['notes', ['id', 'title', 'body', 'n'], `INSERT INTO notes VALUES (77, 'it''s', 'text', -5)`],
    ['notes', ['id', 'title', 'body', 'n'], `INSERT INTO notes (title, body) SELECT title || '!', n FROM notes`],
    ['notes', ['id', 'title', 'body', 'n'], `INSERT OR REPLACE INTO notes (id, title) VALUES (1, 'again')`],
    ['notes', ['id', 'title', 'body', 'n'], `INSERT OR IGNORE INTO notes (id, title) VALUES (1, 'again')`],
    ['notes', ['id', 'title', 'body', 'n'], `REPLACE INTO notes (id, title, n) VALUES (2, 'r', 9223372036854775807)`],
    ['notes', ['id', 'title', 'body', 'n'], `UPDATE notes SET n = n + 1, body = NULL WHERE id > 1`],
    ['notes', ['id', 'title', 'body', 'n'], `UPDATE notes SET id = id + 100`],
    ['notes', ['id', 'title', 'body', 'n'], `DELETE FROM notes WHERE title = 'b'`],
    ['notes', ['id', 'title', 'body', 'n'], `DELETE FROM notes`],
    ['log', ['line', 'n'], `INSERT INTO log VALUES ('x', 1)`],
    ['log', ['line', 'n'], `DELETE FROM log WHERE line = 'x' COLLATE BINARY`],
    ['log', ['line', 'n'], `DELETE FROM log WHERE n = 2`],
    ['log', ['line', 'n'], `DELETE FROM log WHERE line IS NULL`],
    ['log', ['line', 'n'], `UPDATE log SET n = 7 WHERE line = 'X' COLLATE BINARY`],
    ['log', ['line', 'n'], `UPDATE log SET n = 8 WHERE line = 'y'`],
    ['keyed', ['k', 'n'], `UPDATE keyed SET n = 9 WHERE k = 'k'`],
    ['keyed', ['k', 'n'], `UPDATE keyed SET n = 9 WHERE n = 1`],
    ['keyed', ['k', 'n'], `DELETE FROM keyed WHERE k IS NULL AND n = 2`],
    ['pairs', ['a', 'b', 'v'], `UPDATE pairs SET v = 'changed' WHERE b = 'q'`],
    ['pairs', ['a', 'b', 'v'], `INSERT INTO pairs VALUES ('p', 'new', 3.5)`],
    ['pairs', ['a', 'b', 'v'], `DELETE FROM pairs WHERE b = 'r'`],
    ['pairs', ['a', 'b', 'v'], `UPDATE pairs SET b = b || '2'`],
  ];

  it('do what they do on the legacy table, and nothing to rows of others', async () => {
    const workspace = await migrated();
    const jobs = CASES.map(([table, columns, statement]) => ({
      statements: [statement],
      select: typed(columns, table),
    }));
    const legacy = runAll(workspace, 'one.db', jobs);
    const views = runAll(workspace, 'all.db', jobs);
    const select = `SELECT a, b, v FROM unified_pairs WHERE origin = 'two'`;
    const others = runAll(
      workspace,
      'all.db',
      [[], ...CASES.map(([, , statement]) => [statement])].map((statements) => ({ statements, select })),
    );
    for (const [index, [, , statement]] of CASES.entries()) {
      expect([statement, legacy[index]!.error]).toEqual([statement, null]);
      expect([statement, views[index]]).toEqual([statement, legacy[index]]);
      expect([statement, others[index + 1]!.rows]).toEqual([statement, others[0]!.rows]);
    }
  });

  it('are refused where nothing tells which rows are meant', async () => {
    const workspace = await migrated();
    const statements = [
      ['log', `UPDATE log SET n = n + 1, line = 'y' WHERE n < 3`],
      ['keyed', `UPDATE keyed SET n = n + 1 WHERE k IS NULL`],
    ] as const;
    for (const [table, statement] of statements) {
      const select = `SELECT * FROM ${table}`;
      const { error, rows } = run(workspace, 'all.db', [statement], select);
      expect(error).toContain(`update unified_${table} instead`);
      expect(rows).toEqual(run(workspace, 'one.db', [], select).rows);
    }
  });

  it('write through the expressions of the plan, or are refused', async () => {
    const workspace = await migrated();
    const columns = 'id, euros, kind, label, twice';
    const unified = (...statements: string[]) =>
      run(workspace, 'all.db', statements, `SELECT ${columns} FROM unified_sums`);
    expect(unified().rows).toEqual([[1, 250, 'a', 'A/1', 5]]);
    // As the migration would have mapped this row.
    expect(unified(`INSERT INTO sums (id, euros, kind) VALUES (2, 1.5, 'B')`)).toEqual({
      error: null,
      rows: [
        [1, 250, 'a', 'A/1', 5],
        [2, 150, 'b', 'B/2', null],
      ],
    });
    const refused = [
      `INSERT INTO sums (id, twice) VALUES (2, 5)`,
      `UPDATE sums SET euros = 7`,
      `UPDATE sums SET twice = 1`,
      `UPDATE sums SET kind = 'B'`,
    ];
    for (const statement of refused) {
      const { error, rows } = unified(statement);
      expect([statement, error]).toEqual([statement, expect.stringContaining('is computed by the consolidation plan')]);
      expect(rows).toEqual(unified().rows);
    }
    expect(unified(`UPDATE sums SET kind = 'b', id = 5`)).toEqual({ error: null, rows: [[5, 250, 'b', 'A/1', 5]] });
  });
});
