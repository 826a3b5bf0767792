import type { Call, Expression } from '../syntax/program';
import { connectionSet } from './connections';
import type { Invocation } from './invocation';
import { passes, resultsOf, resultsOfFunction } from './operations';
import { heardBy, lastName } from './project';
import type { Module } from './project';
import type { Value } from './value';
import type { Operation } from './vocabulary';

/** Methods that put something into a container under a key, and what they are given besides. */
const REGISTERING = ['register', 'registerInstance', 'registerFactory', 'registerSingleton', 'registerValue'];
/** Methods that get it out again; `get` is a word of everything. */
const RESOLVING = /^(?:resolve|resolveAsync|getInstance|make)$/;
const CONTAINER = /container|injector|kernel|ioc$|services$/i;
/** `bind(key).toConstantValue(…)` */
const BINDING = ['toConstantValue', 'toDynamicValue'];
/** `{ provide: key, useFactory: () => … }` */
const USES = new Set(['useFactory', 'useValue', 'useClass']);

/** `asFunction(() => …)` of awilix; a symbol is known by its name. */
export const CONTAINERS: Record<string, Operation> = {
  'awilix.asFunction': resultsOf(0),
  'awilix.asClass': resultsOf(0),
  'awilix.asValue': passes(0),
  Symbol: passes(0),
  'Symbol.for': passes(0),
};

/** `storage.run({ db }, work)`, and `storage.getStore()` within, in one file. */
function stored({ evaluator, call, frame: { module } }: Invocation): Value[] {
  const on = call.callee.kind === 'member' ? lastName(call.callee.object) : undefined;
  return ['run', 'enterWith'].flatMap((name) =>
    evaluator.project.callsIn(module, name).flatMap(({ call: { callee, arguments: list } }) => {
      const isSame = on !== undefined && callee.kind === 'member' && lastName(callee.object) === on;
      return isSame && list[0] ? [...evaluator.evaluate(list[0].value, module.frame)] : [];
    }),
  );
}

/** What a container is asked for by a literal key: what was put into it under the same one. */
export function heldByContainer(call: Invocation): Value[] {
  const { callee } = call.call;
  if (callee.kind !== 'member') return [];
  const isAsked =
    RESOLVING.test(callee.name) || (callee.name === 'get' && CONTAINER.test(lastName(callee.object) ?? ''));
  if (isAsked) return injected(call);
  if (callee.name === 'getStore') return stored(call);
  return callee.name === 'get' ? connectionSet(call, 'set') : [];
}

/** What is known under the key that the call is given. */
export const injected: Operation = (call) => {
  const [key] = call.texts(0);
  if (!key || key.text === '') return [];
  const { evaluator, frame } = call;
  const { project } = evaluator;
  const isKey = (expression: Expression | undefined, module: Module) =>
    expression !== undefined && evaluator.texts(expression, module.frame).some(({ text }) => text === key.text);
  const found: Value[] = [];
  const each = (name: string, of: (given: Call, module: Module) => void): void => {
    for (const { module, call: given } of project.callsNamed(name, false).filter(heardBy(frame.module)))
      of(given, module);
  };
  const note = (value: Expression | undefined, module: Module): void => {
    for (const given of value ? evaluator.evaluate(value, module.frame) : []) found.push(...made(call, given));
  };
  for (const name of REGISTERING)
    each(name, ({ arguments: [first, second] }, module) => {
      if (second) {
        if (isKey(first?.value, module)) note(second.value, module);
        return;
      }
      // `register({ db: asFunction(() => …) })`
      for (const record of first ? evaluator.evaluate(first.value, module.frame) : [])
        if (record.kind === 'record')
          for (const entry of record.entries)
            if (entry.key === key.text) found.push(...entry.value().flatMap((value) => made(call, value)));
    });
  for (const name of BINDING)
    each(name, ({ callee, arguments: [value] }, module) => {
      const on = callee.kind === 'member' ? callee.object : undefined;
      if (on?.kind === 'call' && lastName(on.callee) === 'bind' && isKey(on.arguments[0]?.value, module))
        note(value?.value, module);
    });
  each('Module', ({ arguments: [options] }, module) => {
    for (const record of options ? evaluator.evaluate(options.value, module.frame) : [])
      found.push(...provided(call, record, key.text));
  });
  return found;
};

/** `@Module({ providers: [{ provide: key, useFactory: () => … }] })` */
function provided(call: Invocation, options: Value, key: string): Value[] {
  const under = (value: Value, name: string): Value[] =>
    value.kind === 'record'
      ? value.entries.filter((entry) => entry.key === name).flatMap((entry) => entry.value())
      : [];
  return under(options, 'providers')
    .flatMap((list) => (list.kind === 'list' ? list.items.flatMap((item) => item()) : []))
    .filter((provider) => under(provider, 'provide').some((value) => value.kind === 'text' && value.text === key))
    .flatMap((provider) => made(call, provider));
}

/** What a container gives for what was put into it. */
function made({ evaluator }: Invocation, given: Value): Value[] {
  if (given.kind === 'scope') return resultsOfFunction(evaluator, given);
  if (given.kind !== 'record') return [given];
  return given.entries
    .filter(({ key }) => key !== undefined && USES.has(key))
    .flatMap((entry) =>
      entry.value().flatMap((value) => (value.kind === 'scope' ? resultsOfFunction(evaluator, value) : [value])),
    );
}
