import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Reference } from '../../../src/core/references/reference';
import { plan, refactor, reference } from './support';

/** `REFACTORING_CASES=5000` for the long run. */
const CASES = Number(process.env.REFACTORING_CASES ?? 300);

/** A path expression, the name of what it evaluates to, and the imports that it needs. */
interface Shape {
  readonly text: string;
  readonly shape: Reference['shape'];
  readonly imports: readonly string[];
  readonly before?: readonly string[];
}

const q = fc.constantFrom('"', "'");
const pathShapes = q.chain((quote) => {
  const s = (text: string) => quote + text + quote;
  const path = 'from pathlib import Path';
  return fc.constantFrom<Shape>(
    { text: s('data/jarvis.db'), shape: 'string', imports: [] },
    { text: `r${s('data/jarvis.db')}`, shape: 'string', imports: [] },
    { text: `Path(${s('data/jarvis.db')})`, shape: 'path-object', imports: [path] },
    {
      text: `Path(__file__).resolve().parent / ${s('data')} / ${s('jarvis.db')}`,
      shape: 'path-object',
      imports: [path],
    },
    { text: `str(Path(__file__).parent / ${s('data')} / ${s('jarvis.db')})`, shape: 'string', imports: [path] },
    {
      text: `pathlib.Path(${s('data')}).joinpath(${s('jarvis.db')})`,
      shape: 'path-object',
      imports: ['import pathlib'],
    },
    {
      text: `os.path.join(os.path.dirname(__file__), ${s('data')}, ${s('jarvis.db')})`,
      shape: 'string',
      imports: ['import os'],
    },
    { text: `${s('data/')} + NAME`, shape: 'string', imports: [], before: [`NAME = ${s('jarvis.db')}`] },
    { text: `f${quote}{FOLDER}/jarvis.db${quote}`, shape: 'string', imports: [], before: [`FOLDER = ${s('data')}`] },
    {
      text: `BASE / NAME`,
      shape: 'path-object',
      imports: [path],
      before: [`BASE = Path(${s('data')})`, `NAME: str = ${s('jarvis.db')}`],
    },
    { text: `sqlite3.connect(${s('data/jarvis.db')}, timeout=5)`, shape: 'connect', imports: ['import sqlite3'] },
    {
      text: `sqlite3.connect(\n    database=${s('data/jarvis.db')},\n    timeout=5,\n)`,
      shape: 'connect',
      imports: ['import sqlite3'],
    },
    {
      text: `connect(str(Path(${s('data/jarvis.db')}).resolve()))`,
      shape: 'connect',
      imports: [path, 'from sqlite3 import connect'],
    },
    { text: `os.getenv(${s('JARVIS_DB')}, ${s('data/jarvis.db')})`, shape: 'string', imports: ['import os'] },
    { text: `(os.environ.get(${s('JARVIS_DB')}) or ${s('data/jarvis.db')})`, shape: 'string', imports: ['import os'] },
    { text: s('sqlite:///data/jarvis.db'), shape: 'url', imports: [] },
    { text: s('file:data/jarvis.db?mode=rwc'), shape: 'url', imports: [] },
  );
});

/** Where the expression stands; `RESULT` gets its value. */
const contexts = fc.constantFrom<(expression: string) => string>(
  (e) => `RESULT = ${e}\n`,
  (e) => `def load():\n    return ${e}\nRESULT = load()\n`,
  (e) => `def load(value=${e}):\n\treturn value\n\nRESULT = load()\n`,
  (e) =>
    `class Store:\n    """Holds."""\n\n    default = ${e}\n\n    def connect(self):\n        return self.default\n\nRESULT = Store().connect()\n`,
  (e) =>
    `class Store:\n    def __init__(self, value=None):\n        self.value = value or ${e}\n\nRESULT = Store().value\n`,
  (e) => `RESULT = {"db": ${e}}["db"]\n`,
  (e) => `RESULT = [each for each in (${e},)][0]  # a comment\n`,
  (e) => `if True:\n    value = ${e}\nelse:\n    value = None\nRESULT = value\n`,
  (e) => `RESULT = (lambda: ${e})()\n`,
  (e) => `RESULT = (\n    # why\n    ${e}\n)\n`,
  (e) => `try:\n    RESULT = ${e}\nfinally:\n    pass; x = 1\n`,
);

const heads = fc.constantFrom(
  '',
  '#!/usr/bin/env python3\n',
  '"""Doc."""\n',
  '"""Doc.\n\nMore."""\n\nfrom __future__ import annotations\n\n',
  '# -*- coding: utf-8 -*-\n# License\n\n',
  "'''Doc'''\nfrom __future__ import annotations\n",
);
const otherImports = fc.subarray([
  'import json',
  'import os, sys',
  'from typing import (\n    Any,\n    List,  # noqa\n)',
  'from core.databases import health',
  'try:\n    import tomllib\nexcept ImportError:\n    tomllib = None',
  'import sqlite3 as sq',
]);

interface Case {
  readonly source: string;
  readonly references: readonly Reference[];
}

