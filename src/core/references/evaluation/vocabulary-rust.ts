import { environmentVariable } from './environment';
import { targetValues } from './generated-access';
import {
  anchors,
  converting,
  converts,
  currentDirectory,
  environment,
  environmentValues,
  joinpath,
  joins,
  opens,
  parentMethod,
  passes,
  replacing,
  resultsOf,
  stripping,
  unchanged,
  withName,
} from './operations';
import { reads } from './file-contents';
import type { Invocation } from './invocation';
import { formatBraces } from './texts';
import { ANCHOR } from './value';
import type { Text, Value } from './value';
import type { Operation, Vocabulary } from './vocabulary';

const openFirst = opens(0);

const format: Operation = (call) => {
  const [template, ...values] = call.positional;
  if (!template) return [];
  return formatBraces(
    call.evaluator.texts(template.value, call.frame),
    values.map((value) => call.textsOrHole(value.value)),
    new Map(
      call.call.arguments.flatMap((argument) =>
        argument.name === undefined ? [] : [[argument.name, call.textsOrHole(argument.value)] as const],
      ),
    ),
    call.origin,
  );
};

/** Variables that cargo sets while it builds. */
const buildVariable: Operation = (call) => {
  const name = call.texts(0)[0]?.text;
  if (name === 'CARGO_MANIFEST_DIR') return [{ ...call.hole(), text: manifestDirectory(call) }];
  return [call.hole()];
};

/** The directory with the Cargo.toml above the file: where `src` is. */
function manifestDirectory(call: Invocation): string {
  const parts = call.frame.module.directory.split('/');
  const at = parts.findLastIndex(
    (part) => part === 'src' || part === 'tests' || part === 'benches' || part === 'examples',
  );
  const directory = (at >= 0 ? parts.slice(0, at) : parts).filter(Boolean).join('/');
  return directory ? `${ANCHOR.workspace}/${directory}` : ANCHOR.workspace;
}

const FUNCTIONS: Record<string, Operation> = {
  Ok: passes(0),
  Some: passes(0),
  'Box.new': passes(0),
  'Arc.new': passes(0),
  'Rc.new': passes(0),
  'Mutex.new': passes(0),
  'RwLock.new': passes(0),
  'RefCell.new': passes(0),
  'Cow.Borrowed': passes(0),
  'Data.new': passes(0),
  'Connection.open': openFirst,
  'Connection.open_with_flags': openFirst,
  'SqliteConnection.establish': openFirst,
  'SqliteConnection.connect': openFirst,
  'SqlitePool.connect': openFirst,
  'SqlitePool.connect_lazy': openFirst,
  'AnyPool.connect': openFirst,
  'SqliteConnectOptions.from_str': openFirst,
  'SqliteConnectionManager.file': openFirst,
  'ConnectionManager.new': openFirst,
  'Connection.open_in_memory': (call) => call.open([{ ...call.hole(), text: ':memory:' }]),
  'Connection.open_in_memory_with_flags': (call) => call.open([{ ...call.hole(), text: ':memory:' }]),
  'sqlite.open': openFirst,
  'Database.connect': openFirst,
  'Pool.new': passes(0),
  'Path.new': joins(true),
  'PathBuf.from': joins(true),
  'String.from': converts(false),
  'String.new': () => [],
  'format!': format,
  'include_str!': reads(0),
  'fs.read_to_string': reads(0),
  'env!': buildVariable,
  'option_env!': buildVariable,
  'vec!': (call) => [
    {
      kind: 'list',
      items: call.positional.map((argument) => () => [...call.evaluator.evaluate(argument.value, call.frame)]),
    },
  ],
  'env.var': environment(0, -1),
  'env.var_os': environment(0, -1),
  'env.temp_dir': anchors('temporary', true),
  'env.current_dir': currentDirectory(true),
  'env.current_exe': anchors('hole', true),
  'dirs.home_dir': anchors('home', true),
  'dirs.data_dir': anchors('home', true),
  'dirs.config_dir': anchors('home', true),
  'dirs.data_local_dir': anchors('home', true),
  'tempfile.tempdir': anchors('temporary', true),
  tempdir: anchors('temporary', true),
  'TempDir.new': anchors('temporary', true),
  'NamedTempFile.new': anchors('temporary', true),
};

const TRANSPARENT =
  /^(?:unwrap|expect|clone|to_owned|into|as_ref|as_mut|borrow|borrow_mut|lock|read|write|await|iter|into_iter|iter_mut|unwrap_or_default|map_err|context|with_context|ok|get|cloned|copied|deref|build|begin|acquire|transaction|prepare|max_connections|journal_mode|create_if_missing|busy_timeout|foreign_keys)$/;

const orElse = (receiver: Text, call: Invocation): Value[] => [
  receiver,
  ...environmentValues(call, undefined, 0, []).filter((value) => value.kind !== 'text' || value.text !== ANCHOR.hole),
];

export const RUST: Vocabulary = {
  classScopeIsVisible: false,
  callMethod: '',
  functions: FUNCTIONS,
  textMethods: {
    join: joinpath(true),
    parent: parentMethod,
    with_file_name: withName,
    canonicalize: converting(true),
    to_path_buf: converting(true),
    as_path: converting(true),
    to_string: converting(false),
    to_str: converting(false),
    to_string_lossy: converting(false),
    as_str: converting(false),
    display: converting(false),
    into_os_string: converting(false),
    to_owned: converting(),
    into: converting(),
    as_ref: converting(),
    clone: converting(),
    unwrap: unchanged,
    expect: unchanged,
    path: unchanged,
    trim: stripping,
    replace: replacing,
    unwrap_or: orElse,
    unwrap_or_else: (receiver, call) => [receiver, ...resultsOf(0)(call)],
    map: unchanged,
    ok: unchanged,
    ok_or: unchanged,
    context: unchanged,
    as_deref: unchanged,
  },
  textProperties: {},
  unknownCall(call) {
    const { callee } = call.call;
    if (callee.kind !== 'member') return [];
    if (callee.name === 'filename') return call.open(call.texts(0));
    if (callee.name === 'connect' || callee.name === 'connect_lazy') return call.open(call.texts(0));
    if (callee.name === 'connect_with' || callee.name === 'connect_lazy_with') return call.values(0);
    if (callee.name === 'unwrap_or') return call.values(0);
    if (callee.name === 'unwrap_or_else') return resultsOf(0)(call);
    return TRANSPARENT.test(callee.name) ? [...call.evaluator.evaluate(callee.object, call.frame)] : [];
  },
  indexExternal: (_name, key, evaluator, origin) => environmentVariable(evaluator, key, origin),
  indexValue: () => [],
  injected: () => [],
  isProperty: () => false,
  classMember: () => [],
  instanceMember: () => [],
  generated: targetValues,
};
