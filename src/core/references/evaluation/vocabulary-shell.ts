import { anchors, converts, currentDirectory, parents, passes } from './operations';
import { variableText } from './texts';
import type { Operation, Vocabulary } from './vocabulary';

/** `sqlite3 -batch -cmd '.timeout 100' data/x.db "SELECT …"`: the first word that is no option. */
const sqlite: Operation = (call) => {
  for (const argument of call.positional) {
    const texts = call.evaluator.texts(argument.value, call.frame);
    if (texts.some((text) => text.text.startsWith('-') || text.text.startsWith('.'))) continue;
    return call.open(texts);
  }
  return [];
};

const FUNCTIONS: Record<string, Operation> = {
  sqlite3: sqlite,
  sqlite: sqlite,
  litecli: sqlite,
  dirname: parents(),
  realpath: converts(false),
  readlink: (call) => call.texts(call.positional.length - 1),
  pwd: currentDirectory(),
  mktemp: anchors('temporary'),
  echo: passes(0),
  printf: passes(1),
  HOME: anchors('home'),
  TMPDIR: anchors('temporary'),
  PWD: currentDirectory(),
};

export const SHELL: Vocabulary = {
  classScopeIsVisible: false,
  callMethod: '',
  functions: FUNCTIONS,
  textMethods: {},
  textProperties: {},
  unknownCall: () => [],
  indexExternal: (_name, key, _evaluator, origin) => [variableText(key, origin)],
  indexValue: () => [],
  injected: () => [],
  isProperty: () => false,
  classMember: () => [],
  instanceMember: () => [],
  generated: () => [],
};
