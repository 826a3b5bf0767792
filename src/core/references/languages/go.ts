import { childOf } from '../syntax/tree';
import type { SyntaxNode } from '../syntax/tree';
import type { Argument, Entry, Expression, Program, Scope, Span } from '../syntax/program';
import { Lowering } from './lowering';
import { backslash, literal } from './strings';

/** Lowers a tree of tree-sitter-go. */
export function lowerGo(root: SyntaxNode, source: string): Program {
  return new GoLowering(source, 'go').run(root);
}

const BLOCKS = new Set(['block', 'expression_case', 'default_case', 'type_case', 'communication_case']);

const EMBED = /\/\/go:embed[ \t]+(\S+)[ \t]*\r?\n(?:[ \t]*\/\/[^\n]*\n)*\s*(?:var\s+)?$/;
const LONGEST_DIRECTIVE = 400;

class GoLowering extends Lowering {
  /** The results that signatures name, by their functions. */
  private readonly results = new Map<number, readonly SyntaxNode[]>();

  protected statement(node: SyntaxNode): void {
    const { builder } = this;
    switch (node.type) {
      case 'comment':
        this.comment(node);
        return;
      case 'package_clause': {
        const name = node.children[0];
        if (name) builder.packageName = this.text(name);
        return;
      }
      case 'import_declaration':
        this.imports(node);
        return;
      case 'const_spec':
      case 'var_spec':
        this.specification(node);
        return;
      case 'type_spec':
      case 'type_alias':
        this.type(node);
        return;
      case 'function_declaration':
      case 'method_declaration':
        this.function(node);
        return;
      case 'short_var_declaration':
        this.assignment(node, true);
        return;
      case 'assignment_statement':
        this.assignment(node, false);
        return;
      case 'return_statement':
        this.return(node);
        return;
      case 'range_clause': {
        const right = this.root(this.field(node, 'right'));
        const [key, value] = this.field(node, 'left')?.children ?? [];
        if (right && key) this.assign(key, { kind: 'element', of: right, key: true, ...this.span(right) }, node, true);
        if (right && value) this.assign(value, { kind: 'element', of: right, ...this.span(right) }, node, true);
        return;
      }
      case 'if_statement':
      case 'for_statement':
      case 'expression_switch_statement':
      case 'type_switch_statement':
        // What the header declares is visible in the whole statement and nowhere else.
        builder.inBlock(node, () => this.inner(node));
        return;
      default:
        if (BLOCKS.has(node.type)) builder.inBlock(node, () => this.inner(node));
        else this.inner(node);
    }
  }

  private inner(node: SyntaxNode): void {
    for (const child of node.children) {
      if (isExpression(child)) this.root(child);
      else this.statement(child);
    }
  }

  private imports(node: SyntaxNode): void {
    const visit = (each: SyntaxNode): void => {
      if (each.type !== 'import_spec') {
        for (const child of each.children) visit(child);
        return;
      }
      const path = this.field(each, 'path');
      const name = this.field(each, 'name');
      if (!path) return;
      const module = this.text(path).slice(1, -1);
      const local = name ? this.text(name) : packageNameOf(module);
      if (local === '_') return;
      this.builder.bind(local === '.' ? '*' : local, {
        kind: 'import',
        module,
        ...(local === '.' ? { member: '*' } : {}),
        ...this.span(each),
        block: this.builder.block,
      });
    };
    visit(node);
  }

  private specification(node: SyntaxNode): void {
    const names = this.fields(node, 'name').filter((each) => each.type === 'identifier');
    const list = this.field(node, 'value');
    const typeNode = this.field(node, 'type');
    const type = typeNode ? this.typeExpression(typeNode) : undefined;
    const values = list
      ? (list.type === 'expression_list' ? list.children : [list]).map((each) => this.expression(each))
      : [];
    const embedded = values.length === 0 ? this.embedded(node) : undefined;
    if (embedded) values.push(embedded);
    for (const value of values) this.builder.root(value, 'value');
    names.forEach((name, index) => {
      const [only] = values;
      const value =
        values.length === 1 && names.length > 1
          ? ({ kind: 'element', of: only!, index, ...this.span(only!) } as const)
          : values[index];
      this.builder.bindValue(this.named(name), value ?? this.nothing(node), node, {
        type,
        declared: value === undefined,
        blockScoped: this.builder.scope !== 0,
      });
    });
  }

