import { GENERATED_MARK } from '../../access-layer/generated';
import { LineIndex } from '../text/lines';
import { operands } from '../syntax/program';
import type { AttributeAssignment, Call, Expression, Program } from '../syntax/program';
import { newFrame } from './value';
import type { Frame } from './value';
import { isTestFile } from './test-file';
import { Reads } from './reads';

/** The part of a file that was not parsed. */
export interface Rest {
  /** Every name in it. */
  readonly words: ReadonlySet<string>;
  /** Evaluation looked for one of the names: the whole file has to be parsed. */
  ask(): void;
}

/** A parsed file. */
export class Module {
  /** The frame of "any call": nothing is bound. */
  readonly frame: Frame = newFrame(this, -1);
  private index: LineIndex | undefined;
  private generated: boolean | undefined;

  constructor(
    /** Workspace-relative, `/`. */
    readonly file: string,
    readonly text: string,
    readonly program: Program,
    /** What was left out of the program, because nothing of interest seemed to be in it. */
    readonly rest?: Rest,
  ) {
    this.isTest = isTestFile(file);
  }

  get lines(): LineIndex {
    return (this.index ??= new LineIndex(this.text));
  }

  /** Somebody looks for what the file says under a name. */
  look(name: string): void {
    if (this.rest?.words.has(name)) this.rest.ask();
  }

  /** Is it part of an access layer that this product wrote? Then its functions are known by their names. */
  get isGenerated(): boolean {
    return (this.generated ??= this.text.slice(0, 2000).includes(GENERATED_MARK));
  }

  /** Tests have databases of their own: what they pass says nothing of the rest of the code. */
  readonly isTest: boolean;

  get directory(): string {
    const slash = this.file.lastIndexOf('/');
    return slash < 0 ? '' : this.file.slice(0, slash);
  }
}

export interface CallSite {
  readonly module: Module;
  readonly call: Call;
}

type RecordExpression = Extract<Expression, { kind: 'record' }>;

/** `object.name = value`, and where it stands. */
export interface AssignmentSite {
  readonly module: Module;
  readonly assignment: AttributeAssignment;
}

interface RecordSite {
  readonly module: Module;
  readonly record: RecordExpression;
}

/** A class that has another as its superclass. */
interface Heir {
  readonly module: Module;
  readonly scope: number;
}

/** What one module contributes to the indexes of the project. */
interface ModuleIndex {
  readonly calls: Map<string, CallSite[]>;
  readonly records: Map<string, RecordSite[]>;
  readonly attributes: Map<string, AssignmentSite[]>;
  /** Imported member → local names given to it. */
  readonly aliases: Map<string, Set<string>>;
  /** Superclass → classes that name it as theirs. */
  readonly heirs: Map<string, Heir[]>;
}

/** What all files say together. */
type Merged = Pick<ModuleIndex, 'calls' | 'aliases' | 'heirs'>;

/** An unchanged file says the same in the next analysis. */
const moduleIndexes = new WeakMap<Module, ModuleIndex>();

function indexOf(module: Module): ModuleIndex {
  let index = moduleIndexes.get(module);
  if (!index) moduleIndexes.set(module, (index = indexModule(module)));
  return index;
}

/** The calls in a module by the last name of what is called. */
export function callsByName(module: Module): ReadonlyMap<string, readonly CallSite[]> {
  return indexOf(module).calls;
}

/** Every name under which a module is found when evaluation asks for the calls, records or assignments of the project. */
export function* namesIn(module: Module): Generator<string> {
  const { calls, records, attributes, aliases, heirs } = indexOf(module);
  yield* calls.keys();
  yield* records.keys();
  yield* attributes.keys();
  yield* aliases.keys();
  yield* heirs.keys();
  if (module.rest) yield* module.rest.words;
}

/** After an edit few names are asked for, and looking them up in each module is less work than to gather all of them. */
const FEW_QUESTIONS = 100;

/** The files of a workspace, those of them that are parsed, and what they know of one another. */
export class Project {
  /** What the question in progress looks at. */
  reads = new Reads();
  private parsed: ReadonlyMap<string, Module> = new Map();
  private readonly named = new Map<string, CallSite[]>();
  private readonly aliases = new Map<string, readonly string[]>();
  private readonly heirNames = new Map<string, readonly string[]>();
  private readonly namedRecords = new Map<string, RecordSite[]>();
  private readonly namedAttributes = new Map<string, AssignmentSite[]>();

  /** Modules of which a part is not parsed. */
  private partial: readonly Module[] = [];
  private merged: Merged | undefined;
  private questions = 0;
  private readonly directories = new Map<string, string[]>();
  private readonly namedDocuments = new Map<string, readonly string[]>();

