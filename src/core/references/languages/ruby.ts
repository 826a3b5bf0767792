import type { SyntaxNode } from '../syntax/tree';
import type { Argument, Entry, Expression, Program } from '../syntax/program';
import { Lowering } from './lowering';
import { backslash, literal } from './strings';

/** Lowers a tree of tree-sitter-ruby. */
export function lowerRuby(root: SyntaxNode, source: string): Program {
  return new RubyLowering(source, 'ruby').run(root);
}

class RubyLowering extends Lowering {
  /** Bodies of here-documents, in order: each belongs to the next beginning. */
  private readonly heredocs: SyntaxNode[] = [];
  private nextHeredoc = 0;

  override run(root: SyntaxNode): Program {
    const collect = (node: SyntaxNode): void => {
      if (node.type === 'heredoc_body') this.heredocs.push(node);
      for (const child of node.children) collect(child);
    };
    collect(root);
    return super.run(root);
  }

  protected statement(node: SyntaxNode): void {
    const { builder } = this;
    switch (node.type) {
      case 'comment':
        this.comment(node);
        return;
      case 'module':
      case 'body_statement':
      case 'then':
      case 'begin':
        for (const child of node.children) if (child.field !== 'name') this.statement(child);
        return;
      case 'class':
        this.class(node);
        return;
      case 'method':
      case 'singleton_method':
        this.method(node);
        return;
      case 'heredoc_body':
        return;
      case 'return':
        for (const child of node.children[0]?.children ?? []) this.returned(this.expression(child));
        return;
      default:
        builder.root(this.expression(node));
    }
  }

  private returned(value: Expression): void {
    this.builder.current.returns.push(value);
    this.builder.root(value, 'value');
  }

  /** The last expression of a body is its value. */
  private body(node: SyntaxNode | undefined): Expression | undefined {
    if (!node) return undefined;
    if (!BODIES.has(node.type)) {
      const value = this.expression(node);
      this.builder.root(value, 'value');
      return value;
    }
    let last: Expression | undefined;
    for (const child of node.children) {
      last = undefined;
      if (STATEMENTS.has(child.type)) this.statement(child);
      else if (child.type !== 'comment' && child.type !== 'heredoc_body') {
        last = this.expression(child);
        this.builder.root(last);
      } else if (child.type === 'comment') this.comment(child);
    }
    return last;
  }

  private class(node: SyntaxNode): void {
    const { builder } = this;
    const nameNode = this.field(node, 'name');
    const name = nameNode ? this.text(nameNode).split('::').at(-1)! : '';
    const scope = builder.open('class', name, node);
    builder.bind(name, { kind: 'scope', scope: scope.id, ...this.span(node), block: builder.block });
    const base = this.field(node, 'superclass')?.children[0];
    if (base) scope.bases.push(this.expression(base));
    const body = this.field(node, 'body');
    if (body) builder.within(scope, body, () => this.body(body));
  }

  private method(node: SyntaxNode): void {
    const { builder } = this;
    const nameNode = this.field(node, 'name');
    const name = nameNode ? this.text(nameNode) : '';
    const scope = builder.open('function', name, node);
    if (node.type === 'method') scope.receiver = 'self';
    scope.isConstructor = name === 'initialize';
    // A method without parameters is called by its name alone.
    scope.isProperty = !this.field(node, 'parameters');
    builder.bind(name, { kind: 'scope', scope: scope.id, ...this.span(node), block: builder.block });
    this.parameters(this.field(node, 'parameters'), scope);
    const body = this.field(node, 'body');
    builder.within(scope, body ?? node, () => {
      const value = this.body(body);
      if (value) scope.returns.push(value);
    });
  }

  private parameters(list: SyntaxNode | undefined, scope: ReturnType<RubyLowering['builder']['open']>): void {
    for (const parameter of list?.children ?? []) {
      const name = parameter.type === 'identifier' ? parameter : this.field(parameter, 'name');
      if (!name) continue;
      const valueNode = this.field(parameter, 'value');
      const value = valueNode ? this.expression(valueNode) : undefined;
      if (value) this.builder.root(value, 'value');
      this.builder.addParameter(scope, {
        name: this.text(name),
        ...this.span(name),
        default: value,
        rest:
          parameter.type === 'splat_parameter'
            ? 'list'
            : parameter.type === 'hash_splat_parameter'
              ? 'record'
              : undefined,
      });
    }
  }

