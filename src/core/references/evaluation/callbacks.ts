import type { Call, Expression, Parameter, Scope } from '../syntax/program';
import type { Evaluator } from './evaluator';
import { Invocation } from './invocation';
import { getOrAdd, walk } from './project';
import type { CallSite, Module } from './project';
import type { ScopeReference, Value } from './value';
import { vocabularyOf } from './vocabulary';

interface Passed {
  readonly call: Call;
  readonly index: number;
}

const passedIndexes = new WeakMap<Module, Map<number, Passed[]>>();

/** Calls that get a function of the module as an argument: written in place, or by its name. */
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
          expression.arguments.forEach(({ value }, position) => {
            const inner = value.kind === 'same' ? value.of : value;
            if (inner.kind === 'function')
              getOrAdd(index!, inner.scope, () => []).push({ call: expression, index: position });
          });
        return true;
      });
    passedIndexes.set(module, index);
  }
  return index.get(scope.id) ?? [];
}

/**
 * What a function that is passed to another one gets: an element of the list it is mapped over, the connection whose
 * transaction it is, or what the other function calls it with.
 */
export function callbackArguments(evaluator: Evaluator, module: Module, scope: Scope, parameter: Parameter): Value[] {
  const position = scope.parameters.indexOf(parameter);
  return passedTo(module, scope).flatMap(({ call, index }): Value[] => {
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

/** The arguments with which a function calls the one that it gets as its parameter number `index`. */
function calledWith(
  evaluator: Evaluator,
  callee: ScopeReference,
  { module, call }: CallSite,
  index: number,
  position: number,
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
      const argument = site.call.arguments[position];
      return argument ? [...evaluator.evaluate(argument.value, frame)] : [];
    });
}
