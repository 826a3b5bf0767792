import { environmentVariable } from './environment';
import { reads } from './file-contents';
import { targetValues } from './generated-access';
import {
  anchors,
  converting,
  converts,
  currentDirectory,
  environmentValues,
  formats,
  joinpath,
  joins,
  opens,
  parentMethod,
  parents,
  passes,
  replacing,
  resultsOf,
  stripping,
  unchanged,
} from './operations';
import type { Invocation } from './invocation';
import { membersOf } from './members';
import { joinTexts } from './texts';
import { ANCHOR } from './value';
import type { Text } from './value';
import type { Operation, Vocabulary } from './vocabulary';

const openFirst = opens(0);

/** `Sequel.connect(adapter: 'sqlite', database: path)`, `Sequel.sqlite(path)`, URLs. */
const openOptions: Operation = (call) => {
  const named = call.texts(-1, 'database', 'dbname', 'path');
  return call.open(named.length > 0 ? named : call.texts(0));
};

/** `File.expand_path('../x.db', __FILE__)`: relative to a file it starts at the file itself. */
const expandPath: Operation = (call) => {
  if (call.positional.length < 2) return converts(false)(call);
  return joinTexts([call.textsOrHoleAt(1), call.textsOrHoleAt(0)], call.origin, false);
};

const fetchVariable: Operation = (call) => {
  const block = resultsOf(1)(call);
  return block.length > 0 ? block : environmentValues(call, call.texts(0)[0]?.text, 1, []);
};

/** The application's own folder: above `app`, `lib`, `config`, `db` or `bin`. */
function applicationRoot(call: Invocation): Text {
  const parts = call.frame.module.file.split('/');
  const at = parts.findIndex((part) => /^(?:app|lib|config|db|bin|spec|test)$/.test(part));
  const directory = parts.slice(0, Math.max(0, at)).join('/');
  return { ...call.hole(), text: directory ? `${ANCHOR.workspace}/${directory}` : ANCHOR.workspace, isPath: true };
}

const FUNCTIONS: Record<string, Operation> = {
  'SQLite3.Database': openFirst,
  'SQLite3.Database.open': openFirst,
  'Sequel.connect': openOptions,
  'Sequel.sqlite': openOptions,
  'Sequel.Model.db': openOptions,
  'ActiveRecord.Base.establish_connection': openOptions,
  'Base.establish_connection': openOptions,
  'Extralite.Database': openFirst,
  'Amalgalite.Database': openFirst,
  'File.read': reads(0),
  'IO.read': reads(0),
  'File.join': joins(false),
  'File.expand_path': expandPath,
  'File.absolute_path': expandPath,
  'File.dirname': parents(),
  'File.realpath': converts(false),
  Pathname: joins(true),
  'Pathname.new': joins(true),
  'Dir.pwd': currentDirectory(),
  'Dir.home': anchors('home'),
  'Dir.tmpdir': anchors('temporary'),
  'Dir.mktmpdir': anchors('temporary'),
  Tempfile: anchors('temporary'),
  'Tempfile.create': anchors('temporary'),
  'ENV.fetch': fetchVariable,
  'ENV.get': fetchVariable,
  'Rails.root': (call) => [applicationRoot(call)],
  'Rails.root.join': (call) => joinTexts([[applicationRoot(call)], ...call.allTexts()], call.origin, true),
  String: passes(0),
  format: formats,
  sprintf: formats,
};

export const RUBY: Vocabulary = {
  classScopeIsVisible: true,
  superName: 'super',
  callMethod: 'call',
  functions: FUNCTIONS,
  textMethods: {
    join: joinpath(true),
    '+': joinpath(true),
    to_s: converting(false),
    to_path: converting(false),
    to_str: converting(false),
    freeze: converting(),
    dup: converting(),
    expand_path: converting(true),
    realpath: converting(true),
    parent: parentMethod,
    dirname: parentMethod,
    strip: stripping,
    chomp: unchanged,
    squish: unchanged,
    sub: replacing,
    gsub: replacing,
    path: unchanged,
    tap: unchanged,
  },
  textProperties: {},
  unknownCall(call) {
    const { callee } = call.call;
    if (callee.kind === 'name' && callee.name === 'new') return [];
    if (callee.kind !== 'member') return [];
    if (callee.name === 'fetch') return fetchVariable(call);
    if (callee.name === 'get') return environmentValues(call, undefined, 1, []);
    // A method without arguments: `store.path`, `settings.db_path`.
    if (call.call.arguments.length === 0)
      return [...call.evaluator.evaluate(callee, call.frame)].filter(
        (value) => value.kind !== 'external' && value.kind !== 'method',
      );
    return [];
  },
  indexExternal: (_name, key, evaluator, origin) => environmentVariable(evaluator, key, origin),
  indexValue: () => [],
  injected: () => [],
  isProperty: (scope) => scope.isProperty === true && scope.parameters.length === 0,
  classMember: () => [],
  /** `attr_reader :path` names `@path`. */
  instanceMember(evaluator, instance, name) {
    return name.startsWith('@') ? [] : membersOf(evaluator, instance, `@${name}`, undefined);
  },
  generated: targetValues,
};
