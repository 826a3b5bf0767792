import { childOf } from '../syntax/tree';
import type { SyntaxNode } from '../syntax/tree';
import type { Argument, Entry, Expression, Program } from '../syntax/program';
import { Lowering } from './lowering';
import { backslash, literal } from './strings';

/** Lowers a tree of tree-sitter-php. */
export function lowerPhp(root: SyntaxNode, source: string): Program {
  return new PhpLowering(source, 'php').run(root);
}

const TYPES = new Set(['class_declaration', 'trait_declaration', 'interface_declaration', 'enum_declaration']);
const LISTS = new Set([
  'compound_statement',
  'declaration_list',
  'colon_block',
  'else_clause',
  'else_if_clause',
  'case_statement',
  'default_statement',
  'switch_block',
  'catch_clause',
  'finally_clause',
]);

class PhpLowering extends Lowering {
  protected statement(node: SyntaxNode): void {
    const { builder } = this;
    switch (node.type) {
      case 'comment':
        this.comment(node);
        return;
      case 'php_tag':
      case 'text':
      case 'text_interpolation':
      case 'namespace_use_declaration':
        return;
      case 'namespace_definition': {
        const body = this.field(node, 'body');
        if (body) for (const child of body.children) this.statement(child);
        return;
      }
      case 'const_declaration':
        for (const element of node.children) {
          const [name, valueNode] = element.children;
          if (element.type !== 'const_element' || !name || !valueNode) continue;
          const value = this.expression(valueNode);
          builder.root(value, 'value');
          builder.bindValue({ text: this.text(name), ...this.span(name) }, value, node);
        }
        return;
      case 'property_declaration':
        for (const element of node.children) {
          if (element.type !== 'property_element') continue;
          const name = this.field(element, 'name');
          const valueNode =
            this.field(element, 'default_value') ?? childOf(element, 'property_initializer')?.children[0];
          if (!name) continue;
          const value = valueNode ? this.expression(valueNode) : undefined;
          if (value) builder.root(value, 'value');
          builder.bindValue({ text: this.variable(name), ...this.span(name) }, value ?? this.nothing(node), node, {
            declared: !value,
          });
        }
        return;
      case 'method_declaration':
      case 'function_definition':
        this.function(node);
        return;
      case 'return_statement':
        for (const child of node.children) {
          const value = this.expression(child);
          builder.current.returns.push(value);
          builder.root(value, 'value');
        }
        return;
      case 'foreach_statement':
        this.foreach(node);
        return;
      default:
        if (TYPES.has(node.type)) this.class(node);
        else if (LISTS.has(node.type)) builder.inBlock(node, () => this.inner(node));
        else this.inner(node);
    }
  }

  private inner(node: SyntaxNode): void {
    for (const child of node.children) {
      if (isStatement(child)) this.statement(child);
      else if (!this.isType(child)) this.root(child);
    }
  }

  private variable(node: SyntaxNode): string {
    return this.text(node).replace(/^\$/, '');
  }

  private class(node: SyntaxNode): void {
    const { builder } = this;
    const name = this.field(node, 'name');
    if (!name) return;
    const scope = builder.open('class', this.text(name), node);
    builder.bind(this.text(name), { kind: 'scope', scope: scope.id, ...this.span(node), block: builder.block });
    const base = childOf(node, 'base_clause')?.children[0];
    if (base) scope.bases.push(this.expression(base));
    const body = this.field(node, 'body');
    if (body) builder.within(scope, body, () => this.inner(body));
  }

