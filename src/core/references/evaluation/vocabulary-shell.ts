import { filesRead } from '../text/commands';
import { contentsOf } from './file-contents';
import type { Invocation } from './invocation';
import { anchors, converts, currentDirectory, parents, passes } from './operations';
import { variableText } from './texts';
import { ANCHOR } from './value';
import type { Operation, Vocabulary } from './vocabulary';

/** `sqlite3 -batch -cmd '.timeout 100' data/x.db "SELECT …"`: the first word that is no option. */
const sqlite: Operation = (call) => {
  let isValue = false;
  for (const argument of call.positional) {
    const texts = call.evaluator.texts(argument.value, call.frame);
    const isOption = isValue || texts.some((text) => text.text.startsWith('-') || /^\.\w+(?: |$)/.test(text.text));
    isValue = !isValue && texts.some((text) => WITH_VALUE.test(text.text));
    if (!isOption) return call.open(texts);
  }
  return [];
};

/** Options of the program that are followed by a value. */
const WITH_VALUE = /^--?(?:init|cmd|separator|nullvalue|newline|vfs|heap|mmap|maxsize|escape|nonce)$/;

/** `.read schema.sql`, in an argument or a line of what is given to the program. */
const read: Operation = (call) =>
  call
    .texts(0)
    .flatMap((text) =>
      filesRead(text.text).flatMap((file) =>
        contentsOf(call.evaluator.project, { ...text, text: file }, call.frame.module),
      ),
    );

/** What files say; `sql/*.sql` are all of a folder. */
const cat: Operation = (call) =>
  call.allTexts().flatMap((texts) =>
    texts.flatMap((path) => {
      const file = { ...path, text: path.text.replaceAll('*', ANCHOR.hole) };
      return contentsOf(call.evaluator.project, file, call.frame.module);
    }),
  );

/** Command lines of other engines: what they run is not SQLite's. */
const OTHERS = ['psql', 'pgcli', 'mysql', 'mariadb', 'mycli', 'duckdb', 'clickhouse-client', 'sqlcmd', 'snowsql', 'bq'];

const FUNCTIONS: Record<string, Operation> = {
  ...Object.fromEntries(OTHERS.map((name) => [name, (call: Invocation) => call.otherEngine()])),
  sqlite3: sqlite,
  sqlite: sqlite,
  litecli: sqlite,
  dirname: parents(),
  realpath: converts(false),
  readlink: (call) => call.texts(call.positional.length - 1),
  pwd: currentDirectory(),
  mktemp: anchors('temporary'),
  echo: passes(0),
  cat,
  '.read': read,
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
