import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Reference } from '../../../src/core/references/reference';
import { scanReferences } from '../../../src/core/references/scan';

const DATABASES = [{ path: 'data/app.db', tables: ['users'] }];
const PYTHON = 'import sqlite3\nc = sqlite3.connect("data/app.db")\nc.execute("SELECT * FROM users")\n';
const SCRIPT =
  "const D = require('better-sqlite3');\nconst d = new D('data/app.db');\nd.prepare('SELECT * FROM users').all();\n";

let workspace: string;

beforeAll(async () => {
  workspace = await mkdtemp(path.join(tmpdir(), 'robustness-'));
});

afterAll(() => rm(workspace, { recursive: true, force: true }));

/** References in one file, each proven to stand where it says, in the text as an editor shows it. */
async function found(file: string, bytes: string | Buffer): Promise<string[]> {
  const folder = await mkdtemp(path.join(workspace, 'case-'));
  await mkdir(path.join(folder, path.dirname(file)), { recursive: true });
  await writeFile(path.join(folder, file), bytes);
  const { references } = await scanReferences({ workspace: folder, databases: DATABASES });
  const text = typeof bytes === 'string' ? bytes : new TextDecoder('utf-8').decode(bytes);
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/);
  return references.map((each) => {
    expect(slice(lines, each)).toBe(each.text);
    return `${each.kind} ${each.database} ${each.text}`;
  });
}

function slice(lines: readonly string[], { line, column, endLine, endColumn }: Reference): string {
  if (line === endLine) return lines[line - 1]!.slice(column - 1, endColumn - 1);
  return [
    lines[line - 1]!.slice(column - 1),
    ...lines.slice(line, endLine - 1),
    lines[endLine - 1]!.slice(0, endColumn - 1),
  ].join('\n');
}

const BOTH = ['path data/app.db "data/app.db"', 'table data/app.db users'];

