import type { Evaluator } from '../evaluation/evaluator';
import { isConfiguration } from '../evaluation/file-contents';
import { getOrAdd, walk } from '../evaluation/project';
import type { Module } from '../evaluation/project';
import { ANCHOR } from '../evaluation/value';
import { enclosingFunction } from '../evaluation/members';
import type { Frame, Segment, Text, Value } from '../evaluation/value';
import type { Entry, Expression, Literal, Scope } from '../syntax/program';
import { logs } from '../sql/prose';
import { framesOfHeirs } from './heirs';
import { Interest } from './interest';
import { isParameter } from './parameters';
import type { DatabaseResolver, Resolution } from './resolve';

/** A place in code where the path of a database is put together. */
export interface PathPlace {
  readonly module: Module;
  readonly start: number;
  readonly end: number;
  readonly resolution: Exclude<Resolution, { place: 'none' }>;
  readonly shape: 'connect' | 'path-object' | 'string' | 'url' | 'text';
  /** The expressions whose value the place gives, to find what is opened with it. */
  readonly origins: readonly Expression[];
  /** Something opens a database with it. */
  readonly isOpened: boolean;
  readonly isDocumentation: boolean;
}

const DATABASE_TEXT = /\.(?:db3?|sqlite3?|s3db|sl3)\b/i;

interface Group {
  readonly module: Module;
  readonly expression: Expression;
  readonly texts: Map<string, Text>;
  opened: boolean;
  direct: boolean;
}

/** A path that evaluation came upon, and what is done with it there. */
export interface PathNote {
  readonly text: Text;
  readonly opened: boolean;
  /** It is an argument of the very call that opens it. */
  readonly direct: boolean;
}

/** What was evaluated of a module: texts that may be paths, and the databases opened with them. */
export class PathSearch {
  private readonly notes: PathNote[] = [];

  constructor(
    private readonly evaluator: Evaluator,
    private readonly resolver: DatabaseResolver,
  ) {}

  /** Evaluates the expressions of a module that can give a path or open a database. */
  search(module: Module): readonly PathNote[] {
    this.evaluator.beginSearch();
    const interest = new Interest(module, (text) => mayName(text, this.resolver));
    const names = new Set<Expression>();
    const heirs = new Map<Scope, readonly Frame[]>();
    const visit = (root: Expression, scope: number) =>
      walk(root, (expression) => {
        if (expression.kind === 'record') for (const { key } of expression.entries) if (isLookUp(key)) names.add(key);
        if (expression.kind === 'call') for (const each of toldIn(expression)) names.add(each);
        if (names.delete(expression)) return;
        const worth = interest.worthOf(expression);
        if (!worth) return;
        const evaluate = (frame: Frame) => {
          this.evaluator.begin();
          return worth === 'full'
            ? this.evaluator.evaluate(expression, frame)
            : this.evaluator.evaluateQuietly(expression, frame);
        };
        // What a method makes of the attributes of its instance is what the classes have that inherit it.
        const method = enclosingFunction(module, scope);
        const isOfInstance = method?.receiver !== undefined && mentions(expression, method.receiver);
        const frames = isOfInstance ? getOrAdd(heirs, method, () => framesOfHeirs(this.evaluator, module, method)) : [];
        const values = frames.flatMap(evaluate);
        for (const value of values.length > 0 ? values : evaluate(module.frame)) this.note(value, expression, module);
      });
    for (const root of module.program.roots) visit(root.expression, root.scope);
    for (const scope of module.program.scopes)
      for (const parameter of scope.parameters) if (parameter.default) visit(parameter.default, scope.parent);
    return this.notes;
  }

  private note(value: Value, at: Expression, module: Module): void {
    if (value.kind === 'text') this.add(value, false, false);
    if (value.kind !== 'handle') return;
    for (const path of value.paths) {
      const direct =
        value.call === at && value.module === module && isArgument(value.call.arguments, path.origin.expression);
      this.add(path, true, direct);
    }
  }

  private add(text: Text, opened: boolean, direct: boolean): void {
    if (text.text.length > 600 || !mayName(text.text, this.resolver)) return;
    const { module, expression } = text.origin;
    // What leads nowhere says nothing, unless it is a text that holds paths, or something opens it.
    if (
      !opened &&
      expression.kind !== 'literal' &&
      this.resolver.resolve(text.text, module.directory, module.isTest).place === 'none'
    )
      return;
    this.notes.push({ text, opened, direct });
  }
}

/** Is a name anywhere in an expression? */
function mentions(expression: Expression, name: string): boolean {
  let isFound = false;
  walk(expression, (each) => {
    if (each.kind === 'name' && each.name === name) isFound = true;
    return !isFound;
  });
  return isFound;
}

