import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { forgetScans, scanReferences } from '../../../src/core/references/scan';
import { Slicer, statementsAgain } from '../../../src/core/references/slicing/slicer';
import { goStatements, scriptStatements } from '../../../src/core/references/slicing/statements-curly';
import { pythonStatements } from '../../../src/core/references/slicing/statements-python';
import { readCorpus, withWorkspace } from '../../references/corpus';
import { mergeAll } from './support';

/** What is left of a text, with no function of interest by itself. */
const left = (text: string, language = 'python') =>
  new Slicer(() => false).slice('file', text, language, false)?.text ?? 'all of it';

describe('functions are left out', () => {
  it.each([
    ['one after the other', 'X = 1\ndef a(v):\n    return v\n\ndef b(v):\n    return a(v)\n', 'X = 1\n'],
    [
      'what is mentioned stays',
      'def a(v):\n    return v\nX = a(1)\ndef b(v):\n    return v\n',
      'def a(v):\n    return v\nX = a(1)\n',
    ],
    [
      'what makes a text of something stays',
      'X = 1\ndef a(v):\n    return X + v\ndef b(v):\n    return v\n',
      'X = 1\ndef a(v):\n    return X + v\n',
    ],
    ['over what stays', 'X = 1\ndef a(v):\n    return b(v)\ndef b(v):\n    return X + v\n', 'all of it'],
    ['methods stay', 'class A:\n    def a(self):\n        return 1\n', 'all of it'],
    ['decorated ones stay', '@route\ndef a(v):\n    return v\n', 'all of it'],
    ['no statement in a string', 'X = """\ndef a(v):\n    return v\n"""\n', 'all of it'],
    ['no statement in brackets', 'X = [\n1]\nY = (\n\ndef_)\ndef a(v):\n    return v\n', 'X = [\n1]\nY = (\n\ndef_)\n'],
    ['a string that is not closed', 'X = "\ndef a(v):\n    return v\n', 'all of it'],
    ['a bracket that is not closed', 'X = (\ndef a(v):\n    return v\n', 'all of it'],
    ['quotes in an f-string', 'X = f"{y["z"]}"\ndef a(v):\n    return v\n', 'all of it'],
    [
      'comments and continued lines',
      "# don't\nX = 1 + \\\n  2\ndef a(v):  # it's\n    return v\n# end\n",
      "# don't\nX = 1 + \\\n  2\n",
    ],
  ])('Python: %s', (_, text, expected) => expect(left(text)).toBe(expected));

  it.each([
    [
      'one after the other',
      'const x = 1;\nfunction a(v) {\n  return v;\n}\nexport function b(v) {\n  return a(v);\n}\n',
      'const x = 1;\n\n\n',
    ],
    [
      'with types',
      'export async function a(v: { b: string }): Promise<{ c: string }> {\n  return v;\n}\nconst x = 1;\n',
      '\nconst x = 1;\n',
    ],
    ['a type as result', 'function a(v): { b: string } {\n  return v;\n}\nconst x = 1;\n', '\nconst x = 1;\n'],
    ['overloads stay', 'function a(v: string): void;\nfunction a(v) {\n  return v;\n}\n', 'all of it'],
    ['templates', 'const x = `${`}`}`;\nfunction a(v) {\n  return `}${v}`;\n}\n', 'const x = `${`}`}`;\n\n'],
    ['regular expressions', 'const x = /[/}"]/;\nfunction a(v) {\n  return /}/;\n}\n', 'const x = /[/}"]/;\n\n'],
    ['what may be a division', 'const x = (1) / 2;\nfunction a(v) {\n  return v;\n}\n', 'all of it'],
    ['a function as a value', 'const x =\nfunction a(v) {\n  return v;\n}\n', 'all of it'],
    ['a comment at the end', 'function a(v) {\n  return v;\n} // a }\nconst x = 1;\n', ' // a }\nconst x = 1;\n'],
    ['two on a line', 'function a(v) { return v; } const x = 1;\n', 'all of it'],
  ])('TypeScript: %s', (_, text, expected) => expect(left(text, 'typescript')).toBe(expected));

  it.each([
    [
      'but no methods',
      'package p\n\nfunc a(v int) int {\n\treturn v\n}\n\nfunc (s *S) b() {}\n',
      'package p\n\n\n\nfunc (s *S) b() {}\n',
    ],
    ['runes and raw strings', "package p\n\nfunc a() {\n\tx := '\\''\n\ty := `\\`\n\tz := '{'\n}\n", 'package p\n\n\n'],
  ])('Go: %s', (_, text, expected) => expect(left(text, 'go')).toBe(expected));
});

