import type { ScriptAccess } from '../../refactoring/typescript/access';
import type { ResolvedPlan, ResolvedTarget } from '../../plan/resolved';
import { GENERATED_MARK, planHash } from '../generated';
import type { GeneratedFile } from '../generated';
import { legacyViews } from '../legacy-views';
import { splitProfile } from '../settings';
import { FLAG, MODULE } from './module';

const EXPORTED = [
  'TARGETS',
  'UnknownDatabaseError',
  'closeShared',
  'connect',
  'databasePath',
  'databaseUrl',
  'health',
  'metrics',
  'sharedConnection',
  'writeMetrics',
];

/**
 * The module of the access layer for Node: TypeScript or JavaScript, ES module or CommonJS, over `better-sqlite3` or
 * `node:sqlite`. The same plan gives the same text.
 */
export function generateTypeScript(plan: ResolvedPlan, access: ScriptAccess): GeneratedFile[] {
  const targets = [...plan.targets].sort((a, b) => (a.name < b.name ? -1 : 1));
  const { flag } = access.settings;
  const common = !access.typescript && !access.esModule;
  const better = access.driver === 'better-sqlite3';
  const database = better ? 'Database.Database' : 'DatabaseSync';
  const values: Readonly<Record<string, string>> = {
    MARK: GENERATED_MARK,
    PLAN: scriptString(plan.name),
    HASH: planHash(plan),
    IMPORTS: printImports(access, common),
    EXAMPLE: targets[0]?.name ?? 'core',
    EXPORT: common ? '' : 'export ',
    EXPORTS: common
      ? `\nmodule.exports = {\n${[...EXPORTED, ...(flag ? ['useConsolidated'] : [])].map((name) => `  ${name},\n`).join('')}};\n`
      : '',
    TARGETS: targets.map(printTarget).join(''),
    ROOT: printRoot(access),
    DATABASE_TYPE: database,
    OPTIONS_TYPE: better ? 'Database.Options' : 'ConstructorParameters<typeof DatabaseSync>[1]',
    OPEN: better ? 'new Database(file, options)' : 'options ? new DatabaseSync(file, options) : new DatabaseSync(file)',
    OPEN_READ_ONLY: better
      ? 'new Database(state.path, { readonly: true })'
      : 'new DatabaseSync(state.path, { readOnly: true })',
    ASK: better
      ? '  const statement = database.prepare(sql);\n  if (!statement.reader) {\n    statement.run();\n    return undefined;\n  }\n' +
        '  const row = statement.get()⟦ as object | undefined⟧;\n'
      : '  const row = database.prepare(sql).get()⟦ as object | undefined⟧;\n',
    IS_OPEN: better ? 'present.open' : 'isOpen(present)',
    IS_OPEN_DATABASE: better ? 'database.open' : 'isOpen(database)',
    FLAG_DOC: flag ? ';\n * USE_CONSOLIDATED_DBS=0 sends call sites back to their legacy files' : '',
    FLAG: flag ? FLAG.replace('@EXPORT@', common ? '' : 'export ').replace('@LEGACY_VIEWS@', printViews(plan)) : '',
    LEGACY_PARAMETER: flag ? ', legacy⟦?: string⟧' : '',
    LEGACY_ARGUMENT: flag ? ', legacy' : '',
    LEGACY_PATH: flag ? '  if (legacy !== undefined && !useConsolidated()) return path.resolve(root(), legacy);\n' : '',
    LEGACY_CONNECT: flag
      ? '  if (legacy !== undefined && !useConsolidated()) {\n' +
        '    const old = open(name, databasePath(name, legacy), options);\n' +
        '    for (const statement of MOVED[legacy] ?? []) old.exec(statement);\n' +
        '    return measured(name, old);\n' +
        '  }\n'
      : '',
  };
  const template = better ? MODULE : MODULE.replace('const shared = new Map', `${IS_OPEN}const shared = new Map`);
  const filled = template.replace(/@([A-Z_]+)@/g, (_, name: string) => values[name]);
  // A value may hold further type markers, so they are taken out at the end.
  const text = access.typescript ? filled.replace(/[⟦⟧]/g, '') : filled.replace(/⟦[^⟧]*⟧/g, '');
  return [{ path: access.file, text }];
}

