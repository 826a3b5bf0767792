/**
 * The neutral form that every language module lowers its syntax to. One evaluator works on it; it knows no language.
 * Plain, JSON-safe data: it is made in worker threads and cached by content. Offsets are UTF-16 code units.
 */
export interface Program {
  readonly language: string;
  /** `scopes[0]` is the module. */
  readonly scopes: readonly Scope[];
  /** Every expression that stands on its own (statements, initialisers, arguments of decorators), to be searched. */
  readonly roots: readonly Root[];
  /** `object.name = value`, wherever it stands. */
  readonly attributes: readonly AttributeAssignment[];
  /** Comments, for `sqlite-consolidator: ignore` and for documentation references. */
  readonly comments: readonly Span[];
  /** Package of the file where the language has one (Go, Java), else empty. */
  readonly packageName: string;
}

export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface Scope {
  readonly id: number;
  readonly kind: 'module' | 'class' | 'function';
  readonly name: string;
  /** -1 for the module. */
  readonly parent: number;
  readonly start: number;
  readonly end: number;
  readonly bindings: Record<string, Binding[]>;
  readonly parameters: readonly Parameter[];
  /** Values of `return` and `yield`, and the value of an expression body. */
  readonly returns: readonly Expression[];
  /** Superclasses, embedded structs. */
  readonly bases: readonly Expression[];
  readonly decorators: readonly Expression[];
  /** Name of the parameter that holds the instance (`self`, `this`, a Go receiver); none in a plain function. */
  readonly receiver?: string;
  /** Go, Rust, C++: the type that this function is a method of, when it stands outside of the type. */
  readonly receiverType?: string;
  readonly isConstructor?: boolean;
  /** Its receiver is the class, not an instance (`@classmethod`). */
  readonly isClassMethod?: boolean;
  /** A getter: naming it calls it. */
  readonly isProperty?: boolean;
}

export interface Parameter {
  readonly name: string;
  readonly start: number;
  readonly end: number;
  readonly default?: Expression;
  readonly type?: Expression;
  readonly rest?: 'list' | 'record';
}

export type Binding =
  | ({
      readonly kind: 'value';
      readonly value: Expression;
      /** The name itself. */
      readonly nameStart: number;
      readonly nameEnd: number;
      /** The block that holds the statement: it decides whether the binding certainly precedes a use. */
      readonly block: Span;
      readonly type?: Expression;
      readonly exported?: boolean;
      /** A field of a class or struct without a value of its own. */
      readonly declared?: boolean;
      /** Visible in its block alone (`:=`, `let`), not in the whole function. */
      readonly blockScoped?: boolean;
      /** Names under which configuration files know a field, where the code says so. */
      readonly known?: readonly string[];
    } & Span)
  | ({ readonly kind: 'scope'; readonly scope: number; readonly block: Span } & Span)
  | ({
      readonly kind: 'import';
      /** As written: `core.db`, `./paths`, `example.com/app/internal/database`. */
      readonly module: string;
      /** The member that is imported; `undefined` binds the module itself, `*` everything in it. */
      readonly member?: string;
      readonly block: Span;
    } & Span);

export interface Root {
  readonly expression: Expression;
  readonly scope: number;
  readonly role: 'statement' | 'value' | 'documentation';
}

export interface AttributeAssignment extends Span {
  readonly object: Expression;
  readonly name: string;
  readonly value: Expression;
  readonly scope: number;
  readonly block: Span;
}

export interface Argument {
  readonly name?: string;
  readonly value: Expression;
  readonly spread?: boolean;
}