function mayName(text: string, resolver: DatabaseResolver): boolean {
  return DATABASE_TEXT.test(text) || resolver.mentions(text);
}

/** A bare name as the key of a table is what is looked up there; what opens the keys one after the other finds them. */
function isLookUp(key: Entry['key']): key is Literal {
  return typeof key === 'object' && key.kind === 'literal' && !/[/\\]/.test(key.value);
}

/** Bare names that a message is given to be put into it: `log.Printf("%d in %s", count, "app.db")`. */
function toldIn({ callee, arguments: list }: Extract<Expression, { kind: 'call' }>): Expression[] {
  if ((callee.kind !== 'member' && callee.kind !== 'name') || list.length < 2 || !logs(callee.name)) return [];
  return list.slice(1).flatMap(({ value }) => (value.kind === 'literal' && !/[/\\]/.test(value.value) ? [value] : []));
}

const documentation = new WeakMap<Module, ReadonlySet<Expression>>();

function isDocumentation(module: Module, expression: Expression): boolean {
  let known = documentation.get(module);
  if (!known) {
    const roots = module.program.roots.filter((root) => root.role === 'documentation');
    documentation.set(module, (known = new Set(roots.map((root) => root.expression))));
  }
  return known.has(expression);
}

/** Texts by the expression that made them, and the places that follow from all that is known of each. */
export class PathPlaces {
  private readonly groups = new Map<Module, Map<Expression, Group>>();

  constructor(
    private readonly evaluator: Evaluator,
    private readonly resolver: DatabaseResolver,
  ) {}

  add(notes: readonly PathNote[]): void {
    for (const { text, opened, direct } of notes) {
      const { module, expression } = text.origin;
      // Its place is in the configuration, which is searched as a text.
      if (isConfiguration((nameSegment(text)?.module ?? module).file)) continue;
      const inModule = getOrAdd(this.groups, module, () => new Map<Expression, Group>());
      const group = getOrAdd(inModule, expression, () => ({
        module,
        expression,
        texts: new Map<string, Text>(),
        opened: false,
        direct: false,
      }));
      group.texts.set(text.text, text);
      if (opened) group.opened = true;
      if (direct) group.direct = true;
    }
  }

  /** Modules with groups. */
  get modules(): Iterable<Module> {
    return this.groups.keys();
  }

  /**
   * The places in a module, inner ones that are part of a larger path left out.
   * @param consumed literals of the module that are the file name of a larger path
   */
  places(of: Module, consumed: ReadonlySet<Literal>): PathPlace[] {
    const found: PathPlace[] = [];
    for (const group of this.groups.get(of)?.values() ?? []) {
      if (group.expression.kind === 'literal' && consumed.has(group.expression) && !group.opened) continue;
      found.push(...this.placesOf(group));
    }
    return found;
  }

  /** Literals that are the file name of a larger path, by their modules. */
  consumedLiterals(): ReadonlyMap<Module, ReadonlySet<Literal>> {
    const consumed = new Map<Module, Set<Literal>>();
    for (const groups of this.groups.values())
      for (const group of groups.values())
        for (const text of group.texts.values()) {
          const segment = nameSegment(text);
          if (!segment || segment.literal === group.expression) continue;
          if (this.resolver.resolve(text.text, group.module.directory, group.module.isTest).place !== 'none')
            getOrAdd(consumed, segment.module, () => new Set<Literal>()).add(segment.literal);
        }
    return consumed;
  }

  private placesOf(group: Group): PathPlace[] {
    const { module, expression } = group;
    const all: { text: Text; resolution: PathPlace['resolution'] }[] = [];
    for (const text of group.texts.values()) {
      const resolution = this.resolver.resolve(text.text, module.directory, module.isTest);
      if (resolution.place !== 'none') all.push({ text, resolution });
    }
    const resolved = withoutVague(all, (each) => each.resolution);
    if (resolved.length === 0) return expression.kind === 'literal' ? this.mentions(group, expression) : [];
    const whole = {
      module,
      start: expression.start,
      end: expression.end,
      origins: [expression],
      isOpened: group.opened,
      isDocumentation: isDocumentation(module, expression),
    };
    // What the expression itself is; what is made of it later does not matter.
    const isPath = this.evaluator
      .texts(expression, resolved[0]!.text.origin.frame)
      .some((text) => text.isPath && resolved.some((each) => each.text.text === text.text));
    const shapeOf = (text: Text) =>
      group.direct ? 'connect' : isUrl(text.text) ? 'url' : isPath ? 'path-object' : 'string';
    const results: PathPlace[] = [];
    const own = this.spread(
      resolved.filter(({ text }) => this.isOwn(text, group)),
      group,
    );
    const foreign = resolved.filter((each) => !own.includes(each));
    if (own.length > 0) {
      const best = strongest(own.map((each) => each.resolution));
      const part = expression.kind === 'literal' ? partOf(own[0]!.text, expression) : undefined;
      if (part) results.push({ ...whole, ...part, resolution: best, shape: 'text' });
      else if (isPlausible(best, group)) results.push({ ...whole, resolution: best, shape: shapeOf(own[0]!.text) });
    }
    // The file name comes in as an argument: that is where it is decided.
    for (const { text, resolution } of foreign) {
      const segment = nameSegment(text);
      if (!segment) continue;
      results.push({
        ...whole,
        module: segment.module,
        start: segment.literal.start,
        end: segment.literal.end,
        resolution,
        shape: 'text',
      });
    }
    return results;
  }

