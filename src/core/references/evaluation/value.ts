import type { Call, Expression, Literal } from '../syntax/program';
import type { Module } from './project';

/**
 * Places that a path can start from, and text that is not known, as private-use characters inside the text, so that path
 * operations stay plain string operations.
 */
export const ANCHOR = {
  /** The workspace folder: `\uE000/data/x.db`. */
  workspace: '\uE000',
  home: '\uE001',
  temporary: '\uE002',
  /** Any text at all. */
  hole: '\uE003',
  /** A target by name, as the generated access layer gives it: `\uE004core`. */
  target: '\uE004',
  /** Above the workspace folder. */
  outside: '\uE005',
  /** A database of another engine than SQLite. */
  otherEngine: '\uE006',
} as const;

/** Part of a text that a literal in the source gave. */
export interface Segment {
  /** Index in the text. */
  readonly start: number;
  readonly length: number;
  readonly module: Module;
  readonly literal: Literal;
  /** Index in the literal's value. */
  readonly index: number;
}

/** The expression at which a text was put together: the place to change. */
export interface Origin {
  readonly module: Module;
  readonly expression: Expression;
  readonly frame: Frame;
}

export interface Text {
  readonly kind: 'text';
  readonly text: string;
  readonly segments: readonly Segment[];
  readonly origin: Origin;
  /** A path object rather than a string. */
  readonly isPath: boolean;
  /** A default (of an environment variable, an option): what surrounds it has a meaning of its own and is no part of it. */
  readonly sealed: boolean;
  /** Set when the text is the default of an environment variable. */
  readonly environment?: { readonly name: string; readonly call: Expression };
}

/** An open database, or anything got from it: a cursor, a transaction, a pool. */
export interface Handle {
  readonly kind: 'handle';
  readonly paths: readonly Text[];
  readonly module: Module;
  readonly call: Call;
}

export interface Instance {
  readonly kind: 'instance';
  readonly type: ScopeReference;
  /** Constructor arguments; none for "any instance of this class". */
  readonly construction?: { readonly call: Call; readonly frame: Frame };
  /** Fields given by a struct literal. */
  readonly fields?: ReadonlyMap<string, () => Value[]>;
}

/** A class or a function of the workspace, with the frame it closes over and, for a method, its instance. */
export interface ScopeReference {
  readonly kind: 'scope';
  readonly module: Module;
  readonly scope: number;
  readonly closure: Frame;
  readonly self?: Value;
}

export type Value =
  | Text
  | Handle
  | Instance
  | ScopeReference
  | { readonly kind: 'module'; readonly module: Module }
  /** A package of several files (Go, Java), by its directory. */
  | { readonly kind: 'package'; readonly directory: string; readonly from: Module }
  /** Something of a library, by its qualified name: `sqlite3.connect`. */
  | { readonly kind: 'external'; readonly name: string }
  | {
      readonly kind: 'record';
      readonly entries: readonly {
        readonly key: string | undefined;
        readonly value: () => Value[];
        /** The key as it is written, where that is an expression. */
        readonly name?: () => Value[];
      }[];
      /** Of a parser that is asked for a section and a name: `config.get("database", "path")`. */
      readonly isSections?: boolean;
    }
  | { readonly kind: 'list'; readonly items: readonly (() => Value[])[] }
  | { readonly kind: 'super'; readonly type: ScopeReference; readonly self: Value }
  /** A method of a text, a dictionary or a list, not called yet. */
  | { readonly kind: 'method'; readonly receiver: Value; readonly name: string }
  | { readonly kind: 'number'; readonly value: number };

/** Arguments of one call in progress, and what was computed with them. Without arguments: any call. */
export class Frame {
  readonly parameters?: ReadonlyMap<string, () => Value[]>;
  readonly self?: Value;
  readonly outer?: Frame;
  // Most of the many frames that are made need one of these maps, or none.
  #memo: Map<Expression, Value[]> | undefined;
  #calls: Map<Call, Frame> | undefined;
  #instances: Map<Expression, Value> | undefined;

  constructor(
    readonly module: Module,
    /** The function whose parameters are bound; -1 for none. */
    readonly scope: number,
    bound: { parameters?: ReadonlyMap<string, () => Value[]>; self?: Value; outer?: Frame },
  ) {
    this.parameters = bound.parameters;
    this.self = bound.self;
    this.outer = bound.outer;
  }

  get memo(): Map<Expression, Value[]> {
    return (this.#memo ??= new Map());
  }

  get calls(): Map<Call, Frame> {
    return (this.#calls ??= new Map());
  }

  get instances(): Map<Expression, Value> {
    return (this.#instances ??= new Map());
  }

  /** Forgets what was computed. */
  clear(): void {
    this.#memo = this.#calls = this.#instances = undefined;
  }
}

export function newFrame(
  module: Module,
  scope: number,
  bound: { parameters?: ReadonlyMap<string, () => Value[]>; self?: Value; outer?: Frame } = {},
): Frame {
  return new Frame(module, scope, bound);
}
