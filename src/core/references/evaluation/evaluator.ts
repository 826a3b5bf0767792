import type { Argument, Binding, Call, Expression, Parameter, Scope } from '../syntax/program';
import { bindArguments } from './arguments';
import { assignedAlike, membersOf, sameScope } from './members';
import { getOrAdd, heardBy, isInTests, lastName } from './project';
import type { Module, Project } from './project';
import { ANCHOR, newFrame } from './value';
import type { Frame, Instance, ScopeReference, Text, Value } from './value';
import { concatenate, formatPercent, holeText, joinTexts, literalText, seal } from './texts';
import { importsOf } from './imports';
import { isOtherDriver } from './other-engines';
import { own, vocabularyOf } from './vocabulary';
import { callbackArguments, decoratedArguments } from './callbacks';
import { joinList } from './operations';
import { entriesOf, keyOf, partsOf } from './records';
import { Invocation } from './invocation';

/** More alternatives than this are not told apart. */
const MOST_VALUES = 64;
const DEEPEST = 60;
const MOST_STEPS_PER_FILE = 30_000;
const HURRIED_STEPS = 300;
/** Looking up what is known costs little, but not nothing: there are programs in which all is known and asked a million times. */
const STEPS_FOR_KNOWN = 0.2;
/** Callees by which a constructor is called from within its class family. */
const GENERAL = ['super', 'cls', 'constructor', 'self', 'this', '__construct', 'base'];

/** A call, and the function that it reaches. */
export interface CallSiteOf {
  readonly module: Module;
  readonly call: Call;
  readonly callee: ScopeReference;
}

/**
 * Computes what an expression can be, from the neutral form alone. Lazy and by need: names are followed to their
 * bindings, parameters to the arguments of the call in the frame or else of every call, attributes to their assignments,
 * calls to the values that the function returns. Unknown is the empty set.
 */
export class Evaluator {
  private depth = 0;
  private steps = 0;
  private spent = 0;
  /** Least depth of the questions under way that the present one came back to. */
  private cut = Infinity;
  private readonly pending: Pending[] = [];
  private readonly running = new Map<string, number>();
  private readonly importing = new Set<Binding>();
  private readonly sites = new Map<string, { sites: Map<string, CallSiteOf[]>; isComplete: boolean }>();
  /** In a quiet question parameters are what the same file gives them; no other file is asked for. */
  private quiet = false;

  constructor(
    readonly project: Project,
    private readonly mostSteps = 10_000,
  ) {}

  /** Call before each independent question. */
  begin(): void {
    this.spent += this.steps;
    this.steps = 0;
  }

  /**
   * Call before the questions of each file: they are answered from nothing, so that the answers depend on what they read
   * and not on what was asked before.
   */
  beginFile(): void {
    this.beginSearch();
    this.sites.clear();
    this.anyInstances.clear();
    this.project.invalidate();
  }

  /** A file that is tangled beyond measure gets short answers after a while, in each of the searches for itself. */
  beginSearch(): void {
    this.begin();
    this.spent = 0;
  }

  private get limit(): number {
    return this.spent > MOST_STEPS_PER_FILE ? HURRIED_STEPS : this.mostSteps;
  }

  evaluate(expression: Expression, frame: Frame): readonly Value[] {
    const known = frame.memo.get(expression);
    if (known instanceof Pending) {
      // A cycle adds nothing of its own; but what was computed on the way round is not the whole answer.
      this.cut = Math.min(this.cut, known.depth);
      return [];
    }
    if (known) {
      this.steps += STEPS_FOR_KNOWN;
      return known;
    }
    if (this.depth > DEEPEST || ++this.steps > this.limit) {
      this.cut = 0;
      return [];
    }
    const depth = this.depth++;
    const outer = this.cut;
    this.cut = Infinity;
    frame.memo.set(expression, (this.pending[depth] ??= new Pending(depth)));
    const values = distinct(this.compute(expression, frame));
    this.depth = depth;
    if (this.cut >= depth) {
      frame.memo.set(expression, values);
      this.cut = outer;
    } else {
      frame.memo.delete(expression);
      this.cut = depth === 0 ? Infinity : Math.min(this.cut, outer);
    }
    return values;
  }