const cases = fc
  .tuple(
    heads,
    otherImports,
    fc.boolean(),
    fc.constantFrom('\n', '\r\n'),
    fc.array(fc.tuple(pathShapes, contexts), { minLength: 1, maxLength: 3 }),
  )
  .map(([head, others, blank, eol, parts]): Case => {
    const imports = [...new Set([...others, ...parts.flatMap(([shape]) => shape.imports)])];
    const before = [
      ...new Map(parts.flatMap(([shape]) => shape.before ?? []).map((line) => [line.split(/[ :]/)[0], line])).values(),
    ];
    let source =
      head +
      imports.join('\n') +
      (imports.length > 0 && blank ? '\n\n' : '\n') +
      before.map((line) => `${line}\n`).join('');
    const marks: { start: number; shape: Shape }[] = [];
    for (const [shape, context] of parts) {
      const text = context(shape.text);
      marks.push({ start: source.length + text.indexOf(shape.text), shape });
      source += text;
    }
    const whole = source.replaceAll('\n', eol);
    const references = marks.map(({ start, shape }) => {
      const text = shape.text.replaceAll('\n', eol);
      const at = source.slice(0, start).replaceAll('\n', eol).length;
      const occurrence = whole.slice(0, at + 1).split(text.slice(0, 1)).length - 1;
      expect(occurrence).toBeGreaterThan(0);
      return place(whole, at, text, shape.shape);
    });
    return { source: whole, references };
  });

function place(source: string, at: number, text: string, shape: Reference['shape']): Reference {
  let occurrence = 0;
  for (let found = source.indexOf(text); found !== -1 && found <= at; found = source.indexOf(text, found + 1))
    occurrence++;
  return reference(source, text, { shape, occurrence });
}

/** Runs each pair of texts and compares what `RESULT` is; prints the indexes that differ, with the reason. */
const COMPARE = `
import json, pathlib, sqlite3, sys, types
def run(source, module):
    sys.modules['core'] = types.ModuleType('core')
    sys.modules['core.databases'] = module
    space = {'__file__': '/w/app.py', '__name__': 'app'}
    exec(compile(source, 'app.py', 'exec'), space)
    value = space['RESULT']
    kind = type(value).__name__
    if isinstance(value, sqlite3.Connection):
        value.close()
        value = ''
    return kind, str(value)
real = sqlite3.connect
def connect(name, *args, **kwargs):
    assert name == 'core', name
    return real(':memory:', *args, **kwargs)
stub = types.ModuleType('core.databases')
stub.connect = connect
stub.health = None
stub.database_path = lambda name: pathlib.Path('/w/data/core.db')
stub.database_url = lambda name, **kw: 'sqlite:////w/data/core.db'
stub.database_uri = lambda name, query='': 'file:///w/data/core.db?' + query
sqlite3.connect = lambda database, **kwargs: real(':memory:', **kwargs)
bad = []
for number, (before, after) in enumerate(json.load(sys.stdin)):
    try:
        first = run(before, stub)
    except Exception as error:
        bad.append([number, 'before: %r' % error]); continue
    try:
        second = run(after, stub)
    except Exception as error:
        bad.append([number, 'after: %r' % error]); continue
    if first[0] != second[0]: bad.append([number, '%s became %s' % (first[0], second[0])])
    if 'jarvis.db' in second[1] or (second[0] != 'Connection' and 'core.db' not in second[1]): bad.append([number, 'value ' + second[1]])
    if 'jarvis.db' in after: bad.append([number, 'the legacy name is still there'])
print(json.dumps(bad))
`;

describe('rewritten Python', () => {
  it('parses, runs, keeps every type, names no legacy path, and a second run changes nothing', () => {
    const seed = Number(process.env.REFACTORING_SEED ?? 20260101);
    const pairs: [string, string][] = [];
    const seen: string[] = [];
    for (const { source, references } of fc.sample(cases, { numRuns: CASES, seed })) {
      const { text, result } = refactor(source, references);
      expect(result.left, `seed ${seed}\n${source}`).toEqual([]);
      expect(text.includes('\r\n') && /[^\r]\n/.test(text), text).toBe(false);
      pairs.push([source, text]);
      seen.push(`--- before\n${source}\n--- after\n${text}`);
      const again = refactor(text, []);
      expect(again.result.edits).toEqual([]);
    }
    const output = execFileSync('python3', ['-W', 'ignore', '-c', COMPARE], {
      input: JSON.stringify(pairs),
      encoding: 'utf8',
    });
    const bad = JSON.parse(output) as [number, string][];
    expect(
      bad
        .slice(0, 3)
        .map(([number, why]) => `${why}\n${seen[number]}`)
        .join('\n\n'),
      `seed ${seed}, ${bad.length} of ${CASES}`,
    ).toBe('');
  }, 600_000);

  it('is the same by single fixes and all at once, as far as the text without imports goes', () => {
    const source = 'import sqlite3\n\nA = "data/jarvis.db"\nB = sqlite3.connect("data/jarvis.db")\n';
    const one = reference(source, '"data/jarvis.db"');
    const other = reference(source, '"data/jarvis.db"', { occurrence: 2, shape: 'connect' });
    const first = refactor(source, [one], { plan: plan() }).text;
    const moved = reference(first, 'sqlite3.connect("data/jarvis.db")', { shape: 'connect' });
    expect(refactor(first, [moved]).text).toBe(refactor(source, [one, other]).text);
  });
});
