import { childOf } from '../syntax/tree';
import type { SyntaxNode } from '../syntax/tree';
import type { Argument, Expression, Program } from '../syntax/program';
import { Lowering } from './lowering';
import { backslash, literal } from './strings';

/** Lowers a tree of tree-sitter-cpp, for C as well. */
export function lowerCpp(root: SyntaxNode, source: string): Program {
  return new CppLowering(source, 'cpp').run(root);
}

const BLOCKS = new Set(['compound_statement', 'case_statement', 'for_statement', 'catch_clause', 'else_clause']);

class CppLowering extends Lowering {
  protected statement(node: SyntaxNode): void {
    const { builder } = this;
    switch (node.type) {
      case 'comment':
        this.comment(node);
        return;
      case 'preproc_include':
      case 'using_declaration':
      case 'access_specifier':
      case 'alias_declaration':
        return;
      case 'preproc_def':
        this.define(node);
        return;
      case 'namespace_definition':
      case 'linkage_specification':
      case 'declaration_list':
      case 'template_declaration':
        for (const child of node.children) if (child.field !== 'name') this.statement(child);
        return;
      case 'declaration':
      case 'field_declaration':
        this.declaration(node);
        return;
      case 'class_specifier':
      case 'struct_specifier':
        this.class(node);
        return;
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
      case 'for_range_loop':
        builder.inBlock(node, () => {
          const right = this.field(node, 'right');
          const iterable = this.root(right);
          const name = this.declaredName(this.field(node, 'declarator'));
          if (name && iterable)
            builder.bindValue(
              { text: this.text(name), ...this.span(name) },
              { kind: 'element', of: iterable, ...this.span(iterable) },
              { start: node.start, end: right!.end },
              { blockScoped: true },
            );
          const body = this.field(node, 'body');
          if (body) this.statement(body);
        });
        return;
      default:
        if (BLOCKS.has(node.type)) builder.inBlock(node, () => this.inner(node));
        else this.inner(node);
    }
  }

  private inner(node: SyntaxNode): void {
    for (const child of node.children) {
      if (isStatement(child)) this.statement(child);
      else if (!this.isType(child)) this.root(child);
    }
  }

