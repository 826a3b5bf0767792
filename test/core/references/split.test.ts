import { describe, expect, it } from 'vitest';
import type { ResolvedPlan } from '../../../src/core/plan/resolved';
import { mergeAll, scanTexts } from './support';

const DATABASES = [{ path: 'data/app.db', tables: ['users', 'roles', 'assets', 'jobs'] }];

/** `users` and `roles` go to core, `assets` to media, `jobs` to work. */
function splitPlan(paths: Readonly<Record<string, string>> = {}): ResolvedPlan {
  const plan = mergeAll(DATABASES);
  const homes: Record<string, string> = { users: 'core', roles: 'core', assets: 'media', jobs: 'work' };
  return {
    ...plan,
    targets: ['core', 'media', 'work'].map((name) => ({
      ...plan.targets[0]!,
      name,
      path: paths[name] ?? `data/${name}.db`,
    })),
    databases: plan.databases.map((database) => ({
      ...database,
      tables: database.tables.map((table) => ({ ...table, target: homes[table.table]!, name: table.table })),
    })) as ResolvedPlan['databases'],
  };
}

const paths = async (files: Readonly<Record<string, string>>, plan = splitPlan()) =>
  (await scanTexts(files, DATABASES, plan)).references.filter(({ kind }) => kind === 'path');

describe('a database that is split over several targets', () => {
  it('leads to the target of the tables that a class or a function asks for', async () => {
    const found = await paths({
      'app.py': [
        'import sqlite3',
        'class Users:',
        '    def __init__(self, path="data/app.db"):',
        '        self.db = sqlite3.connect(path)',
        '    def all(self):',
        '        return self.db.execute("SELECT * FROM users JOIN roles USING (id)")',
        'def assets():',
        '    db = sqlite3.connect("data/app.db")',
        '    return db.execute("SELECT * FROM assets")',
        '',
      ].join('\n'),
      'work.go': [
        'package work',
        'import "database/sql"',
        'type Queue struct { db *sql.DB }',
        'func NewQueue() *Queue { db, _ := sql.Open("sqlite3", "data/app.db"); return &Queue{db: db} }',
        'func (q *Queue) Next() { q.db.QueryRow("SELECT id FROM jobs") }',
        '',
      ].join('\n'),
      'users.ts': [
        "import Database from 'better-sqlite3';",
        'export class Users {',
        "  private db = new Database('data/app.db');",
        "  all() { return this.db.prepare('SELECT * FROM users').all(); }",
        '}',
        '',
      ].join('\n'),
    });
    expect(found.map(({ file, line, resolution, target }) => [file, line, resolution, target])).toEqual([
      ['app.py', 3, 'certain', 'core'],
      ['app.py', 8, 'certain', 'media'],
      ['users.ts', 3, 'certain', 'core'],
      ['work.go', 4, 'certain', 'work'],
    ]);
  });

  it('is listed with what each class and function needs where one path serves several', async () => {
    const [reference, ...others] = await paths({
      'app.py': [
        'import sqlite3',
        'DB = "data/app.db"',
        'class Users:',
        '    def __init__(self):',
        '        self.db = sqlite3.connect(DB)',
        '    def all(self):',
        '        return self.db.execute("SELECT * FROM users")',
        'def assets():',
        '    db = sqlite3.connect(DB)',
        '    db.execute("SELECT * FROM roles")',
        '    return db.execute("SELECT * FROM assets")',
        '',
      ].join('\n'),
    });
    expect(others).toEqual([]);
    expect(reference).toMatchObject({ line: 2, resolution: 'split', stale: true });
    expect(reference?.needs).toEqual([
      {
        target: 'core',
        tables: ['roles', 'users'],
        by: [
          { file: 'app.py', line: 3, name: 'Users' },
          { file: 'app.py', line: 8, name: 'assets' },
        ],
      },
      { target: 'media', tables: ['assets'], by: [{ file: 'app.py', line: 8, name: 'assets' }] },
    ]);
    expect(reference?.note).toBe(
      'its tables go to core (roles, users; asked for by Users, assets) and media (assets; asked for by assets)',
    );
  });

  it('is listed with all tables of the plan where no statement is known', async () => {
    const [reference] = await paths({ '.env': 'DB=data/app.db\n' });
    expect(reference).toMatchObject({
      resolution: 'split',
      note: 'its tables go to core (users, roles), media (assets) and work (jobs)',
    });
  });

  it('that keeps its name is affected where a table is asked for that left it', async () => {
    const text = (table: string) =>
      `import sqlite3\ndef rows():\n    db = sqlite3.connect("data/app.db")\n    return db.execute("SELECT * FROM ${table}")\n`;
    const files = { 'a.py': text('users'), 'b.py': text('assets'), 'c.yaml': 'db: data/app.db\n' };
    const found = await paths(files, splitPlan({ core: 'data/app.db' }));
    expect(found.map(({ file, target, stale, note }) => [file, target, stale, note])).toEqual([
      ['a.py', 'core', false, undefined],
      ['b.py', 'media', true, undefined],
      ['c.yaml', undefined, false, 'it keeps its name, but assets will be in media, jobs will be in work'],
    ]);
  });
});