  /** The values without what other files pass: cheap, for expressions that may well be no paths at all. */
  evaluateQuietly(expression: Expression, frame: Frame): readonly Value[] {
    this.quiet = true;
    const values = this.evaluate(expression, frame);
    this.quiet = false;
    return values;
  }

  texts(expression: Expression, frame: Frame): Text[] {
    return this.evaluate(expression, frame).filter((value) => value.kind === 'text');
  }

  private compute(expression: Expression, frame: Frame): Value[] {
    const { module } = frame;
    switch (expression.kind) {
      case 'literal':
        return [literalText(expression, { module, expression, frame })];
      case 'number':
        return [{ kind: 'number', value: expression.value }];
      case 'file':
        return [
          {
            ...holeText({ module, expression, frame }),
            text: `${expression.url ? 'file://' : ''}${ANCHOR.workspace}/${expression.directory ? module.directory : module.file}`,
          },
        ];
      case 'same':
        return [...this.evaluate(expression.of, frame)];
      case 'concatenation':
        return concatenate(
          expression.parts.map((part) => this.textsOrHole(part, frame)),
          { module, expression, frame },
        );
      case 'join':
        return joinTexts(
          expression.parts.map((part) => this.textsOrHole(part, frame)),
          { module, expression, frame },
          true,
        );
      case 'format':
        return formatPercent(
          this.texts(expression.template, frame),
          expression.values.map((value) => this.textsOrHole(value, frame)),
          { module, expression, frame },
        );
      case 'choice':
        return this.choice(expression, frame).map(seal);
      case 'name':
        return this.name(expression.name, expression.scope, expression.start, frame);
      case 'member': {
        const objects = this.evaluate(expression.object, frame);
        const values = objects.flatMap((object) => membersOf(this, object, expression.name, { expression, frame }));
        if (values.some((value) => value.kind !== 'external')) return values;
        const assigned = assignedAlike(this, expression, frame);
        if (assigned.length > 0) return assigned;
        const held = vocabularyOf(module).unknownMember?.(this, expression, frame) ?? [];
        return held.length > 0 ? held : values;
      }
      case 'index':
        return this.index(expression, frame);
      case 'element':
        return this.element(expression, frame);
      case 'list':
        return [{ kind: 'list', items: expression.items.map((item) => () => [...this.evaluate(item, frame)]) }];
      case 'record':
        return this.record(expression, frame);
      case 'function':
        return [{ kind: 'scope', module, scope: expression.scope, closure: frame }];
      case 'call':
        return this.call(expression, frame);
      case 'unknown':
        return [];
    }
  }

  /** What an operand of a text operation can be; a hole where that is not known. */
  textsOrHole(expression: Expression, frame: Frame): Text[] {
    const values = this.evaluate(expression, frame);
    const texts = values.flatMap((value): Text[] => {
      if (value.kind === 'text') return [value];
      if (value.kind === 'number')
        return [{ ...holeText({ module: frame.module, expression, frame }), text: String(value.value) }];
      return [];
    });
    return texts.length > 0 ? texts : [holeText({ module: frame.module, expression, frame })];
  }

  private choice(expression: Extract<Expression, { kind: 'choice' }>, frame: Frame): Value[] {
    const { whenGiven } = expression;
    if (whenGiven && this.isGiven(whenGiven.name, frame) && this.evaluate(whenGiven.name, frame).length > 0)
      return [...this.evaluate(expression.options[whenGiven.option]!, frame)];
    const [first] = expression.options;
    if (expression.firstWins && first && this.isGiven(first, frame)) {
      const given = this.evaluate(first, frame);
      if (given.length > 0) return [...given];
    }
    return expression.options.flatMap((option) => this.evaluate(option, frame));
  }

  /** Is the expression a parameter for which the call in progress has an argument? */
  private isGiven(expression: Expression, frame: Frame): boolean {
    if (expression.kind === 'choice' && expression.firstWins) return this.isGiven(expression.options[0]!, frame);
    if (expression.kind !== 'name') return false;
    for (let each: Frame | undefined = frame; each; each = each.outer)
      if (each.parameters?.has(expression.name)) return true;
    return false;
  }

  // ---- names

