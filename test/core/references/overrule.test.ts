import { describe, expect, it } from 'vitest';
import { parseCommandLine } from '../../../src/cli/arguments';
import { scanTexts } from './support';

const DATABASES = [{ path: 'data/app.db', tables: ['users'] }];

describe('what is judged can be overruled', () => {
  it('by a comment, where a tool names a legacy database', async () => {
    const text = [
      'OLD = "data/app.db"',
      'NEW = "data/app.db"  # sqlite-consolidator: stale',
      '# sqlite-consolidator: stale, the tool writes it too',
      'TOO = "data/app.db"',
      '',
    ].join('\n');
    const { references } = await scanTexts({ 'tools/migrate_users.py': text }, DATABASES);
    expect(references.map(({ line, role, stale }) => [line, role, stale])).toEqual([
      [1, 'tooling', false],
      [2, 'tooling', true],
      [4, 'tooling', true],
    ]);
  });

  it('by a role in a comment, whatever the language writes comments with', async () => {
    const files = {
      'one.py': '# sqlite-consolidator: tooling\nA = "data/app.db"\nB = "data/app.db"\n',
      'two.ts': 'export const a = "data/app.db"; // sqlite-consolidator: tooling\n',
      'three.go': 'package a\n\n/*\n * sqlite-consolidator: tooling */\nvar A = "data/app.db"\n',
      'four.yaml': 'a: data/app.db # sqlite-consolidator: tooling\n',
      'five.md': '<!-- sqlite-consolidator: tooling -->\nSee `data/app.db`.\n',
      'six.sql': "-- sqlite-consolidator: tooling\nATTACH 'data/app.db' AS a;\n",
      'seven.ini': '; sqlite-consolidator: tooling\na = data/app.db\n',
      'migrate_all.py': 'A = "data/app.db"  # sqlite-consolidator: code\n',
    };
    const { references } = await scanTexts(files, DATABASES);
    expect(references.map(({ file, line, role, stale }) => [file, line, role, stale])).toEqual([
      ['five.md', 2, 'tooling', false],
      ['four.yaml', 1, 'tooling', false],
      ['migrate_all.py', 1, 'code', true],
      ['one.py', 2, 'tooling', false],
      ['one.py', 3, 'code', true],
      ['seven.ini', 2, 'tooling', false],
      ['six.sql', 2, 'tooling', false],
      ['three.go', 5, 'tooling', false],
      ['two.ts', 1, 'tooling', false],
    ]);
  });

  it('by globs with roles; the last that matches counts', async () => {
    const files = {
      'tools/copy.py': 'import sqlite3\nsqlite3.connect("data/app.db").execute("SELECT 1 FROM users")\n',
      'tools/serve.py': 'A = "data/app.db"\n',
      'app/migrate.py': 'A = "data/app.db"\n',
      'app/seed.yaml': 'a: data/app.db\n',
    };
    const roles = {
      'tools/**': 'tooling',
      'tools/serve.py': 'code',
      'app/migrate.py': 'code',
      '**/*.yaml': 'test',
    } as const;
    const { references } = await scanTexts(files, DATABASES, undefined, roles);
    expect(references.map(({ file, kind, role, stale }) => [file, kind, role, stale])).toEqual([
      ['app/migrate.py', 'path', 'code', true],
      ['app/seed.yaml', 'path', 'test', true],
      ['tools/copy.py', 'path', 'tooling', false],
      ['tools/copy.py', 'table', 'tooling', false],
      ['tools/serve.py', 'path', 'code', true],
    ]);
  });

  it('on the command line, which refuses what is no role', () => {
    const { roles } = parseCommandLine(['references', '--role', 'tools/a=b/**=tooling', '--role', '*.py=code']);
    expect(roles).toEqual({ 'tools/a=b/**': 'tooling', '*.py': 'code' });
    expect(() => parseCommandLine(['references', '--role', '*.py=legacy'])).toThrow(/--role takes GLOB=ROLE/);
  });
});

describe('globs and suffixes', () => {
  it('are told as what they are, with what they match, and are never stale', async () => {
    const files = {
      'a.py': [
        'import glob, sqlite3',
        'from pathlib import Path',
        'for file in glob.glob("data/*.db"):',
        '    print(file)',
        'for file in Path("var").rglob("*.sqlite3"):',
        '    print(file.name.endswith(".sqlite3"))',
        'old = "data/app.db"',
        '',
      ].join('\n'),
      'b.go': 'package b\n\nimport "path/filepath"\n\nvar files, _ = filepath.Glob(filepath.Join("data", "*.db"))\n',
      'c.ts': 'export const all = `data/*.db`;\nexport const isOld = (name: string) => name.endsWith(".db");\n',
    };
    const { references } = await scanTexts(files, DATABASES);
    const told = references.filter(({ text }) => !text.includes('app.db'));
    expect(told.every(({ stale }) => !stale)).toBe(true);
    expect(told.map(({ file, line, database, note }) => [file, line, database, note])).toEqual([
      ['a.py', 3, 'data/*.db', 'a pattern, not a file: it matches data/app.db'],
      ['a.py', 5, '*.sqlite3', 'a pattern, not a file'],
      ['a.py', 6, '.sqlite3', 'a pattern, not a file'],
      ['b.go', 5, 'data/*.db', 'a pattern, not a file: it matches data/app.db'],
      ['c.ts', 1, 'data/*.db', 'a pattern, not a file: it matches data/app.db'],
      ['c.ts', 2, '.db', 'a pattern, not a file'],
    ]);
  });

  it('lead a loop over what they match to the tables that it asks for', async () => {
    const text = [
      'import glob, sqlite3',
      'for file in glob.glob("data/*.db"):',
      '    sqlite3.connect(file).execute("DELETE FROM users")',
      '',
    ].join('\n');
    const { references } = await scanTexts({ 'a.py': text }, DATABASES);
    const [table] = references.filter(({ kind }) => kind === 'table');
    expect(table).toMatchObject({ line: 3, database: 'data/app.db', resolution: 'likely' });
  });
});
