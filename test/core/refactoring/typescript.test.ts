import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import type { Reference } from '../../../src/core/references/reference';
import { plan, refactor, reference } from './support';

const PACKAGE = {
  'package.json': '{ "dependencies": { "better-sqlite3": "^12" } }',
  'tsconfig.json': '{}',
  'src/index.ts': '',
};

function place(source: string, text: string, more: Partial<Reference> & { occurrence?: number } = {}): Reference {
  return reference(source, text, { language: 'typescript', file: 'src/lib/store.ts', ...more });
}

function fixed(source: string, references: readonly Reference[], files: Record<string, string> = PACKAGE): string {
  const { text, result } = refactor(source, references, { plan: plan({ access: {} }), files });
  expect(result.left).toEqual([]);
  expect(syntaxErrors(references[0].file, text)).toEqual([]);
  return text;
}

function syntaxErrors(file: string, text: string): string[] {
  const { diagnostics } = ts.transpileModule(text, {
    fileName: file,
    reportDiagnostics: true,
    compilerOptions: { jsx: ts.JsxEmit.Preserve },
  });
  return (diagnostics ?? []).map((each) => ts.flattenDiagnosticMessageText(each.messageText, '\n'));
}

describe('path expressions in TypeScript and JavaScript', () => {
  it('opens a database through connect, the options kept', () => {
    const source =
      "import Database from 'better-sqlite3';\nimport { log } from './log';\n\nlog(new Database('data/jarvis.db', { timeout: 5 }).pragma('x'));\n";
    expect(fixed(source, [place(source, "'data/jarvis.db'", { shape: 'connect' })])).toBe(
      "import { log } from './log';\nimport { connect } from '../databases';\n\nlog(connect('core', { timeout: 5 }).pragma('x'));\n",
    );
  });

  it('keeps the class where its type is used, and takes the whole call, too', () => {
    const source =
      "import Database from 'better-sqlite3'\nlet db: Database.Database\ndb = new Database('data/jarvis.db')\n";
    expect(fixed(source, [place(source, "new Database('data/jarvis.db')", { shape: 'connect' })])).toBe(
      "import Database from 'better-sqlite3'\nimport { connect } from '../databases'\nlet db: Database.Database\ndb = connect('core')\n",
    );
  });

  it('replaces joins, constants and URLs', () => {
    const source =
      "import path from 'node:path';\nimport { fileURLToPath } from 'node:url';\n\nconst DATA = path.join(__dirname, '..', '..', 'data');\nexport const a = path.resolve(path.join(DATA, 'jarvis.db'));\nexport const b = fileURLToPath(new URL('../../data/jarvis.db', import.meta.url));\nexport const c = `${DATA}/jarvis.db`;\nexport const d = 'file:data/jarvis.db?mode=ro';\n";
    const text = fixed(source, [
      place(source, "path.join(DATA, 'jarvis.db')"),
      place(source, "new URL('../../data/jarvis.db', import.meta.url)", { shape: 'path-object' }),
      place(source, '`${DATA}/jarvis.db`'),
      place(source, "'file:data/jarvis.db?mode=ro'", { shape: 'url' }),
    ]);
    expect(text).toContain(
      "export const a = databasePath('core');\nexport const b = databasePath('core');\nexport const c = databasePath('core');\nexport const d = databaseUrl('core', 'mode=ro');\n",
    );
    expect(text).toContain("import { databasePath, databaseUrl } from '../databases';\n");
    expect(text).not.toContain('fileURLToPath');
    expect(text).not.toContain('DATA');
    expect(text).not.toContain('node:path');
    const kept = fixed(source, [place(source, "path.join(DATA, 'jarvis.db')")]);
    expect(kept).toContain("const DATA = path.join(__dirname, '..', '..', 'data');\n");
  });

  it('keeps what the environment, a parameter or a member decides', () => {
    const source =
      "import path from 'path';\nconst a = process.env.DB ?? 'data/jarvis.db';\nconst b = path.join(process.env.DATA || 'data', 'jarvis.db');\nclass S {\n  constructor(private dir: string) {}\n  file() { return path.join(this.dir, 'jarvis.db'); }\n}\nconst f = (dir: string) => `${dir}/jarvis.db`;\n";
    const text = fixed(source, [
      place(source, "process.env.DB ?? 'data/jarvis.db'"),
      place(source, "path.join(process.env.DATA || 'data', 'jarvis.db')"),
      place(source, "path.join(this.dir, 'jarvis.db')"),
      place(source, '`${dir}/jarvis.db`'),
    ]);
    expect(text).toContain("process.env.DB ?? databasePath('core');");
    expect(text).toContain("path.join(process.env.DATA || 'data', 'core.db')");
    expect(text).toContain("path.join(this.dir, 'core.db')");
    expect(text).toContain('`${dir}/core.db`');
  });

  it('leaves literals where the language wants one', () => {
    const source =
      "enum E { db = 'data/jarvis.db' }\ntype T = 'data/jarvis.db';\nconst o = { 'data/jarvis.db': 1 };\nswitch (x) { case 'data/jarvis.db': break; }\nconst s = 'x ' + 'data/jarvis.db';\nlet u: 'data/jarvis.db';\n";
    const text = fixed(
      source,
      [1, 2, 3, 4, 5, 6].map((occurrence) => place(source, "'data/jarvis.db'", { occurrence })),
    );
    expect(text).toBe(source.replaceAll('jarvis.db', 'core.db'));
    const jsx = 'export const C = () => <Db path="data/jarvis.db">it\'s {"data/jarvis.db"}</Db>;\n';
    const refs = [1, 2].map((occurrence) =>
      place(jsx, '"data/jarvis.db"', { occurrence, file: 'src/c.tsx', language: 'typescriptreact' }),
    );
    const { text: after } = refactor(jsx, refs, { plan: plan({ access: {} }), files: PACKAGE });
    expect(after).toContain('path="data/core.db">it\'s {databasePath("core")}');
  });

  it('puts the import where the only one was', () => {
    const source = "import Database from 'better-sqlite3';\n\nexport const db = new Database('data/jarvis.db');\n";
    expect(fixed(source, [place(source, "'data/jarvis.db'", { shape: 'connect' })])).toBe(
      "import { connect } from '../databases';\n\nexport const db = connect('core');\n",
    );
  });

  it('writes CommonJS and extensions as the file does', () => {
    const common =
      "'use strict';\nconst Database = require('better-sqlite3');\nconst { a } = require('./a.js');\n\nmodule.exports = new Database('data/jarvis.db', a);\n";
    const ref = place(common, "'data/jarvis.db'", { shape: 'connect', language: 'javascript', file: 'lib/store.js' });
    expect(fixed(common, [ref], { 'package.json': '{}' })).toBe(
      "'use strict';\nconst { a } = require('./a.js');\nconst { connect } = require('../databases.js');\n\nmodule.exports = connect('core', a);\n",
    );
    const module =
      'import { x } from "./x.js"\nimport { DatabaseSync } from "node:sqlite"\nx(new DatabaseSync("data/jarvis.db"))\n';
    const esm = place(module, '"data/jarvis.db"', { shape: 'connect', language: 'javascript', file: 'lib/store.js' });
    expect(fixed(module, [esm], { 'package.json': '{ "type": "module" }' })).toBe(
      'import { x } from "./x.js"\nimport { connect } from "../databases.js"\nx(connect("core"))\n',
    );
  });

  it('gives the import another name where the file has one of its own', () => {
    const source =
      "import Database from 'better-sqlite3';\nfunction connect() { return new Database('data/jarvis.db'); }\n";
    expect(fixed(source, [place(source, "'data/jarvis.db'", { shape: 'connect' })])).toBe(
      "import { connect as connectDatabase } from '../databases';\nfunction connect() { return connectDatabase('core'); }\n",
    );
  });

  it('is not confused by regular expressions, templates and comments', () => {
    const source =
      "const r = /['\"`]/g; // it's\nconst t = `a ${`b ${'c'}`} 'd`;\n/* \"data/jarvis.db */\nconst p = r.test(t) ? 'x' : 'y';\nexport const f = 'data/jarvis.db';\n";
    expect(fixed(source, [place(source, "'data/jarvis.db'")])).toContain("export const f = databasePath('core');\n");
  });
});