  private function(node: SyntaxNode): number {
    const { builder } = this;
    const nameNode = this.field(node, 'name');
    const name = nameNode ? this.text(nameNode) : '';
    const scope = builder.open('function', name, node);
    if (node.type === 'method_declaration' && !childOf(node, 'static_modifier')) scope.receiver = 'this';
    scope.isConstructor = name === '__construct';
    if (name) builder.bind(name, { kind: 'scope', scope: scope.id, ...this.span(node), block: builder.block });
    for (const parameter of this.field(node, 'parameters')?.children ?? []) {
      const each = this.field(parameter, 'name');
      if (!each) continue;
      const valueNode = this.field(parameter, 'default_value');
      const typeNode = this.field(parameter, 'type');
      const value = valueNode ? this.expression(valueNode) : undefined;
      if (value) builder.root(value, 'value');
      const parameterName = this.variable(each);
      builder.addParameter(scope, {
        name: parameterName,
        ...this.span(each),
        default: value,
        type: typeNode ? this.typeExpression(typeNode) : undefined,
        rest: parameter.type === 'variadic_parameter' ? 'list' : undefined,
      });
      if (parameter.type === 'property_promotion_parameter')
        builder.within(scope, node, () =>
          builder.attribute(
            { kind: 'name', name: 'this', scope: scope.id, ...this.span(parameter) },
            parameterName,
            { kind: 'name', name: parameterName, scope: scope.id, ...this.span(each) },
            parameter,
          ),
        );
    }
    const body = this.field(node, 'body');
    if (body)
      builder.within(scope, body, () => {
        if (body.type === 'compound_statement') this.inner(body);
        else {
          const value = this.expression(body);
          scope.returns.push(value);
          builder.root(value, 'value');
        }
      });
    return scope.id;
  }

  private typeExpression(node: SyntaxNode): Expression {
    if (node.type === 'named_type' || node.type === 'optional_type') {
      const inner = node.children[0];
      return inner ? this.typeExpression(inner) : this.nothing(node);
    }
    if (node.type === 'name') return this.nameOf(node);
    if (node.type === 'qualified_name') return this.nameOf(node.children.at(-1) ?? node);
    return this.nothing(node);
  }

  private foreach(node: SyntaxNode): void {
    const body = this.field(node, 'body');
    const [list, target] = node.children.filter((child) => child !== body);
    if (!list) return;
    const iterable = this.expression(list);
    this.builder.root(iterable);
    this.builder.inBlock(node, () => {
      const [first, second] = target?.type === 'pair' ? target.children : [undefined, target];
      const statement = { ...node, end: (target ?? list).end };
      if (first) this.assign(first, { kind: 'element', of: iterable, key: true, ...this.span(list) }, statement);
      if (second) this.assign(second, { kind: 'element', of: iterable, ...this.span(list) }, statement);
      if (body) this.statement(body);
    });
  }

  private assign(target: SyntaxNode, value: Expression, statement: SyntaxNode): void {
    switch (target.type) {
      case 'variable_name':
        this.builder.bindValue({ text: this.variable(target), ...this.span(target) }, value, statement);
        return;
      case 'member_access_expression': {
        const object = this.field(target, 'object');
        const name = this.field(target, 'name');
        if (object && name) this.builder.attribute(this.expression(object), this.variable(name), value, statement);
        return;
      }
      case 'scoped_property_access_expression': {
        const object = this.field(target, 'scope');
        const name = this.field(target, 'name');
        if (object && name) this.builder.attribute(this.expression(object), this.variable(name), value, statement);
        return;
      }
      case 'list_literal':
      case 'array_creation_expression':
        target.children.forEach((child, index) =>
          this.assign(
            child.type === 'array_element_initializer' ? (child.children.at(-1) ?? child) : child,
            { kind: 'element', of: value, index, ...this.span(value) },
            statement,
          ),
        );
        return;
      default:
        this.root(target);
    }
  }

  private arguments(list: SyntaxNode | undefined): Argument[] {
    return (list?.children ?? []).flatMap((child): Argument[] => {
      if (child.type !== 'argument') return [];
      const name = this.field(child, 'name');
      const value = child.children.filter((each) => each !== name).at(-1);
      if (!value) return [];
      if (value.type === 'variadic_unpacking')
        return [{ value: this.expression(value.children[0] ?? value), spread: true }];
      return [{ ...(name ? { name: this.text(name) } : {}), value: this.expression(value) }];
    });
  }