describe('files as they come', () => {
  it.each<[string, string, string | Buffer]>([
    ['CRLF', 'a.py', PYTHON.replaceAll('\n', '\r\n')],
    ['a lone CR', 'a.py', PYTHON.replaceAll('\n', '\r')],
    ['a byte order mark', 'a.py', `\uFEFF${PYTHON}`],
    ['tabs', 'a.py', `if True:\n${PYTHON.replace(/^/gm, '\t')}`],
    ['characters beyond the BMP before it', 'a.py', PYTHON.replace('c = ', 's = "😀é漢"; c = ')],
    ['invalid UTF-8', 'a.py', Buffer.concat([Buffer.from('# \xff\xfe\xc3\n', 'latin1'), Buffer.from(PYTHON)])],
    ['a syntax error before it', 'a.py', `def broken(:\n    return )\n\n${PYTHON}`],
    ['a syntax error behind it', 'a.py', `${PYTHON}\nclass X(\n  def ::: y\n`],
    ['an unclosed string behind it', 'a.py', `${PYTHON}\nz = "abc\n`],
    ['conflict markers', 'a.py', `${PYTHON}<<<<<<< HEAD\nx = 1\n=======\nx = 2\n>>>>>>> other\n`],
    ['a very long line', 'a.py', `x = [${'1, '.repeat(200_000)}]\n${PYTHON}`],
    ['deep nesting', 'a.py', `x = ${'('.repeat(3000)}1${')'.repeat(3000)}\n${PYTHON}`],
  ])('%s', async (_, file, bytes) => {
    expect(await found(file, bytes)).toEqual(BOTH);
  });

  it('minified', async () => {
    const code = `!function(){var D=require("better-sqlite3"),d=new D("data/app.db");${'function f(a){return a+1}'.repeat(8000)}d.prepare("SELECT * FROM users").all()}();`;
    expect(await found('a.js', code)).toEqual(BOTH);
  });

  it('deeply nested script', async () => {
    expect(await found('a.js', `${SCRIPT}var x=${'['.repeat(5000)}${']'.repeat(5000)};`)).toEqual([
      "path data/app.db 'data/app.db'",
      'table data/app.db users',
    ]);
  });

  it.each([
    'a.py',
    'a.go',
    'a.ts',
    'a.js',
    'A.java',
    'A.cs',
    'a.rs',
    'a.rb',
    'a.php',
    'a.cpp',
    'a.sh',
    'a.yaml',
    'a.json',
    'a.md',
  ])('noise named %s', async (file) => {
    let seed = 7;
    const next = () => (seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) / 2 ** 32;
    const pieces = [
      '"data/app.db"',
      'sqlite3',
      '(',
      ')',
      '{',
      '}',
      '[',
      '"',
      "'",
      '`',
      '${',
      '\n',
      '\\',
      ' = ',
      'SELECT * FROM users',
      '\u0001',
      '😀',
      ';',
      '/*',
      '#',
      'def f(',
      'class ',
      '=>',
      '<<EOF\n',
    ];
    for (let turn = 0; turn < 15; turn++) {
      const text = Array.from({ length: 400 }, () => pieces[Math.floor(next() * pieces.length)]).join('');
      await found(file, text);
    }
  });

  it('a binary file with the name of a source', async () => {
    const bytes = Buffer.concat([Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 0, 1, 2]), Buffer.from(PYTHON)]);
    expect(await found('a.py', bytes)).toEqual([]);
  });

  it('UTF-16', async () => {
    const folder = await mkdtemp(path.join(workspace, 'case-'));
    await writeFile(path.join(folder, 'a.py'), Buffer.from(`\uFEFF${PYTHON}`, 'utf16le'));
    const { references } = await scanReferences({ workspace: folder, databases: DATABASES });
    expect(references.map(({ line, column }) => [line, column])).toEqual([
      [2, 21],
      [3, 26],
    ]);
  });

  it.each<[string, string, (size: number) => string]>([
    ['statements in Python', 'generated.py', (size) => 'insert("x.csv", [1, 2, 3, 4, 5, 6])\n'.repeat(size / 36)],
    [
      'one list in Python',
      'generated.py',
      (size) => `rows = [\n${'    {"id": 1, "name": "ä"},\n'.repeat(size / 27)}]\n`,
    ],
    [
      'minified JavaScript',
      'app.min.js',
      (size) => 'function a(b,c){return b?c:"it\\"s"+b}var d={e:[1,2]};'.repeat(size / 55),
    ],
    ['a JSON file of one line', 'data.json', (size) => `[${'{"id":1,"name":"a b"},'.repeat(size / 22)}0]`],
    ['an SQL dump', 'dump.sql', (size) => "INSERT INTO t VALUES (1, 'a', NULL);\n".repeat(size / 36)],
  ])('ten megabytes: %s', { timeout: 60_000 }, async (_, name, filler) => {
    const code = name.endsWith('.js') ? SCRIPT.replaceAll('\n', '') : name.endsWith('.py') ? PYTHON : '"data/app.db"';
    const half = filler(5_000_000);
    const inside =
      name.endsWith('.py') && half.startsWith('rows') ? half.replace(/]\n$/, `    "data/app.db",\n]\n`) : half;
    const text = `${inside}${code}${half}`;
    const folder = await mkdtemp(path.join(workspace, 'case-'));
    await writeFile(path.join(folder, name), text);
    const result = await scanReferences({ workspace: folder, databases: DATABASES });
    const lines = text.split('\n');
    for (const reference of result.references) expect(slice(lines, reference)).toBe(reference.text);
    const paths = result.references.filter(({ kind, database }) => kind === 'path' && database === 'data/app.db');
    expect(paths).toHaveLength(inside === half ? 1 : 2);
    if (code !== '"data/app.db"') expect(result.references.some(({ kind }) => kind === 'table')).toBe(true);
    // Never silently.
    expect(result.searchedInPart).toEqual([
      {
        file: name,
        characters: expect.any(Number) as number,
        how: expect.stringContaining('longer than 2 MB') as string,
      },
    ]);
    expect(result.searchedInPart![0]!.characters).toBeLessThan(100_000);
  });

  it('ten megabytes in which every line names a database', { timeout: 60_000 }, async () => {
    const text = 'insert("data/app.db", [1, 2, 3, 4, 5, 6, 7, 8, 9])\n'.repeat(200_000);
    const folder = await mkdtemp(path.join(workspace, 'case-'));
    await writeFile(path.join(folder, 'generated.py'), text);
    const { references, searchedInPart } = await scanReferences({ workspace: folder, databases: DATABASES });
    expect(references.length).toBeGreaterThan(1_000);
    expect(searchedInPart![0]!.how).toMatch(/; \d+ more are left out$/);
  });

  it('more than sixteen megabytes', { timeout: 60_000 }, async () => {
    const text = 'insert("data/app.db", [1, 2, 3, 4, 5, 6, 7, 8, 9])\n'.repeat(340_000);
    const folder = await mkdtemp(path.join(workspace, 'case-'));
    await writeFile(path.join(folder, 'generated.py'), text);
    await writeFile(path.join(folder, 'a.py'), PYTHON);
    const result = await scanReferences({ workspace: folder, databases: DATABASES });
    expect(result.references.every(({ file }) => file === 'a.py')).toBe(true);
    expect(result.skipped).toEqual([
      { file: 'generated.py', bytes: text.length, reason: 'longer than 16 MB: data more than code' },
    ]);
  });

  it('a folder in the place of a file, a link that leads nowhere', async () => {
    const folder = await mkdtemp(path.join(workspace, 'case-'));
    await mkdir(path.join(folder, 'x.py'));
    const { symlink } = await import('node:fs/promises');
    await symlink('nowhere.py', path.join(folder, 'y.py'));
    await writeFile(path.join(folder, 'a.py'), PYTHON);
    const { references } = await scanReferences({ workspace: folder, databases: DATABASES });
    expect(references).toHaveLength(2);
  });
});

it('a function is passed to one of another file that calls it with its own parameter', async () => {
  const folder = await mkdtemp(path.join(workspace, 'case-'));
  await writeFile(path.join(folder, 'scratch.ts'), 'export const withFile = (name, use) => use(name);\n');
  const filler = 'const one = (a, b) => [a, b];\n'.repeat(20);
  await writeFile(
    path.join(folder, 'app.ts'),
    `import { withFile } from './scratch';\nimport Database from 'better-sqlite3';\n${filler}` +
      "function all(directory) {\n  const name = 'data/app.db';\n  return withFile(name, (file) => new Database(file));\n}\n",
  );
  const { references } = await scanReferences({ workspace: folder, databases: DATABASES });
  expect(references.map(({ file, database }) => [file, database])).toEqual([['app.ts', 'data/app.db']]);
});
