import fc from 'fast-check';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import type { Reference } from '../../../src/core/references/reference';
import { plan, refactor, reference } from './support';

const CASES = Number(process.env.REFACTORING_CASES ?? 200);
const FILES = {
  'package.json': '{ "dependencies": { "better-sqlite3": "^12" } }',
  'tsconfig.json': '{}',
  'src/index.ts': '',
};

interface Shape {
  readonly text: string;
  readonly shape: Reference['shape'];
  readonly imports: readonly string[];
  readonly before?: string;
}

const path = "import path from 'node:path';";
const shapes = fc.constantFrom<Shape>(
  { text: "'data/jarvis.db'", shape: 'string', imports: [] },
  { text: "path.join(__dirname, '..', 'data', 'jarvis.db')", shape: 'string', imports: [path] },
  {
    text: "path.join(DATA, 'jarvis.db')",
    shape: 'string',
    imports: [path],
    before: "const DATA = path.resolve(__dirname, '..', 'data');",
  },
  { text: '`${FOLDER}/jarvis.db`', shape: 'string', imports: [], before: "const FOLDER = 'data'" },
  { text: "process.env.JARVIS ?? 'data/jarvis.db'", shape: 'string', imports: [] },
  {
    text: "new Database('data/jarvis.db', { timeout: 5 })",
    shape: 'connect',
    imports: ["import Database from 'better-sqlite3';"],
  },
  {
    text: "new Database(path.resolve('data/jarvis.db'))",
    shape: 'connect',
    imports: [path, "import Database from 'better-sqlite3';"],
  },
  { text: "'file:data/jarvis.db?mode=ro'", shape: 'url', imports: [] },
);
const contexts = fc.constantFrom<(expression: string, n: number) => string>(
  (e, n) => `export const value${n} = ${e};\n`,
  (e, n) => `export function load${n}(value = ${e}) {\n  return value;\n}\n`,
  (e, n) =>
    `export class Store${n} {\n  static readonly file = ${e};\n\n  connect() {\n    return Store${n}.file;\n  }\n}\n`,
  (e, n) => `export const options${n} = { file: ${e}, other: 1 };\n`,
  (e, n) => `export const later${n} = () => (${e});\n`,
  (e, n) => `if (process.argv[2]) {\n  console.log(${e}, /["'\`]/.test('x')); // it's ${n}\n}\n`,
);
const heads = fc.constantFrom('', '#!/usr/bin/env node\n', "'use strict';\n", '// License\n/* more */\n\n');
const others = fc.subarray([
  "import { readFileSync } from 'node:fs';",
  "import { log } from './log';",
  "import { health } from './databases';",
]);

describe('rewritten TypeScript', () => {
  it('parses, names no legacy path, and declares what it uses', () => {
    const seed = Number(process.env.REFACTORING_SEED ?? 20260101);
    const parts = fc.array(fc.tuple(shapes, contexts), { minLength: 1, maxLength: 3 });
    for (const [head, more, blank, eol, list] of fc.sample(
      fc.tuple(heads, others, fc.boolean(), fc.constantFrom('\n', '\r\n'), parts),
      { numRuns: CASES, seed },
    )) {
      const imports = [...new Set([...more, ...list.flatMap(([shape]) => shape.imports)])];
      const before = [...new Set(list.flatMap(([shape]) => shape.before ?? []))];
      let source = head + imports.join('\n') + (blank ? '\n\n' : '\n') + before.map((line) => `${line}\n`).join('');
      const places: [number, Shape][] = [];
      list.forEach(([shape, context], n) => {
        const text = context(shape.text, n);
        places.push([source.length + text.indexOf(shape.text), shape]);
        source += text;
      });
      const whole = source.replaceAll('\n', eol);
      const references = places.map(([start, { text, shape }]) => {
        const at = source.slice(0, start).replaceAll('\n', eol).length;
        let occurrence = 0;
        for (let found = whole.indexOf(text); found !== -1 && found <= at; found = whole.indexOf(text, found + 1))
          occurrence++;
        return reference(whole, text, { shape, occurrence, language: 'typescript', file: 'src/app.ts' });
      });
      const { text, result } = refactor(whole, references, { plan: plan({ access: {} }), files: FILES });
      const shown = `seed ${seed}\n--- before\n${whole}\n--- after\n${text}`;
      expect(result.left, shown).toEqual([]);
      expect(text, shown).not.toContain('jarvis.db');
      expect(undeclared(text), shown).toEqual([]);
      expect(eol === '\r\n' && /[^\r]\n/.test(text), shown).toBe(false);
      expect(refactor(text, [], { files: FILES }).result.edits).toEqual([]);
    }
  }, 600_000);
});

/** Syntax errors, and names that are neither declared nor known, by TypeScript itself. */
function undeclared(text: string): string[] {
  const file = ts.createSourceFile('app.ts', text, ts.ScriptTarget.ES2022, true);
  const { diagnostics = [] } = ts.transpileModule(text, { fileName: 'app.ts', reportDiagnostics: true });
  const problems = diagnostics.map((each) => ts.flattenDiagnosticMessageText(each.messageText, '\n'));
  const declared = new Set(['process', 'console', '__dirname', 'undefined']);
  const used: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) {
      const { parent } = node;
      const isMember = ts.isPropertyAccessExpression(parent) && parent.name === node;
      const isKey = ts.isPropertyAssignment(parent) && parent.name === node;
      const named = parent as ts.NamedDeclaration;
      if (named.name === node && !isMember && !isKey) declared.add(node.text);
      else if (!isMember && !isKey && !(ts.isImportSpecifier(parent) && parent.propertyName === node))
        used.push(node.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return [...problems, ...used.filter((name) => !declared.has(name)).map((name) => `${name} is not declared`)];
}
