import { childOf } from '../syntax/tree';
import type { SyntaxNode } from '../syntax/tree';
import type { Argument, Entry, Expression, Program } from '../syntax/program';
import { Lowering } from './lowering';
import { backslash, literal } from './strings';
import type { Escape } from './strings';

/** Lowers a tree of tree-sitter-c-sharp. */
export function lowerCSharp(root: SyntaxNode, source: string): Program {
  return new CSharpLowering(source, 'csharp').run(root);
}

const TYPES = new Set([
  'class_declaration',
  'struct_declaration',
  'record_declaration',
  'interface_declaration',
  'enum_declaration',
]);
const BLOCKS = new Set(['block', 'switch_section', 'for_statement', 'using_statement', 'catch_clause']);

class CSharpLowering extends Lowering {
  protected statement(node: SyntaxNode): void {
    const { builder } = this;
    switch (node.type) {
      case 'comment':
        this.comment(node);
        return;
      case 'using_directive': {
        const path = node.children.at(-1);
        if (path && /\bstatic\b/.test(this.text(node)))
          builder.bind('*', {
            kind: 'import',
            module: this.text(path),
            member: '*',
            ...this.span(node),
            block: builder.block,
          });
        return;
      }
      case 'variable_declaration':
        this.variables(node);
        return;
      case 'property_declaration':
        this.property(node);
        return;
      case 'method_declaration':
      case 'constructor_declaration':
      case 'local_function_statement':
        this.method(node);
        return;
      case 'return_statement':
      case 'yield_statement':
        for (const child of node.children) this.returned(child);
        return;
      case 'foreach_statement':
        builder.inBlock(node, () => {
          const left = this.field(node, 'left');
          const right = this.field(node, 'right');
          const iterable = this.root(right);
          if (left && iterable)
            builder.bindValue(
              { text: this.text(left), ...this.span(left) },
              { kind: 'element', of: iterable, ...this.span(iterable) },
              { start: node.start, end: right!.end },
              { blockScoped: true },
            );
          const body = this.field(node, 'body');
          if (body) this.statement(body);
        });
        return;
      case 'enum_member_declaration':
        return;
      default:
        if (TYPES.has(node.type)) this.type(node);
        else if (BLOCKS.has(node.type)) builder.inBlock(node, () => this.inner(node));
        else this.inner(node);
    }
  }

  private inner(node: SyntaxNode): void {
    for (const child of node.children) {
      if (isStatement(child)) this.statement(child);
      else if (child.type === 'comment') this.comment(child);
      else if (!SKIPPED.has(child.type) && !this.isType(child) && child.field !== 'name') this.root(child);
    }
  }

  private returned(node: SyntaxNode): void {
    const value = this.expression(node);
    this.builder.current.returns.push(value);
    this.builder.root(value, 'value');
  }

  private variables(node: SyntaxNode): void {
    const { builder } = this;
    const typeNode = this.field(node, 'type');
    const type = typeNode ? this.typeExpression(typeNode) : undefined;
    for (const declarator of node.children) {
      if (declarator.type !== 'variable_declarator') continue;
      const name = this.field(declarator, 'name');
      const valueNode = declarator.children.find((child) => child !== name && child.type !== 'bracketed_argument_list');
      if (!name) continue;
      const value = valueNode ? this.withType(this.expression(valueNode), type) : undefined;
      if (value) builder.root(value, 'value');
      builder.bindValue({ text: this.text(name), ...this.span(name) }, value ?? this.nothing(declarator), node, {
        type,
        declared: !value,
        blockScoped: builder.current.kind === 'function',
      });
    }
  }

  /** `Store s = new("x.db")`. */
  private withType(value: Expression, type: Expression | undefined): Expression {
    return value.kind === 'call' && value.construct && value.callee.kind === 'unknown' && type
      ? { ...value, callee: type }
      : value;
  }

