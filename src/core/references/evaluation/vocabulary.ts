import type { Expression, Parameter, Scope } from '../syntax/program';
import type { Evaluator } from './evaluator';
import type { Invocation } from './invocation';
import type { Module } from './project';
import type { Instance, Origin, ScopeReference, Text, Value, Frame } from './value';
import { CPP } from './vocabulary-cpp';
import { CSHARP } from './vocabulary-csharp';
import { GO } from './vocabulary-go';
import { RUBY } from './vocabulary-ruby';
import { RUST } from './vocabulary-rust';
import { SHELL } from './vocabulary-shell';
import { TYPESCRIPT } from './vocabulary-typescript';
import { JAVA } from './vocabulary-java';
import { PHP } from './vocabulary-php';
import { PYTHON } from './vocabulary-python';

export type Operation = (call: Invocation) => Value[];
export type TextMethod = (receiver: Text, call: Invocation) => Value[];

/** What the evaluator knows of a language's libraries. Data for the most part; the languages share the operations. */
export interface Vocabulary {
  /** Does a method see the names of its class without `this`? */
  readonly classScopeIsVisible: boolean;
  /** The name that means the superclass; none where that is a call. */
  readonly superName?: string;
  /** The method that calling an instance runs. */
  readonly callMethod: string;
  /** Library functions by qualified name. */
  readonly functions: Readonly<Record<string, Operation>>;
  readonly textMethods: Readonly<Record<string, TextMethod>>;
  readonly textProperties: Readonly<Record<string, (text: Text, origin: Origin) => Value[]>>;
  /** Values of a call whose callee is not known. */
  unknownCall(call: Invocation): Value[];
  /** A member of something of a library that has a meaning of its own; `undefined`: its qualified name. */
  externalMember?(evaluator: Evaluator, name: string, member: string, module: Module): Value[] | undefined;
  /** A member of something that is not known. */
  unknownMember?(evaluator: Evaluator, expression: Extract<Expression, { kind: 'member' }>, frame: Frame): Value[];
  indexExternal(name: string, key: string | undefined, evaluator: Evaluator, origin: Origin): Value[];
  indexValue(evaluator: Evaluator, object: Text | Instance, indexes: readonly Value[], origin: Origin): Value[];
  /** A parameter that no call gives: what a framework passes (a test fixture). */
  injected(evaluator: Evaluator, module: Module, scope: Scope, parameter: Parameter): Value[];
  /** What a library hands to a function that this call passes to it. */
  handed?(call: Invocation, position: number): Value[];
  /** What a method of a connection gives that is not the connection itself, or something got from it. */
  ofHandle?(call: Invocation): Value[] | undefined;
  isProperty(scope: Scope): boolean;
  classMember(evaluator: Evaluator, type: ScopeReference, name: string): Value[];
  instanceMember(
    evaluator: Evaluator,
    instance: Instance,
    name: string,
    site: { expression: Expression; frame: Frame } | undefined,
  ): Value[];
  /** A call of the generated access layer. */
  generated(call: Invocation, name: string): Value[];
}

/** What a vocabulary has under a name, and not what every object has: `toString`, `constructor`. */
export function own<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

/** A function, since the vocabularies and the evaluator import one another. */
export function vocabularyOf(module: Module): Vocabulary {
  switch (module.program.language) {
    case 'go':
      return GO;
    case 'typescript':
      return TYPESCRIPT;
    case 'java':
      return JAVA;
    case 'csharp':
      return CSHARP;
    case 'rust':
      return RUST;
    case 'ruby':
      return RUBY;
    case 'php':
      return PHP;
    case 'cpp':
      return CPP;
    case 'shellscript':
      return SHELL;
    default:
      return PYTHON;
  }
}
