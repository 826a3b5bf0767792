import { environmentVariable } from './environment';
import { reads } from './file-contents';
import { targetValues } from './generated-access';
import {
  anchors,
  converts,
  currentDirectory,
  environment,
  environmentValues,
  firstOf,
  formats,
  joinList,
  opens,
  parents,
  passes,
} from './operations';
import type { Invocation } from './invocation';
import { parentOf } from './path-text';
import { converted, joinTexts } from './texts';
import { ANCHOR } from './value';
import type { Text, Value } from './value';
import type { Operation, Vocabulary } from './vocabulary';

const openFirst = opens(0);

/** `dirname(__DIR__, 2)`. */
const dirname: Operation = (call) => {
  const levels = call.values(1).find((value) => value.kind === 'number')?.value ?? 1;
  if (levels === 1) return parents()(call);
  return call.texts(0).map((text) => {
    let parent = text.text;
    for (let level = 0; level < levels; level++) parent = parentOf(parent);
    return converted({ ...text, text: parent, segments: [] }, call.origin);
  });
};

/** `implode('/', [$directory, $name])`. */
const implode: Operation = (call) => {
  const lists = call.values(1).filter((value) => value.kind === 'list');
  return lists.length > 0
    ? lists.flatMap((list) => joinList(list, call, call.positional[1]?.value, call.textsOrHoleAt(0)))
    : call.joined();
};

/** Laravel's folders below the application's own. */
function folder(...parts: string[]): Operation {
  return (call) => {
    const root = applicationRoot(call);
    const base: Text = { ...call.hole(), text: [root, ...parts].join('/') };
    return call.positional.length === 0 ? [base] : joinTexts([[base], call.textsOrHoleAt(0)], call.origin, false);
  };
}

function applicationRoot(call: Invocation): string {
  const parts = call.frame.module.file.split('/');
  const at = parts.findIndex((part) =>
    /^(?:app|config|database|routes|bootstrap|public|resources|src|tests)$/.test(part),
  );
  return [ANCHOR.workspace, ...parts.slice(0, Math.max(0, at))].join('/');
}

const FUNCTIONS: Record<string, Operation> = {
  file_get_contents: reads(0),
  PDO: openFirst,
  SQLite3: openFirst,
  'SQLite3.open': openFirst,
  sqlite_open: openFirst,
  'DriverManager.getConnection': (call) =>
    call.values(0).flatMap((value): Value[] =>
      value.kind === 'record'
        ? call.open(
            value.entries
              .filter((entry) => entry.key === 'path' || entry.key === 'url')
              .flatMap((entry) => entry.value())
              .filter((each) => each.kind === 'text'),
          )
        : [],
    ),
  dirname,
  realpath: converts(false),
  basename: passes(0),
  getcwd: currentDirectory(),
  sys_get_temp_dir: anchors('temporary'),
  tempnam: anchors('temporary'),
  tmpfile: anchors('temporary'),
  getenv: environment(0, -1),
  env: environment(0, 1),
  config: environment(0, 1),
  sprintf: formats,
  implode,
  join: implode,
  rtrim: passes(0),
  trim: passes(0),
  base_path: folder(),
  database_path: folder('database'),
  storage_path: folder('storage'),
  app_path: folder('app'),
  config_path: folder('config'),
};

export const PHP: Vocabulary = {
  classScopeIsVisible: false,
  superName: 'parent',
  callMethod: '__invoke',
  functions: FUNCTIONS,
  textMethods: {},
  textProperties: {},
  unknownCall(call) {
    const { callee } = call.call;
    if (callee.kind !== 'member') return [];
    if (callee.name === 'get' || callee.name === 'env') return environmentValues(call, undefined, 1, []);
    return firstOf()(call);
  },
  indexExternal: (_name, key, evaluator, origin) => environmentVariable(evaluator, key, origin),
  indexValue: () => [],
  injected: () => [],
  isProperty: () => false,
  classMember: () => [],
  instanceMember: () => [],
  generated: targetValues,
};
