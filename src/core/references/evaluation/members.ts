import type { AttributeAssignment, Binding, Expression, Scope } from '../syntax/program';
import { bindArguments } from './arguments';
import type { CallSiteOf, Evaluator } from './evaluator';
import { getOrAdd, heardBy, isInTests } from './project';
import type { Module } from './project';
import { newFrame } from './value';
import type { Frame, Instance, ScopeReference, Value } from './value';
import { own, vocabularyOf } from './vocabulary';
import { importsOf } from './imports';

/** `object.name`. `site` is the expression, where there is one. */
export function membersOf(
  evaluator: Evaluator,
  object: Value,
  name: string,
  site: { expression: Expression; frame: Frame } | undefined,
): Value[] {
  switch (object.kind) {
    case 'external': {
      const qualified = `${object.name}.${name}`;
      const special =
        site && vocabularyOf(site.frame.module).externalMember?.(evaluator, object.name, name, site.frame.module);
      if (special) return special;
      const module = site && importsOf(site.frame.module).submodule(evaluator, site.frame.module, qualified);
      return module ?? [{ kind: 'external', name: qualified }];
    }
    case 'handle':
      // A cursor, a transaction, a prepared statement: it leads to the same database.
      return [object];
    case 'package':
      return importsOf(object.from).memberOfPackage(evaluator, object.from, object.directory, name);
    case 'module':
      return importsOf(object.module).memberOfModule(evaluator, object.module, name);
    case 'scope':
      return classMember(evaluator, object, name);
    case 'instance':
      return instanceMember(evaluator, object, name, site);
    case 'super': {
      const [, ...bases] = evaluator.ancestry(object.type);
      for (const base of bases) {
        const found = declared(evaluator, base, name, object.self);
        if (found.length > 0) return found;
      }
      return [];
    }
    case 'record': {
      const entries = object.entries.filter((entry) => entry.key === name);
      if (entries.length > 0) return entries.flatMap((entry) => entry.value());
      return [{ kind: 'method', receiver: object, name }];
    }
    case 'text': {
      const property = site && own(vocabularyOf(site.frame.module).textProperties, name);
      if (property) return property(object, { module: site.frame.module, ...site });
      return [{ kind: 'method', receiver: object, name }];
    }
    case 'list':
      return [{ kind: 'method', receiver: object, name }];
    default:
      return [];
  }
}

/** What a class scope and its superclasses declare under a name. */
function classMember(evaluator: Evaluator, type: ScopeReference, name: string): Value[] {
  for (const each of evaluator.ancestry(type)) {
    const found = declared(evaluator, each, name, undefined);
    if (found.length > 0) return found.map((value) => (isClassMethod(value) ? { ...value, self: type } : value));
    const assigned = attributesNamed(each.module, name).filter((assignment) => {
      const objects = evaluator.evaluate(assignment.object, each.module.frame);
      return objects.some((object) => object.kind === 'scope' && sameScope(object, each));
    });
    if (assigned.length > 0)
      return assigned.flatMap((assignment) => evaluator.evaluate(assignment.value, each.module.frame));
  }
  const scope = scopeOf(type);
  return scope.kind === 'function' ? [] : vocabularyOf(type.module).classMember(evaluator, type, name);
}

/** Bindings in the body of one class: methods, constants, fields with a default; methods that stand outside of it. */
function declared(
  evaluator: Evaluator,
  type: ScopeReference,
  name: string,
  self: Value | undefined,
  byType = true,
): Value[] {
  const { module } = type;
  const scope = scopeOf(type);
  const bindings = Object.hasOwn(scope.bindings, name) ? scope.bindings[name]! : [];
  const values = bindings.flatMap((binding) => {
    if (binding.kind !== 'scope') return evaluator.binding(binding, type.scope, module.frame, byType);
    const method: ScopeReference = { kind: 'scope', module, scope: binding.scope, closure: type.closure, self };
    if (self?.kind === 'instance' && isClassMethod(method)) return [{ ...method, self: self.type }];
    return asProperty(evaluator, method, self);
  });
  if (values.length > 0 || bindings.length > 0) return values;
  return importsOf(module)
    .outsideMethods(evaluator, module, scope.name, name)
    .flatMap((method) => asProperty(evaluator, { ...method, self }, self));
}

function isClassMethod(value: Value): value is ScopeReference {
  return value.kind === 'scope' && scopeOf(value).isClassMethod === true;
}

