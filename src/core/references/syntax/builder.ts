import type { AttributeAssignment, Binding, Expression, Parameter, Program, Root, Scope, Span } from './program';

type MutableScope = {
  -readonly [K in keyof Scope]: Scope[K] extends readonly (infer T)[] ? T[] : Scope[K];
};

/** Collects scopes and bindings while a language module walks its tree. */
export class ProgramBuilder {
  readonly scopes: MutableScope[] = [];
  readonly roots: Root[] = [];
  readonly attributes: AttributeAssignment[] = [];
  readonly comments: Span[] = [];
  packageName = '';
  /** The scope and the block that statements are being added to. */
  scope = 0;
  block: Span;

  constructor(
    readonly language: string,
    length: number,
  ) {
    this.block = { start: 0, end: length };
    this.open('module', '', this.block, -1);
  }

  get current(): MutableScope {
    return this.scopes[this.scope]!;
  }

  open(kind: Scope['kind'], name: string, span: Span, parent = this.scope): MutableScope {
    const scope: MutableScope = {
      id: this.scopes.length,
      kind,
      name,
      parent,
      start: span.start,
      end: span.end,
      bindings: Object.create(null) as Record<string, Binding[]>,
      parameters: [],
      returns: [],
      bases: [],
      decorators: [],
    };
    this.scopes.push(scope);
    return scope;
  }

  /** Runs `body` with another scope and block. */
  within(scope: { id: number }, block: Span, body: () => void): void {
    const before = { scope: this.scope, block: this.block };
    this.scope = scope.id;
    // A block given as a node of the tree would keep the whole tree alive.
    this.block = { start: block.start, end: block.end };
    body();
    this.scope = before.scope;
    this.block = before.block;
  }

  inBlock(block: Span, body: () => void): void {
    this.within({ id: this.scope }, block, body);
  }

  bind(name: string, binding: Binding, scope = this.scope): void {
    const bindings = this.scopes[scope]!.bindings;
    (bindings[name] ??= []).push(binding);
  }

  bindValue(
    name: { text: string } & Span,
    value: Expression,
    statement: Span,
    more: {
      type?: Expression;
      exported?: boolean;
      declared?: boolean;
      blockScoped?: boolean;
      known?: readonly string[];
    } = {},
    scope = this.scope,
  ): void {
    this.bind(
      name.text,
      {
        kind: 'value',
        value,
        start: statement.start,
        end: statement.end,
        nameStart: name.start,
        nameEnd: name.end,
        block: this.block,
        ...more,
      },
      scope,
    );
  }

  attribute(object: Expression, name: string, value: Expression, statement: Span): void {
    this.attributes.push({
      object,
      name,
      value,
      scope: this.scope,
      block: this.block,
      start: statement.start,
      end: statement.end,
    });
  }

  root(expression: Expression, role: Root['role'] = 'statement'): void {
    this.roots.push({ expression, scope: this.scope, role });
  }

  addParameter(scope: MutableScope, parameter: Parameter): void {
    (scope.parameters as Parameter[]).push(parameter);
  }

  finish(): Program {
    return {
      language: this.language,
      scopes: this.scopes as unknown as Scope[],
      roots: this.roots,
      attributes: this.attributes,
      comments: this.comments,
      packageName: this.packageName,
    };
  }
}