  constructor(
    /** Every file of the workspace, parsed or not. */
    readonly files: ReadonlySet<string>,
    /** Text of a file that need not be parsed yet, to see whether that would be of use. */
    readonly source: (file: string) => string | undefined = () => undefined,
    /** Files of the workspace that hold no code, sorted. */
    readonly documents: readonly string[] = [],
  ) {
    for (const file of files) {
      const slash = file.lastIndexOf('/');
      getOrAdd(this.directories, slash < 0 ? '' : file.slice(0, slash), () => []).push(file);
    }
  }

  /** The parsed files. Their order decides which of several answers comes first. */
  get modules(): ReadonlyMap<string, Module> {
    return this.parsed;
  }

  /** From now on these files are the parsed ones. */
  show(modules: ReadonlyMap<string, Module>): void {
    this.parsed = modules;
    this.partial = [...modules.values()].filter(({ rest }) => rest);
    this.merged = undefined;
    this.questions = 0;
    this.named.clear();
    this.aliases.clear();
    this.heirNames.clear();
    this.namedRecords.clear();
    this.namedAttributes.clear();
  }

  /** Files that stand in a directory itself. */
  filesIn(directory: string): readonly string[] {
    return this.directories.get(directory) ?? [];
  }

  /** Directories that hold files, in no order. */
  get folders(): Iterable<string> {
    return this.directories.keys();
  }

  /** Files of this name that hold no code, in whatever folder. */
  documentsNamed(name: string): readonly string[] {
    return getOrAdd(this.namedDocuments, name, () =>
      this.documents.filter((file) => file === name || file.endsWith(`/${name}`)),
    );
  }

  /** The parsed files of a directory with this extension; those that mention `word` and are not parsed are requested. */
  siblings(directory: string, extension: string, word: string): Module[] {
    return this.filesIn(directory).flatMap((file) => {
      if (!file.endsWith(extension)) return [];
      this.reads.files.add(file);
      const module = this.parsed.get(file);
      if (module) return [module];
      const text = this.source(file);
      if (text === undefined || text.includes(word)) this.reads.wanted.add(file);
      return [];
    });
  }

  /** Forgets every value computed so far. */
  invalidate(): void {
    for (const module of this.parsed.values()) module.frame.clear();
  }

  /** A file of the workspace; when it is not parsed yet it is put on the list and `undefined` returned. */
  request(file: string): Module | undefined {
    this.reads.files.add(file);
    const module = this.parsed.get(file);
    if (!module && this.files.has(file)) this.reads.wanted.add(file);
    return module;
  }

  /** Calls whose callee ends in this name, or in another name that an import gives it. */
  callsNamed(name: string, ask = true): CallSite[] {
    if (ask && name !== '') this.reads.askedCalls.add(name);
    const names = getOrAdd(this.aliases, name, () => [...new Set([name, ...this.aliasesOf(name)])]);
    for (const each of names) this.look(each);
    return getOrAdd(this.named, name, () => names.flatMap((each) => this.callsOf(each)));
  }

  /** Names of the classes that have a class of this name among their superclasses. */
  heirNamesOf(name: string): readonly string[] {
    return getOrAdd(this.heirNames, name, () => {
      const found = new Set(this.heirsOf(name).map(({ module, scope }) => module.program.scopes[scope]!.name));
      found.delete(name);
      return [...found];
    });
  }

  /** The classes that have a class of this name among their superclasses. */
  heirsOf(name: string): readonly Heir[] {
    const names = [name, ...this.aliasesOf(name)];
    for (const each of names) this.look(each);
    return names.flatMap((each) => this.heirsOfClass(each));
  }

  private heirsOfClass(name: string): readonly Heir[] {
    if (this.questions++ > FEW_QUESTIONS) return this.merge().heirs.get(name) ?? [];
    return [...this.parsed.values()].flatMap((module) => indexOf(module).heirs.get(name) ?? []);
  }

  /** Calls of this name in one file. */
  callsIn(module: Module, name: string): readonly CallSite[] {
    this.reads.files.add(module.file);
    module.look(name);
    return indexOf(module).calls.get(name) ?? [];
  }

  /** All of the project is asked what it says under a name. */
  private look(name: string): void {
    this.reads.names.add(name);
    for (const module of this.partial) module.look(name);
  }

  private callsOf(name: string): readonly CallSite[] {
    if (this.questions++ > FEW_QUESTIONS) return this.merge().calls.get(name) ?? [];
    return [...this.parsed.values()].flatMap((module) => indexOf(module).calls.get(name) ?? []);
  }

  private aliasesOf(name: string): Iterable<string> {
    if (this.questions++ > FEW_QUESTIONS) return this.merge().aliases.get(name) ?? [];
    return [...this.parsed.values()].flatMap((module) => [...(indexOf(module).aliases.get(name) ?? [])]);
  }