const IS_OPEN = String.raw`function isOpen(database⟦: DatabaseSync⟧)⟦: boolean⟧ {
  try {
    return database.prepare('SELECT 1').get() !== undefined;
  } catch {
    return false; // closed by its user
  }
}

`;

function printImports(access: ScriptAccess, common: boolean): string {
  const fs = 'existsSync, mkdirSync, renameSync, statSync, writeFileSync';
  const url = access.esModule ? 'fileURLToPath, pathToFileURL' : 'pathToFileURL';
  if (common) {
    const driver =
      access.driver === 'better-sqlite3'
        ? "const Database = require('better-sqlite3');"
        : "const { DatabaseSync } = require('node:sqlite');";
    return (
      `'use strict';\n\nconst { ${fs} } = require('node:fs');\nconst path = require('node:path');\n` +
      `const { ${url} } = require('node:url');\n${driver}\n`
    );
  }
  const driver =
    access.driver === 'node:sqlite'
      ? "import { DatabaseSync } from 'node:sqlite';"
      : access.importRequire
        ? "import Database = require('better-sqlite3');"
        : "import Database from 'better-sqlite3';";
  return `\nimport { ${fs} } from 'node:fs';\nimport * as path from 'node:path';\nimport { ${url} } from 'node:url';\n${driver}\n`;
}

/**
 * Compiled code may lie deeper or elsewhere (`dist`), but within the same package: so the package's folder is looked for
 * from there upwards, and the workspace from the package.
 */
function printRoot(access: ScriptAccess): string {
  const here = access.esModule ? 'path.dirname(fileURLToPath(import.meta.url))' : '__dirname';
  const depth = (directory: string) => (directory === '' ? 0 : directory.split('/').length);
  if (access.packageDirectory === undefined) {
    const up = Array.from({ length: depth(access.file) - 1 }, () => ", '..'").join('');
    return `  return path.resolve(${here}${up});\n`;
  }
  const up = Array.from({ length: depth(access.packageDirectory) }, () => ", '..'").join('');
  return (
    `  let directory = ${here};\n` +
    "  while (!existsSync(path.join(directory, 'package.json')) && path.dirname(directory) !== directory) {\n" +
    '    directory = path.dirname(directory);\n' +
    '  }\n' +
    `  return path.resolve(directory${up});\n`
  );
}

function printTarget(target: ResolvedTarget): string {
  const { creation, pragmas } = splitProfile(target.profile);
  const pairs = (list: readonly (readonly [string, string])[]) =>
    `[${list.map(([name, value]) => `[${scriptString(name)}, ${scriptString(value)}]`).join(', ')}]`;
  return (
    `  ${scriptString(target.name)}: {\n` +
    `    path: ${scriptString(target.path)},\n` +
    `    purpose: ${scriptString(target.purpose ?? '')},\n` +
    `    creation: ${pairs(creation)},\n` +
    `    pragmas: ${pairs(pragmas)},\n` +
    `    tables: [${target.tables.map((table) => scriptString(table.name)).join(', ')}],\n` +
    `  },\n`
  );
}

function printViews(plan: ResolvedPlan): string {
  return [...legacyViews(plan)]
    .map(
      ([database, statements]) =>
        `  ${scriptString(database)}: [\n${statements.map((sql) => `    ${scriptString(sql)},\n`).join('')}  ],\n`,
    )
    .join('');
}

/** A string literal; the characters that the generator itself gives a meaning are escaped. */
function scriptString(text: string): string {
  return JSON.stringify(text).replace(
    /[⟦⟧@\u2028\u2029]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