  /** The file that a directive above a variable puts into it (https://pkg.go.dev/embed). */
  private embedded(node: SyntaxNode): Expression | undefined {
    const from = Math.max(0, node.start - LONGEST_DIRECTIVE);
    const found = EMBED.exec(this.source.slice(from, node.start));
    if (!found) return undefined;
    const start = from + found.index + found[0].indexOf(found[1]!);
    const span = { start, end: start + found[1]!.length };
    const callee: Expression = { kind: 'name', name: 'go:embed', scope: 0, ...span };
    return this.callOf(span, callee, undefined, [{ value: literal(this.source, span, span.start, span.end, []) }]);
  }

  private named(node: SyntaxNode): { text: string; start: number; end: number } {
    return { text: this.text(node), start: node.start, end: node.end };
  }

  private type(node: SyntaxNode): void {
    const name = this.field(node, 'name');
    const type = this.field(node, 'type');
    if (!name || !type) return;
    const { builder } = this;
    if (type.type !== 'struct_type' && type.type !== 'interface_type') {
      builder.bindValue(this.named(name), this.typeExpression(type), node);
      return;
    }
    const scope = this.structure(type, this.text(name));
    builder.bind(this.text(name), { kind: 'scope', scope, ...this.span(node), block: builder.block });
  }

  /** Fields as bindings of a class scope; embedded types as its bases. Returns the scope's id. */
  private structure(node: SyntaxNode, name: string): number {
    const { builder } = this;
    const scope = builder.open('class', name, node);
    const outside = { id: builder.scope };
    const list = childOf(node, 'field_declaration_list');
    builder.within(scope, node, () => {
      for (const field of list?.children ?? []) {
        if (field.type !== 'field_declaration') continue;
        const typeNode = this.field(field, 'type');
        let type: Expression | undefined;
        // `Store Store`: a field does not hide the type that it is named like.
        builder.within(outside, node, () => (type = typeNode && this.typeExpression(typeNode)));
        const names = this.fields(field, 'name');
        const tag = this.field(field, 'tag');
        const fallback = tag ? this.tagDefault(tag) : undefined;
        if (fallback) builder.root(fallback, 'value');
        const known = tag && [...this.text(tag).matchAll(KNOWN_AS)].map(([, each]) => each!);
        for (const each of names)
          builder.bindValue(this.named(each), fallback ?? this.nothing(field), field, {
            ...{ type, declared: !fallback },
            ...(known && known.length > 0 ? { known } : {}),
          });
        if (names.length === 0 && type) scope.bases.push(type);
      }
    });
    return scope.id;
  }