  protected expression(node: SyntaxNode): Expression {
    const { builder } = this;
    const span = this.span(node);
    switch (node.type) {
      case 'string':
        return this.quoted(node);
      case 'encapsed_string':
        return this.interpolated(node, node.children, node.start + 1, Math.max(node.start + 1, node.end - 1));
      case 'heredoc': {
        const value = this.field(node, 'value');
        return value ? this.interpolated(node, value.children, value.start, value.end) : this.nothing(node);
      }
      case 'nowdoc': {
        const value = this.field(node, 'value') ?? childOf(node, 'nowdoc_body');
        return value ? literal(this.source, node, value.start, value.end) : this.nothing(node);
      }
      case 'name':
      case 'relative_scope': {
        const text = this.text(node);
        if (text === '__DIR__') return { kind: 'file', directory: true, ...span };
        if (text === '__FILE__') return { kind: 'file', ...span };
        if (text === 'self' || text === 'static') return this.ownClass(node);
        return this.nameOf(node);
      }
      case 'qualified_name':
        return this.nameOf(node.children.at(-1) ?? node);
      case 'variable_name':
        return { kind: 'name', name: this.variable(node), scope: builder.scope, ...span };
      case 'integer':
        return { kind: 'number', value: Number(this.text(node)), ...span };
      case 'member_access_expression':
      case 'nullsafe_member_access_expression':
        return this.memberNamed(node, this.field(node, 'object'), this.field(node, 'name'));
      case 'scoped_property_access_expression':
        return this.memberNamed(node, this.field(node, 'scope'), this.field(node, 'name'));
      case 'class_constant_access_expression':
        return this.memberNamed(node, node.children[0], node.children[1]);
      case 'function_call_expression': {
        const callee = this.field(node, 'function');
        const list = this.field(node, 'arguments');
        const values = this.arguments(list);
        if (!callee) return this.unknown(node);
        // define('DB_PATH', …)
        if (this.text(callee) === 'define' && values[0]?.value.kind === 'literal' && values[1]) {
          builder.root(values[1].value, 'value');
          builder.bindValue(
            { text: values[0].value.value, ...this.span(values[0].value) },
            values[1].value,
            node,
            {},
            0,
          );
        }
        return this.callOf(node, this.expression(callee), list, values);
      }
      case 'member_call_expression':
      case 'nullsafe_member_call_expression':
      case 'scoped_call_expression': {
        const object = this.field(node, 'object') ?? this.field(node, 'scope');
        const name = this.field(node, 'name');
        const list = this.field(node, 'arguments');
        if (!object || !name) return this.unknown(node);
        return this.callOf(
          node,
          this.memberNamed({ ...node, end: name.end }, object, name),
          list,
          this.arguments(list),
        );
      }
      case 'object_creation_expression': {
        const list = childOf(node, 'arguments');
        const type = node.children.find(
          (child) => child.type === 'name' || child.type === 'qualified_name' || child.type === 'variable_name',
        );
        return type ? this.callOf(node, this.expression(type), list, this.arguments(list), true) : this.unknown(node);
      }
      case 'parenthesized_expression':
      case 'clone_expression':
      case 'error_suppression_expression':
        return this.same(node, node.children[0]);
      case 'cast_expression':
        return this.same(node, this.field(node, 'value'));
      case 'require_expression':
      case 'require_once_expression':
      case 'include_expression':
      case 'include_once_expression':
        return this.callOf(
          node,
          { kind: 'name', name: 'require', scope: builder.scope, ...span },
          undefined,
          node.children.map((child) => ({ value: this.expression(child) })),
        );
      case 'subscript_expression': {
        const [object, index] = node.children;
        if (!object || !index) return this.unknown(node);
        return { kind: 'index', object: this.expression(object), index: this.expression(index), ...span };
      }
      case 'array_creation_expression':
        return this.array(node);
      case 'binary_expression': {
        const left = this.field(node, 'left');
        const right = this.field(node, 'right');
        if (!left || !right) return this.unknown(node);
        const operator = this.operatorBetween(left, right);
        if (operator === '.') return this.concatenation(node, [this.expression(left), this.expression(right)]);
        if (operator === '??') return this.choice(node, [this.expression(left), this.expression(right)], true);
        return this.unknown(node);
      }
      case 'conditional_expression': {
        const condition = this.field(node, 'condition');
        const consequence = this.field(node, 'body') ?? this.field(node, 'consequence');
        const alternative = this.field(node, 'alternative');
        if (!alternative || !condition) return this.unknown(node);
        if (!consequence) return this.choice(node, [this.expression(condition), this.expression(alternative)], true);
        this.root(condition);
        return this.choice(node, [this.expression(consequence), this.expression(alternative)]);
      }
      case 'assignment_expression':
      case 'augmented_assignment_expression':
      case 'reference_assignment_expression': {
        const left = this.field(node, 'left');
        const right = this.field(node, 'right');
        if (!left || !right) return this.unknown(node);
        const operator = this.operatorBetween(left, right);
        const plain = this.expression(right);
        const value = operator === '.=' ? this.concatenation(node, [this.expression(left), plain]) : plain;
        this.assign(left, value, node);
        return { kind: 'same', of: value, ...span };
      }
      case 'anonymous_function':
      case 'anonymous_function_creation_expression':
      case 'arrow_function':
        return { kind: 'function', scope: this.function(node), ...span };
      default:
        if (isStatement(node)) {
          this.statement(node);
          return this.nothing(node);
        }
        return this.unknown(node);
    }
  }

