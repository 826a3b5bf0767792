import type { Expression } from '../syntax/program';
import { COMMAND_LINE, handedOptions, optionDefault, parsedOptions } from './command-line-typescript';
import { loads } from './configuration';
import { connectionMember } from './connections';
import { CONTAINERS, heldByContainer, injected } from './containers-typescript';
import { environmentVariable } from './environment';
import type { Evaluator } from './evaluator';
import { reads, readsReceiver } from './file-contents';
import { targetValues } from './generated-access';
import { importedMember } from './imports-typescript';
import { migrated } from './knex';
import { membersOf } from './members';
import {
  anchors,
  converts,
  currentDirectory,
  environmentValues,
  inCase,
  joins,
  nameProperty,
  opens,
  parents,
  passes,
  replacing,
  resultsOfFunction,
  variableName,
  splitting,
  stripping,
  unchanged,
} from './operations';
import type { Invocation } from './invocation';
import { parentOf } from './path-text';
import { prismaClient } from './prisma';
import { partsOf } from './records';
import { SCHEMAS, checkedSettings } from './schemas-typescript';
import { concatenate, converted, joinTexts, separatorText } from './texts';
import { heardBy } from './project';
import type { Frame, Value } from './value';
import type { Operation, Vocabulary } from './vocabulary';

const openFirst = opens(0);

/** What is under one of these keys of options, and under them below; a function is asked for it. */
function optionsUnder(keys: readonly string[], given: readonly Value[], evaluator: Evaluator): Value[] {
  const found: Value[] = [];
  let values = [...given];
  for (let depth = 0; depth < 4; depth++) {
    const next: Value[] = [];
    for (const value of values)
      if (value.kind === 'text' || value.kind === 'handle') found.push(value);
      else if (value.kind === 'scope') next.push(...resultsOfFunction(evaluator, value));
      else if (value.kind === 'record')
        for (const { key, value: inner } of value.entries)
          if (key === undefined || keys.includes(key)) next.push(...inner());
    values = next;
  }
  return found;
}

/** Opens what the options name under one of these keys, one below the other: `{ connection: { filename } }`. */
function opensOption(...keys: string[]): Operation {
  return (call) => {
    const found = optionsUnder(keys, call.values(0), call.evaluator);
    const handles = found.filter((value) => value.kind === 'handle');
    return handles.length > 0 ? handles : call.open(found.filter((value) => value.kind === 'text'));
  };
}

/** `new Sequelize('garden', 'user', 'secret', { storage: 'data/x.db' })`, or a URL. */
const sequelize: Operation = (call) => {
  const records = call.positional
    .slice(0, 4)
    .flatMap(({ value }) => [...call.evaluator.evaluate(value, call.frame)].filter(({ kind }) => kind === 'record'));
  const named = optionsUnder(['storage', 'url'], records, call.evaluator).filter((value) => value.kind === 'text');
  return call.open(named.length > 0 ? named : call.texts(0));
};

const CONNECTIONS = ['dialect', 'database', 'client', 'db', 'connection', 'driver', 'session', 'source', 'url'];

/** Wrappers that take a connection, directly or in their options, or what to open one with. */
const wraps: Operation = opensOption(...CONNECTIONS);