  /** One expression for several databases, a loop over their names: each name is a place of its own. */
  private spread(own: { text: Text; resolution: PathPlace['resolution'] }[], group: Group): typeof own {
    const databases = new Set(own.map(({ resolution }) => databaseOf(resolution)));
    if (databases.size < 2) return own;
    const { expression, module } = group;
    const elsewhere = own.every(({ text }) => {
      const segment = nameSegment(text);
      if (!segment) return false;
      const { literal } = segment;
      return segment.module !== module || literal.end <= expression.start || literal.start >= expression.end;
    });
    return elsewhere ? [] : own;
  }

  /** Is the file name written in the expression itself or in a constant that it uses, rather than passed to it? */
  private isOwn(text: Text, group: Group): boolean {
    const segment = nameSegment(text);
    if (!segment) return true;
    const { expression, module } = group;
    if (segment.module === module && expression.start <= segment.literal.start && segment.literal.end <= expression.end)
      return true;
    let passed = false;
    walk(expression, (each) => {
      if (passed || !isGiven(module, each)) return;
      // Of what a parameter chooses from, each is as good as the one that calls were seen to choose.
      const values =
        each.kind === 'index'
          ? this.evaluator.evaluate(each.object, module.frame).flatMap(membersOf)
          : this.evaluator.evaluate(each, module.frame);
      passed = values.some(
        (value) => value.kind === 'text' && value.segments.some((part) => part.literal === segment.literal),
      );
    });
    return !passed;
  }

  /** Paths within a longer text: documentation, messages, commands. */
  private mentions(group: Group, literal: Literal): PathPlace[] {
    const places: PathPlace[] = [];
    for (const mention of this.resolver.mentionsIn(literal.value, group.module.directory)) {
      const start = offsetOf(literal, mention.start);
      const end = offsetOf(literal, mention.end);
      if (end - start !== mention.end - mention.start) continue;
      places.push({
        module: group.module,
        start,
        end,
        resolution: mention.resolution,
        shape: 'text',
        origins: [],
        isOpened: false,
        isDocumentation: true,
      });
    }
    return places;
  }
}

/** The part of a literal that is the path, when the literal holds more: `"data/x.db:table"`. */
function partOf(text: Text, literal: Literal): { start: number; end: number } | undefined {
  const [segment] = text.segments;
  if (!segment || segment.literal !== literal || segment.length === literal.value.length) return undefined;
  return { start: offsetOf(literal, segment.index), end: offsetOf(literal, segment.index + segment.length) };
}

const PATH_WORDS = /(?:db|database|sqlite|path|file|store|storage|cache|uri|url|dsn|open|connect|name)/i;