  private memberNamed(node: SyntaxNode, object: SyntaxNode | undefined, name: SyntaxNode | undefined): Expression {
    if (!object || !name) return this.unknown(node);
    return {
      kind: 'member',
      object: this.expression(object),
      name: this.variable(name),
      nameStart: name.start,
      ...this.span(node),
    };
  }

  private ownClass(node: SyntaxNode): Expression {
    const { scopes } = this.builder;
    for (let id = this.builder.scope; id >= 0; id = scopes[id]!.parent)
      if (scopes[id]!.kind === 'class') return { kind: 'function', scope: id, ...this.span(node) };
    return this.nothing(node);
  }

  private array(node: SyntaxNode): Expression {
    const entries = node.children.flatMap((child): Entry[] => {
      if (child.type !== 'array_element_initializer') return [];
      const [first, second] = child.children;
      if (!first) return [];
      return second
        ? [{ key: this.expression(first), value: this.expression(second) }]
        : [{ value: this.expression(first) }];
    });
    if (entries.some((entry) => entry.key !== undefined))
      return { kind: 'record', entries, scope: this.builder.scope, ...this.span(node) };
    return { kind: 'list', items: entries.map((entry) => entry.value), ...this.span(node) };
  }

  /** In single quotes only the quote and the backslash are escaped. */
  private quoted(node: SyntaxNode): Expression {
    const escapes = node.children
      .filter((child) => child.type === 'escape_sequence')
      .map((child) => ({ start: child.start, end: child.end, value: this.text(child).slice(1) }));
    return literal(this.source, node, node.start + 1, Math.max(node.start + 1, node.end - 1), escapes);
  }

  private interpolated(node: SyntaxNode, children: readonly SyntaxNode[], start: number, end: number): Expression {
    const isText = (child: SyntaxNode) => child.type === 'string_content' || child.type === 'escape_sequence';
    const escapes = (nodes: readonly SyntaxNode[]) =>
      nodes
        .filter((child) => child.type === 'escape_sequence')
        .map((child) => ({ start: child.start, end: child.end, value: backslash(this.text(child), true) }));
    if (children.every(isText)) return literal(this.source, node, start, end, escapes(children));
    const parts: Expression[] = [];
    for (let at = 0; at < children.length; at++) {
      const child = children[at]!;
      if (!isText(child)) {
        parts.push(this.expression(child));
        continue;
      }
      const run = [child];
      while (children[at + 1] && isText(children[at + 1]!)) run.push(children[++at]!);
      const last = run.at(-1)!;
      parts.push(literal(this.source, { start: child.start, end: last.end }, child.start, last.end, escapes(run)));
    }
    return this.concatenation(node, parts, false);
  }
}

function isStatement(node: SyntaxNode): boolean {
  return (
    node.type.endsWith('_statement') ||
    node.type.endsWith('_declaration') ||
    node.type === 'function_definition' ||
    node.type === 'namespace_definition' ||
    node.type === 'php_tag' ||
    node.type === 'text' ||
    node.type === 'text_interpolation' ||
    node.type === 'comment' ||
    node.type === 'ERROR' ||
    LISTS.has(node.type)
  );
}