  private name(name: string, scopeId: number, at: number, frame: Frame): Value[] {
    const { module } = frame;
    const { scopes } = module.program;
    for (let id = scopeId; id >= 0; id = scopes[id]!.parent) {
      const scope = scopes[id]!;
      if (scope.kind === 'class' && id !== scopeId && !vocabularyOf(module).classScopeIsVisible) continue;
      if (scope.receiver === name) return [this.receiver(module, scope, frame)];
      if (scope.kind === 'class' && id !== scopeId) {
        const implicit = this.implicitMember(module, scope, name, frame);
        if (implicit.length > 0) return implicit;
        continue;
      }
      const parameter = scope.parameters.find((each) => each.name === name);
      const bindings = scope.bindings[name];
      if (bindings && Object.hasOwn(scope.bindings, name)) {
        // What gives it its value may be left out.
        if (id === 0 && bindings.every((each) => each.kind === 'value' && each.declared)) module.look(name);
        if (id === 0 && scopeId !== 0) {
          const set = setBefore(bindings, at, scopes[scopeId]!);
          if (set.length > 0) return set.flatMap((binding) => this.binding(binding, scopeId, frame));
        }
        const reaching = this.reaching(visibleAt(bindings, at), id === scopeId ? at : -1, parameter !== undefined);
        // `if path is None: path = …` leaves an argument that is given as it is.
        const given =
          parameter && reaching.entry && this.boundFrame(module, scope.id, frame)?.parameters?.get(name)?.();
        if (given && given.length > 0) return given;
        const values = reaching.bindings.flatMap((binding) => this.binding(binding, id, frame));
        if (parameter && reaching.entry) values.push(...this.parameter(module, scope, parameter, frame));
        return values;
      }
      if (parameter) return this.parameter(module, scope, parameter, frame);
    }
    if (name === vocabularyOf(module).superName) return this.superOf(module, scopeId, frame);
    module.look(name);
    return importsOf(module).fallback(this, module, name);
  }

  /** Java, C#, C++ and Ruby name a field without `this`. */
  private implicitMember(module: Module, scope: Scope, name: string, frame: Frame): Value[] {
    if (!vocabularyOf(module).classScopeIsVisible) return [];
    const self = this.receiver(module, scope, frame);
    return membersOf(this, self, name, undefined);
  }

  /** The bindings that can be in force at an offset of the same scope. `entry`: also what held before the first of them. */
  private reaching(
    bindings: readonly Binding[],
    at: number,
    hasEntry: boolean,
  ): { bindings: readonly Binding[]; entry: boolean } {
    if (at < 0 || (bindings.length === 1 && !hasEntry)) return { bindings, entry: false };
    const before = bindings.filter((binding) => binding.end <= at);
    if (before.length === 0) return hasEntry ? { bindings: [], entry: true } : { bindings, entry: false };
    let from = -1;
    before.forEach((binding, index) => {
      if (binding.block.start <= at && at <= binding.block.end) from = index;
    });
    return { bindings: before.slice(Math.max(0, from)), entry: hasEntry && from < 0 };
  }

  /** `byType`: where the value is not known, any instance of the declared type. */
  binding(binding: Binding, scopeId: number, frame: Frame, byType = true): Value[] {
    const { module } = frame;
    const at = this.frameOf(scopeId, frame);
    if (binding.kind === 'scope') return [{ kind: 'scope', module, scope: binding.scope, closure: at }];
    if (binding.kind === 'import') {
      // Two modules may import the same name from each other.
      if (this.importing.has(binding)) return [];
      this.importing.add(binding);
      const imported = importsOf(module).imported(this, module, binding);
      this.importing.delete(binding);
      return imported;
    }
    const values = [...this.evaluate(binding.value, at)];
    return values.length === 0 && binding.type && byType ? this.instancesOf(binding.type, at) : values;
  }

  /** The innermost frame of the chain that a scope sees. */
  private frameOf(scopeId: number, frame: Frame): Frame {
    const { scopes } = frame.module.program;
    for (let id = scopeId; id >= 0; id = scopes[id]!.parent)
      for (let each: Frame | undefined = frame; each; each = each.outer)
        if (each.scope === id && each.module === frame.module) return each;
    return frame.module.frame;
  }

  private boundFrame(module: Module, scopeId: number, frame: Frame): Frame | undefined {
    for (let each: Frame | undefined = frame; each; each = each.outer)
      if (each.scope === scopeId && each.module === module) return each;
    return undefined;
  }