  /** `#define DB_PATH "data/x.db"`: the value is text to the grammar. */
  private define(node: SyntaxNode): void {
    const name = this.field(node, 'name');
    const value = this.field(node, 'value');
    if (!name || !value) return;
    const text = this.text(value);
    const match = /^(\s*)"((?:[^"\\]|\\.)*)"/.exec(text);
    if (!match) return;
    const start = value.start + match[1]!.length;
    const end = value.start + match[0].length;
    const lowered = literal(this.source, { start, end }, start + 1, end - 1);
    this.builder.root(lowered, 'value');
    this.builder.bindValue({ text: this.text(name), ...this.span(name) }, lowered, node);
  }

  /** The identifier in `*name`, `&name`, `name[10]`. */
  private declaredName(node: SyntaxNode | undefined): SyntaxNode | undefined {
    if (!node) return undefined;
    if (node.type === 'identifier' || node.type === 'field_identifier') return node;
    if (node.type === 'qualified_identifier') return this.declaredName(this.field(node, 'name'));
    return this.declaredName(
      this.field(node, 'declarator') ?? node.children.find((child) => child.type !== 'type_qualifier'),
    );
  }

  private declaration(node: SyntaxNode): void {
    const { builder } = this;
    const typeNode = this.field(node, 'type');
    if (typeNode?.type === 'class_specifier' || typeNode?.type === 'struct_specifier') this.class(typeNode);
    const type = typeNode ? this.typeExpression(typeNode) : undefined;
    const fieldDefault = this.field(node, 'default_value');
    for (const declarator of this.fields(node, 'declarator')) {
      const name = this.declaredName(declarator);
      if (this.functionDeclarator(declarator)) {
        this.function(node, declarator);
        continue;
      }
      if (!name) continue;
      const valueNode = declarator.type === 'init_declarator' ? this.field(declarator, 'value') : fieldDefault;
      const value = valueNode ? this.initial(valueNode, type, node) : undefined;
      if (value) builder.root(value, 'value');
      builder.bindValue({ text: this.text(name), ...this.span(name) }, value ?? this.nothing(node), node, {
        type,
        declared: !value,
        blockScoped: builder.current.kind === 'function',
      });
    }
  }

  /** `Database db(path)` and `Database db{path}` call the constructor; `std::string s{"x"}` is the string. */
  private initial(node: SyntaxNode, type: Expression | undefined, statement: SyntaxNode): Expression {
    if (node.type !== 'argument_list' && node.type !== 'initializer_list') return this.expression(node);
    const name = type?.kind === 'name' || type?.kind === 'member' ? type.name : '';
    if (!type || type.kind === 'unknown' || /^(?:string|string_view|path|auto)$/.test(name)) {
      const [only] = node.children;
      if (only && node.children.length === 1 && !/^(?:vector|array)$/.test(name)) return this.expression(only);
      return this.list(node);
    }
    if (/^(?:vector|array|set|list|initializer_list|map|unordered_map)$/.test(name)) return this.list(node);
    return this.callOf(statement, type, node, this.arguments(node), true);
  }

  private list(node: SyntaxNode): Expression {
    return { kind: 'list', items: node.children.map((child) => this.expression(child)), ...this.span(node) };
  }

  private class(node: SyntaxNode): void {
    const { builder } = this;
    const nameNode = this.field(node, 'name');
    const body = this.field(node, 'body');
    if (!body) return;
    const name = nameNode ? this.text(nameNode) : '';
    const scope = builder.open('class', name, node);
    builder.bind(name, { kind: 'scope', scope: scope.id, ...this.span(node), block: builder.block });
    for (const base of childOf(node, 'base_class_clause')?.children ?? [])
      if (base.type !== 'access_specifier') scope.bases.push(this.typeExpression(base));
    builder.within(scope, body, () => {
      for (const member of body.children) this.statement(member);
    });
  }

  private functionDeclarator(node: SyntaxNode | undefined): SyntaxNode | undefined {
    let declarator = node;
    while (declarator && declarator.type !== 'function_declarator' && declarator.type !== 'init_declarator')
      declarator =
        this.field(declarator, 'declarator') ?? declarator.children.find((child) => child.type.endsWith('declarator'));
    return declarator?.type === 'function_declarator' ? declarator : undefined;
  }

  /** A definition, or a declaration without a body (a prototype), which may hold the defaults. */
  private function(node: SyntaxNode, from: SyntaxNode | undefined = this.field(node, 'declarator')): void {
    const { builder } = this;
    const declarator = this.functionDeclarator(from);
    if (!declarator) return;
    const target = this.field(declarator, 'declarator');
    const nameNode = target ? this.declaredName(target) : undefined;
    const name = nameNode ? this.text(nameNode) : target ? this.text(target) : '';
    const owner = target?.type === 'qualified_identifier' ? this.field(target, 'scope') : undefined;
    const inClass = builder.current.kind === 'class';
    const scope = builder.open('function', name, node);
    if (owner) {
      scope.receiver = 'this';
      scope.receiverType = this.text(owner).split('::').at(-1)!;
    } else {
      if (inClass && !/\bstatic\b/.test(this.source.slice(node.start, declarator.start))) scope.receiver = 'this';
      builder.bind(name, { kind: 'scope', scope: scope.id, ...this.span(node), block: builder.block });
    }
    scope.isConstructor = (inClass && name === builder.current.name) || name === scope.receiverType;
    for (const parameter of this.field(declarator, 'parameters')?.children ?? []) {
      const each = this.declaredName(this.field(parameter, 'declarator'));
      if (!each) continue;
      const valueNode = this.field(parameter, 'default_value');
      const typeNode = this.field(parameter, 'type');
      const value = valueNode ? this.expression(valueNode) : undefined;
      if (value) builder.root(value, 'value');
      builder.addParameter(scope, {
        name: this.text(each),
        ...this.span(each),
        default: value,
        type: typeNode ? this.typeExpression(typeNode) : undefined,
      });
    }
    const body = this.field(node, 'body');
    builder.within(scope, body ?? node, () => {
      for (const initializer of childOf(node, 'field_initializer_list')?.children ?? []) {
        const [field, list] = initializer.children;
        if (!field || !list) continue;
        const [first] = list.children;
        if (!first) continue;
        const value: Expression =
          list.children.length === 1
            ? this.expression(first)
            : this.callOf(initializer, this.nothing(field), list, this.arguments(list), true);
        builder.root(value, 'value');
        builder.attribute(
          { kind: 'name', name: 'this', scope: scope.id, ...this.span(field) },
          this.text(field),
          this.made(field, value, list),
          initializer,
        );
      }
      if (body) this.inner(body);
    });
  }

  /** `db_(path)` makes a `Database` of the path where the field is one. */
  private made(field: SyntaxNode, value: Expression, list: SyntaxNode): Expression {
    const { scopes } = this.builder;
    for (let id = this.builder.scope; id >= 0; id = scopes[id]!.parent) {
      const binding = scopes[id]!.bindings[this.text(field)]?.[0];
      if (scopes[id]!.kind !== 'class' || binding?.kind !== 'value' || !binding.type) continue;
      const name = binding.type.kind === 'name' || binding.type.kind === 'member' ? binding.type.name : '';
      if (/Database|Connection|DB/.test(name)) return this.callOf(list, binding.type, list, this.arguments(list), true);
    }
    return value;
  }

  private typeExpression(node: SyntaxNode): Expression {
    switch (node.type) {
      case 'type_identifier':
      case 'namespace_identifier':
      case 'identifier':
        return this.nameOf(node);
      case 'qualified_identifier': {
        const scope = this.field(node, 'scope');
        const name = this.field(node, 'name');
        if (!scope || !name) return this.nothing(node);
        const inner = this.typeExpression(name);
        if (inner.kind !== 'name') return inner;
        if (this.text(scope) === 'std') return inner;
        return {
          kind: 'member',
          object: this.nameOf(scope),
          name: inner.name,
          nameStart: name.start,
          ...this.span(node),
        };
      }
      case 'template_type': {
        const name = this.field(node, 'name');
        const inner = this.field(node, 'arguments')?.children[0];
        if (name && /^(?:unique_ptr|shared_ptr|optional)$/.test(this.text(name)) && inner)
          return this.typeExpression(this.field(inner, 'type') ?? inner);
        return name ? this.typeExpression(name) : this.nothing(node);
      }
      default:
        return this.nothing(node);
    }
  }

  protected override isType(node: SyntaxNode): boolean {
    return (
      super.isType(node) ||
      node.type === 'type_descriptor' ||
      node.type === 'type_qualifier' ||
      node.type === 'template_argument_list'
    );
  }

  private arguments(list: SyntaxNode | undefined): Argument[] {
    return (list?.children ?? []).flatMap((child) =>
      child.type === 'comment' ? [] : [{ value: this.expression(child) }],
    );
  }

  protected expression(node: SyntaxNode): Expression {
    const span = this.span(node);
    switch (node.type) {
      case 'string_literal':
      case 'raw_string_literal':
        return this.string(node);
      case 'concatenated_string':
        return this.concatenation(
          node,
          node.children.map((child) => this.expression(child)),
          false,
        );
      case 'identifier':
      case 'field_identifier':
      case 'this':
      case 'namespace_identifier':
      case 'type_identifier':
        return this.nameOf(node);
      case 'number_literal':
        return { kind: 'number', value: Number(this.text(node)), ...span };
      case 'qualified_identifier': {
        const scope = this.field(node, 'scope');
        const name = this.field(node, 'name');
        if (!name) return this.unknown(node);
        // `std::filesystem::path` is known as `filesystem.path`; a namespace of the workspace says nothing.
        const inner = this.expression(name);
        const outer = scope ? this.text(scope) : '';
        if (inner.kind !== 'name' || !scope) return inner;
        if (/^(?:std|app|detail)$/.test(outer)) return inner;
        return { kind: 'member', object: this.nameOf(scope), name: inner.name, nameStart: name.start, ...span };
      }
      case 'template_function':
        return this.expression(this.field(node, 'name') ?? node.children[0] ?? node);
      case 'field_expression':
        return this.member(node, this.field(node, 'argument'), this.field(node, 'field'));
      case 'call_expression': {
        const callee = this.field(node, 'function');
        const list = this.field(node, 'arguments');
        if (!callee) return this.unknown(node);
        const call = this.callOf(node, this.expression(callee), list, this.arguments(list));
        this.opened(callee, list, call, node);
        return call;
      }
      case 'new_expression': {
        const type = this.field(node, 'type');
        const list = this.field(node, 'arguments');
        return type
          ? this.callOf(node, this.typeExpression(type), list, this.arguments(list), true)
          : this.unknown(node);
      }
      case 'compound_literal_expression': {
        const type = this.field(node, 'type');
        const list = this.field(node, 'value');
        return type
          ? this.callOf(node, this.typeExpression(type), list, this.arguments(list), true)
          : this.unknown(node);
      }
      case 'parenthesized_expression':
      case 'pointer_expression':
      case 'co_await_expression':
        return this.same(node, this.field(node, 'argument') ?? node.children[0]);
      case 'cast_expression':
        return this.same(node, this.field(node, 'value'));
      case 'subscript_expression': {
        const object = this.field(node, 'argument');
        const index =
          (this.field(node, 'indices') ?? this.field(node, 'index'))?.children[0] ?? this.field(node, 'index');
        if (!object || !index) return this.unknown(node);
        return { kind: 'index', object: this.expression(object), index: this.expression(index), ...span };
      }
      case 'initializer_list':
        return this.list(node);
      case 'binary_expression': {
        const left = this.field(node, 'left');
        const right = this.field(node, 'right');
        if (!left || !right) return this.unknown(node);
        const operator = this.operatorBetween(left, right);
        if (operator === '+') return this.concatenation(node, [this.expression(left), this.expression(right)]);
        if (operator === '/') return { kind: 'join', parts: [this.expression(left), this.expression(right)], ...span };
        return this.unknown(node);
      }
      case 'conditional_expression': {
        const consequence = this.field(node, 'consequence');
        const alternative = this.field(node, 'alternative');
        this.root(this.field(node, 'condition'));
        if (!consequence || !alternative) return this.unknown(node);
        return this.choice(node, [this.expression(consequence), this.expression(alternative)]);
      }
      case 'assignment_expression': {
        const left = this.field(node, 'left');
        const right = this.field(node, 'right');
        if (!left || !right) return this.unknown(node);
        const plain = this.expression(right);
        const value =
          this.operatorBetween(left, right) === '+=' ? this.concatenation(node, [this.expression(left), plain]) : plain;
        this.assign(left, value, node);
        return { kind: 'same', of: value, ...span };
      }
      case 'lambda_expression': {
        const scope = this.builder.open('function', '', node);
        const body = this.field(node, 'body');
        for (const parameter of this.field(this.field(node, 'declarator') ?? node, 'parameters')?.children ?? []) {
          const name = this.declaredName(this.field(parameter, 'declarator'));
          if (name) this.builder.addParameter(scope, { name: this.text(name), ...this.span(name) });
        }
        if (body) this.builder.within(scope, body, () => this.inner(body));
        return { kind: 'function', scope: scope.id, ...span };
      }
      default:
        if (isStatement(node)) {
          this.statement(node);
          return this.nothing(node);
        }
        return this.unknown(node);
    }
  }

  private assign(left: SyntaxNode, value: Expression, statement: SyntaxNode): void {
    if (left.type === 'field_expression') {
      const object = this.field(left, 'argument');
      const field = this.field(left, 'field');
      if (object && field) this.builder.attribute(this.expression(object), this.text(field), value, statement);
    } else if (left.type === 'identifier') this.assignName(left, value, statement, 'this');
    else if (left.type === 'pointer_expression') this.assign(this.field(left, 'argument') ?? left, value, statement);
  }

  /** `sqlite3_open(path, &db)` gives `db` its value; so does `snprintf(buffer, size, "%s/x.db", directory)`. */
  private opened(callee: SyntaxNode, list: SyntaxNode | undefined, call: Expression, node: SyntaxNode): void {
    const name = this.text(callee);
    if (/^(?:::)?sqlite3_open(?:_v2|16)?$/.test(name)) {
      const target = list?.children[1];
      if (target?.type === 'pointer_expression') this.assign(target, call, node);
    } else if (/^(?:std::)?(?:snprintf|sprintf)$/.test(name)) {
      const target = list?.children[0];
      if (target?.type === 'identifier') this.assign(target, call, node);
    } else if (/^sqlite3_prepare(?:_v2|_v3)?$/.test(name)) return;
  }

  private string(node: SyntaxNode): Expression {
    if (node.type === 'raw_string_literal') {
      const content = childOf(node, 'raw_string_content');
      return content ? literal(this.source, node, content.start, content.end) : this.nothing(node);
    }
    const start = node.start + (/^[^"]*"/.exec(this.text(node))?.[0].length ?? 1);
    const escapes = node.children
      .filter((child) => child.type === 'escape_sequence')
      .map((child) => ({ start: child.start, end: child.end, value: backslash(this.text(child), false) }));
    return literal(this.source, node, start, Math.max(start, node.end - 1), escapes);
  }
}

function isStatement(node: SyntaxNode): boolean {
  return (
    node.type.endsWith('_statement') ||
    node.type.endsWith('_declaration') ||
    node.type.endsWith('_definition') ||
    node.type === 'declaration' ||
    node.type === 'for_range_loop' ||
    node.type === 'class_specifier' ||
    node.type === 'struct_specifier' ||
    node.type === 'declaration_list' ||
    node.type === 'access_specifier' ||
    node.type === 'comment' ||
    node.type === 'ERROR' ||
    node.type.startsWith('preproc_') ||
    BLOCKS.has(node.type)
  );
}
