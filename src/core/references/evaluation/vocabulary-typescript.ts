import { COMMAND_LINE, handedOptions, optionDefault, parsedOptions } from './command-line-typescript';
import { loads } from './configuration';
import { reads, readsReceiver } from './file-contents';
import { targetValues } from './generated-access';
import { importedMember } from './imports-typescript';
import { membersOf } from './members';
import {
  anchors,
  converts,
  currentDirectory,
  environmentValues,
  joins,
  nameProperty,
  opens,
  parents,
  passes,
  replacing,
  splitting,
  stripping,
  unchanged,
} from './operations';
import type { Invocation } from './invocation';
import { parentOf } from './path-text';
import { partsOf } from './records';
import { SCHEMAS, checkedSettings } from './schemas-typescript';
import { concatenate, converted, joinTexts, variableText, separatorText } from './texts';
import type { Text, Value } from './value';
import type { Operation, Vocabulary } from './vocabulary';

const openFirst = opens(0);

/** Opens what the options name under one of these keys, one below the other: `{ connection: { filename } }`. */
function opensOption(...keys: string[]): Operation {
  return (call) => {
    const found: Text[] = [];
    let values = call.values(0);
    for (let depth = 0; depth < 3; depth++) {
      const next: Value[] = [];
      for (const value of values) {
        if (value.kind === 'text') found.push(value);
        else if (value.kind === 'handle') return [value];
        else if (value.kind === 'record')
          for (const key of keys)
            next.push(...value.entries.filter((entry) => entry.key === key).flatMap((entry) => entry.value()));
      }
      values = next;
    }
    return call.open(found);
  };
}

/** Wrappers that take a connection, directly or in their options. */
const wraps: Operation = (call) => {
  const search = (value: Value, depth: number): Value[] => {
    if (value.kind === 'handle') return [value];
    if (value.kind !== 'record' || depth > 3) return [];
    return value.entries
      .filter(
        (entry) =>
          entry.key === undefined || /^(?:dialect|database|client|db|connection|driver|session)$/.test(entry.key),
      )
      .flatMap((entry) => entry.value().flatMap((each) => search(each, depth + 1)));
  };
  return call.values(0).flatMap((value) => search(value, 0));
};

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
  'sequelize.Sequelize': opensOption('storage', 'url'),
  'sequelize-typescript.Sequelize': opensOption('storage', 'url'),
  sequelize: opensOption('storage', 'url'),
  'typeorm.DataSource': opensOption('database'),
  'typeorm.createConnection': opensOption('database'),
  'drizzle-orm/better-sqlite3.drizzle': wraps,
  'drizzle-orm/libsql.drizzle': wraps,
  'drizzle-orm/bun-sqlite.drizzle': wraps,
  'kysely.Kysely': wraps,
  'kysely.SqliteDialect': wraps,
  'sql-template-tag': passes(0),
  'kysely.sql': passes(0),
  'kysely.sql.raw': passes(0),
  'drizzle-orm.sql': passes(0),
  'drizzle-orm.sql.raw': passes(0),
  'util.promisify': passes(0),
  'Object.freeze': passes(0),
  'Object.keys': parts('keys'),
  'Object.values': parts('values'),
  'Object.entries': parts('entries'),
  'Promise.resolve': passes(0),
};

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
    toLowerCase: unchanged,
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
    if (callee.name === 'get' || callee.name === 'getOrDefault') return environmentValues(call, undefined, 1, []);
    const checked = checkedSettings(call);
    return checked.length > 0 ? checked : parsedOptions(call);
  },
  handed: handedOptions,
  externalMember(evaluator, name, member, module) {
    if (name === 'process.env' || name === 'Deno.env' || name === 'Bun.env')
      return [
        variableText(member, {
          module,
          expression: { kind: 'name', name: member, scope: 0, start: -1, end: -1 },
          frame: module.frame,
        }),
      ];
    if (member === 'sep' && /^path(?:\.posix)?$/.test(name)) return [separatorText(module, member)];
    if (member === 'default') return [{ kind: 'external', name }];
    return optionDefault(evaluator, name, member, module);
  },
  indexExternal(name, key, _evaluator, origin) {
    return name === 'process.env' ? [variableText(key, origin)] : [];
  },
  indexValue(evaluator, object, indexes) {
    if (object.kind !== 'instance') return [];
    return indexes.flatMap((index) =>
      index.kind === 'text' ? membersOf(evaluator, object, index.text, undefined) : [],
    );
  },
  injected: () => [],
  isProperty: (scope) => scope.isProperty === true,
  classMember: () => [],
  instanceMember: () => [],
  generated: targetValues,
};