function asProperty(evaluator: Evaluator, method: ScopeReference, self: Value | undefined): Value[] {
  const scope = scopeOf(method);
  if (!vocabularyOf(method.module).isProperty(scope)) return [method];
  const frame = self?.kind === 'instance' ? methodFrame(evaluator, self, method.module, scope) : method.module.frame;
  return scope.returns.flatMap((value) => evaluator.evaluate(value, frame));
}

function instanceMember(
  evaluator: Evaluator,
  instance: Instance,
  name: string,
  site: { expression: Expression; frame: Frame } | undefined,
): Value[] {
  const field = instance.fields?.get(name);
  const ancestry = evaluator.ancestry(instance.type);
  const values: Value[] = field ? field() : [];
  if (values.length > 0) return [...values, ...assignedElsewhere(evaluator, instance, name, isOption)];
  // What the constructor of a superclass was given counts before what a class declares for all of its instances.
  if (instance.construction)
    for (const type of ancestry) {
      values.push(...assignedIn(evaluator, instance, type, name));
      if (values.length > 0) return values;
    }
  for (const type of ancestry) {
    values.push(...assignedIn(evaluator, instance, type, name));
    if (values.length > 0) return values;
    // A field given to a constructor that is not written out (dataclass, settings class).
    values.push(...givenField(evaluator, instance, type, name));
    if (values.length > 0) return values;
    values.push(...declared(evaluator, type, name, instance, false));
    if (values.length > 0) return values;
    values.push(...fieldOfAnyLiteral(evaluator, instance, type, name));
    if (values.length > 0) return values;
  }
  values.push(...assignedElsewhere(evaluator, instance, name));
  if (values.length > 0) return values;
  for (const type of ancestry)
    for (const each of importsOf(type.module).embedded(evaluator, type, instance))
      values.push(...membersOf(evaluator, each, name, site));
  if (values.length > 0) return values;
  // All that is known is the declared type.
  for (const type of ancestry) {
    values.push(...declared(evaluator, type, name, instance, true));
    if (values.length > 0) return values;
  }
  return vocabularyOf(instance.type.module).instanceMember(evaluator, instance, name, site);
}

/** `self.name = …` in the methods of one class. */
function assignedIn(evaluator: Evaluator, instance: Instance, type: ScopeReference, name: string): Value[] {
  const { module } = type;
  return attributesNamed(module, name)
    .filter((assignment) => isAssignedTo(evaluator, assignment, type))
    .flatMap((assignment) => {
      const scope = enclosingFunction(module, assignment.scope);
      const frame = scope ? methodFrame(evaluator, instance, module, scope) : module.frame;
      return [...evaluator.evaluate(assignment.value, frame)];
    });
}

/**
 * `self._local.connection = …` where nothing is known of `self._local` (a library's object): what was assigned to the
 * same words, of the same instance.
 */
export function assignedAlike(
  evaluator: Evaluator,
  expression: Extract<Expression, { kind: 'member' }>,
  frame: Frame,
): Value[] {
  const { module } = frame;
  const written = (each: Expression) => module.text.slice(each.start, each.end);
  const words = written(expression.object);
  // `request.app.locals.db` is what was assigned to `app.locals.db`.
  const isSame = (other: string) => other === words || (other.includes('.') && words.endsWith(`.${other}`));
  const assignments = attributesNamed(module, expression.name).filter(
    (assignment) => assignment.value !== expression && isSame(written(assignment.object)),
  );
  if (assignments.length === 0) return [];
  let first: Expression = expression.object;
  while (first.kind === 'member') first = first.object;
  const instance = evaluator.evaluate(first, frame).find((value) => value.kind === 'instance');
  return assignments.flatMap((assignment) => {
    const scope = enclosingFunction(module, assignment.scope);
    const within = instance && scope ? methodFrame(evaluator, instance, module, scope) : module.frame;
    return [...evaluator.evaluate(assignment.value, within)];
  });
}

/** `self.name = …` in a method of the class. */
function isAssignedTo(evaluator: Evaluator, assignment: AttributeAssignment, type: ScopeReference): boolean {
  const { module } = type;
  const { object } = assignment;
  if (object.kind !== 'name') return false;
  const { scopes } = module.program;
  for (let id = assignment.scope; id >= 0; id = scopes[id]!.parent) {
    const scope = scopes[id]!;
    if (scope.receiver !== object.name) continue;
    if (scope.parent === type.scope) return true;
    const owner = scope.receiverType !== undefined ? evaluator.ownerOf(module, scope) : undefined;
    return owner !== undefined && sameScope(owner, type);
  }
  return false;
}