  /** The instance that a method works on: the one of the frame, or any instance of its class. */
  receiver(module: Module, scope: Scope, frame: Frame): Value {
    const bound = this.boundFrame(module, scope.id, frame)?.self;
    if (bound) return bound;
    if (scope.kind === 'class') {
      for (let each: Frame | undefined = frame; each; each = each.outer)
        if (each.self?.kind === 'instance') return each.self;
      return this.anyInstance({ kind: 'scope', module, scope: scope.id, closure: module.frame });
    }
    const owner = this.ownerOf(module, scope);
    if (owner && scope.isClassMethod) return owner;
    return owner ? this.anyInstance(owner) : { kind: 'external', name: scope.receiver ?? 'this' };
  }

  /** What `super` means in a method. */
  superOf(module: Module, scopeId: number, frame: Frame): Value[] {
    const { scopes } = module.program;
    for (let id = scopeId; id >= 0; id = scopes[id]!.parent) {
      const scope = scopes[id]!;
      if (scope.kind !== 'function' || scope.receiver === undefined) continue;
      const type = this.ownerOf(module, scope);
      if (type) return [{ kind: 'super', type, self: this.receiver(module, scope, frame) }];
    }
    return [];
  }

  /** The class that a method belongs to. */
  ownerOf(module: Module, scope: Scope): ScopeReference | undefined {
    if (scope.receiverType !== undefined) {
      const found = this.name(scope.receiverType, 0, -1, module.frame).find((value) => value.kind === 'scope');
      return found;
    }
    for (let id = scope.parent; id >= 0; id = module.program.scopes[id]!.parent) {
      const each = module.program.scopes[id]!;
      if (each.kind === 'class') return { kind: 'scope', module, scope: id, closure: module.frame };
    }
    return undefined;
  }

  private readonly anyInstances = new Map<Scope, Instance>();

  anyInstance(type: ScopeReference): Instance {
    const scope = type.module.program.scopes[type.scope]!;
    return getOrAdd(this.anyInstances, scope, () => ({ kind: 'instance', type }));
  }

  /** Instances of the classes that a type expression names; library classes as what they are. */
  instancesOf(type: Expression, frame: Frame): Value[] {
    return this.evaluate(type, frame).flatMap((value): Value[] => {
      // `Annotated[Connection, Depends(connect)]`
      if (value.kind === 'handle' || value.kind === 'instance') return [value];
      // `ReturnType<typeof createServices>`
      if (value.kind === 'record' && type.kind !== 'record') return [value];
      if (value.kind !== 'scope') return [];
      const scope = value.module.program.scopes[value.scope]!;
      return scope.kind === 'class' ? [this.anyInstance(value)] : [];
    });
  }

  // ---- parameters

  parameter(module: Module, scope: Scope, parameter: Parameter, frame: Frame): Value[] {
    const prototype = scope.receiverType !== undefined ? this.prototypeOf(module, scope) : undefined;
    const declared = prototype?.declaration.parameters[scope.parameters.indexOf(parameter)];
    if (prototype && declared && !this.boundFrame(module, scope.id, frame)?.parameters?.has(parameter.name)) {
      // A method that is defined outside of its class: calls and defaults belong to its declaration there.
      const values = this.parameter(prototype.module, prototype.declaration, declared, prototype.module.frame);
      if (values.length > 0) return values;
    }
    const bound = this.boundFrame(module, scope.id, frame);
    const argument = bound?.parameters?.get(parameter.name);
    const outer = bound?.outer ?? this.frameOf(scope.parent, frame);
    if (bound?.parameters)
      return argument ? argument() : parameter.default ? [...this.evaluate(parameter.default, outer)].map(seal) : [];
    // Not the whole answer: it is not to be remembered.
    if (this.quiet) this.cut = -1;
    const key = `${module.file}\0${scope.id}\0${parameter.name}`;
    const running = this.running.get(key);
    if (running !== undefined) {
      this.cut = Math.min(this.cut, running);
      return [];
    }
    this.running.set(key, this.depth - 1);
    const values: Value[] = scope.decorators.length > 0 ? [...decoratedArguments(this, module, scope, parameter)] : [];
    const isHanded = values.length > 0;
    const sites =
      parameter.rest || isHanded
        ? []
        : this.callSites(module, scope)
            .filter(this.quiet ? (site) => site.module === module : heardBy(module))
            .filter((site) => !isInTests(site.module, site.call.start) || isInTests(module, scope.start));
    let omitted = sites.length === 0 && !isHanded;
    for (const site of sites) {
      const { callee } = site;
      const bindings = bindArguments(this, module, scope, site.call, site.module.frame, callee);
      const given = bindings.get(parameter.name);
      if (given) values.push(...given());
      else omitted = true;
    }
    if (parameter.default && (omitted || values.length === 0))
      values.push(...this.evaluate(parameter.default, outer).map(seal));
    if (values.length === 0) values.push(...callbackArguments(this, module, scope, parameter));
    if (values.length === 0 && parameter.type) values.push(...this.instancesOf(parameter.type, outer));
    if (values.length === 0) values.push(...vocabularyOf(module).injected(this, module, scope, parameter));
    this.running.delete(key);
    return values;
  }