const fileUrl = (text: string): string => text.replace(/^file:\/\//, '');

/** `new URL('../data/x.db', import.meta.url)`. */
const url: Operation = (call) => {
  const base = call.texts(1);
  if (call.positional.length < 2) return call.texts(0).map((text) => converted(text, call.origin));
  // What ends in a slash is a directory itself.
  const directory = (path: string) => (path.endsWith('/') ? path.replace(/\/+$/, '') : parentOf(path));
  const directories = base.map((text) => ({ ...text, text: directory(fileUrl(text.text)) }));
  return joinTexts([directories.length > 0 ? directories : [call.hole()], call.textsOrHoleAt(0)], call.origin, true);
};

/** `Object.entries(files)`. */
const parts =
  (name: string): Operation =>
  (call) =>
    call.values(0).flatMap((value) => (value.kind === 'record' ? (partsOf(value, name, call.origin) ?? []) : []));

const require: Operation = (call) =>
  call.texts(0).flatMap((text) => importedMember(call.evaluator, call.frame.module, text.text, undefined));

const FUNCTIONS: Record<string, Operation> = {
  ...COMMAND_LINE,
  ...SCHEMAS,
  require,
  import: require,
  String: passes(0),
  URL: url,
  'url.URL': url,
  'url.fileURLToPath': converts(false, fileUrl),
  fileURLToPath: converts(false, fileUrl),
  'url.pathToFileURL': passes(0),
  'path.join': joins(false),
  'path.resolve': joins(false),
  'path.posix.join': joins(false),
  'path.posix.resolve': joins(false),
  'path.normalize': converts(false),
  'path.dirname': parents(),
  'path.basename': (call) => call.texts(0).flatMap((text) => nameProperty(text, call.origin)),
  'path.relative': passes(1),
  'path.format': () => [],
  'os.tmpdir': anchors('temporary'),
  'os.homedir': anchors('home'),
  'process.cwd': currentDirectory(),
  'fs.mkdtempSync': anchors('temporary'),
  'fs.mkdtemp': anchors('temporary'),
  'fs/promises.mkdtemp': anchors('temporary'),
  'fs.promises.mkdtemp': anchors('temporary'),
  'fs.realpathSync': converts(false),
  'fs.readFileSync': reads(0),
  'fs.readFile': reads(0),
  'fs.promises.readFile': reads(0),
  'fs/promises.readFile': reads(0),
  'Deno.readTextFileSync': reads(0),
  'Deno.readTextFile': reads(0),
  'Bun.file': passes(0),
  'JSON.parse': loads(0),
  'yaml.parse': loads(0),
  'yaml.default.parse': loads(0),
  'js-yaml.load': loads(0),
  'toml.parse': loads(0),
  'smol-toml.parse': loads(0),
  '@iarna/toml.parse': loads(0),
  'ini.parse': loads(0),
  'jsonc-parser.parse': loads(0),
  'fs-extra.readJsonSync': loads(0),
  'fs-extra.readJson': loads(0),
  'tmp.dirSync': anchors('temporary'),
  'tmp.tmpNameSync': anchors('temporary'),
  'better-sqlite3': openFirst,
  'better-sqlite3-multiple-ciphers': openFirst,
  'sqlite3.Database': openFirst,
  'sqlite3.cached.Database': openFirst,
  'sqlite3.verbose': () => [{ kind: 'external', name: 'sqlite3' }],
  '@journeyapps/sqlcipher.Database': openFirst,
  'sqlite.DatabaseSync': openFirst,
  'bun:sqlite.Database': openFirst,
  'bun:sqlite': openFirst,
  'sqlite.open': opensOption('filename'),
  'node-sqlite3-wasm.Database': openFirst,
  'sqlite3-wasm.Database': openFirst,
  '@databases/sqlite': openFirst,
  '@databases/sqlite-sync': openFirst,
  '@libsql/client.createClient': opensOption('url'),
  libsql: openFirst,
  'expo-sqlite.openDatabase': openFirst,
  'expo-sqlite.openDatabaseSync': openFirst,
  'expo-sqlite.openDatabaseAsync': openFirst,
  '@vscode/sqlite3.Database': openFirst,
  knex: opensOption('connection', 'filename'),
  'knex.knex': opensOption('connection', 'filename'),
  'sequelize.Sequelize': sequelize,
  'sequelize-typescript.Sequelize': sequelize,
  sequelize,
  'typeorm.DataSource': opensOption('database'),
  'typeorm.createConnection': opensOption('database'),
  'drizzle-orm/better-sqlite3.drizzle': wraps,
  'drizzle-orm/libsql.drizzle': wraps,
  'drizzle-orm/bun-sqlite.drizzle': wraps,
  'drizzle-orm/libsql/node.drizzle': wraps,
  'drizzle-orm/expo-sqlite.drizzle': wraps,
  '@prisma/client.PrismaClient': prismaClient,
  'ts:injected': injected,
  ...CONTAINERS,
  'kysely.Kysely': wraps,
  'kysely.SqliteDialect': wraps,
  'sql-template-tag': passes(0),
  'kysely.sql': passes(0),
  'kysely.sql.raw': passes(0),
  'drizzle-orm.sql': passes(0),
  // A table stands for its name.
  'drizzle-orm/sqlite-core.sqliteTable': passes(0),
  'drizzle-orm.sql.raw': passes(0),
  'util.promisify': passes(0),
  'Object.freeze': passes(0),
  'Object.keys': parts('keys'),
  'Object.values': parts('values'),
  'Object.entries': parts('entries'),
  'Promise.resolve': passes(0),
};

/** `fastify.decorate('db', connection)` */
function decorated(evaluator: Evaluator, name: string, { module }: Frame): Value[] {
  if (!/db|database|sqlite|knex|conn/i.test(name)) return [];
  return evaluator.project
    .callsNamed('decorate', false)
    .filter(heardBy(module))
    .flatMap(({ module: by, call: { arguments: list } }) => {
      const [key, value] = list;
      const isNamed = key?.value.kind === 'literal' && key.value.value === name;
      return isNamed && value ? [...evaluator.evaluate(value.value, by.frame)] : [];
    })
    .filter(({ kind }) => kind === 'handle');
}

const ENVIRONMENT = /^(?:process|Deno|Bun|import\.meta)\.env$/;

export const TYPESCRIPT: Vocabulary = {
  classScopeIsVisible: false,
  superName: 'super',
  callMethod: '',
  functions: FUNCTIONS,
  textMethods: {
    toString: unchanged,
    text: readsReceiver,
    valueOf: unchanged,
    trim: stripping,
    trimEnd: unchanged,
    trimStart: unchanged,
    // More about an option of a schema.
    describe: unchanged,
    optional: unchanged,
    toLowerCase: inCase(false),
    toUpperCase: inCase(true),
    replace: replacing,
    replaceAll: replacing,
    split: splitting(false),
    concat: (receiver, call) => concatenate([[receiver], ...call.allTexts()], call.origin),
  },
  textProperties: {
    pathname: (text) => [text],
    href: (text) => [text],
    name: (text) => [text],
  },
  unknownCall(call: Invocation): Value[] {
    const { callee } = call.call;
    if (callee.kind !== 'member') return [];
    // A tagged template of an unknown library, options with a default.
    if (callee.name === 'getPath') return [call.anchored('home')];
    const held = heldByContainer(call);
    if (held.length > 0) return held;
    if (callee.name === 'get' || callee.name === 'getOrDefault')
      return environmentValues(call, variableName(call), 1, []);
    const checked = checkedSettings(call);
    return checked.length > 0 ? checked : parsedOptions(call);
  },
  handed: handedOptions,
  unknownMember(evaluator, expression, frame) {
    const found = connectionMember(evaluator, expression, frame);
    return found.length > 0 ? found : decorated(evaluator, expression.name, frame);
  },
  externalMember(evaluator, name, member, module) {
    if (ENVIRONMENT.test(name)) {
      const expression: Expression = { kind: 'name', name: member, scope: 0, start: -1, end: -1 };
      return environmentVariable(evaluator, member, { module, expression, frame: module.frame });
    }
    if (member === 'sep' && /^path(?:\.posix)?$/.test(name)) return [separatorText(module, member)];
    if (member === 'default') return [{ kind: 'external', name }];
    return optionDefault(evaluator, name, member, module);
  },
  indexExternal: (name, key, evaluator, origin) =>
    ENVIRONMENT.test(name) ? environmentVariable(evaluator, key, origin) : [],
  indexValue(evaluator, object, indexes) {
    if (object.kind !== 'instance') return [];
    return indexes.flatMap((index) =>
      index.kind === 'text' ? membersOf(evaluator, object, index.text, undefined) : [],
    );
  },
  injected: migrated,
  isProperty: (scope) => scope.isProperty === true,
  classMember: () => [],
  instanceMember: () => [],
  generated: targetValues,
};