export type Expression =
  /** A string. `value[i]` stands at `contentStart + i`, or at `offsets[i]` where escapes made them differ. */
  | ({
      readonly kind: 'literal';
      readonly value: string;
      readonly contentStart: number;
      readonly offsets?: readonly number[];
      /** Where each character of the value ends in the source; together with `offsets`. */
      readonly ends?: readonly number[];
    } & Span)
  | ({ readonly kind: 'number'; readonly value: number } & Span)
  /** `+` and interpolation: the texts one after the other. `operator` tells a written `+` from an interpolation. */
  | ({ readonly kind: 'concatenation'; readonly parts: readonly Expression[]; readonly operator: boolean } & Span)
  /** A path operator: `/`. */
  | ({ readonly kind: 'join'; readonly parts: readonly Expression[] } & Span)
  | ({ readonly kind: 'name'; readonly name: string; readonly scope: number } & Span)
  | ({ readonly kind: 'member'; readonly object: Expression; readonly name: string; readonly nameStart: number } & Span)
  | ({ readonly kind: 'index'; readonly object: Expression; readonly index: Expression } & Span)
  | ({
      readonly kind: 'call';
      readonly callee: Expression;
      readonly arguments: readonly Argument[];
      readonly construct?: boolean;
      readonly scope: number;
      /** From after `(` to before `)`. */
      readonly argumentsStart: number;
      readonly argumentsEnd: number;
    } & Span)
  /** One of several: `or`, `??`, a conditional expression. */
  | ({
      readonly kind: 'choice';
      readonly options: readonly Expression[];
      /** `or`, `??`: where the first option is known to be given, the others are not taken. */
      readonly firstWins?: boolean;
      /** `a if name else b`: the option that is taken where the name is known to be given. */
      readonly whenGiven?: { readonly name: Expression; readonly option: number };
    } & Span)
  /** Dictionary, object or struct literal. `type` names the struct. */
  | ({
      readonly kind: 'record';
      readonly entries: readonly Entry[];
      readonly type?: Expression;
      readonly scope: number;
    } & Span)
  | ({ readonly kind: 'list'; readonly items: readonly Expression[] } & Span)
  /** An element of a list; without an index any of them (a loop variable). `key`: the key of a record's entry. */
  | ({ readonly kind: 'element'; readonly of: Expression; readonly index?: number; readonly key?: boolean } & Span)
  | ({ readonly kind: 'function'; readonly scope: number } & Span)
  /** `template % values`. */
  | ({ readonly kind: 'format'; readonly template: Expression; readonly values: readonly Expression[] } & Span)
  /** The path of this very file (`__file__`, `import.meta.url`), or its directory (`__dirname`). */
  | ({ readonly kind: 'file'; readonly url?: boolean; readonly directory?: boolean } & Span)
  /** The value of `base`, in a form that does not change what it is: `await`, a type assertion, dereference, parentheses. */
  | ({ readonly kind: 'same'; readonly of: Expression } & Span)
  | ({ readonly kind: 'unknown'; readonly children: readonly Expression[] } & Span);

export interface Entry {
  /** Undefined for a spread or an unnamed (positional) entry. */
  readonly key?: Expression | string;
  readonly value: Expression;
  /** Stands for an entry for each element of a list that key and value are made of. */
  readonly each?: boolean;
}

export type Literal = Extract<Expression, { kind: 'literal' }>;
export type Call = Extract<Expression, { kind: 'call' }>;

/** Direct operands of an expression. */
export function operands(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'concatenation':
    case 'join':
      return expression.parts;
    case 'member':
      return [expression.object];
    case 'index':
      return [expression.object, expression.index];
    case 'call':
      return [expression.callee, ...expression.arguments.map((argument) => argument.value)];
    case 'choice':
      return expression.options;
    case 'record':
      return expression.entries.flatMap((entry) =>
        entry.key && typeof entry.key !== 'string' ? [entry.key, entry.value] : [entry.value],
      );
    case 'list':
      return expression.items;
    case 'element':
    case 'same':
      return [expression.of];
    case 'format':
      return [expression.template, ...expression.values];
    case 'unknown':
      return expression.children;
    default:
      return [];
  }
}

/** Source offset of a character of a literal's value; `index` may be its length. */
export function literalOffset(literal: Literal, index: number): number {
  if (!literal.offsets) return literal.contentStart + index;
  return literal.offsets[Math.min(index, literal.offsets.length - 1)] ?? literal.contentStart;
}

/** Where the character before `index` ends in the source: the end of a span of the value. */
export function literalEnd(literal: Literal, index: number): number {
  if (!literal.ends || index === 0) return literalOffset(literal, index);
  return literal.ends[index - 1] ?? literalOffset(literal, index);
}
