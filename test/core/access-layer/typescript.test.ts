import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generateTypeScript } from '../../../src/core/access-layer/typescript/index';
import { locateScriptAccess } from '../../../src/core/refactoring/typescript/access';
import { files, moved, plan, target } from '../refactoring/support';

/** A `node_modules` with better-sqlite3; without it, node-sqlite3-wasm behind the same few methods stands in. */
const BETTER = process.env.BETTER_SQLITE3;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'script-access-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function generate(texts: Record<string, string>, access: Record<string, unknown> = {}) {
  const core = target('core', 'data/core.db', ['notification_user']);
  const source = {
    database: 'data/jarvis.db',
    table: 'notifications',
    columns: [
      { kind: 'column' as const, target: 'id', source: 'id' },
      { kind: 'column' as const, target: 'message', source: 'msg' },
    ],
    dropped: [],
    keys: 'keep' as const,
    onReject: 'stop' as const,
  };
  const changed = plan({
    targets: [
      { ...core, purpose: 'a ⟦b⟧ @HASH@ "c"', tables: core.tables.map((table) => ({ ...table, sources: [source] })) },
    ],
    databases: [
      { path: 'data/jarvis.db', action: 'merge', tables: [moved('notifications', 'core.notification_user')] },
    ],
    access: { typescript: access },
  });
  return generateTypeScript(changed, locateScriptAccess(changed, files(texts), []))[0];
}

const DRIVER = `
const sqlite = require(${JSON.stringify(require.resolve('node-sqlite3-wasm'))});
module.exports = class Database {
  constructor(file, options = {}) { this.db = new sqlite.Database(file, { readOnly: options.readonly ?? false }); }
  get open() { return this.db.isOpen; }
  exec(sql) { this.db.exec(sql); return this; }
  close() { this.db.close(); }
  prepare(sql) {
    const { db } = this;
    const statement = {
      reader: true,
      all: (...values) => db.all(sql, values),
      get: (...values) => db.get(sql, values) ?? undefined,
      run: (...values) => db.run(sql, values),
    };
    return statement;
  }
};
`;

const PROGRAM = `
const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const db = require('./databases.js');
const root = fs.mkdtempSync(path.join(require('node:os').tmpdir(), 'root-'));
try {
  process.env.CONSOLIDATED_DB_ROOT = root;
  assert.strictEqual(db.databasePath('core'), path.join(root, 'data/core.db'));
  assert.throws(() => db.connect('cor'), /no database "cor". Known: core/);
  assert.match(db.databaseUrl('core', 'mode=ro'), /^file:.*data\\/core.db\\?mode=ro$/);
  assert.strictEqual(db.health('core').error, 'the file does not exist');
  const one = db.connect('core');
  const ask = (sql) => Object.values(one.prepare(sql).all()[0])[0];
  assert.strictEqual(Number(ask('PRAGMA foreign_keys')), 1);
  assert.strictEqual(Number(ask('PRAGMA synchronous')), 1);
  assert.strictEqual(Number(ask('PRAGMA auto_vacuum')), 2);
  if (process.env.WAL) assert.strictEqual(ask('PRAGMA journal_mode'), 'wal');
  assert.deepStrictEqual(db.health('core').missingTables, ['notification_user']);
  one.exec('CREATE TABLE Notification_User (id INTEGER PRIMARY KEY, message TEXT)');
  one.prepare('INSERT INTO notification_user (message) VALUES (?)').run('x');
  assert.throws(() => one.prepare('SELECT * FROM nothing').all());
  one.close();
  assert.ok(db.health('core', true).ok, db.health('core', true).error);
  assert.strictEqual(db.sharedConnection('core'), db.sharedConnection('core'));
  db.closeShared();
  const figures = db.metrics().core;
  assert.ok(figures.connections >= 2 && figures.errors === 1 && figures.p95Ms >= figures.p50Ms, JSON.stringify(figures));
  assert.ok(JSON.parse(fs.readFileSync(db.writeMetrics(path.join(root, 'm.json')), 'utf8')).core);
  if (db.useConsolidated) {
    process.env.USE_CONSOLIDATED_DBS = 'off';
    const old = db.connect('core', undefined, 'data/jarvis.db');
    old.exec('CREATE TABLE notifications (id INTEGER PRIMARY KEY, msg TEXT)');
    old.exec("INSERT INTO notification_user (message) VALUES ('new')");
    assert.strictEqual(old.prepare('SELECT msg FROM notifications').all()[0].msg, 'new');
    old.close();
    assert.ok(fs.existsSync(path.join(root, 'data/jarvis.db')));
  }
  delete process.env.CONSOLIDATED_DB_ROOT;
  assert.strictEqual(db.databasePath('core'), path.join(__dirname, 'data/core.db'));
  console.log('OK');
} finally {
  fs.rmSync(root, { recursive: true });
}
`;