  /** The declaration in the class of a method that is defined outside of it (C++). */
  prototypeOf(module: Module, scope: Scope): { module: Module; declaration: Scope } | undefined {
    if (module.program.language !== 'cpp') return undefined;
    const owner = this.ownerOf(module, scope);
    const bindings = owner && owner.module.program.scopes[owner.scope]!.bindings[scope.name];
    for (const binding of bindings ?? []) {
      if (binding.kind !== 'scope' || !owner) continue;
      const declaration = owner.module.program.scopes[binding.scope]!;
      if (declaration.parameters.length === scope.parameters.length) return { module: owner.module, declaration };
    }
    return undefined;
  }

  /** The calls of a function; for a constructor, those that make an instance. */
  callSites(module: Module, scope: Scope): readonly CallSiteOf[] {
    const owner =
      scope.isConstructor && module.program.scopes[scope.parent]?.kind === 'class'
        ? module.program.scopes[scope.parent]
        : undefined;
    const key = `${module.file}\0${scope.id}`;
    if (!owner) return this.sitesNamed(scope.name, true).get(key) ?? [];
    return [
      ...[owner.name, ...this.project.heirNamesOf(owner.name)].flatMap(
        (name) => this.sitesNamed(name, true).get(key) ?? [],
      ),
      ...[scope.name, ...GENERAL].flatMap((name) => this.sitesNamed(name, false).get(key) ?? []),
    ];
  }

  /** The calls whose callee ends in a name, by the function that each reaches. */
  private sitesNamed(name: string, ask: boolean): ReadonlyMap<string, CallSiteOf[]> {
    const known = this.sites.get(name);
    // While it is being made, what is known so far is what a question within it gets.
    if (known?.isComplete === false) this.cut = -1;
    const calls = this.project.callsNamed(name, ask && !this.quiet);
    if (known) return known.sites;
    const made = { sites: new Map<string, CallSiteOf[]>(), isComplete: false };
    this.sites.set(name, made);
    const { cut, quiet } = this;
    this.quiet = false;
    for (const site of calls) {
      const reached = new Set<string>();
      for (const callee of this.evaluate(site.call.callee, site.module.frame)) {
        const target = this.constructorOf(callee, site.call) ?? callee;
        if (target.kind !== 'scope') continue;
        const key = `${target.module.file}\0${target.scope}`;
        if (reached.has(key)) continue;
        reached.add(key);
        getOrAdd(made.sites, key, () => []).push({ ...site, callee: target });
      }
    }
    this.cut = cut;
    this.quiet = quiet;
    made.isComplete = true;
    return made.sites;
  }

  /**
   * The constructor that calling a class runs, its own or an inherited one; of several the one that takes so many
   * arguments. `this(…)` in a constructor runs another one of the same class.
   */
  constructorOf(value: Value, call?: Call): ScopeReference | undefined {
    if (value.kind === 'super') {
      const [, ...bases] = this.ancestry(value.type);
      for (const base of bases) {
        const found = this.constructorOf(base, call);
        if (found) return found;
      }
      return undefined;
    }
    if (value.kind === 'instance' && call?.callee.kind === 'name' && call.callee.name === 'this')
      return this.constructorOf(value.type, call);
    if (value.kind !== 'scope') return undefined;
    const scope = value.module.program.scopes[value.scope]!;
    if (scope.kind !== 'class') return undefined;
    for (const type of this.ancestry(value)) {
      const constructors = constructorsIn(type.module, type.scope);
      if (constructors.length === 0) continue;
      const count = call?.arguments.length ?? 0;
      const best = (call && constructors.find((each) => takes(each, count))) ?? constructors[0]!;
      return { kind: 'scope', module: type.module, scope: best.id, closure: type.closure };
    }
    return undefined;
  }