  /** `envDefault:"data/x.db"` in a struct tag. */
  private tagDefault(tag: SyntaxNode): Expression | undefined {
    const match = /\b(?:envDefault|env-default|default)\s*:\s*\\?"([^"\\]*)/.exec(this.text(tag));
    if (!match) return undefined;
    const start = tag.start + match.index + match[0].length - match[1]!.length;
    const end = start + match[1]!.length;
    return literal(this.source, { start, end }, start, end);
  }

  private function(node: SyntaxNode): void {
    const { builder } = this;
    const nameNode = this.field(node, 'name');
    const name = nameNode ? this.text(nameNode) : '';
    const scope = builder.open('function', name, node);
    const receiver = this.field(node, 'receiver')?.children[0];
    if (receiver) {
      const receiverName = this.field(receiver, 'name');
      scope.receiver = receiverName ? this.text(receiverName) : '_';
      const type = this.field(receiver, 'type');
      if (type) scope.receiverType = this.baseTypeName(type);
    } else builder.bind(name, { kind: 'scope', scope: scope.id, ...this.span(node), block: builder.block });
    this.signature(node, scope);
    const body = this.field(node, 'body');
    if (body) builder.within(scope, body, () => this.inner(body));
  }

  private signature(node: SyntaxNode, scope: ReturnType<GoLowering['builder']['open']>): void {
    for (const declaration of this.field(node, 'parameters')?.children ?? []) {
      const typeNode = this.field(declaration, 'type');
      const type = typeNode ? this.typeExpression(typeNode) : undefined;
      for (const name of this.fields(declaration, 'name'))
        this.builder.addParameter(scope, {
          ...this.span(name),
          name: this.text(name),
          type,
          rest: declaration.type === 'variadic_parameter_declaration' ? 'list' : undefined,
        });
    }
    const result = this.field(node, 'result');
    const results = (result?.type === 'parameter_list' ? result.children : []).flatMap((declaration) => {
      const typeNode = this.field(declaration, 'type');
      const type = typeNode ? this.typeExpression(typeNode) : undefined;
      return this.fields(declaration, 'name').map((name) => ({ name, type }));
    });
    for (const { name, type } of results)
      this.builder.bindValue(this.named(name), this.nothing(name), name, { type, declared: true }, scope.id);
    if (results.length > 0)
      this.results.set(
        scope.id,
        results.map(({ name }) => name),
      );
  }

  private baseTypeName(node: SyntaxNode): string {
    if (node.type === 'type_identifier') return this.text(node);
    const inner = this.field(node, 'type') ?? node.children[0];
    return inner ? this.baseTypeName(inner) : '';
  }

  /** Where the statement begins that returns what is being lowered: `return settings, yaml.Unmarshal(text, settings)`. */
  private returned: ({ readonly scope: number } & Span) | undefined;

  private return(node: SyntaxNode): void {
    const list = childOf(node, 'expression_list');
    const outer = this.returned;
    this.returned = { scope: this.builder.scope, start: node.start, end: node.start + 1 };
    const values = (list?.children ?? []).map((each) => this.expression(each));
    this.returned = outer;
    for (const value of values) this.builder.root(value, 'value');
    const [only] = values;
    if (!only) {
      // The results that the signature names.
      const named = (this.results.get(this.builder.scope) ?? []).map((each) => this.nameOf(each, node));
      if (named.length > 0)
        this.builder.current.returns.push(
          named.length === 1 ? named[0]! : { kind: 'list', items: named, ...this.span(node) },
        );
      return;
    }
    this.builder.current.returns.push(
      values.length === 1 ? only : { kind: 'list', items: values, ...this.span(list!) },
    );
  }

  private assignment(node: SyntaxNode, declares: boolean): void {
    const left = this.field(node, 'left');
    const right = this.field(node, 'right');
    if (!left || !right) return;
    const values = right.children.map((each) => this.expression(each));
    for (const value of values) this.builder.root(value, 'value');
    const [only] = values;
    if (!only) return;
    const operator = this.operatorBetween(left, right);
    left.children.forEach((target, index) => {
      let value: Expression | undefined =
        values.length === 1 && left.children.length > 1
          ? { kind: 'element', of: only, index, ...this.span(only) }
          : values[index];
      if (!value) return;
      if (operator === '+=') value = this.concatenation(node, [this.expression(target), value]);
      else if (operator !== '=' && operator !== ':=') return;
      this.assign(target, value, node, declares);
    });
  }

  private assign(target: SyntaxNode, value: Expression, statement: Span, declares: boolean): void {
    switch (target.type) {
      case 'identifier':
        if (this.text(target) === '_') return;
        this.builder.bindValue(
          this.named(target),
          value,
          statement,
          {
            blockScoped: declares && this.builder.scope !== 0,
          },
          declares ? this.builder.scope : this.declaringScope(this.text(target)),
        );
        return;
      case 'selector_expression': {
        const object = this.field(target, 'operand');
        const field = this.field(target, 'field');
        if (object && field) this.builder.attribute(this.expression(object), this.text(field), value, statement);
        return;
      }
      case 'parenthesized_expression':
      case 'unary_expression':
        for (const child of target.children) this.assign(child, value, statement, declares);
        return;
      default:
        this.root(target);
    }
  }

  /** `=` assigns to the scope that declares the name; a name of another file of the package to the module. */
  private declaringScope(name: string): number {
    const { scopes } = this.builder;
    for (let id = this.builder.scope; id >= 0; id = scopes[id]!.parent) {
      const scope: Pick<Scope, 'bindings' | 'parameters'> = scopes[id]!;
      if (Object.hasOwn(scope.bindings, name) || scope.bindings[name]) return id;
      if (scope.parameters.some((parameter) => parameter.name === name)) return id;
    }
    return 0;
  }

  /** The named type in `*T`, `[]T`, `T[A]`, `map[K]T`; anonymous structs as a class of their own. */
  private typeExpression(node: SyntaxNode): Expression {
    switch (node.type) {
      case 'type_identifier':
        return this.nameOf(node);
      case 'qualified_type': {
        const module = this.field(node, 'package');
        const name = this.field(node, 'name');
        if (!module || !name) return this.nothing(node);
        return {
          kind: 'member',
          object: this.nameOf(module),
          name: this.text(name),
          nameStart: name.start,
          ...this.span(node),
        };
      }
      case 'struct_type':
        return { kind: 'function', scope: this.structure(node, ''), ...this.span(node) };
      case 'map_type': {
        const value = this.field(node, 'value');
        return value ? this.typeExpression(value) : this.nothing(node);
      }
      case 'slice_type':
      case 'array_type':
      case 'implicit_length_array_type': {
        const element = this.field(node, 'element');
        return element ? this.typeExpression(element) : this.nothing(node);
      }
      case 'generic_type': {
        const type = this.field(node, 'type');
        return type ? this.typeExpression(type) : this.nothing(node);
      }
      case 'pointer_type':
      case 'parenthesized_type': {
        const inner = node.children[0];
        return inner ? this.typeExpression(inner) : this.nothing(node);
      }
      default:
        return this.nothing(node);
    }
  }

  protected expression(node: SyntaxNode): Expression {
    switch (node.type) {
      case 'interpreted_string_literal':
      case 'raw_string_literal':
        return this.string(node);
      case 'identifier':
      case 'package_identifier':
      case 'type_identifier':
        return this.nameOf(node);
      case 'int_literal':
        return { kind: 'number', value: Number(this.text(node).replaceAll('_', '')), ...this.span(node) };
      case 'selector_expression':
        return this.member(node, this.field(node, 'operand'), this.field(node, 'field'));
      case 'qualified_type':
        return this.typeExpression(node);
      case 'call_expression':
        return this.call(node);
      case 'parenthesized_expression':
        return this.same(
          node,
          node.children.find((child) => child.type !== 'comment'),
        );
      case 'unary_expression': {
        const operator = this.source[node.start];
        return operator === '&' || operator === '*' ? this.same(node, this.field(node, 'operand')) : this.unknown(node);
      }
      case 'type_assertion_expression':
        return this.same(node, this.field(node, 'operand'));
      case 'type_conversion_expression': {
        const type = this.field(node, 'type');
        const operand = this.field(node, 'operand');
        if (type?.type !== 'generic_type' || !operand) return this.same(node, operand);
        // `NewStore[User](db)` reads like a conversion.
        return this.callOf(node, this.typeExpression(type), undefined, [{ value: this.expression(operand) }]);
      }
      case 'slice_expression':
        return this.unknown(node);
      case 'index_expression': {
        const object = this.field(node, 'operand');
        const index = this.field(node, 'index');
        if (!object || !index) return this.unknown(node);
        return { kind: 'index', object: this.expression(object), index: this.expression(index), ...this.span(node) };
      }
      case 'binary_expression': {
        const left = this.field(node, 'left');
        const right = this.field(node, 'right');
        if (!left || !right || this.operatorBetween(left, right) !== '+') return this.unknown(node);
        return this.concatenation(node, [this.expression(left), this.expression(right)]);
      }
      case 'composite_literal': {
        const type = this.field(node, 'type');
        const body = this.field(node, 'body');
        return body ? this.literalValue(body, type, node) : this.unknown(node);
      }
      case 'literal_element': {
        const inner = node.children[0];
        return inner ? this.expression(inner) : this.unknown(node);
      }
      case 'literal_value':
        return this.literalValue(node, undefined, node);
      case 'func_literal':
        return this.functionLiteral(node);
      case 'struct_type':
      case 'map_type':
      case 'slice_type':
      case 'pointer_type':
      case 'comment':
        return this.nothing(node);
      default:
        if (!isExpression(node) && node.type.endsWith('statement')) {
          this.statement(node);
          return this.nothing(node);
        }
        return this.unknown(node);
    }
  }

  private literalValue(body: SyntaxNode, type: SyntaxNode | undefined, node: SyntaxNode): Expression {
    const isList =
      type?.type === 'slice_type' || type?.type === 'array_type' || type?.type === 'implicit_length_array_type';
    const element =
      type && (isList || type.type === 'map_type')
        ? (this.field(type, 'element') ?? this.field(type, 'value'))
        : undefined;
    const elementType = element ? this.typeExpression(element) : undefined;
    const value = (each: SyntaxNode): Expression => {
      const inner = each.type === 'literal_element' ? each.children[0] : each;
      if (!inner) return this.nothing(each);
      if (inner.type !== 'literal_value') return this.expression(inner);
      return this.withType(this.literalValue(inner, element, inner), elementType);
    };
    if (isList)
      return {
        kind: 'list',
        items: body.children
          .filter((child) => child.type !== 'comment')
          .map((child) => value(child.type === 'keyed_element' ? (this.field(child, 'value') ?? child) : child)),
        ...this.span(node),
      };
    const entries = body.children.flatMap((child): Entry[] => {
      if (child.type === 'comment') return [];
      if (child.type !== 'keyed_element') return [{ value: value(child) }];
      const key = this.field(child, 'key')?.children[0] ?? this.field(child, 'key');
      const each = this.field(child, 'value');
      if (!key || !each) return [];
      const isField = key.type === 'identifier' && type?.type !== 'map_type';
      return [{ key: isField ? this.text(key) : this.expression(key), value: value(each) }];
    });
    const named = type && type.type !== 'map_type' ? this.typeExpression(type) : undefined;
    return { kind: 'record', entries, type: named, scope: this.builder.scope, ...this.span(node) };
  }

  /** `{…}` inside of `[]T{…}` is a T. */
  private withType(value: Expression, type: Expression | undefined): Expression {
    return value.kind === 'record' && type && !value.type ? { ...value, type } : value;
  }

  private functionLiteral(node: SyntaxNode): Expression {
    const { builder } = this;
    const scope = builder.open('function', '', node);
    this.signature(node, scope);
    const body = this.field(node, 'body');
    if (body) builder.within(scope, body, () => this.inner(body));
    return { kind: 'function', scope: scope.id, ...this.span(node) };
  }

  private call(node: SyntaxNode): Expression {
    const callee = this.field(node, 'function');
    const list = this.field(node, 'arguments');
    if (!callee || !list) return this.unknown(node);
    const values = list.children.flatMap((child): Argument[] => {
      if (child.type === 'comment') return [];
      if (child.type === 'variadic_argument')
        return child.children.map((each) => ({ value: this.expression(each), spread: true }));
      if (child.type.endsWith('_type')) return [{ value: this.typeExpression(child) }];
      return [{ value: this.expression(child) }];
    });
    // `env.ParseAs[config]()`: where it is no function out of a table, that is its type.
    const type = callee.type === 'index_expression' ? this.field(callee, 'index') : undefined;
    if (type && /^(?:identifier|selector_expression)$/.test(type.type))
      values.push({ name: 'type', value: this.expression(type) });
    const value = this.callOf(node, this.expression(callee), list, values);
    // flag.StringVar(&path, "db", "data/x.db", "usage"), flags.StringVarP(&path, "db", "d", "data/x.db", "usage")
    const name = callee.type === 'selector_expression' ? this.text(this.field(callee, 'field')!) : '';
    const fallback = name === 'StringVar' ? values[2] : name === 'StringVarP' ? values[3] : undefined;
    const target = list.children[0];
    if (fallback && target?.type === 'unary_expression')
      this.assign(this.field(target, 'operand') ?? target, fallback.value, node, false);
    else if (DECODERS.test(name)) this.decoded(node, callee, list.children, values);
    return value;
  }

  /** `yaml.Unmarshal(text, &settings)`, or a pointer: the variable is what the file says from then on. */
  private decoded(
    node: SyntaxNode,
    callee: SyntaxNode,
    list: readonly SyntaxNode[],
    values: readonly Argument[],
  ): void {
    const addressed = list.findIndex((each) => each.type === 'unary_expression' && this.source[each.start] === '&');
    const last = list.length - 1;
    const isPointer = addressed < 0 && list[last]?.type === 'identifier' && FILLS_POINTER.test(this.text(callee));
    const at = isPointer ? last : addressed;
    const target = isPointer ? list[last] : at < 0 ? undefined : this.field(list[at]!, 'operand');
    const by = this.field(callee, 'operand');
    if (!target || !by || list.length !== values.length) return;
    const given = values.filter((_, index) => index !== at);
    const method: Expression = { kind: 'name', name: 'go:decoded', scope: 0, ...this.span(callee) };
    // What is returned beside it is filled by then.
    const returned = this.returned?.scope === this.builder.scope ? this.returned : undefined;
    const before: Expression = returned ? { kind: 'name', name: this.text(target), ...returned } : values[at]!.value;
    const value = this.callOf(node, method, undefined, [{ value: before }, { value: this.expression(by) }, ...given]);
    this.assign(target, value, returned ?? node, false);
  }

  private string(node: SyntaxNode): Expression {
    const escapes = node.children
      .filter((child) => child.type === 'escape_sequence')
      .map((child) => ({ start: child.start, end: child.end, value: backslash(this.text(child), false) }));
    return literal(this.source, node, node.start + 1, Math.max(node.start + 1, node.end - 1), escapes);
  }
}