/** Struct literals of the type, when the instance is any instance. */
function fieldOfAnyLiteral(evaluator: Evaluator, instance: Instance, type: ScopeReference, name: string): Value[] {
  if (instance.construction || instance.fields) return [];
  return evaluator.project
    .recordsNamed(scopeOf(type).name)
    .filter(heardBy(type.module))
    .filter(({ module, record }) => !isInTests(module, record.start))
    .flatMap(({ module, record }) =>
      evaluator
        .evaluate(record, module.frame)
        .filter((value) => value.kind === 'instance')
        .filter((value) => sameScope(value.type, type))
        .flatMap((value) => value.fields?.get(name)?.() ?? []),
    );
}

/** Dataclasses and settings classes: the constructor takes the fields. */
function givenField(evaluator: Evaluator, instance: Instance, type: ScopeReference, name: string): Value[] {
  if (evaluator.constructorOf(type)) return [];
  const position = fieldNames(type).indexOf(name);
  if (position < 0) return [];
  const given = (construction: NonNullable<Instance['construction']>): Value[] => {
    const { call, frame } = construction;
    const argument =
      call.arguments.find((each) => each.name === name) ??
      call.arguments.filter((each) => each.name === undefined && !each.spread)[position];
    return argument ? [...evaluator.evaluate(argument.value, frame)] : [];
  };
  if (instance.construction) return given(instance.construction);
  const values: Value[] = [];
  let omitted = false;
  for (const site of evaluator.project.callsNamed(scopeOf(type).name).filter(heardBy(type.module))) {
    const callees = evaluator.evaluate(site.call.callee, site.module.frame);
    if (!callees.some((callee) => callee.kind === 'scope' && sameScope(callee, type))) continue;
    const found = given({ call: site.call, frame: site.module.frame });
    if (found.length === 0) omitted = true;
    values.push(...found);
  }
  return omitted ? [...values, ...declared(evaluator, type, name, instance)] : values;
}

function fieldNames(type: ScopeReference): string[] {
  const { bindings } = scopeOf(type);
  return Object.keys(bindings).filter((name) => bindings[name]!.some((binding) => binding.kind === 'value'));
}

/** `thing.name = …` outside of the class, where `thing` is such an instance. */
function assignedElsewhere(
  evaluator: Evaluator,
  instance: Instance,
  name: string,
  counts: (module: Module, assignment: AttributeAssignment) => boolean = () => true,
): Value[] {
  const values: Value[] = [];
  for (const { module, assignment } of evaluator.project.attributesNamed(name)) {
    if ((module.isTest && !instance.type.module.isTest) || !counts(module, assignment)) continue;
    const objects = evaluator.evaluate(assignment.object, module.frame);
    const matches = objects.some(
      (object) =>
        object === instance ||
        (object.kind === 'instance' &&
          sameScope(object.type, instance.type) &&
          (!object.construction || !instance.construction)),
    );
    if (matches) values.push(...evaluator.evaluate(assignment.value, module.frame));
  }
  return values;
}

/** `func(o *options) { o.path = path }`: a functional option changes what the struct was made with. */
function isOption({ program }: Module, { object, scope: at }: AttributeAssignment): boolean {
  const scope = program.scopes[at]!;
  return (
    scope.kind === 'function' &&
    scope.name === '' &&
    object.kind === 'name' &&
    scope.parameters.some((parameter) => parameter.name === object.name)
  );
}

/** The frame of a method that runs on an instance; a constructor's has the arguments that the instance was made with. */
export function methodFrame(evaluator: Evaluator, instance: Instance, module: Module, scope: Scope): Frame {
  const isAny = !instance.construction && !instance.fields;
  if (isAny && instance.type.module === module && instance.type.scope === scope.parent) return module.frame;
  const frames = getOrAdd(methodFrames, instance, () => new Map<Scope, Frame>());
  const kept = frames.get(scope);
  if (kept) return kept;
  const made = newFrame(module, scope.id, {
    self: instance,
    parameters: scope.isConstructor ? constructorArguments(evaluator, instance, module, scope) : undefined,
  });
  frames.set(scope, made);
  return made;
}

const methodFrames = new WeakMap<Instance, Map<Scope, Frame>>() as unknown as Map<Instance, Map<Scope, Frame>>;