  private property(node: SyntaxNode): void {
    const { builder } = this;
    const name = this.field(node, 'name');
    const typeNode = this.field(node, 'type');
    const valueNode = this.field(node, 'value');
    if (!name) return;
    const type = typeNode ? this.typeExpression(typeNode) : undefined;
    if (
      valueNode?.type === 'arrow_expression_clause' ||
      (!valueNode && this.field(node, 'accessors')?.children.some((each) => this.field(each, 'body')))
    ) {
      const scope = builder.open('function', this.text(name), node);
      scope.receiver = 'this';
      scope.isProperty = true;
      builder.bind(this.text(name), { kind: 'scope', scope: scope.id, ...this.span(node), block: builder.block });
      builder.within(scope, node, () => {
        if (valueNode) for (const child of valueNode.children) this.returned(child);
        for (const accessor of this.field(node, 'accessors')?.children ?? []) {
          const body = this.field(accessor, 'body');
          if (!body) continue;
          if (body.type === 'arrow_expression_clause') for (const child of body.children) this.returned(child);
          else this.inner(body);
        }
      });
      return;
    }
    const value = valueNode ? this.withType(this.expression(valueNode), type) : undefined;
    if (value) builder.root(value, 'value');
    builder.bindValue({ text: this.text(name), ...this.span(name) }, value ?? this.nothing(node), node, {
      type,
      declared: !value,
    });
  }

  private type(node: SyntaxNode): void {
    const { builder } = this;
    const name = this.field(node, 'name');
    if (!name) return;
    const scope = builder.open('class', this.text(name), node);
    builder.bind(this.text(name), { kind: 'scope', scope: scope.id, ...this.span(node), block: builder.block });
    for (const base of childOf(node, 'base_list')?.children ?? []) {
      const type = base.type === 'primary_constructor_base_type' ? base.children[0] : base;
      if (type) scope.bases.push(this.typeExpression(type));
    }
    const body = this.field(node, 'body');
    const primary = childOf(node, 'parameter_list');
    builder.within(scope, body ?? node, () => {
      if (primary) this.primaryConstructor(primary, node);
      for (const member of body?.children ?? []) this.statement(member);
    });
  }

  /** `record Settings(string Path = "x.db")` and `class Store(string path)`: the parameters are fields. */
  private primaryConstructor(list: SyntaxNode, node: SyntaxNode): void {
    const { builder } = this;
    const owner = builder.current;
    const scope = builder.open('function', owner.name, list);
    scope.receiver = 'this';
    scope.isConstructor = true;
    builder.bind('.ctor', { kind: 'scope', scope: scope.id, ...this.span(node), block: builder.block });
    this.parameters(list, scope);
    builder.within(scope, list, () => {
      for (const parameter of scope.parameters)
        builder.attribute(
          { kind: 'name', name: 'this', scope: scope.id, ...this.span(list) },
          parameter.name,
          { kind: 'name', name: parameter.name, scope: scope.id, start: parameter.start, end: parameter.end },
          list,
        );
    });
  }

  private method(node: SyntaxNode): void {
    const { builder } = this;
    const nameNode = this.field(node, 'name');
    const name = nameNode ? this.text(nameNode) : '';
    const scope = builder.open('function', name, node);
    const isStatic = node.children.some((child) => child.type === 'modifier' && this.text(child) === 'static');
    if (!isStatic && node.type !== 'local_function_statement') scope.receiver = 'this';
    scope.isConstructor = node.type === 'constructor_declaration';
    builder.bind(name, { kind: 'scope', scope: scope.id, ...this.span(node), block: builder.block });
    this.parameters(this.field(node, 'parameters'), scope);
    const body = this.field(node, 'body');
    builder.within(scope, body ?? node, () => {
      const chained = childOf(node, 'constructor_initializer');
      const list = chained && childOf(chained, 'argument_list');
      if (chained && list) {
        const target = this.source.slice(chained.start, list.start).includes('base') ? 'base' : 'this';
        builder.root(
          this.callOf(
            chained,
            { kind: 'name', name: target, scope: scope.id, ...this.span(chained) },
            list,
            this.arguments(list),
          ),
        );
      }
      if (body?.type === 'arrow_expression_clause') for (const child of body.children) this.returned(child);
      else if (body) this.inner(body);
    });
  }