describe('the generated module for Node', () => {
  for (const flag of [false, true])
    it(`works${flag ? ' with the feature flag' : ''}`, () => {
      const generated = generate({ 'package.json': '{}', 'index.js': '' }, { flag });
      expect(generated.path).toBe('databases.js');
      const root = path.join(folder, `flag-${flag}`);
      mkdirSync(BETTER ? root : path.join(root, 'node_modules'), { recursive: true });
      if (BETTER) symlinkSync(BETTER, path.join(root, 'node_modules'), 'dir');
      else writeFileSync(path.join(root, 'node_modules/better-sqlite3.js'), DRIVER);
      writeFileSync(path.join(root, 'package.json'), '{}');
      writeFileSync(path.join(root, generated.path), generated.text);
      writeFileSync(path.join(root, 'program.js'), PROGRAM);
      const environment = { ...process.env, ...(BETTER ? { WAL: '1' } : {}) };
      expect(execFileSync('node', [path.join(root, 'program.js')], { encoding: 'utf8', env: environment })).toBe(
        'OK\n',
      );
    });

  const libraries = new Map<string, ts.SourceFile | undefined>();
  const typeCheck = (generated: { path: string; text: string }, types: string, module: ts.ModuleKind) => {
    const options: ts.CompilerOptions = {
      strict: true,
      noUnusedLocals: true,
      noUnusedParameters: true,
      noImplicitReturns: true,
      target: ts.ScriptTarget.ES2022,
      module,
      moduleResolution:
        module === ts.ModuleKind.CommonJS ? ts.ModuleResolutionKind.Node10 : ts.ModuleResolutionKind.Bundler,
      esModuleInterop: module !== ts.ModuleKind.CommonJS,
      noEmit: true,
      skipLibCheck: true,
      lib: ['lib.es2023.d.ts'],
      types: ['node'],
      typeRoots: [path.join(__dirname, '../../../node_modules/@types')],
    };
    const texts: Record<string, string> = { [`/w/${generated.path}`]: generated.text, '/w/driver.d.ts': types };
    const host = ts.createCompilerHost(options);
    const { getSourceFile, fileExists, readFile } = host;
    host.getSourceFile = (name, ...rest) => {
      if (texts[name] !== undefined) return ts.createSourceFile(name, texts[name], ts.ScriptTarget.ES2022);
      if (!libraries.has(name)) libraries.set(name, getSourceFile(name, ...rest));
      return libraries.get(name);
    };
    host.fileExists = (name) => texts[name] !== undefined || fileExists(name);
    host.readFile = (name) => texts[name] ?? readFile(name);
    const program = ts.createProgram(Object.keys(texts), options, host);
    return ts.getPreEmitDiagnostics(program).map((each) => ts.flattenDiagnosticMessageText(each.messageText, '\n'));
  };
  const BETTER_TYPES = `declare module 'better-sqlite3' {
  namespace Database {
    interface Options { readonly?: boolean; timeout?: number }
    interface Statement { readonly reader: boolean; run(...values: unknown[]): unknown; get(...values: unknown[]): unknown; all(...values: unknown[]): unknown[] }
    interface Database { readonly open: boolean; prepare(sql: string): Statement; exec(sql: string): this; close(): this }
  }
  interface Constructor { new (file: string, options?: Database.Options): Database.Database }
  const Database: Constructor;
  export = Database;
}`;
  const NODE_TYPES = `declare module 'node:sqlite' {
  interface StatementSync { run(...values: unknown[]): unknown; get(...values: unknown[]): unknown; all(...values: unknown[]): unknown[] }
  class DatabaseSync { constructor(file: string, options?: { readOnly?: boolean }); prepare(sql: string): StatementSync; exec(sql: string): void; close(): void }
}`;
  const variants: [string, Record<string, string>, Record<string, unknown>, string, ts.ModuleKind][] = [
    [
      'better-sqlite3, ES module',
      { 'package.json': '{"type": "module"}', 'tsconfig.json': '{}', 'src/a.ts': '' },
      {},
      BETTER_TYPES,
      ts.ModuleKind.ESNext,
    ],
    [
      'better-sqlite3, CommonJS',
      { 'package.json': '{}', 'tsconfig.json': '{"module": "commonjs"}', 'src/a.ts': '' },
      { flag: true },
      BETTER_TYPES,
      ts.ModuleKind.CommonJS,
    ],
    [
      'node:sqlite',
      { 'tsconfig.json': '{"esModuleInterop": true}' },
      { driver: 'node:sqlite', flag: true },
      NODE_TYPES,
      ts.ModuleKind.ESNext,
    ],
  ];
  for (const [name, texts, access, types, module] of variants)
    it(`type-checks strictly: ${name}`, () => {
      const generated = generate(texts, access);
      expect(typeCheck(generated, types, module)).toEqual([]);
      expect(generated.text).not.toMatch(/[⟦⟧]|@[A-Z_]+@|undefined\n/);
      expect(generate(texts, access)).toEqual(generated);
    });
});