function constructorArguments(
  evaluator: Evaluator,
  instance: Instance,
  module: Module,
  scope: Scope,
): ReadonlyMap<string, () => Value[]> | undefined {
  const own = evaluator.constructorOf(instance.type, instance.construction?.call);
  const prototype = scope.receiverType !== undefined ? evaluator.prototypeOf(module, scope) : undefined;
  if (own && ((own.module === module && own.scope === scope.id) || scopeOf(own) === prototype?.declaration)) {
    if (!instance.construction)
      return instance.type.scope === scope.parent && instance.type.module === module
        ? undefined
        : inheritedArguments(evaluator, instance.type, module, scope);
    return bindArguments(evaluator, module, scope, instance.construction.call, instance.construction.frame, own);
  }
  // An inherited constructor gets what the derived one passes on.
  for (const site of evaluator.callSites(module, scope)) {
    const caller = enclosingFunction(site.module, site.call.scope);
    if (!caller?.isConstructor || site.module.program.scopes[caller.parent]?.kind !== 'class') continue;
    const owner = evaluator.ownerOf(site.module, caller);
    if (!owner || !evaluator.ancestry(instance.type).some((type) => sameScope(type, owner))) continue;
    const frame = methodFrame(evaluator, instance, site.module, caller);
    return bindArguments(evaluator, module, scope, site.call, frame, undefined);
  }
  // Another constructor than the one that made it.
  return instance.construction ? new Map() : undefined;
}

/** What an inherited constructor is given for instances of one class, not for those of the others that inherit it. */
function inheritedArguments(
  evaluator: Evaluator,
  type: ScopeReference,
  module: Module,
  scope: Scope,
): ReadonlyMap<string, () => Value[]> {
  const classesOf = (site: CallSiteOf) =>
    evaluator
      .evaluate(site.call.callee, site.module.frame)
      .filter((callee) => callee.kind === 'scope')
      .filter((callee) => scopeOf(callee).kind === 'class');
  const ofType = (site: CallSiteOf) => classesOf(site).some((callee) => sameScope(callee, type));
  const ofOthers = (site: CallSiteOf) => {
    const classes = classesOf(site);
    const isOther = (each: ScopeReference) => !evaluator.ancestry(each).some((one) => sameScope(one, type));
    return classes.length > 0 && classes.every(isOther);
  };
  const bound = scope.parameters.map((parameter): [string, () => Value[]] => [
    parameter.name,
    () => {
      const sites = evaluator.callSites(module, scope).filter(heardBy(type.module)).filter(ofType);
      const values = sites.flatMap((site) => {
        const given = bindArguments(evaluator, module, scope, site.call, site.module.frame, site.callee);
        return (
          given.get(parameter.name)?.() ??
          (parameter.default ? [...evaluator.evaluate(parameter.default, module.frame)] : [])
        );
      });
      if (values.length > 0) return values;
      // What only other classes are made with says nothing of this one.
      const all = evaluator.callSites(module, scope).filter(heardBy(type.module));
      return all.length > 0 && all.every(ofOthers) ? [] : evaluator.parameter(module, scope, parameter, module.frame);
    },
  ]);
  return new Map(bound);
}

export function enclosingFunction(module: Module, scopeId: number): Scope | undefined {
  const { scopes } = module.program;
  for (let id = scopeId; id >= 0; id = scopes[id]!.parent) if (scopes[id]!.kind === 'function') return scopes[id];
  return undefined;
}

export function sameScope(left: ScopeReference, right: ScopeReference): boolean {
  return left.module === right.module && left.scope === right.scope;
}

export function scopeOf(reference: ScopeReference): Scope {
  return reference.module.program.scopes[reference.scope]!;
}

const attributeIndexes = new WeakMap<Module, Map<string, AttributeAssignment[]>>();

function attributesNamed(module: Module, name: string): readonly AttributeAssignment[] {
  module.look(name);
  let index = attributeIndexes.get(module);
  if (!index) {
    index = new Map();
    for (const assignment of module.program.attributes) getOrAdd(index, assignment.name, () => []).push(assignment);
    attributeIndexes.set(module, index);
  }
  return index.get(name) ?? [];
}

/** The bindings of a module under a name, imports included. */
export function moduleBindings(module: Module, name: string): readonly Binding[] {
  module.look(name);
  const bindings = module.program.scopes[0]!.bindings;
  return Object.hasOwn(bindings, name) ? bindings[name]! : [];
}