  private merge(): Merged {
    return (this.merged ??= merge([...this.parsed.values()].map(indexOf)));
  }

  /** Struct literals of a type of this name. */
  recordsNamed(name: string): readonly RecordSite[] {
    this.look(name);
    if (name !== '') this.reads.askedCalls.add(name);
    return getOrAdd(this.namedRecords, name, () =>
      [...this.parsed.values()].flatMap((module) => indexOf(module).records.get(name) ?? []),
    );
  }

  /** Assignments to an attribute of this name, of whatever object. */
  attributesNamed(name: string): readonly AssignmentSite[] {
    this.look(name);
    return getOrAdd(this.namedAttributes, name, () =>
      [...this.parsed.values()].flatMap((module) => indexOf(module).attributes.get(name) ?? []),
    );
  }
}

/** What a module learns from others: tests have databases of their own, and say nothing of the code they test. */
export function heardBy(module: Module): (from: { readonly module: Module }) => boolean {
  return (from) => module.isTest || !from.module.isTest;
}

/** Tests that stand at the end of the file that they test, as those of Rust do. */
export function isInTests(module: Module, at: number): boolean {
  if (module.program.language !== 'rust') return false;
  let from = testsFrom.get(module);
  if (from === undefined) {
    const found = module.text.search(/#\[cfg\(test\)\]\s*(?:pub\s+)?mod\b/);
    testsFrom.set(module, (from = found < 0 ? Infinity : found));
  }
  return at >= from;
}

const testsFrom = new WeakMap<Module, number>();

/** Last component of a dotted callee. */
export function lastName(expression: Expression): string | undefined {
  if (expression.kind === 'name' || expression.kind === 'member') return expression.name;
  if (expression.kind === 'same') return lastName(expression.of);
  return undefined;
}

/** Calls `visit` for an expression and everything in it; `false` from it keeps out of the operands. */
export function walk(expression: Expression, visit: (each: Expression) => boolean | void): void {
  const stack = [expression];
  while (stack.length > 0) {
    const each = stack.pop()!;
    if (visit(each) === false) continue;
    const inner = operands(each);
    for (let index = inner.length - 1; index >= 0; index--) stack.push(inner[index]!);
  }
}

/** Calls and aliases of all modules by name: a question would else go through every module. */
function merge(indexes: Iterable<ModuleIndex>): Merged {
  const calls = new Map<string, CallSite[]>();
  const aliases = new Map<string, Set<string>>();
  const heirs = new Map<string, Heir[]>();
  for (const index of indexes) {
    addAll(calls, index.calls);
    addAll(heirs, index.heirs);
    for (const [name, locals] of index.aliases)
      for (const local of locals) getOrAdd(aliases, name, () => new Set()).add(local);
  }
  return { calls, aliases, heirs };
}

function addAll<T>(lists: Map<string, T[]>, more: ReadonlyMap<string, readonly T[]>): void {
  for (const [name, added] of more) {
    const known = lists.get(name);
    if (!known) lists.set(name, [...added]);
    else for (const each of added) known.push(each);
  }
}

function indexModule(module: Module): ModuleIndex {
  const calls = new Map<string, CallSite[]>();
  const records = new Map<string, RecordSite[]>();
  const attributes = new Map<string, AssignmentSite[]>();
  const aliases = new Map<string, Set<string>>();
  const heirs: ModuleIndex['heirs'] = new Map();
  const seen = new Set<Expression>();
  for (const root of module.program.roots)
    walk(root.expression, (each) => {
      if (seen.has(each)) return false;
      if (each.kind === 'call') {
        seen.add(each);
        const name = lastName(each.callee);
        if (name) getOrAdd(calls, name, () => []).push({ module, call: each });
      } else if (each.kind === 'record' && each.type) {
        seen.add(each);
        const name = lastName(each.type);
        if (name) getOrAdd(records, name, () => []).push({ module, record: each });
      }
      return true;
    });
  for (const scope of module.program.scopes) {
    for (const base of scope.kind === 'class' ? scope.bases : []) {
      const name = lastName(base);
      if (name && scope.name !== '') getOrAdd(heirs, name, () => []).push({ module, scope: scope.id });
    }
    for (const [local, bindings] of Object.entries(scope.bindings))
      for (const binding of bindings)
        if (binding.kind === 'import' && binding.member && binding.member !== local)
          getOrAdd(aliases, binding.member, () => new Set()).add(local);
  }
  for (const assignment of module.program.attributes)
    getOrAdd(attributes, assignment.name, () => []).push({ module, assignment });
  return { calls, records, attributes, aliases, heirs };
}

export function getOrAdd<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = make()));
  return value;
}