  /** A class and what it inherits from, nearest first. */
  ancestry(type: ScopeReference): ScopeReference[] {
    const result: ScopeReference[] = [];
    const queue = [type];
    while (queue.length > 0 && result.length < 20) {
      const each = queue.shift()!;
      if (result.some((known) => known.module === each.module && known.scope === each.scope)) continue;
      result.push(each);
      for (const base of each.module.program.scopes[each.scope]!.bases)
        for (const value of this.evaluate(base, each.module.frame))
          if (value.kind === 'scope' && value.module.program.scopes[value.scope]!.kind === 'class') queue.push(value);
    }
    return result;
  }

  // ---- calls

  call(call: Call, frame: Frame): Value[] {
    const callees = this.evaluate(call.callee, frame);
    const values = callees.flatMap((callee) => this.invoke(callee, call, frame));
    if (values.length > 0) return values;
    return vocabularyOf(frame.module).unknownCall(new Invocation(this, call, frame));
  }

  private invoke(callee: Value, call: Call, frame: Frame): Value[] {
    const { module } = frame;
    if (callee.kind === 'external') {
      const { functions } = vocabularyOf(module);
      const operation = own(functions, callee.name) ?? own(functions, callee.name.split('.').slice(-2).join('.'));
      if (operation) return operation(new Invocation(this, call, frame));
      return isOtherDriver(callee.name) ? new Invocation(this, call, frame).otherEngine() : [];
    }
    if (callee.kind === 'handle') return vocabularyOf(module).ofHandle?.(new Invocation(this, call, frame)) ?? [callee];
    if (callee.kind === 'method') return this.invokeMethod(callee, new Invocation(this, call, frame));
    if (callee.kind === 'instance')
      return membersOf(this, callee, vocabularyOf(module).callMethod, undefined).flatMap((each) =>
        this.invoke(each, call, frame),
      );
    if (callee.kind !== 'scope') return [];
    const scope = callee.module.program.scopes[callee.scope]!;
    if (scope.kind === 'class') {
      const kept = frame.instances.get(call);
      // The same call can make instances of several classes; the one kept is that of one of them.
      if (kept?.kind === 'instance' && sameScope(kept.type, callee)) return [kept];
      const made: Instance = { kind: 'instance', type: callee, construction: { call, frame } };
      if (!kept) frame.instances.set(call, made);
      return [made];
    }
    const bound = this.callFrame(callee, call, frame);
    const values = scope.returns.flatMap((value) => this.evaluate(value, bound));
    if (callee.module.isGenerated) return vocabularyOf(module).generated(new Invocation(this, call, frame), scope.name);
    return values.map(seal);
  }

  private invokeMethod(method: Extract<Value, { kind: 'method' }>, call: Invocation): Value[] {
    const { receiver, name } = method;
    if (receiver.kind === 'instance') return [receiver];
    const vocabulary = vocabularyOf(call.frame.module);
    if (receiver.kind === 'text') return own(vocabulary.textMethods, name)?.(receiver, call) ?? [];
    if (receiver.kind === 'record') {
      const parts = partsOf(receiver, name, call.origin);
      if (parts) return [parts];
      if (name === 'get' || name === 'pop' || name === 'setdefault') {
        const key = call.texts(0)[0]?.text;
        const entries = receiver.entries.filter(
          (entry) => key === undefined || entry.key === undefined || entry.key === key,
        );
        const found = entries.flatMap((entry) => entry.value());
        const within = call.texts(1)[0]?.text;
        if (receiver.isSections && within !== undefined)
          return found.flatMap((section) =>
            section.kind === 'record'
              ? section.entries.filter((entry) => entry.key === within).flatMap((entry) => entry.value())
              : [],
          );
        // What is there is what is got, and the default is for what is not.
        const isThere = key !== undefined && entries.length > 0 && entries.every((entry) => entry.key === key);
        return isThere && found.length > 0 ? found : [...found, ...call.values(1).map(seal)];
      }
    }
    if (receiver.kind === 'list') {
      if (name === 'join' && call.positional.length > 0)
        return vocabulary.textMethods.join ? [] : joinList(receiver, call, call.object, call.textsOrHoleAt(0));
      if (name === 'index' || name === 'count' || name === 'append') return [];
      return [receiver];
    }
    return [];
  }