  private parameters(list: SyntaxNode | undefined, scope: ReturnType<CSharpLowering['builder']['open']>): void {
    if (list?.type === 'identifier' || list?.type === 'implicit_parameter') {
      this.builder.addParameter(scope, { name: this.text(list), ...this.span(list) });
      return;
    }
    for (const parameter of list?.children ?? []) {
      if (parameter.type !== 'parameter' && parameter.type !== 'implicit_parameter') continue;
      const name = this.field(parameter, 'name') ?? (parameter.type === 'implicit_parameter' ? parameter : undefined);
      if (!name) continue;
      const typeNode = this.field(parameter, 'type');
      const last = parameter.children.at(-1);
      const valueNode = last && last !== name && last !== typeNode && last.start > name.end ? last : undefined;
      const value = valueNode ? this.expression(valueNode) : undefined;
      if (value) this.builder.root(value, 'value');
      this.builder.addParameter(scope, {
        name: this.text(name),
        ...this.span(name),
        default: value,
        type: typeNode ? this.typeExpression(typeNode) : undefined,
      });
    }
  }

  private typeExpression(node: SyntaxNode): Expression {
    switch (node.type) {
      case 'identifier':
        return this.nameOf(node);
      case 'qualified_name':
        return this.typeExpression(this.field(node, 'name') ?? node.children.at(-1) ?? node);
      case 'generic_name':
      case 'nullable_type':
      case 'array_type': {
        const inner = node.children[0];
        return inner ? this.typeExpression(inner) : this.nothing(node);
      }
      default:
        return this.nothing(node);
    }
  }

  private arguments(list: SyntaxNode | undefined): Argument[] {
    return (list?.children ?? []).flatMap((child): Argument[] => {
      if (child.type !== 'argument') return [];
      const name = this.field(child, 'name');
      const value = child.children.filter((each) => each !== name).at(-1);
      return value ? [{ ...(name ? { name: this.text(name) } : {}), value: this.expression(value) }] : [];
    });
  }