/** Files of other kinds that are called databases, too. */
const OTHER_STORES =
  /\b(?:dbm(?:\.\w+)?|anydbm|gdbm|shelve|bsddb|plyvel|rocksdb|lmdb)\.(?:open|hashopen|btopen|DB)\(\s*$/;

/** A bare name of which there is no file is a database only where something says so: `core.db` may be a module. */
function isPlausible(resolution: PathPlace['resolution'], group: Group): boolean {
  if (resolution.place !== 'absent' || group.opened || group.expression.kind !== 'literal') return true;
  const { module, expression } = group;
  if (OTHER_STORES.test(module.text.slice(Math.max(0, expression.start - 80), expression.start))) return false;
  if (/[/\\]/.test(expression.value)) return true;
  const line = module.text.lastIndexOf('\n', expression.start - 1) + 1;
  const before = module.text.slice(Math.max(line, expression.start - 80), expression.start);
  const previous = before.trim() === '' ? module.text.slice(Math.max(0, line - 80), line) : before;
  // What is asked for the end of a name says nothing of a file: `filepath.Ext("x.db")`.
  if (/\b(?:ext|extname|splitext|getExtension|hasSuffix|endsWith|ends_with|end_with\?)\s*\(\s*$/i.test(before))
    return false;
  // A name that a person is offered for a file of their own.
  if (/\b(?:defaultPath|suggestedName|attachment|download(?:_?[nN]ame)?)\b/.test(before)) return false;
  // What a name is held against, and what an attachment is called, is no file either.
  if (/[=!]=\s*$/.test(before) || /attach(?:ment)?\w*\(/i.test(previous)) return false;
  return PATH_WORDS.test(previous) && !/\b(?:import_module|getLogger|patch|logger|logging)\b/i.test(previous);
}

function isArgument(list: readonly { readonly value: Expression }[], expression: Expression): boolean {
  return list.some(({ value }) => value === expression || (value.kind === 'same' && value.of === expression));
}

function membersOf(value: Value): Value[] {
  if (value.kind === 'record') return value.entries.flatMap((entry) => entry.value());
  return value.kind === 'list' ? value.items.flatMap((item) => item()) : [];
}

/** Does who calls decide what it is: a parameter, or what a parameter chooses (`FILES[name]`)? */
function isGiven(module: Module, expression: Expression): boolean {
  if (expression.kind === 'index') return isGiven(module, expression.index);
  return expression.kind === 'name' && isParameter(module, expression.name, expression.scope);
}

/** The literal that gives the end of the file name. */
export function nameSegment(text: Text): Segment | undefined {
  const end = text.text.replace(/[?#].*$/s, '').length;
  return text.segments.findLast((segment) => segment.start < end && segment.length > 0);
}

function offsetOf(literal: Literal, index: number): number {
  return literal.offsets ? (literal.offsets[index] ?? literal.contentStart) : literal.contentStart + index;
}

export function isUrl(text: string): boolean {
  return /^(?:jdbc:)?(?:sqlite3?(?:\+\w+)?|file):/i.test(text);
}

function rank(resolution: PathPlace['resolution']): number {
  if (resolution.place === 'workspace') return resolution.confidence === 'certain' ? 0 : 1;
  return { several: 2, absent: 3, target: 4, outside: 5, temporary: 6, memory: 7, pattern: 8 }[resolution.place];
}

/** Of several things that a place can be, the one that matters; several databases make it uncertain. */
export function strongest(resolutions: readonly PathPlace['resolution'][]): PathPlace['resolution'] {
  const sorted = [...resolutions].sort((left, right) => rank(left) - rank(right));
  const best = sorted[0]!;
  if (best.place !== 'workspace') return best;
  const others = [...new Set(sorted.flatMap((each) => (each.place === 'workspace' ? [each.database] : [])))];
  if (others.length > 1) return { place: 'several', databases: others, note: `it is one of ${others.join(', ')}` };
  return best;
}

/** Where a default says which database it is, what an unknown folder (`$DATA`) leaves open says nothing more. */
export function withoutVague<T>(list: readonly T[], of: (each: T) => PathPlace['resolution']): readonly T[] {
  const known = new Set<string>();
  for (const each of list) {
    const resolution = of(each);
    if (resolution.place === 'workspace' || resolution.place === 'absent') known.add(resolution.database);
  }
  return list.filter((each) => {
    const resolution = of(each);
    return resolution.place !== 'several' || !resolution.databases.some((database) => known.has(database));
  });
}

/** A place inside of a larger one that names the same database is part of it. */
export function withoutInner(places: readonly PathPlace[]): PathPlace[] {
  const byModule = new Map<Module, PathPlace[]>();
  for (const place of places) getOrAdd(byModule, place.module, () => []).push(place);
  const kept: PathPlace[] = [];
  for (const list of byModule.values()) {
    const sorted = [...list].sort((left, right) => left.start - right.start || right.end - left.end);
    const open: PathPlace[] = [];
    for (const place of sorted) {
      while (open.length > 0 && open.at(-1)!.end <= place.start) open.pop();
      const outer = open.find((each) => each.end >= place.end && each.start <= place.start);
      if (outer && outer.start === place.start && outer.end === place.end && outer !== place) {
        if (databaseOf(outer.resolution) === databaseOf(place.resolution)) continue;
      }
      if (outer && databaseOf(outer.resolution) === databaseOf(place.resolution)) continue;
      if (outer && place.shape === 'text' && !place.isDocumentation) continue;
      open.push(place);
      kept.push(place);
    }
  }
  return kept;
}

export function databaseOf(resolution: PathPlace['resolution']): string {
  return resolution.place === 'several' ? resolution.databases.join('\0') : resolution.database;
}

/** Text of a path as it is shown: no private characters. */
export function isKnown(text: string): boolean {
  return !text.includes(ANCHOR.hole);
}
