import type { Call, Expression } from '../syntax/program';
import type { Evaluator } from './evaluator';
import type { Invocation } from './invocation';
import type { Module } from './project';
import { seal } from './texts';
import type { Value } from './value';
import type { Operation } from './vocabulary';

/** The parsed options of commander and yargs, whose defaults stand in the calls that declare the options. */
const OPTIONS = 'command line.options';

const options: Operation = () => [{ kind: 'external', name: OPTIONS }];

/** Values of a key of a record. */
function entriesOf(value: Value, key: string): Value[] {
  if (value.kind !== 'record') return [];
  return value.entries.filter((entry) => entry.key === key).flatMap((entry) => entry.value());
}

/** `{ db: { default: 'data/x.db' } }` as what is there when nothing is given: `{ db: 'data/x.db' }`. */
function defaultsOf(declared: readonly Value[]): Value[] {
  return declared.flatMap((value): Value[] =>
    value.kind === 'record'
      ? [
          {
            kind: 'record',
            entries: value.entries.map(({ key, value: option }) => ({
              key,
              value: () => option().flatMap((each) => entriesOf(each, 'default').map(seal)),
            })),
          },
        ]
      : [],
  );
}

const record = (key: string, value: () => Value[]): Value => ({ kind: 'record', entries: [{ key, value }] });

export const COMMAND_LINE: Record<string, Operation> = {
  // https://nodejs.org/api/util.html#utilparseargsconfig
  'util.parseArgs': (call) => [
    record('values', () => defaultsOf(call.values(0).flatMap((each) => entriesOf(each, 'options')))),
  ],
  minimist: (call) => call.values(1).flatMap((each) => entriesOf(each, 'default')),
  meow: (call) =>
    [0, 1].flatMap((at) =>
      call
        .values(at)
        .filter((each) => each.kind === 'record')
        .map((each) => record('flags', () => defaultsOf(entriesOf(each, 'flags')))),
    ),
};

/** `program.opts()`, `yargs(…).parseSync()`: a call of something that is not known. */
export function parsedOptions(call: Invocation): Value[] {
  const { callee } = call.call;
  if (callee.kind !== 'member' || !/^(?:opts|optsWithGlobals|parseSync|parseAsync|parse)$/.test(callee.name)) return [];
  const isDeclared = call.evaluator.project
    .callsNamed('option', false)
    .some(({ module }) => module === call.frame.module);
  return isDeclared ? options(call) : [];
}

/** What a member of the parsed options is when nothing is given. */
export function optionDefault(evaluator: Evaluator, name: string, member: string, module: Module): Value[] | undefined {
  if (name !== OPTIONS) return undefined;
  return ['option', 'requiredOption'].flatMap((method) =>
    evaluator.project
      .callsNamed(method, false)
      .filter((site) => site.module === module && optionName(site.call) === member)
      .flatMap((site) => declaredDefault(evaluator, site.call, module)),
  );
}

/** `-d, --db-path <file>` is `dbPath`. */
function optionName(call: Call): string | undefined {
  const [first] = call.arguments;
  if (first?.value.kind !== 'literal') return undefined;
  const long = /--([\w-]+)/.exec(first.value.value)?.[1] ?? first.value.value.replace(/^-+/, '');
  return long.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}

function declaredDefault(evaluator: Evaluator, call: Call, module: Module): Value[] {
  const given = (value: Expression | undefined) => (value ? [...evaluator.evaluate(value, module.frame)] : []);
  const [, description, fallback] = call.arguments;
  const inRecord = given(description?.value).flatMap((each) => entriesOf(each, 'default'));
  return [...inRecord, ...given(fallback?.value)].filter((value) => value.kind !== 'scope').map(seal);
}

/** `.action((options) => …)`: the options are handed to a function. */
export function handedOptions(call: Invocation): Value[] {
  const { callee } = call.call;
  return callee.kind === 'member' && callee.name === 'action' ? options(call) : [];
}