/** Functions that nothing leads to, in the languages in which they are left out. */
const IDLE: Readonly<Record<string, (n: number) => string>> = {
  '.py': (n) => `def idle_${n}(value, *rest):\n    total = value + ${n}\n    return [total, rest]\n\n\n`,
  '.ts': (n) => `function idle${n}(value: number): number {\n  return value + ${n};\n}\n`,
  '.go': (n) => `func idle${n}(value int) int {\n\treturn value + ${n}\n}\n`,
};

describe('with idle functions behind the code the references are the same', async () => {
  for (const base of await readCorpus())
    it(base.name, () =>
      withWorkspace(base, async (workspace) => {
        const databases = base.databases.map(({ path: file, tables }) => ({ path: file, tables: [...tables] }));
        const find = async () => {
          forgetScans(workspace);
          return (await scanReferences({ workspace, databases, plan: mergeAll(databases) })).references;
        };
        const before = await find();
        for (const [file, text] of base.files) {
          const idle = IDLE[path.extname(file)];
          if (!idle) continue;
          const more = [1, 2, 3].map(idle).join('');
          await writeFile(path.join(workspace, file), `${text}${text.endsWith('\n') ? '' : '\n'}${more}`);
        }
        expect(await find()).toEqual(before);
      }),
    );
});

it('a function that another file asks for is no longer left out', async () => {
  const workspace = await mkdtemp(path.join(tmpdir(), 'slicing-'));
  const files = {
    'store.py': 'import sqlite3\n\n\ndef same(value):\n    return value\n\n\nclass Store:\n    pass\n',
    'app.py': 'import sqlite3\nfrom store import same\n\ndb = sqlite3.connect(same("data/app") + ".db")\n',
  };
  await mkdir(workspace, { recursive: true });
  for (const [file, text] of Object.entries(files)) await writeFile(path.join(workspace, file), text);
  const { references } = await scanReferences({ workspace, databases: [{ path: 'data/app.db', tables: [] }] });
  expect(references.map(({ file, database, resolution }) => [file, database, resolution])).toEqual([
    ['app.py', 'data/app.db', 'certain'],
  ]);
  await rm(workspace, { recursive: true });
});

describe('after an edit the statements are those of a text that is read from its beginning', async () => {
  const LEXERS = { '.py': pythonStatements, '.ts': scriptStatements, '.go': goStatements };
  const files = (await readCorpus()).flatMap((base) => [...base.files]);
  it.each(Object.entries(LEXERS))('%s', (extension, lexer) => {
    const texts = files.flatMap(([file, text]) => (file.endsWith(extension) ? [text] : []));
    let state = 11;
    const random = (limit: number) => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return Math.floor((state / 2 ** 32) * limit);
    };
    const all = texts.join('\n');
    const pieces = [
      '"',
      "'",
      '`',
      '{',
      '}',
      '(',
      '\n',
      '@a\n',
      '#',
      '//',
      '/*',
      '\n\ndef f(x):\n    return 1\n',
      '\nx = 1\n',
    ];
    let compared = 0;
    for (let turn = 0; turn < 150; turn++) {
      const first = random(texts.length);
      let text = `${texts[first]!}\n${texts[random(texts.length)]!}\n${texts[random(texts.length)]!}`;
      let statements = lexer(text);
      for (let edit = 0; edit < 8; edit++) {
        const at = random(text.length);
        const from = random(all.length);
        const piece = random(2) === 0 ? pieces[random(pieces.length)]! : all.slice(from, from + random(60));
        const next = text.slice(0, at) + piece + text.slice(at + random(40));
        const expected = lexer(next);
        if (statements) {
          compared++;
          expect(statementsAgain(lexer, { text, statements }, next)).toEqual(expected);
        }
        // What cannot be read is taken back, mostly: the next edit would have nothing to go on from.
        if (!expected && random(3) > 0) continue;
        [text, statements] = [next, expected];
      }
    }
    expect(compared).toBeGreaterThan(300);
  });
});
