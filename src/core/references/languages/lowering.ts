import { ProgramBuilder } from '../syntax/builder';
import { fieldOf } from '../syntax/tree';
import type { SyntaxNode } from '../syntax/tree';
import type { Argument, Expression, Program, Span } from '../syntax/program';

/** What the language modules share. Each says how a statement and how an expression of its grammar is lowered. */
export abstract class Lowering {
  protected readonly builder: ProgramBuilder;

  constructor(
    protected readonly source: string,
    language: string,
  ) {
    this.builder = new ProgramBuilder(language, source.length);
  }

  run(root: SyntaxNode): Program {
    this.statements(root.children);
    return this.builder.finish();
  }

  protected abstract statement(node: SyntaxNode): void;
  protected abstract expression(node: SyntaxNode): Expression;

  protected statements(nodes: readonly SyntaxNode[]): void {
    for (const node of nodes) this.statement(node);
  }

  protected block(node: SyntaxNode): void {
    this.builder.inBlock(node, () => this.statements(node.children));
  }

  /** Evaluated for its own sake. */
  protected root(node: SyntaxNode | undefined): Expression | undefined {
    if (!node) return undefined;
    const value = this.expression(node);
    this.builder.root(value);
    return value;
  }

  protected text(node: Span): string {
    return this.source.slice(node.start, node.end);
  }

  protected span(node: Span): Span {
    return { start: node.start, end: node.end };
  }

  protected unknown(node: SyntaxNode): Expression {
    const children = node.children
      .filter((child) => !child.type.endsWith('comment') && !this.isType(child))
      .map((child) => this.expression(child));
    return { kind: 'unknown', children, ...this.span(node) };
  }

  /** Types are no values: they are not looked into. */
  protected isType(node: SyntaxNode): boolean {
    return node.field === 'type' || node.type === 'type_arguments' || node.type === 'type_annotation';
  }

  protected nameOf(node: SyntaxNode, span: Span = node): Expression {
    return { kind: 'name', name: this.text(node), scope: this.builder.scope, ...this.span(span) };
  }

  protected same(node: SyntaxNode, inner: SyntaxNode | undefined): Expression {
    return inner ? { kind: 'same', of: this.expression(inner), ...this.span(node) } : this.unknown(node);
  }

  protected member(node: SyntaxNode, object: SyntaxNode | undefined, name: SyntaxNode | undefined): Expression {
    if (!object || !name) return this.unknown(node);
    return {
      kind: 'member',
      object: this.expression(object),
      name: this.text(name),
      nameStart: name.start,
      ...this.span(node),
    };
  }

  protected callOf(
    node: Span,
    callee: Expression,
    list: Span | undefined,
    values: readonly Argument[],
    construct = false,
  ): Expression {
    return {
      kind: 'call',
      callee,
      arguments: values,
      scope: this.builder.scope,
      argumentsStart: list ? list.start + 1 : node.end,
      argumentsEnd: list ? list.end - 1 : node.end,
      ...(construct ? { construct: true } : {}),
      start: node.start,
      end: node.end,
    };
  }

  /** The operator between two operands, comments left out. */
  protected operatorBetween(left: SyntaxNode, right: SyntaxNode): string {
    return this.source
      .slice(left.end, right.start)
      .replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, '')
      .trim();
  }

  protected concatenation(node: Span, parts: readonly Expression[], operator = true): Expression {
    return { kind: 'concatenation', parts, operator, start: node.start, end: node.end };
  }

  /** `firstWins`: the others count only where the first is not known (`||`, `??`). */
  protected choice(node: Span, options: readonly Expression[], firstWins = false): Expression {
    return { kind: 'choice', options, ...(firstWins ? { firstWins } : {}), start: node.start, end: node.end };
  }

  /** `name = value`: a variable of the function, else a field of the class around it. */
  protected assignName(name: SyntaxNode, value: Expression, statement: Span, receiver: string): void {
    const { scopes } = this.builder;
    const text = this.text(name);
    for (let id = this.builder.scope; id >= 0; id = scopes[id]!.parent) {
      const scope = scopes[id]!;
      if (scope.kind === 'class') {
        this.builder.attribute(
          { kind: 'name', name: receiver, scope: this.builder.scope, ...this.span(name) },
          text,
          value,
          statement,
        );
        return;
      }
      if (scope.bindings[text] || scope.parameters.some((parameter) => parameter.name === text)) {
        this.builder.bindValue({ text, ...this.span(name) }, value, statement, {}, id);
        return;
      }
    }
    this.builder.bindValue({ text, ...this.span(name) }, value, statement);
  }

  protected nothing(node: Span): Expression {
    return { kind: 'unknown', children: [], start: node.start, end: node.end };
  }

  protected comment(node: SyntaxNode): void {
    this.builder.comments.push(this.span(node));
  }

  protected field(node: SyntaxNode, name: string): SyntaxNode | undefined {
    return fieldOf(node, name);
  }

  protected fields(node: SyntaxNode, name: string): SyntaxNode[] {
    return node.children.filter((child) => child.field === name);
  }
}
