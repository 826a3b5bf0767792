import type { Expression, Parameter, Scope } from '../syntax/program';
import type { Evaluator } from './evaluator';
import { sameScope, scopeOf } from './members';
import { heardBy } from './project';
import type { Module } from './project';
import type { Instance, ScopeReference, Value } from './value';

/** Calls that hand functions to a container, which calls them with what others of them return: fx, dig, wire. */
const CONTAINERS = ['Provide', 'NewSet', 'Build', 'Invoke'];
/** A connection, as a library's type. */
const CONNECTION = /(?:^|[/.])(?:sql|sqlx|gorm|bun|sqlite|sqlitex|xorm)\.(?:DB|Conn|Pool|Engine)$/;
/** What a struct embeds whose fields a container fills. */
const FILLED = /\b(?:fx|dig)\.In$/;

/** The connections of a container, for a parameter of one of its functions. */
export function injectedConnection(evaluator: Evaluator, module: Module, scope: Scope, parameter: Parameter): Value[] {
  if (!isConnection(evaluator, module, parameter.type)) return [];
  const own: ScopeReference = { kind: 'scope', module, scope: scope.id, closure: module.frame };
  const all = provided(evaluator, module);
  const by = all.filter(({ of }) => sameScope(of, own)).map(({ by: { directory } }) => directory);
  return by.length > 0 ? nearest(evaluator, all, by) : [];
}

/** `type params struct { fx.In; DB *sql.DB }`: the connections of a container, for a field. */
export function filledConnection(evaluator: Evaluator, instance: Instance, name: string): Value[] {
  const { type } = instance;
  const { bases, bindings } = scopeOf(type);
  if (bases.length === 0 || instance.fields || !Object.hasOwn(bindings, name)) return [];
  const isFilled = bases.some((base) =>
    evaluator.evaluate(base, type.module.frame).some((value) => value.kind === 'external' && FILLED.test(value.name)),
  );
  const isAsked =
    isFilled &&
    bindings[name]!.some((binding) => binding.kind === 'value' && isConnection(evaluator, type.module, binding.type));
  return isAsked ? nearest(evaluator, provided(evaluator, type.module), [type.module.directory]) : [];
}

function isConnection(evaluator: Evaluator, module: Module, type: Expression | undefined): boolean {
  if (type?.kind !== 'member') return false;
  return evaluator
    .evaluate(type, module.frame)
    .some((value) => value.kind === 'external' && CONNECTION.test(value.name));
}

/** A function that is handed to a container, and where. */
interface Provided {
  readonly of: ScopeReference;
  readonly by: Module;
}

function provided(evaluator: Evaluator, asking: Module): Provided[] {
  const found: Provided[] = [];
  for (const name of CONTAINERS)
    for (const { module, call } of evaluator.project.callsNamed(name).filter(heardBy(asking)))
      for (const { value } of call.arguments)
        for (const each of evaluator.evaluate(value, module.frame))
          if (each.kind === 'scope') found.push({ of: each, by: module });
  return found;
}

/** The connections of the containers in these packages; where they have none, of all. */
function nearest(evaluator: Evaluator, all: readonly Provided[], directories: readonly string[]): Value[] {
  const near = connections(
    evaluator,
    all.filter(({ by }) => directories.includes(by.directory)),
  );
  return near.length > 0 ? near : connections(evaluator, all);
}

function connections(evaluator: Evaluator, functions: readonly Provided[]): Value[] {
  const found: Value[] = [];
  const note = (value: Value): void => {
    if (value.kind === 'handle') found.push(value);
    // `return db, nil`
    else if (value.kind === 'list') for (const each of value.items[0]?.() ?? []) note(each);
  };
  for (const { of } of functions) {
    const { module, scope } = of;
    for (const value of module.program.scopes[scope]!.returns)
      for (const each of evaluator.evaluate(value, module.frame)) note(each);
  }
  return found;
}
