import type { Call, Parameter, Scope } from '../syntax/program';
import type { Evaluator } from './evaluator';
import type { Module } from './project';
import type { Frame, ScopeReference, Value } from './value';

/**
 * Which argument of a call each parameter gets. Arguments are evaluated in the frame of the caller, when asked for.
 * A method called through its class gets its instance as the first argument.
 */
export function bindArguments(
  evaluator: Evaluator,
  module: Module,
  scope: Scope,
  call: Call,
  frame: Frame,
  callee: ScopeReference | undefined,
): Map<string, () => Value[]> {
  const bound = new Map<string, () => Value[]>();
  const named = new Map<string, () => Value[]>();
  const positional: (() => Value[])[] = [];
  let spread = false;
  for (const argument of call.arguments) {
    const value = () => [...evaluator.evaluate(argument.value, frame)];
    if (argument.spread) spread = true;
    else if (argument.name !== undefined) named.set(argument.name, value);
    else positional.push(value);
  }
  const [only] = call.arguments;
  // `must(load(path))` of Go: a call gives as many arguments as it has results.
  if (module.program.language === 'go' && only?.value.kind === 'call' && positional.length === 1) {
    const { start, end } = only.value;
    const results = scope.parameters.map(
      (_, index) => ({ kind: 'element', of: only.value, index, start, end }) as const,
    );
    if (results.length > 1)
      positional.splice(0, 1, ...results.map((each) => () => [...evaluator.evaluate(each, frame)]));
  }
  // `Base.__init__(self, path)`: the instance is passed by hand.
  if (
    scope.receiver !== undefined &&
    callee &&
    callee.self === undefined &&
    !scope.isConstructor &&
    !scope.receiverType
  )
    positional.shift();
  else if (scope.isConstructor && call.callee.kind === 'member' && call.callee.name === scope.name && scope.receiver) {
    const object = call.callee.object;
    if (!(object.kind === 'call')) positional.shift();
  }
  let index = 0;
  for (const parameter of scope.parameters) {
    const value = parameter.rest ? undefined : (named.get(parameter.name) ?? positional[index]);
    if (!parameter.rest && !named.has(parameter.name)) index++;
    if (value) bound.set(parameter.name, value);
    else if (parameter.rest === 'list') bound.set(parameter.name, restOf(positional.slice(index)));
    else if (spread) bound.set(parameter.name, defaultOf(evaluator, parameter, module));
  }
  return bound;
}

/** A spread argument may be this parameter's; what it holds is not known, the default may still be meant. */
function defaultOf(evaluator: Evaluator, parameter: Parameter, module: Module): () => Value[] {
  return () => (parameter.default ? [...evaluator.evaluate(parameter.default, module.frame)] : []);
}

function restOf(items: readonly (() => Value[])[]): () => Value[] {
  return () => [{ kind: 'list', items }];
}