  /** The frame of one call of a function. */
  callFrame(callee: ScopeReference, call: Call, frame: Frame): Frame {
    const scope = callee.module.program.scopes[callee.scope]!;
    const make = () =>
      newFrame(callee.module, callee.scope, {
        parameters: bindArguments(this, callee.module, scope, call, frame, callee),
        self: callee.self,
        outer: callee.closure,
      });
    // The same call can reach several functions; the frame kept is that of one of them.
    const kept = frame.calls.get(call);
    if (kept && kept.module === callee.module && kept.scope === callee.scope && kept.self === callee.self) return kept;
    const made = make();
    frame.calls.set(call, made);
    return made;
  }

  // ---- structures

  private record(expression: Extract<Expression, { kind: 'record' }>, frame: Frame): Value[] {
    const entries = expression.entries.flatMap((entry) => entriesOf(this, entry, frame));
    const types = expression.type
      ? this.evaluate(expression.type, frame).filter((value) => value.kind === 'scope')
      : [];
    if (types.length === 0) return [{ kind: 'record', entries }];
    return types.map((type): Value => {
      const kept = frame.instances.get(expression);
      if (kept) return kept;
      const scope = type.module.program.scopes[type.scope]!;
      // Unnamed entries follow the order of the fields.
      const names = fieldNames(scope);
      const fields = new Map(entries.map((entry, index) => [entry.key ?? names[index] ?? '', entry.value]));
      const made: Instance = { kind: 'instance', type, fields };
      frame.instances.set(expression, made);
      return made;
    });
  }

  private index(expression: Extract<Expression, { kind: 'index' }>, frame: Frame): Value[] {
    const indexes = this.evaluate(expression.index, frame);
    return this.evaluate(expression.object, frame).flatMap((object): Value[] => {
      if (object.kind === 'record') {
        const keys = indexes.flatMap((index) => (index.kind === 'text' ? [index.text] : []));
        const entries = object.entries.filter(
          (entry) => keys.length === 0 || entry.key === undefined || keys.includes(entry.key),
        );
        return entries.flatMap((entry) => entry.value());
      }
      if (object.kind === 'list') {
        const at = indexes.find((index) => index.kind === 'number')?.value;
        const items = at === undefined ? object.items : object.items.slice(at, at === -1 ? undefined : at + 1);
        return items.flatMap((item) => item());
      }
      // The first of the rows that a helper gives: it leads to the same database.
      if (object.kind === 'handle' && frame.module.program.language === 'typescript') return [object];
      // `Repository[User]`: the same class or function, with types for its parameters.
      if (object.kind === 'scope') return [object];
      if (object.kind === 'external')
        return vocabularyOf(frame.module).indexExternal(
          object.name,
          indexes.find((index) => index.kind === 'text')?.text,
          this,
          { module: frame.module, expression, frame },
        );
      if (object.kind === 'text' || object.kind === 'instance')
        return vocabularyOf(frame.module).indexValue(this, object, indexes, {
          module: frame.module,
          expression,
          frame,
        });
      return [];
    });
  }

  private element(expression: Extract<Expression, { kind: 'element' }>, frame: Frame): Value[] {
    return this.evaluate(expression.of, frame).flatMap((value): Value[] => {
      if (value.kind === 'list') {
        if (expression.index === undefined) return value.items.flatMap((item) => item());
        return value.items[expression.index]?.() ?? [];
      }
      if (value.kind === 'record') {
        if (expression.index !== undefined)
          return value.entries.filter((entry) => entry.key === undefined).flatMap((entry) => entry.value());
        const isValue = !expression.key && LOOPS_OVER_VALUES.has(frame.module.program.language);
        return value.entries.flatMap((entry): Value[] =>
          isValue || (entry.key === undefined && !entry.name)
            ? entry.value()
            : keyOf(entry, { module: frame.module, expression, frame }),
        );
      }
      // Several results of a library function: the first is the value, the others tell of failure.
      if (expression.index === undefined || expression.index === 0)
        return value.kind === 'text' && expression.index === undefined ? [] : [value];
      return [];
    });
  }

