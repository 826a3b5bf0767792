import { environmentVariable } from './environment';
import { targetValues } from './generated-access';
import {
  anchors,
  converting,
  converts,
  currentDirectory,
  environment,
  joins,
  opens,
  parentMethod,
  parents,
  passes,
  unchanged,
} from './operations';
import { formatBraces, formatPercent } from './texts';
import type { Text } from './value';
import type { Operation, Vocabulary } from './vocabulary';

const openFirst = opens(0);

/** `snprintf(buffer, size, template, …)`; `sprintf` has no size. */
function print(at: number): Operation {
  return (call) => {
    const [template, ...values] = call.positional.slice(at);
    if (!template) return [];
    return formatPercent(
      call.evaluator.texts(template.value, call.frame),
      values.map((value) => call.textsOrHole(value.value)),
      call.origin,
    );
  };
}

const format: Operation = (call) => {
  const [template, ...values] = call.positional;
  if (!template) return [];
  return formatBraces(
    call.evaluator.texts(template.value, call.frame),
    values.map((value) => call.textsOrHole(value.value)),
    new Map(),
    call.origin,
  );
};

const same = (text: Text) => [text];

const FUNCTIONS: Record<string, Operation> = {
  sqlite3_open: openFirst,
  sqlite3_open_v2: openFirst,
  sqlite3_open16: openFirst,
  'SQLite.Database': openFirst,
  'sqlite.database': openFirst,
  'sqlite3.database': openFirst,
  'sqlite_orm.make_storage': openFirst,
  make_storage: openFirst,
  make_unique: passes(0),
  make_shared: passes(0),
  'filesystem.path': joins(true),
  'fs.path': joins(true),
  path: joins(true),
  'filesystem.absolute': converts(true),
  'fs.absolute': converts(true),
  'filesystem.canonical': converts(true),
  'filesystem.weakly_canonical': converts(true),
  'filesystem.current_path': currentDirectory(true),
  'fs.current_path': currentDirectory(true),
  'filesystem.temp_directory_path': anchors('temporary', true),
  'fs.temp_directory_path': anchors('temporary', true),
  tmpnam: anchors('temporary'),
  mkdtemp: anchors('temporary'),
  string: converts(false),
  string_view: converts(false),
  QString: converts(false),
  'QString.fromUtf8': converts(false),
  QStringLiteral: converts(false),
  'QDir.homePath': anchors('home'),
  'QDir.tempPath': anchors('temporary'),
  getenv: environment(0, -1),
  move: passes(0),
  snprintf: print(2),
  sprintf: print(1),
  format,
  'fmt.format': format,
  'absl.StrCat': (call) => call.concatenated(call.allTexts()),
  dirname: parents(),
};

export const CPP: Vocabulary = {
  classScopeIsVisible: true,
  callMethod: '',
  functions: FUNCTIONS,
  textMethods: {
    c_str: converting(false),
    data: converting(false),
    string: converting(false),
    u8string: converting(false),
    generic_string: converting(false),
    native: converting(false),
    toStdString: converting(false),
    parent_path: parentMethod,
    lexically_normal: unchanged,
    append: (receiver, call) => call.concatenated([[receiver], ...call.allTexts()]),
  },
  textProperties: { value: same },
  unknownCall(call) {
    const { callee } = call.call;
    if (callee.kind !== 'member') return [];
    // QSqlDatabase::setDatabaseName(path)
    if (callee.name === 'setDatabaseName') return call.open(call.texts(0));
    return [];
  },
  indexExternal: (_name, key, evaluator, origin) => environmentVariable(evaluator, key, origin),
  indexValue: () => [],
  injected: () => [],
  isProperty: () => false,
  classMember: () => [],
  instanceMember: () => [],
  generated: targetValues,
};
