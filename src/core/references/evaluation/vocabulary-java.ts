import { reads } from './file-contents';
import { targetValues } from './generated-access';
import {
  anchors,
  converting,
  converts,
  currentDirectory,
  environment,
  environmentValues,
  firstOf,
  joinpath,
  joins,
  opens,
  parentMethod,
  passes,
  replacing,
  splitting,
  stripping,
  unchanged,
} from './operations';
import type { Invocation } from './invocation';
import { formatPercent } from './texts';
import { ANCHOR } from './value';
import type { Value } from './value';
import type { Operation, Vocabulary } from './vocabulary';

const format: Operation = (call) => {
  const [template, ...values] = call.positional;
  if (!template) return [];
  return formatPercent(
    call.evaluator.texts(template.value, call.frame),
    values.map((value) => call.textsOrHole(value.value)),
    call.origin,
  );
};

/** `user.dir` is where the process runs. */
const property: Operation = (call) => {
  const key = call.texts(0)[0]?.text;
  if (key === 'user.dir') return currentDirectory()(call);
  if (key === 'user.home') return anchors('home')(call);
  if (key === 'java.io.tmpdir') return anchors('temporary')(call);
  return environment(0, 1)(call);
};

const openUrl = opens(0);

const FUNCTIONS: Record<string, Operation> = {
  'DriverManager.getConnection': openUrl,
  'SQLiteDatabase.openOrCreateDatabase': openUrl,
  'SQLiteDatabase.openDatabase': openUrl,
  'Jdbi.create': openUrl,
  'DSL.using': passes(0),
  JdbcTemplate: passes(0),
  NamedParameterJdbcTemplate: passes(0),
  'Files.readString': reads(0),
  'Paths.get': joins(true),
  'Path.of': joins(true),
  File: joins(true),
  'java.io.File': joins(true),
  'System.getenv': environment(0, -1),
  'System.getProperty': property,
  'Optional.ofNullable': passes(0),
  'Optional.of': passes(0),
  'Objects.requireNonNullElse': firstOf(0, 1),
  'Objects.requireNonNull': passes(0),
  'String.format': format,
  'String.valueOf': converts(false),
  'String.join': (call) => (call.allTexts().length > 1 ? call.joined() : []),
  'Files.createTempDirectory': anchors('temporary'),
  'Files.createTempFile': anchors('temporary'),
  'File.createTempFile': anchors('temporary'),
  'List.of': (call) => [list(call)],
  'Arrays.asList': (call) => [list(call)],
  'Set.of': (call) => [list(call)],
  'Map.of': (call) => [pairs(call)],
};

function list(call: Invocation): Value {
  return {
    kind: 'list',
    items: call.positional.map((argument) => () => [...call.evaluator.evaluate(argument.value, call.frame)]),
  };
}

function pairs(call: Invocation): Value {
  const entries = [];
  for (let at = 0; at + 1 < call.positional.length; at += 2)
    entries.push({ key: call.texts(at)[0]?.text, value: () => call.values(at + 1) });
  return { kind: 'record', entries };
}

const either = (receiver: Value, call: Invocation): Value[] => [
  ...(receiver.kind === 'text' ? [receiver] : []),
  ...environmentValues(call, undefined, 0, []),
];

export const JAVA: Vocabulary = {
  classScopeIsVisible: true,
  superName: 'super',
  callMethod: '',
  functions: FUNCTIONS,
  textMethods: {
    resolve: joinpath(true),
    resolveSibling: joinpath(true),
    getParent: parentMethod,
    getParentFile: parentMethod,
    toString: converting(false),
    getPath: converting(false),
    getAbsolutePath: converting(false),
    toAbsolutePath: converting(true),
    getCanonicalPath: converting(false),
    toRealPath: converting(true),
    normalize: converting(true),
    toFile: converting(true),
    toPath: converting(true),
    toUri: converting(true),
    trim: stripping,
    strip: stripping,
    replace: replacing,
    split: splitting(false),
    concat: (receiver, call) => call.concatenated([[receiver], ...call.allTexts()]),
    formatted: (receiver, call) =>
      formatPercent(
        [receiver],
        call.positional.map((argument) => call.textsOrHole(argument.value)),
        call.origin,
      ),
    intern: unchanged,
    orElse: either,
    get: unchanged,
  },
  textProperties: {},
  unknownCall(call) {
    const { callee } = call.call;
    if (callee.kind !== 'member') return [];
    if (/^(?:getOrDefault|getProperty|getString|get)$/.test(callee.name))
      return environmentValues(call, undefined, 1, []);
    if (callee.name === 'orElse') return call.values(0);
    return [];
  },
  indexExternal: () => [],
  indexValue: () => [],
  injected(_evaluator, module, _scope, parameter) {
    // JUnit: @TempDir Path directory
    const text = module.text.slice(Math.max(0, parameter.start - 60), parameter.start);
    return /@TempDir\b[^,(]*$/.test(text) ? [temporary(module, parameter)] : [];
  },
  isProperty: (scope) => scope.isProperty === true,
  classMember: () => [],
  /** JUnit: `@TempDir Path directory;` */
  instanceMember(_evaluator, instance, name) {
    const { module, scope } = instance.type;
    const { bindings } = module.program.scopes[scope]!;
    const field = Object.hasOwn(bindings, name) ? bindings[name]?.find((each) => each.kind === 'value') : undefined;
    if (field?.kind !== 'value') return [];
    const text = module.text.slice(Math.max(0, field.nameStart - 80), field.nameStart);
    const isTemporary = /@(?:TempDir|Rule|ClassRule)\b[^;{}]*$/.test(text) && /TempDir|TemporaryFolder/.test(text);
    return isTemporary ? [temporary(module, { name, start: field.nameStart, end: field.nameEnd })] : [];
  },
  generated: targetValues,
};

function temporary(
  module: Parameters<Vocabulary['injected']>[1],
  parameter: { name: string; start: number; end: number },
): Value {
  return {
    kind: 'text',
    text: ANCHOR.temporary,
    segments: [],
    origin: {
      module,
      expression: { kind: 'name', name: parameter.name, scope: 0, start: parameter.start, end: parameter.end },
      frame: module.frame,
    },
    isPath: true,
    sealed: false,
  };
}
