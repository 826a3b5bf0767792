import { describe, expect, it } from 'vitest';
import { scanTexts } from './support';

const DATABASES = [
  { path: 'data/jarvis.db', tables: ['positions'] },
  { path: 'data/tax.db', tables: ['lots'] },
  { path: 'cache.sqlite', tables: [] },
];

/** `text → database resolution` of everything found in one file, each text proven to stand at its range. */
async function found(file: string, text: string): Promise<string[]> {
  const { references } = await scanTexts({ [file]: text }, DATABASES);
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/);
  return references.map((each) => {
    expect(each.line).toBe(each.endLine);
    expect(lines[each.line - 1]!.slice(each.column - 1, each.endColumn - 1)).toBe(each.text);
    return `${each.text} → ${each.database} ${each.resolution}${each.stale ? '' : ' not stale'}`;
  });
}

describe('text formats', () => {
  it.each<[string, string, string[]]>([
    [
      '.env',
      'DB=data/jarvis.db # main\nURL="sqlite:///data/tax.db?timeout=5"\n',
      ['data/jarvis.db → data/jarvis.db certain', 'sqlite:///data/tax.db?timeout=5 → data/tax.db certain'],
    ],
    [
      'config.yaml',
      'db:\r\n\tpath: ./data/jarvis.db\r\n  ä: "data/tax.db"\r\n',
      ['./data/jarvis.db → data/jarvis.db certain', 'data/tax.db → data/tax.db certain'],
    ],
    ['a.toml', "\uFEFF[db]\npath = 'data/jarvis.db'\n", ['data/jarvis.db → data/jarvis.db certain']],
    [
      'a.json',
      '{"p": "C:\\\\app\\\\data\\\\jarvis.db", "g": "data/*.db"}',
      ['C:\\\\app\\\\data\\\\jarvis.db → data/jarvis.db likely'],
    ],
    [
      'a.ini',
      '[db]\npath=data/jarvis.db\n; data/tax.db\n',
      ['data/jarvis.db → data/jarvis.db certain', 'data/tax.db → data/tax.db certain'],
    ],
    [
      'docker-compose.yml',
      'services:\n  a:\n    environment:\n      - DB=/app/data/jarvis.db\n    volumes:\n      - ./data:/app/data\n',
      ['/app/data/jarvis.db → data/jarvis.db certain'],
    ],
    [
      'run.sh',
      'D="${DATA:-data}"\nsqlite3 "$D/jarvis.db" .dump\ncp ~/.app/jarvis.db /tmp/jarvis.db\n',
      [
        '"$D/jarvis.db" → data/jarvis.db certain',
        '~/.app/jarvis.db → ~/.app/jarvis.db certain not stale',
        '/tmp/jarvis.db → /tmp/jarvis.db certain not stale',
      ],
    ],
    [
      'README.md',
      'See `data/jarvis.db`, (data/tax.db) and data/jarvis.db. Not other/db or jarvis.dbx.\n',
      [
        'data/jarvis.db → data/jarvis.db certain',
        'data/tax.db → data/tax.db certain',
        'data/jarvis.db → data/jarvis.db certain',
      ],
    ],
    ['load.sql', "ATTACH 'data/tax.db' AS tax;\n", ['data/tax.db → data/tax.db certain']],
  ])('%s', async (file, text, expected) => {
    expect(await found(file, text)).toEqual(expected);
  });

  it('survives what is no text', async () => {
    const { references } = await scanTexts(
      {
        'binary.py': 'x = "data/jarvis.db"\0\0',
        'empty.py': '',
        'broken.py': 'def f(:\n  x = "data/jarvis.db\n\n((((',
        'minified.json': `{"a":${'['.repeat(5000)}"data/jarvis.db"`,
      },
      DATABASES,
    );
    expect(references.map((each) => each.file)).toContain('minified.json');
    expect(references.map((each) => each.file)).not.toContain('binary.py');
  });

  it('SQL on command lines: quoted, in lists, piped, in here-documents, and never after another program', async () => {
    const databases = [{ path: 'data/app.db', tables: ['users', 'jobs'] }];
    const files = {
      'ci.yml': [
        'steps:',
        '  - run: sqlite3 -batch data/app.db "DELETE FROM users"',
        '  - run: |',
        "      sqlite3 data/app.db <<'SQL'",
        '      .mode csv',
        '      SELECT * FROM jobs;',
        '      SQL',
        '  - run: echo "SELECT 1 FROM users" | sqlite3 data/app.db',
        '  - run: cp data/app.db "SELECT 1 FROM users"',
        '  # sqlite3 data/app.db "SELECT 1 FROM users"',
        '  - test: ["CMD", "sqlite3", "data/app.db", "SELECT 1 FROM jobs"]',
        '',
      ].join('\n'),
      'package.json': '{ "scripts": { "clean": "sqlite3 data/app.db \\"DELETE FROM users\\"" } }\n',
      Makefile: "clean:\n\tsqlite3 data/app.db 'DELETE FROM jobs; VACUUM'\n",
      Dockerfile: 'RUN sqlite3 ./data/app.db \\\n  "UPDATE users SET a = 1"\n',
    };
    const { references } = await scanTexts(files, databases);
    const tables = references.filter(({ kind }) => kind === 'table');
    expect(tables.map(({ file, line, column, text, resolution }) => [file, line, column, text, resolution])).toEqual([
      ['Dockerfile', 2, 11, 'users', 'certain'],
      ['Makefile', 2, 35, 'jobs', 'certain'],
      ['ci.yml', 2, 50, 'users', 'certain'],
      ['ci.yml', 6, 21, 'jobs', 'certain'],
      ['ci.yml', 8, 30, 'users', 'certain'],
      ['ci.yml', 11, 60, 'jobs', 'certain'],
      ['package.json', 1, 60, 'users', 'certain'],
    ]);
  });
});