  protected expression(node: SyntaxNode): Expression {
    const span = this.span(node);
    switch (node.type) {
      case 'string_literal':
      case 'verbatim_string_literal':
      case 'raw_string_literal':
        return this.string(node);
      case 'interpolated_string_expression':
        return this.interpolated(node);
      case 'identifier':
      case 'this':
      case 'base':
      case 'predefined_type':
        return this.nameOf(node);
      case 'qualified_name':
      case 'generic_name':
        return this.typeExpression(node);
      case 'integer_literal':
        return { kind: 'number', value: Number(this.text(node)), ...span };
      case 'member_access_expression': {
        const object = this.field(node, 'expression');
        const name = this.field(node, 'name');
        if (!name) return this.unknown(node);
        // `this.x`: the grammar has no node for `this` here.
        const head = this.source.slice(node.start, name.start).trim();
        const owner: Expression = object
          ? this.expression(object)
          : {
              kind: 'name',
              name: head.startsWith('base') ? 'base' : 'this',
              scope: this.builder.scope,
              start: node.start,
              end: node.start + 4,
            };
        const bare = name.type === 'generic_name' ? (name.children[0] ?? name) : name;
        return { kind: 'member', object: owner, name: this.text(bare), nameStart: bare.start, ...span };
      }
      case 'conditional_access_expression': {
        const object = node.children[0];
        const binding = node.children[1];
        if (!object || !binding) return this.unknown(node);
        return this.conditional(this.expression(object), binding, node);
      }
      case 'invocation_expression': {
        const callee = this.field(node, 'function');
        const list = this.field(node, 'arguments');
        return callee ? this.callOf(node, this.expression(callee), list, this.arguments(list)) : this.unknown(node);
      }
      case 'object_creation_expression':
      case 'implicit_object_creation_expression': {
        const type = this.field(node, 'type');
        const list = this.field(node, 'arguments') ?? childOf(node, 'argument_list');
        const initializer = this.field(node, 'initializer') ?? childOf(node, 'initializer_expression');
        const callee = type ? this.typeExpression(type) : this.nothing(node);
        if (!initializer) return this.callOf(node, callee, list, this.arguments(list), true);
        const entries = this.initializer(initializer);
        return {
          kind: 'record',
          entries: [...this.arguments(list).map(({ name, value }) => ({ key: name, value })), ...entries],
          type: callee,
          scope: this.builder.scope,
          ...span,
        };
      }
      case 'anonymous_object_creation_expression':
        return this.unknown(node);
      case 'array_creation_expression':
      case 'implicit_array_creation_expression': {
        const initializer = childOf(node, 'initializer_expression');
        return { kind: 'list', items: (initializer?.children ?? []).map((child) => this.expression(child)), ...span };
      }
      case 'collection_expression':
      case 'initializer_expression':
        return { kind: 'list', items: node.children.map((child) => this.expression(child)), ...span };
      case 'argument':
      case 'parenthesized_expression':
      case 'await_expression':
      case 'checked_expression':
      case 'postfix_unary_expression':
      case 'ref_expression':
        return this.same(node, node.children.at(-1));
      case 'cast_expression':
        return this.same(node, this.field(node, 'value'));
      case 'as_expression':
        return this.same(node, this.field(node, 'left') ?? node.children[0]);
      case 'element_access_expression': {
        const object = this.field(node, 'expression');
        const index = this.field(node, 'subscript')?.children[0]?.children[0];
        if (!object || !index) return this.unknown(node);
        return { kind: 'index', object: this.expression(object), index: this.expression(index), ...span };
      }
      case 'binary_expression': {
        const left = this.field(node, 'left');
        const right = this.field(node, 'right');
        if (!left || !right) return this.unknown(node);
        const operator = this.operatorBetween(left, right);
        if (operator === '+') return this.concatenation(node, [this.expression(left), this.expression(right)]);
        if (operator === '??') return this.choice(node, [this.expression(left), this.expression(right)], true);
        return this.unknown(node);
      }
      case 'conditional_expression': {
        const consequence = this.field(node, 'consequence');
        const alternative = this.field(node, 'alternative');
        this.root(this.field(node, 'condition'));
        if (!consequence || !alternative) return this.unknown(node);
        return this.choice(node, [this.expression(consequence), this.expression(alternative)]);
      }
      case 'assignment_expression':
        return this.assignment(node);
      case 'lambda_expression':
      case 'anonymous_method_expression': {
        const scope = this.builder.open('function', '', node);
        this.parameters(this.field(node, 'parameters'), scope);
        const body = this.field(node, 'body');
        if (body)
          this.builder.within(scope, node, () => {
            if (body.type === 'block') this.inner(body);
            else this.returned(body);
          });
        return { kind: 'function', scope: scope.id, ...span };
      }
      case 'modifier':
      case 'attribute_list':
      case 'typeof_expression':
        return this.nothing(node);
      default:
        if (isStatement(node)) {
          this.statement(node);
          return this.nothing(node);
        }
        return this.unknown(node);
    }
  }

  /** `connection?.Execute(sql)`. */
  private conditional(object: Expression, binding: SyntaxNode, node: SyntaxNode): Expression {
    if (binding.type === 'member_binding_expression') {
      const name = this.field(binding, 'name') ?? binding.children[0];
      return name
        ? { kind: 'member', object, name: this.text(name), nameStart: name.start, ...this.span(node) }
        : object;
    }
    if (binding.type === 'invocation_expression') {
      const callee = this.field(binding, 'function');
      const list = this.field(binding, 'arguments');
      return callee ? this.callOf(node, this.conditional(object, callee, binding), list, this.arguments(list)) : object;
    }
    return { kind: 'unknown', children: [object, this.expression(binding)], ...this.span(node) };
  }

