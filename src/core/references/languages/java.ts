import { childOf } from '../syntax/tree';
import type { SyntaxNode } from '../syntax/tree';
import type { Argument, Expression, Program } from '../syntax/program';
import { Lowering } from './lowering';
import { backslash, literal } from './strings';

/** Lowers a tree of tree-sitter-java. */
export function lowerJava(root: SyntaxNode, source: string): Program {
  return new JavaLowering(source, 'java').run(root);
}

const TYPES = new Set(['class_declaration', 'interface_declaration', 'enum_declaration', 'record_declaration']);
const BLOCKS = new Set(['block', 'switch_block_statement_group', 'switch_rule', 'constructor_body']);
const HEADERS = new Set(['for_statement', 'enhanced_for_statement', 'catch_clause', 'try_with_resources_statement']);

class JavaLowering extends Lowering {
  protected statement(node: SyntaxNode): void {
    const { builder } = this;
    switch (node.type) {
      case 'line_comment':
      case 'block_comment':
        this.comment(node);
        return;
      case 'package_declaration':
        builder.packageName = node.children[0] ? this.text(node.children[0]) : '';
        return;
      case 'import_declaration':
        this.import(node);
        return;
      case 'local_variable_declaration':
      case 'field_declaration':
      case 'constant_declaration':
        this.variables(node);
        return;
      case 'resource': {
        const name = this.field(node, 'name');
        const value = this.root(this.field(node, 'value'));
        if (name && value)
          builder.bindValue({ text: this.text(name), ...this.span(name) }, value, node, { blockScoped: true });
        return;
      }
      case 'method_declaration':
      case 'constructor_declaration':
      case 'compact_constructor_declaration':
        this.method(node);
        return;
      case 'return_statement':
      case 'yield_statement':
        for (const child of node.children) {
          const value = this.expression(child);
          builder.current.returns.push(value);
          builder.root(value, 'value');
        }
        return;
      case 'explicit_constructor_invocation': {
        const callee = this.field(node, 'constructor');
        const list = this.field(node, 'arguments');
        if (callee) builder.root(this.callOf(node, this.nameOf(callee), list, this.arguments(list)));
        return;
      }
      case 'enhanced_for_statement':
        builder.inBlock(node, () => {
          const name = this.field(node, 'name');
          const value = this.field(node, 'value');
          const iterable = this.root(value);
          if (name && iterable)
            builder.bindValue(
              { text: this.text(name), ...this.span(name) },
              { kind: 'element', of: iterable, ...this.span(iterable) },
              { start: node.start, end: value!.end },
              { blockScoped: true },
            );
          const body = this.field(node, 'body');
          if (body) this.statement(body);
        });
        return;
      default:
        if (TYPES.has(node.type)) this.type(node);
        else if (HEADERS.has(node.type) || BLOCKS.has(node.type)) builder.inBlock(node, () => this.inner(node));
        else this.inner(node);
    }
  }

  private inner(node: SyntaxNode): void {
    for (const child of node.children) {
      if (isStatement(child)) this.statement(child);
      else if (!this.isType(child) && !child.type.endsWith('comment') && child.type !== 'switch_label')
        this.root(child);
      else if (child.type.endsWith('comment')) this.comment(child);
    }
  }

  private import(node: SyntaxNode): void {
    const path = node.children[0];
    if (!path || childOf(node, 'asterisk')) return;
    const name = this.text(path);
    const last = name.slice(name.lastIndexOf('.') + 1);
    if (!/^import\s+static\b/.test(this.text(node))) return;
    const owner = name.slice(0, name.lastIndexOf('.'));
    this.builder.bind(last, {
      kind: 'import',
      module: owner,
      member: last,
      ...this.span(node),
      block: this.builder.block,
    });
  }

  private variables(node: SyntaxNode): void {
    const { builder } = this;
    const typeNode = this.field(node, 'type');
    const type = typeNode ? this.typeExpression(typeNode) : undefined;
    const injected = this.injectedDefault(node);
    for (const declarator of this.fields(node, 'declarator')) {
      const name = this.field(declarator, 'name');
      const valueNode = this.field(declarator, 'value');
      if (!name) continue;
      const value = valueNode ? this.expression(valueNode) : injected;
      if (value) builder.root(value, 'value');
      builder.bindValue({ text: this.text(name), ...this.span(name) }, value ?? this.nothing(node), node, {
        type,
        declared: !value,
        blockScoped: builder.current.kind === 'function',
      });
    }
  }

