import type { Call, Expression, Parameter, Scope } from '../syntax/program';
import type { Evaluator } from './evaluator';
import { Invocation } from './invocation';
import { getOrAdd, lastName, walk } from './project';
import type { CallSite, Module } from './project';
import type { ScopeReference, Value } from './value';
import { vocabularyOf } from './vocabulary';

interface Passed {
  readonly call: Call;
  /** Position among the arguments; -1 where the function itself is called. */
  readonly index: number;
}

const passedIndexes = new WeakMap<Module, Map<number, Passed[]>>();

/** Calls that get a function of the module as an argument, written in place; or that call it where it is written. */
function passedTo(module: Module, scope: Scope): readonly Passed[] {
  let index = passedIndexes.get(module);
  if (!index) {
    index = new Map();
    const seen = new Set<Expression>();
    for (const root of module.program.roots)
      walk(root.expression, (expression) => {
        if (seen.has(expression)) return false;
        seen.add(expression);
        if (expression.kind === 'call')
          [expression.callee, ...expression.arguments.map(({ value }) => value)].forEach((value, position) => {
            const inner = value.kind === 'same' ? value.of : value;
            const passed =
              inner.kind === 'function'
                ? inner.scope
                : inner.kind === 'name' && position > 0
                  ? functionNamed(module, inner)
                  : undefined;
            if (passed !== undefined)
              getOrAdd(index!, passed, () => []).push({ call: expression, index: position - 1 });
          });
        return true;
      });
    passedIndexes.set(module, index);
  }
  return index.get(scope.id) ?? [];
}

/** The function of the module that a name means, where it means nothing else. */
function functionNamed(module: Module, { name, scope }: Extract<Expression, { kind: 'name' }>): number | undefined {
  const { scopes } = module.program;
  for (let id = scope; id >= 0; id = scopes[id]!.parent) {
    const { bindings, parameters } = scopes[id]!;
    if (parameters.some((parameter) => parameter.name === name)) return undefined;
    if (!Object.hasOwn(bindings, name)) continue;
    const [only, ...others] = bindings[name]!;
    const isFunction = only?.kind === 'scope' && others.length === 0 && scopes[only.scope]!.kind === 'function';
    return isFunction ? only.scope : undefined;
  }
  return undefined;
}

/** Calls that call the function they are given with what they are given behind it. */
const HANDING_ON =
  /^(?:submit|run_in_executor|to_thread|run_sync|partial|call_soon|call_later|call_soon_threadsafe|start_new_thread|setTimeout|setImmediate|nextTick|execute_async|apply_async)$/;

/** `executor.submit(work, connection)` */
function handedOn(evaluator: Evaluator, module: Module, { call, index }: Passed, position: number): Value[] {
  const name = lastName(call.callee) ?? '';
  if (!HANDING_ON.test(name)) return [];
  // `setTimeout(work, 100, connection)`
  const between = /^(?:setTimeout|call_later)$/.test(name) && index === 0 ? 1 : 0;
  const given = call.arguments[index + 1 + between + position];
  return given && !given.spread && given.name === undefined ? [...evaluator.evaluate(given.value, module.frame)] : [];
}

/**
 * What a function that is passed to another one gets: an element of the list it is mapped over, the connection whose
 * transaction it is, or what the other function calls it with.
 */
export function callbackArguments(evaluator: Evaluator, module: Module, scope: Scope, parameter: Parameter): Value[] {
  const position = scope.parameters.indexOf(parameter);
  return passedTo(module, scope).flatMap((passed): Value[] => {
    const { call, index } = passed;
    const handed = index < 0 ? [] : handedOn(evaluator, module, passed, position);
    if (handed.length > 0) return handed;
    if (index < 0) {
      const given = call.arguments[position];
      return given && !given.spread ? [...evaluator.evaluate(given.value, module.frame)] : [];
    }
    if (call.callee.kind === 'member') {
      const receivers = evaluator.evaluate(call.callee.object, module.frame);
      const found = receivers.flatMap((receiver): Value[] => {
        if (receiver.kind === 'handle') return position === 0 || position === 1 ? [receiver] : [];
        if (receiver.kind === 'list' && position === 0) return receiver.items.flatMap((item) => item());
        if (receiver.kind === 'record' && call.callee.kind === 'member' && call.callee.name === 'then')
          return position === 0 ? [receiver] : [];
        return [];
      });
      if (found.length > 0) return found;
      if (/^(?:then|let|also|use|tap|run|apply|with)$/.test(call.callee.name) && position === 0) return [...receivers];
    }
    const given = evaluator
      .evaluate(call.callee, module.frame)
      .flatMap((callee) =>
        callee.kind === 'scope' ? calledWith(evaluator, callee, { module, call }, index, position) : [],
      );
    return given.length > 0
      ? given
      : (vocabularyOf(module).handed?.(new Invocation(evaluator, call, module.frame), position) ?? []);
  });
}

/**
 * What a decorator of the workspace hands to the function that it wraps: `return function(connection, *args)`. The callers
 * give what is left.
 */
export function decoratedArguments(
  evaluator: Evaluator,
  module: Module,
  scope: Scope,
  parameter: Parameter,
): readonly Value[] {
  const position = scope.parameters.indexOf(parameter) + (scope.receiver === undefined ? 0 : 1);
  return scope.decorators.flatMap((decorator) =>
    evaluator.evaluate(decorator, module.frame).flatMap((callee): Value[] => {
      if (callee.kind !== 'scope') return [];
      const { start, end } = decorator;
      const span = { argumentsStart: end, argumentsEnd: end, start, end };
      const call: Call = { kind: 'call', callee: decorator, arguments: [], scope: 0, ...span };
      return calledWith(evaluator, callee, { module, call }, 0, position, parameter.name);
    }),
  );
}

/** The arguments with which a function calls the one that it gets as its parameter number `index`. */
function calledWith(
  evaluator: Evaluator,
  callee: ScopeReference,
  { module, call }: CallSite,
  index: number,
  position: number,
  keyword?: string,
): Value[] {
  const { program } = callee.module;
  const scope = program.scopes[callee.scope]!;
  const name = scope.parameters[index]?.name;
  if (name === undefined || scope.kind !== 'function') return [];
  const frame = evaluator.callFrame(callee, call, module.frame);
  return evaluator.project
    .callsNamed(name, false)
    .filter((site) => site.module === callee.module && scope.start <= site.call.start && site.call.end <= scope.end)
    .flatMap((site) => {
      const list = site.call.arguments;
      const named = keyword === undefined ? undefined : list.find((each) => each.name === keyword);
      const isKnown = !list.slice(0, position + 1).some((each) => each.spread || each.name !== undefined);
      const argument = named ?? (isKnown ? list[position] : undefined);
      return argument ? [...evaluator.evaluate(argument.value, frame)] : [];
    });
}