/** Calls that fill a variable with what a file of configuration says. */
const DECODERS =
  /^(?:Unmarshal|UnmarshalExact|UnmarshalStrict|UnmarshalKey|Decode|DecodeFile|ReadConfig|Load|LoadFile|MapTo)$/;
/** Those that are given a pointer at last: `decoder.Decode(settings)`. */
const FILLS_POINTER = /\.(?:Unmarshal|UnmarshalExact|UnmarshalStrict|Decode|DecodeFile)$/;
/** What a tag of a field says of its name in such a file. */
const KNOWN_AS = /\b(?:mapstructure|yaml|json|toml|koanf|ini)\s*:\s*\\?"([^",\\]+)/g;

function isExpression(node: SyntaxNode): boolean {
  return (
    node.type.endsWith('_expression') ||
    node.type.endsWith('_literal') ||
    node.type === 'identifier' ||
    node.type === 'expression_list'
  );
}

/** The name that an import without one is used under. */
function packageNameOf(path: string): string {
  const components = path.split('/');
  let last = components.at(-1) ?? path;
  if (/^v\d+$/.test(last) && components.length > 1) last = components.at(-2)!;
  return last
    .replace(/\.v\d+$/, '')
    .replace(/^go-|-go$/g, '')
    .replaceAll('-', '_');
}