  /** `@Value("${db.path:data/x.db}")`. */
  private injectedDefault(node: SyntaxNode): Expression | undefined {
    const modifiers = childOf(node, 'modifiers');
    for (const annotation of modifiers?.children ?? []) {
      if (annotation.type !== 'annotation') continue;
      const text = this.text(annotation);
      const match = /\$\{[^:}"]+:([^}"]*)\}/.exec(text);
      if (!match) continue;
      const start = annotation.start + match.index + match[0].length - 1 - match[1]!.length;
      return literal(this.source, { start, end: start + match[1]!.length }, start, start + match[1]!.length);
    }
    return undefined;
  }

  private type(node: SyntaxNode): void {
    const { builder } = this;
    const name = this.field(node, 'name');
    if (!name) return;
    const scope = builder.open('class', this.text(name), node);
    builder.bind(this.text(name), { kind: 'scope', scope: scope.id, ...this.span(node), block: builder.block });
    const superclass = this.field(node, 'superclass')?.children[0];
    if (superclass) scope.bases.push(this.typeExpression(superclass));
    const body = this.field(node, 'body');
    builder.within(scope, body ?? node, () => {
      for (const parameter of this.field(node, 'parameters')?.children ?? []) {
        const each = this.field(parameter, 'name');
        if (each)
          builder.bindValue({ text: this.text(each), ...this.span(each) }, this.nothing(parameter), parameter, {
            declared: true,
          });
      }
      const visit = (members: readonly SyntaxNode[]): void => {
        for (const member of members) {
          if (member.type === 'enum_constant') this.enumConstant(member, scope.id);
          else if (member.type === 'enum_body_declarations') visit(member.children);
          else if (member.type === 'static_initializer') this.inner(member);
          else this.statement(member);
        }
      };
      visit(body?.children ?? []);
    });
  }

  /** `CORE("data/x.db")`: an instance of the enum. */
  private enumConstant(node: SyntaxNode, scope: number): void {
    const name = this.field(node, 'name');
    const list = this.field(node, 'arguments');
    if (!name) return;
    const value = this.callOf(node, { kind: 'function', scope, ...this.span(name) }, list, this.arguments(list), true);
    this.builder.root(value, 'value');
    this.builder.bindValue({ text: this.text(name), ...this.span(name) }, value, node);
  }

  private method(node: SyntaxNode): void {
    const { builder } = this;
    const nameNode = this.field(node, 'name');
    const name = nameNode ? this.text(nameNode) : '';
    const scope = builder.open('function', name, node);
    const isStatic = /\bstatic\b/.test(childOf(node, 'modifiers') ? this.text(childOf(node, 'modifiers')!) : '');
    if (!isStatic) scope.receiver = 'this';
    scope.isConstructor = node.type !== 'method_declaration';
    builder.bind(name, { kind: 'scope', scope: scope.id, ...this.span(node), block: builder.block });
    this.parameters(this.field(node, 'parameters'), scope);
    const body = this.field(node, 'body');
    if (body) builder.within(scope, body, () => this.inner(body));
  }

  private parameters(list: SyntaxNode | undefined, scope: ReturnType<JavaLowering['builder']['open']>): void {
    const add = (name: SyntaxNode, type: SyntaxNode | undefined, rest: boolean) =>
      this.builder.addParameter(scope, {
        name: this.text(name),
        ...this.span(name),
        type: type ? this.typeExpression(type) : undefined,
        rest: rest ? 'list' : undefined,
      });
    if (list?.type === 'identifier') return add(list, undefined, false);
    for (const parameter of list?.children ?? []) {
      const name =
        parameter.type === 'identifier'
          ? parameter
          : (this.field(parameter, 'name') ??
            this.field(childOf(parameter, 'variable_declarator') ?? parameter, 'name'));
      if (name) add(name, this.field(parameter, 'type'), parameter.type === 'spread_parameter');
    }
  }

  private typeExpression(node: SyntaxNode): Expression {
    if (node.type === 'type_identifier') return this.nameOf(node);
    if (node.type === 'scoped_type_identifier') return this.nameOf(node.children.at(-1) ?? node);
    if (node.type === 'generic_type' || node.type === 'array_type') {
      const inner = node.children[0];
      return inner ? this.typeExpression(inner) : this.nothing(node);
    }
    return this.nothing(node);
  }

  private arguments(list: SyntaxNode | undefined): Argument[] {
    return (list?.children ?? []).flatMap((child) =>
      child.type.endsWith('comment') ? [] : [{ value: this.expression(child) }],
    );
  }

  protected expression(node: SyntaxNode): Expression {
    const span = this.span(node);
    switch (node.type) {
      case 'string_literal':
        return this.string(node);
      case 'identifier':
      case 'type_identifier':
      case 'this':
      case 'super':
        return this.nameOf(node);
      case 'decimal_integer_literal':
        return { kind: 'number', value: Number(this.text(node).replace(/[_lL]/g, '')), ...span };
      case 'field_access':
        return this.member(node, this.field(node, 'object'), this.field(node, 'field'));
      case 'scoped_identifier':
        return this.member(node, this.field(node, 'scope'), this.field(node, 'name'));
      case 'method_invocation': {
        const object = this.field(node, 'object');
        const name = this.field(node, 'name');
        const list = this.field(node, 'arguments');
        if (!name) return this.unknown(node);
        const callee: Expression = object
          ? {
              kind: 'member',
              object: this.expression(object),
              name: this.text(name),
              nameStart: name.start,
              start: node.start,
              end: name.end,
            }
          : this.nameOf(name);
        return this.callOf(node, callee, list, this.arguments(list));
      }
      case 'object_creation_expression': {
        const type = this.field(node, 'type');
        const list = this.field(node, 'arguments');
        if (!type) return this.unknown(node);
        for (const child of node.children) if (child.type === 'class_body') this.inner(child);
        return this.callOf(node, this.typeExpression(type), list, this.arguments(list), true);
      }
      case 'method_reference':
        return this.nothing(node);
      case 'parenthesized_expression':
        return this.same(node, node.children[0]);
      case 'cast_expression':
        return this.same(node, this.field(node, 'value'));
      case 'array_access': {
        const object = this.field(node, 'array');
        const index = this.field(node, 'index');
        if (!object || !index) return this.unknown(node);
        return { kind: 'index', object: this.expression(object), index: this.expression(index), ...span };
      }
      case 'array_creation_expression': {
        const value = this.field(node, 'value');
        return value ? this.expression(value) : this.unknown(node);
      }
      case 'array_initializer':
      case 'element_value_array_initializer':
        return { kind: 'list', items: node.children.map((child) => this.expression(child)), ...span };
      case 'binary_expression': {
        const left = this.field(node, 'left');
        const right = this.field(node, 'right');
        if (!left || !right || this.operatorBetween(left, right) !== '+') return this.unknown(node);
        return this.concatenation(node, [this.expression(left), this.expression(right)]);
      }
      case 'ternary_expression': {
        const consequence = this.field(node, 'consequence');
        const alternative = this.field(node, 'alternative');
        this.root(this.field(node, 'condition'));
        if (!consequence || !alternative) return this.unknown(node);
        return this.choice(node, [this.expression(consequence), this.expression(alternative)]);
      }
      case 'assignment_expression':
        return this.assignment(node);
      case 'lambda_expression': {
        const scope = this.builder.open('function', '', node);
        const parameters = this.field(node, 'parameters');
        this.parameters(
          parameters?.type === 'inferred_parameters' || parameters?.type === 'formal_parameters'
            ? parameters
            : parameters,
          scope,
        );
        const body = this.field(node, 'body');
        if (body)
          this.builder.within(scope, node, () => {
            if (body.type === 'block') this.inner(body);
            else {
              const value = this.expression(body);
              scope.returns.push(value);
              this.builder.root(value, 'value');
            }
          });
        return { kind: 'function', scope: scope.id, ...span };
      }
      case 'annotation':
      case 'modifiers':
      case 'class_literal':
        return this.nothing(node);
      default:
        if (isStatement(node)) {
          this.statement(node);
          return this.nothing(node);
        }
        return this.unknown(node);
    }
  }

  private assignment(node: SyntaxNode): Expression {
    const left = this.field(node, 'left');
    const right = this.field(node, 'right');
    if (!left || !right) return this.unknown(node);
    const operator = this.operatorBetween(left, right);
    const plain = this.expression(right);
    const value = operator === '+=' ? this.concatenation(node, [this.expression(left), plain]) : plain;
    if (left.type === 'field_access') {
      const object = this.field(left, 'object');
      const field = this.field(left, 'field');
      if (object && field) this.builder.attribute(this.expression(object), this.text(field), value, node);
    } else if (left.type === 'identifier') this.assignName(left, value, node, 'this');
    return { kind: 'same', of: value, ...this.span(node) };
  }

  private string(node: SyntaxNode): Expression {
    const isBlock = this.text(node).startsWith('"""');
    const quotes = isBlock ? 3 : 1;
    const escapes = node.children
      .filter((child) => child.type === 'escape_sequence')
      .map((child) => ({ start: child.start, end: child.end, value: backslash(this.text(child), false) }));
    return literal(this.source, node, node.start + quotes, Math.max(node.start + quotes, node.end - quotes), escapes);
  }
}

function isStatement(node: SyntaxNode): boolean {
  return (
    node.type.endsWith('_statement') ||
    node.type.endsWith('_declaration') ||
    node.type === 'explicit_constructor_invocation' ||
    node.type === 'resource_specification' ||
    node.type === 'resource' ||
    node.type === 'switch_block' ||
    node.type === 'finally_clause' ||
    node.type === 'ERROR' ||
    BLOCKS.has(node.type) ||
    HEADERS.has(node.type)
  );
}