  protected expression(node: SyntaxNode): Expression {
    const { builder } = this;
    const span = this.span(node);
    switch (node.type) {
      case 'string':
      case 'bare_string':
        return this.string(node, node.type === 'string' ? 1 : 0);
      case 'heredoc_beginning':
        return this.heredoc(node);
      case 'chained_string':
        return this.concatenation(
          node,
          node.children.map((child) => this.expression(child)),
          false,
        );
      case 'simple_symbol':
        return literal(this.source, node, node.start + 1, node.end);
      case 'hash_key_symbol':
        return literal(this.source, node, node.start, node.end);
      case 'identifier':
        if (this.text(node) === '__FILE__') return { kind: 'file', ...span };
        if (this.text(node) === '__dir__') return { kind: 'file', directory: true, ...span };
        return this.nameOf(node);
      case 'file':
        return { kind: 'file', ...span };
      case 'constant':
      case 'self':
      case 'super':
        return this.nameOf(node);
      case 'instance_variable':
      case 'class_variable':
        return {
          kind: 'member',
          object: { kind: 'name', name: 'self', scope: builder.scope, ...span },
          name: this.text(node),
          nameStart: node.start,
          ...span,
        };
      case 'scope_resolution': {
        const scope = this.field(node, 'scope');
        const name = this.field(node, 'name');
        if (!scope && name) return this.nameOf(name, node);
        return this.member(node, scope, name);
      }
      case 'integer':
        return { kind: 'number', value: Number(this.text(node)), ...span };
      case 'call':
        return this.call(node);
      case 'element_reference': {
        const object = this.field(node, 'object');
        const index = node.children.find((child) => child !== object);
        if (!object || !index) return this.unknown(node);
        return { kind: 'index', object: this.expression(object), index: this.expression(index), ...span };
      }
      case 'parenthesized_statements':
        return this.same(node, node.children.at(-1));
      case 'array':
      case 'string_array':
      case 'symbol_array':
        return { kind: 'list', items: node.children.map((child) => this.expression(child)), ...span };
      case 'hash':
        return {
          kind: 'record',
          entries: node.children.flatMap((child) => this.pair(child)),
          scope: builder.scope,
          ...span,
        };
      case 'binary': {
        const left = this.field(node, 'left');
        const right = this.field(node, 'right');
        if (!left || !right) return this.unknown(node);
        const operator = this.operatorBetween(left, right);
        if (operator === '+') return this.concatenation(node, [this.expression(left), this.expression(right)]);
        if (operator === '/') return { kind: 'join', parts: [this.expression(left), this.expression(right)], ...span };
        if (operator === '||' || operator === 'or')
          return this.choice(node, [this.expression(left), this.expression(right)], true);
        if (operator === '%') {
          const values = right.type === 'array' ? right.children : [right];
          return {
            kind: 'format',
            template: this.expression(left),
            values: values.map((value) => this.expression(value)),
            ...span,
          };
        }
        return this.unknown(node);
      }
      case 'conditional': {
        const consequence = this.field(node, 'consequence');
        const alternative = this.field(node, 'alternative');
        this.root(this.field(node, 'condition'));
        if (!consequence || !alternative) return this.unknown(node);
        return this.choice(node, [this.expression(consequence), this.expression(alternative)]);
      }
      case 'assignment':
      case 'operator_assignment':
        return this.assignment(node);
      case 'if':
      case 'unless':
      case 'elsif':
      case 'else':
      case 'case':
      case 'when':
      case 'while':
      case 'until':
      case 'rescue':
      case 'ensure':
      case 'begin':
      case 'if_modifier':
      case 'unless_modifier':
      case 'for':
        return this.branches(node);
      case 'block':
      case 'do_block':
      case 'lambda':
        return this.blockFunction(node);
      case 'comment':
        this.comment(node);
        return this.nothing(node);
      default:
        if (STATEMENTS.has(node.type)) {
          this.statement(node);
          return this.nothing(node);
        }
        return this.unknown(node);
    }
  }

  /** The value of an `if` is that of one of its branches. */
  private branches(node: SyntaxNode): Expression {
    const options: Expression[] = [];
    for (const child of node.children) {
      if (child.field === 'condition' || child.field === 'value' || child.field === 'pattern') {
        this.root(child);
        continue;
      }
      this.builder.inBlock(child, () => {
        const value = this.body(child);
        if (value) options.push(value);
      });
    }
    return this.choice(node, options);
  }

  private blockFunction(node: SyntaxNode): Expression {
    const { builder } = this;
    const scope = builder.open('function', '', node);
    this.parameters(this.field(node, 'parameters'), scope);
    const body = this.field(node, 'body');
    builder.within(scope, node, () => {
      const value = body ? this.body(body) : undefined;
      if (value) scope.returns.push(value);
    });
    return { kind: 'function', scope: scope.id, ...this.span(node) };
  }