  private initializer(node: SyntaxNode): Entry[] {
    return node.children.flatMap((child): Entry[] => {
      if (child.type !== 'assignment_expression') return [{ value: this.expression(child) }];
      const left = this.field(child, 'left');
      const right = this.field(child, 'right');
      return left && right ? [{ key: this.text(left), value: this.expression(right) }] : [];
    });
  }

  private assignment(node: SyntaxNode): Expression {
    const left = this.field(node, 'left');
    const right = this.field(node, 'right');
    if (!left || !right) return this.unknown(node);
    const operator = this.operatorBetween(left, right);
    const plain = this.expression(right);
    const value = operator === '+=' ? this.concatenation(node, [this.expression(left), plain]) : plain;
    if (left.type === 'member_access_expression') {
      const target = this.expression(left);
      if (target.kind === 'member') {
        this.builder.attribute(target.object, target.name, value, node);
        // `command.CommandText = "SELECT …"` is what the command will run.
        if (target.name === 'CommandText' || target.name === 'SelectCommand')
          this.builder.root(this.callOf(node, target, undefined, [{ value }]));
      }
    } else if (left.type === 'identifier') this.assignName(left, value, node, 'this');
    return { kind: 'same', of: value, ...this.span(node) };
  }

  private string(node: SyntaxNode): Expression {
    const text = this.text(node);
    if (node.type === 'verbatim_string_literal') {
      const start = node.start + 2;
      return literal(this.source, node, start, node.end - 1, this.doubledQuotes(start, node.end - 1));
    }
    if (node.type === 'raw_string_literal') {
      const quotes = /^"+/.exec(text)![0].length;
      return literal(this.source, node, node.start + quotes, Math.max(node.start + quotes, node.end - quotes));
    }
    const end = /u8$/i.test(text) ? node.end - 3 : node.end - 1;
    return literal(this.source, node, node.start + 1, Math.max(node.start + 1, end), this.escapes(node.children));
  }

  private escapes(nodes: readonly SyntaxNode[]): Escape[] {
    return nodes
      .filter((child) => child.type === 'escape_sequence')
      .map((child) => ({ start: child.start, end: child.end, value: backslash(this.text(child), false) }));
  }

  private doubledQuotes(start: number, end: number): Escape[] {
    const escapes: Escape[] = [];
    for (let at = this.source.indexOf('""', start); at >= 0 && at + 2 <= end; at = this.source.indexOf('""', at + 2))
      escapes.push({ start: at, end: at + 2, value: '"' });
    return escapes;
  }

  private interpolated(node: SyntaxNode): Expression {
    const isVerbatim = /^(?:\$@|@\$)/.test(this.text(node));
    const parts: Expression[] = [];
    for (const child of node.children) {
      if (child.type === 'string_content') {
        const escapes = this.escapes(child.children);
        if (isVerbatim) escapes.push(...this.doubledQuotes(child.start, child.end));
        parts.push(literal(this.source, child, child.start, child.end, escapes));
      } else if (child.type === 'escape_sequence')
        parts.push(literal(this.source, child, child.start, child.end, this.escapes([child])));
      else if (child.type === 'interpolation') {
        const inner = child.children.find(
          (each) => each.type !== 'interpolation_brace' && !each.type.endsWith('_clause'),
        );
        if (inner) parts.push(this.expression(inner));
      }
    }
    return this.concatenation(node, parts, false);
  }
}

const SKIPPED = new Set([
  'modifier',
  'attribute_list',
  'using_directive',
  'base_list',
  'accessor_list',
  'switch_pattern',
]);

function isStatement(node: SyntaxNode): boolean {
  return (
    node.type.endsWith('_statement') ||
    node.type.endsWith('_declaration') ||
    node.type === 'declaration_list' ||
    node.type === 'switch_body' ||
    node.type === 'finally_clause' ||
    node.type === 'ERROR' ||
    BLOCKS.has(node.type)
  );
}