  argumentValues(argument: Argument | undefined, frame: Frame): Value[] {
    return argument ? [...this.evaluate(argument.value, frame)] : [];
  }

  calleeName(call: Call): string | undefined {
    return lastName(call.callee);
  }
}

const fieldsOf = new WeakMap<Scope, readonly string[]>();

/** The fields of a struct in their order; an embedded one has the name of its type. */
function fieldNames(scope: Scope): readonly string[] {
  const known = fieldsOf.get(scope);
  if (known) return known;
  const own = Object.entries(scope.bindings).map(([name, [first]]) => ({ name, start: first?.start ?? 0 }));
  const embedded = scope.bases.map((base) => ({ name: lastName(base) ?? '', start: base.start }));
  const names = [...own, ...embedded].sort((one, other) => one.start - other.start).map(({ name }) => name);
  fieldsOf.set(scope, names);
  return names;
}

/** A loop over a map that is given one name gets the values in these, not the keys. */
const LOOPS_OVER_VALUES = new Set(['go', 'php']);

/** Stands for the values of an expression that is being computed. */
class Pending extends Array<Value> {
  constructor(readonly depth: number) {
    super();
  }
}

const constructors = new WeakMap<Scope, Scope[]>();

function constructorsIn(module: Module, classScope: number): readonly Scope[] {
  const scope = module.program.scopes[classScope]!;
  let found = constructors.get(scope);
  if (!found) constructors.set(scope, (found = findConstructors(module, classScope)));
  return found;
}

function findConstructors(module: Module, classScope: number): Scope[] {
  const { scopes } = module.program;
  return Object.values(scopes[classScope]!.bindings)
    .flat()
    .flatMap((binding) =>
      binding.kind === 'scope' && scopes[binding.scope]!.isConstructor ? [scopes[binding.scope]!] : [],
    );
}

function takes(scope: Scope, count: number): boolean {
  const required = scope.parameters.filter((parameter) => !parameter.default && !parameter.rest).length;
  return (
    count >= required && (count <= scope.parameters.length || scope.parameters.some((parameter) => parameter.rest))
  );
}

/** `global connection; connection = …`: what a function has certainly set by itself when it comes to an offset. */
function setBefore(bindings: readonly Binding[], at: number, scope: Scope): readonly Binding[] {
  const before = bindings.filter((each) => scope.start <= each.start && each.end <= at && at <= scope.end);
  const from = before.findLastIndex(({ block }) => block.start <= at && at <= block.end);
  return from < 0 ? [] : before.slice(from);
}

/** Block-scoped bindings count in their block alone. */
function visibleAt(bindings: readonly Binding[], at: number): readonly Binding[] {
  if (at < 0 || !bindings.some((binding) => binding.kind === 'value' && binding.blockScoped)) return bindings;
  return bindings.filter(
    (binding) =>
      binding.kind !== 'value' || !binding.blockScoped || (binding.block.start <= at && at <= binding.block.end),
  );
}

/** Without repetitions, and not too many. */
function distinct(values: Value[]): Value[] {
  if (values.length < 2) return values;
  const result: Value[] = [];
  const texts = new Set<string>();
  for (const value of values) {
    if (value.kind === 'text') {
      const origin = value.origin;
      const key = `${value.text}\0${origin.module.file}\0${origin.expression.start}\0${origin.expression.end}\0${value.isPath}`;
      if (texts.has(key)) continue;
      texts.add(key);
    } else if (result.includes(value)) continue;
    else if (
      value.kind === 'scope' &&
      result.some(
        (each) =>
          each.kind === 'scope' &&
          each.module === value.module &&
          each.scope === value.scope &&
          each.self === value.self &&
          each.closure === value.closure,
      )
    )
      continue;
    else if (value.kind === 'external' && result.some((each) => each.kind === 'external' && each.name === value.name))
      continue;
    else if (
      value.kind === 'handle' &&
      result.some((each) => each.kind === 'handle' && each.call === value.call && each.paths === value.paths)
    )
      continue;
    result.push(value);
    if (result.length >= MOST_VALUES) break;
  }
  return result;
}