  private call(node: SyntaxNode): Expression {
    const receiver = this.field(node, 'receiver');
    const method = this.field(node, 'method');
    const list = this.field(node, 'arguments');
    const block = this.field(node, 'block');
    if (!method) return this.unknown(node);
    const values: Argument[] = (list?.children ?? []).flatMap((child): Argument[] => {
      if (child.type === 'pair') {
        const key = this.field(child, 'key');
        const value = this.field(child, 'value');
        return key && value ? [{ name: this.keyText(key), value: this.expression(value) }] : [];
      }
      if (child.type === 'splat_argument' || child.type === 'hash_splat_argument')
        return child.children.map((each) => ({ value: this.expression(each), spread: true }));
      if (child.type === 'block_argument') return [];
      return [{ value: this.expression(child) }];
    });
    if (block) values.push({ value: this.blockFunction(block) });
    const name = this.text(method);
    const owner = receiver ? this.expression(receiver) : undefined;
    const callee: Expression = owner
      ? { kind: 'member', object: owner, name, nameStart: method.start, start: node.start, end: method.end }
      : method.type === 'super'
        ? { kind: 'name', name: 'super', scope: this.builder.scope, ...this.span(method) }
        : this.nameOf(method);
    // `Store.new(path)` makes an instance of Store.
    if (owner && name === 'new') return this.callOf(node, owner, list, values, true);
    return this.callOf(node, callee, list, values);
  }

  private keyText(node: SyntaxNode): string {
    return this.text(node).replace(/^[:'"]+|[:'"]+$/g, '');
  }

  private pair(node: SyntaxNode): Entry[] {
    const key = this.field(node, 'key');
    const value = this.field(node, 'value');
    if (node.type !== 'pair' || !key || !value) return [];
    return [
      {
        key: key.type === 'hash_key_symbol' || key.type === 'simple_symbol' ? this.keyText(key) : this.expression(key),
        value: this.expression(value),
      },
    ];
  }

  private assignment(node: SyntaxNode): Expression {
    const left = this.field(node, 'left');
    const right = this.field(node, 'right');
    if (!left || !right) return this.unknown(node);
    const operator = node.type === 'operator_assignment' ? this.operatorBetween(left, right) : '=';
    const plain = this.expression(right);
    let value = plain;
    if (operator === '+=') value = this.concatenation(node, [this.expression(left), plain]);
    else if (operator !== '=' && operator !== '||=') return { kind: 'unknown', children: [plain], ...this.span(node) };
    if (left.type === 'instance_variable' || left.type === 'class_variable') {
      const self: Expression = { kind: 'name', name: 'self', scope: this.builder.scope, ...this.span(left) };
      this.builder.attribute(self, this.text(left), value, node);
    } else if (left.type === 'call') {
      const receiver = this.field(left, 'receiver');
      const method = this.field(left, 'method');
      if (receiver && method) this.builder.attribute(this.expression(receiver), `@${this.text(method)}`, value, node);
    } else if (left.type === 'left_assignment_list')
      left.children.forEach((child, index) =>
        this.builder.bindValue(
          { text: this.text(child), ...this.span(child) },
          { kind: 'element', of: value, index, ...this.span(value) },
          node,
        ),
      );
    else if (left.type === 'identifier' || left.type === 'constant')
      this.builder.bindValue({ text: this.text(left), ...this.span(left) }, value, node);
    return { kind: 'same', of: value, ...this.span(node) };
  }

  private string(node: SyntaxNode, quotes: number): Expression {
    const open = quotes === 0 ? 0 : (/^%[qQ]?./.exec(this.text(node))?.[0].length ?? 1);
    return this.content(node, node, node.start + open, Math.max(node.start + open, node.end - (quotes === 0 ? 0 : 1)));
  }

  private content(node: SyntaxNode, holder: SyntaxNode, start: number, end: number): Expression {
    const escapes = (nodes: readonly SyntaxNode[]) =>
      nodes
        .filter((child) => child.type === 'escape_sequence')
        .map((child) => ({ start: child.start, end: child.end, value: backslash(this.text(child), false) }));
    if (!holder.children.some((child) => child.type === 'interpolation'))
      return literal(this.source, node, start, end, escapes(holder.children));
    const parts: Expression[] = [];
    let at = start;
    let pending: SyntaxNode[] = [];
    const flush = (to: number) => {
      if (to > at) parts.push(literal(this.source, { start: at, end: to }, at, to, escapes(pending)));
      pending = [];
    };
    for (const child of holder.children) {
      if (child.type !== 'interpolation') {
        pending.push(child);
        continue;
      }
      flush(child.start);
      const inner = child.children[0];
      if (inner) parts.push(this.expression(inner));
      at = child.end;
    }
    flush(end);
    return this.concatenation(node, parts, false);
  }

  private heredoc(node: SyntaxNode): Expression {
    const body = this.heredocs[this.nextHeredoc++];
    if (!body) return this.nothing(node);
    const last = body.children.at(-1);
    const end = last?.type === 'heredoc_end' ? last.start : body.end;
    return this.content(
      { ...node, start: body.start, end },
      { ...body, children: body.children.filter((child) => child.type !== 'heredoc_end') },
      body.start,
      end,
    );
  }
}

const BODIES = new Set([
  'body_statement',
  'block_body',
  'then',
  'else',
  'do',
  'begin',
  'elsif',
  'when',
  'ensure',
  'rescue',
]);
const STATEMENTS = new Set(['class', 'module', 'method', 'singleton_method', 'return', 'heredoc_body']);
