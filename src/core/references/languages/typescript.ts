import { childOf } from '../syntax/tree';
import type { SyntaxNode } from '../syntax/tree';
import type { Argument, Entry, Expression, Program } from '../syntax/program';
import { Lowering } from './lowering';
import { backslash, literal } from './strings';

/** Lowers a tree of tree-sitter-typescript, -tsx or -javascript. */
export function lowerTypeScript(root: SyntaxNode, source: string): Program {
  return new TypeScriptLowering(source, 'typescript').run(root);
}

const FUNCTIONS = new Set([
  'function_declaration',
  'generator_function_declaration',
  'function_expression',
  'generator_function',
  'arrow_function',
  'method_definition',
]);
const HEADERS = new Set(['for_statement', 'for_in_statement', 'catch_clause']);
const BLOCKS = new Set(['statement_block', 'switch_case', 'switch_default', 'class_static_block']);
const TYPES = new Set(['interface_declaration', 'type_alias_declaration', 'ambient_declaration', 'function_signature']);

class TypeScriptLowering extends Lowering {
  protected statement(node: SyntaxNode): void {
    const { builder } = this;
    switch (node.type) {
      case 'comment':
        this.comment(node);
        return;
      case 'import_statement':
        this.import(node);
        return;
      case 'export_statement':
        this.export(node);
        return;
      case 'lexical_declaration':
      case 'variable_declaration':
        for (const child of node.children)
          if (child.type === 'variable_declarator') this.declarator(child, node);
          else if (child.type === 'comment') this.comment(child);
        return;
      case 'function_declaration':
      case 'generator_function_declaration':
        this.function(node);
        return;
      case 'class_declaration':
      case 'abstract_class_declaration':
        this.class(node);
        return;
      case 'enum_declaration':
        this.enum(node);
        return;
      case 'return_statement':
        for (const child of node.children) {
          if (child.type === 'comment') continue;
          const value = this.expression(child);
          builder.current.returns.push(value);
          builder.root(value, 'value');
        }
        return;
      case 'expression_statement':
        for (const child of node.children) {
          if (child.type === 'comment') this.comment(child);
          else builder.root(this.expression(child), child.type === 'string' ? 'documentation' : 'statement');
        }
        return;
      case 'if_statement': {
        const condition = this.field(node, 'condition');
        this.root(condition);
        for (const child of node.children) {
          if (child === condition) continue;
          if (child.type === 'else_clause') for (const inner of child.children) this.branch(inner);
          else this.branch(child);
        }
        return;
      }
      case 'type_alias_declaration':
        this.alias(node);
        return;
      default:
        if (TYPES.has(node.type)) return;
        if (HEADERS.has(node.type)) builder.inBlock(node, () => this.header(node));
        else if (BLOCKS.has(node.type)) builder.inBlock(node, () => this.inner(node));
        else this.inner(node);
    }
  }

  private branch(node: SyntaxNode): void {
    this.builder.inBlock(node, () => this.statement(node));
  }

  private inner(node: SyntaxNode): void {
    for (const child of node.children) {
      if (child.type.endsWith('_statement') || child.type.endsWith('_declaration') || isStructure(child))
        this.statement(child);
      else if (child.type !== 'comment' && !this.isType(child)) this.root(child);
      else if (child.type === 'comment') this.comment(child);
    }
  }

  private header(node: SyntaxNode): void {
    const left = this.field(node, 'left');
    const right = this.field(node, 'right');
    if (node.type === 'for_in_statement' && left && right) {
      const iterable = this.root(right)!;
      const key = this.source.slice(left.end, right.start).trim().startsWith('in');
      const blockScoped = !/^for\s*(?:await\s*)?\(\s*var\b/.test(this.source.slice(node.start, left.start));
      this.assign(
        left,
        { kind: 'element', of: iterable, ...(key ? { key: true } : {}), ...this.span(right) },
        node,
        blockScoped,
      );
      for (const child of node.children) if (child !== left && child !== right) this.branch(child);
      return;
    }
    this.inner(node);
  }

  // ---- modules

  private import(node: SyntaxNode): void {
    const clause = childOf(node, 'import_clause');
    const required = childOf(node, 'import_require_clause');
    const sourceNode = this.field(node, 'source') ?? (required ? this.field(required, 'source') : undefined);
    if (!sourceNode) return;
    const module = this.stringText(sourceNode);
    const bind = (local: SyntaxNode, member: string | undefined) =>
      this.builder.bind(this.text(local), {
        kind: 'import',
        module,
        member,
        ...this.span(node),
        block: this.builder.block,
      });
    if (required?.children[0]) bind(required.children[0], undefined);
    for (const child of clause?.children ?? []) {
      if (child.type === 'identifier') bind(child, 'default');
      else if (child.type === 'namespace_import' && child.children[0]) bind(child.children[0], undefined);
      else
        for (const each of child.children) {
          const name = this.field(each, 'name');
          if (name) bind(this.field(each, 'alias') ?? name, this.text(name).replace(/^['"]|['"]$/g, ''));
        }
    }
  }

  private export(node: SyntaxNode): void {
    const { builder } = this;
    const sourceNode = this.field(node, 'source');
    const module = sourceNode ? this.stringText(sourceNode) : undefined;
    const span = { ...this.span(node), block: builder.block };
    const clause = childOf(node, 'export_clause');
    const declaration = this.field(node, 'declaration');
    const value = this.field(node, 'value');
    this.decorators(node);
    if (declaration) {
      this.statement(declaration);
      const name = this.field(declaration, 'name');
      if (/^export\s+default\b/.test(this.text(node)) && name)
        builder.bindValue({ text: 'default', ...this.span(name) }, this.nameOf(name), node);
    } else if (value) {
      const lowered = this.expression(value);
      builder.root(lowered, 'value');
      builder.bindValue({ text: 'default', ...this.span(value) }, lowered, node);
    } else if (clause) {
      for (const each of clause.children) {
        const name = this.field(each, 'name');
        if (!name) continue;
        const alias = this.text(this.field(each, 'alias') ?? name);
        if (module !== undefined) builder.bind(alias, { kind: 'import', module, member: this.text(name), ...span });
        else if (alias !== this.text(name))
          builder.bindValue({ text: alias, ...this.span(each) }, this.nameOf(name), node);
      }
    } else if (module !== undefined) {
      const namespace = childOf(node, 'namespace_export')?.children[0];
      if (namespace) builder.bind(this.text(namespace), { kind: 'import', module, ...span });
      else builder.bind('*', { kind: 'import', module, member: '*', ...span });
    } else this.inner(node);
  }

  // ---- declarations

  private declarator(node: SyntaxNode, statement: SyntaxNode): void {
    const name = this.field(node, 'name');
    const valueNode = this.field(node, 'value');
    if (!name) return;
    const blockScoped = statement.type === 'lexical_declaration' && this.builder.scope !== 0;
    const type = this.typeOf(node);
    if (!valueNode) {
      if (name.type === 'identifier')
        this.builder.bindValue({ text: this.text(name), ...this.span(name) }, this.nothing(node), statement, {
          type,
          declared: true,
          blockScoped,
        });
      return;
    }
    const value = this.expression(valueNode);
    this.builder.root(value, 'value');
    this.assign(name, value, statement, blockScoped, type);
  }

  private assign(
    target: SyntaxNode,
    value: Expression,
    statement: SyntaxNode,
    blockScoped: boolean,
    type?: Expression,
    declares = true,
  ): void {
    const part = (name: string, nameStart: number): Expression => ({
      kind: 'member',
      object: value,
      name,
      nameStart,
      start: value.start,
      end: value.end,
    });
    switch (target.type) {
      case 'identifier':
      case 'shorthand_property_identifier_pattern': {
        const name = this.text(target);
        this.called(name, value);
        const scope = declares ? this.builder.scope : this.declaringScope(name);
        this.builder.bindValue({ text: name, ...this.span(target) }, value, statement, { type, blockScoped }, scope);
        return;
      }
      case 'member_expression': {
        const object = this.field(target, 'object');
        const property = this.field(target, 'property');
        if (property) this.called(this.text(property), value);
        if (object && property) this.builder.attribute(this.expression(object), this.text(property), value, statement);
        return;
      }
      case 'subscript_expression': {
        // `process.env['DB'] = …`
        const object = this.field(target, 'object');
        const index = this.field(target, 'index');
        this.root(target);
        if (object && index?.type === 'string' && this.text(object).endsWith('.env'))
          this.builder.attribute(this.expression(object), this.stringText(index), value, statement);
        return;
      }
      case 'object_pattern':
        for (const child of target.children) {
          if (child.type === 'pair_pattern') {
            const key = this.field(child, 'key');
            const inner = this.field(child, 'value');
            if (key && inner)
              this.assign(inner, part(this.keyText(key), key.start), statement, blockScoped, undefined, declares);
          } else if (child.type === 'shorthand_property_identifier_pattern')
            this.assign(child, part(this.text(child), child.start), statement, blockScoped, undefined, declares);
          else if (child.type === 'object_assignment_pattern') {
            const left = this.field(child, 'left');
            const right = this.field(child, 'right');
            if (left && right)
              this.assign(
                left,
                this.withDefault(part(this.text(left), left.start), right),
                statement,
                blockScoped,
                undefined,
                declares,
              );
          }
        }
        return;
      case 'array_pattern':
        target.children.forEach((child, index) =>
          this.assign(
            child,
            { kind: 'element', of: value, index, start: value.start, end: value.end },
            statement,
            blockScoped,
            undefined,
            declares,
          ),
        );
        return;
      case 'assignment_pattern': {
        const left = this.field(target, 'left');
        const right = this.field(target, 'right');
        if (left && right) this.assign(left, this.withDefault(value, right), statement, blockScoped, type, declares);
        return;
      }
      case 'parenthesized_expression':
      case 'non_null_expression':
      case 'as_expression':
        if (target.children[0]) this.assign(target.children[0], value, statement, blockScoped, type, declares);
        return;
      default:
        if (target.type !== 'rest_pattern') this.root(target);
    }
  }

  private withDefault(value: Expression, fallback: SyntaxNode): Expression {
    const lowered = this.expression(fallback);
    this.builder.root(lowered, 'value');
    return { kind: 'choice', options: [value, lowered], ...this.span(lowered) };
  }

  private declaringScope(name: string): number {
    const { scopes } = this.builder;
    for (let id = this.builder.scope; id >= 0; id = scopes[id]!.parent) {
      const scope = scopes[id]!;
      if (scope.bindings[name] || scope.parameters.some((parameter) => parameter.name === name)) return id;
    }
    return 0;
  }

  private typeOf(node: SyntaxNode): Expression | undefined {
    const annotation = this.field(node, 'type') ?? this.field(node, 'return_type');
    return annotation ? this.typeExpression(annotation) : undefined;
  }

  private typeExpression(node: SyntaxNode): Expression {
    switch (node.type) {
      case 'type_identifier':
      case 'identifier':
        return this.nameOf(node);
      case 'nested_type_identifier': {
        const module = this.field(node, 'module');
        const name = this.field(node, 'name');
        return this.member(node, module, name);
      }
      case 'type_annotation':
      case 'parenthesized_type':
      case 'readonly_type':
        return node.children[0] ? this.typeExpression(node.children[0]) : this.nothing(node);
      case 'union_type':
      case 'intersection_type':
        return this.choice(
          node,
          node.children.map((child) => this.typeExpression(child)),
        );
      case 'generic_type': {
        // Promise<T> is a T to come.
        const name = this.field(node, 'name');
        const [argument] = this.field(node, 'type_arguments')?.children ?? [];
        if (name && /^(?:Promise|Awaited|Readonly|Partial|Required|NonNullable)$/.test(this.text(name)) && argument)
          return this.typeExpression(argument);
        if (name && this.text(name) === 'ReturnType' && argument?.type === 'type_query' && argument.children[0])
          return this.callOf(node, this.expression(argument.children[0]), undefined, []);
        return name ? this.typeExpression(name) : this.nothing(node);
      }
      default:
        return this.nothing(node);
    }
  }

  /** `type Services = ReturnType<typeof createServices>` */
  private alias(node: SyntaxNode): void {
    const name = this.field(node, 'name');
    const value = this.field(node, 'value');
    if (!name || !value || !/\bReturnType\s*</.test(this.text(value))) return;
    const type = this.typeExpression(value);
    if (type.kind === 'call') this.builder.bindValue({ text: this.text(name), ...this.span(name) }, type, node);
  }

  private enum(node: SyntaxNode): void {
    const { builder } = this;
    const name = this.field(node, 'name');
    const body = this.field(node, 'body');
    if (!name || !body) return;
    const scope = builder.open('class', this.text(name), node);
    builder.bind(this.text(name), { kind: 'scope', scope: scope.id, ...this.span(node), block: builder.block });
    builder.within(scope, body, () => {
      for (const child of body.children) {
        const key = this.field(child, 'name');
        const valueNode = this.field(child, 'value');
        if (!key || !valueNode) continue;
        const value = this.expression(valueNode);
        builder.root(value, 'value');
        builder.bindValue({ text: this.text(key), ...this.span(key) }, value, child);
      }
    });
  }

  private decorators(node: SyntaxNode): void {
    for (const child of node.children)
      if (child.type === 'decorator') for (const each of child.children) this.root(each);
  }

  /** `@inject('db') db: Database`: what a container knows under the key. */
  private injected(node: SyntaxNode): Expression | undefined {
    for (const decorator of node.children) {
      const call = decorator.type === 'decorator' ? childOf(decorator, 'call_expression') : undefined;
      const name = call && this.field(call, 'function');
      const list = call && this.field(call, 'arguments');
      if (!name || !list || !/^inject$/i.test(this.text(name))) continue;
      const callee: Expression = { kind: 'name', name: 'ts:injected', scope: 0, ...this.span(name) };
      return this.callOf(
        call,
        callee,
        list,
        list.children.map((each) => ({ value: this.expression(each) })),
      );
    }
    return undefined;
  }

  private class(node: SyntaxNode): number {
    const { builder } = this;
    this.decorators(node);
    const nameNode = this.field(node, 'name');
    const name = nameNode ? this.text(nameNode) : '';
    const scope = builder.open('class', name, node);
    if (name) builder.bind(name, { kind: 'scope', scope: scope.id, ...this.span(node), block: builder.block });
    const heritage = childOf(node, 'class_heritage');
    for (const clause of heritage?.children ?? []) {
      if (clause.type === 'implements_clause') continue;
      const base = clause.type === 'extends_clause' ? this.field(clause, 'value') : clause;
      if (base) scope.bases.push(this.expression(base));
    }
    const body = this.field(node, 'body');
    if (body)
      builder.within(scope, body, () => {
        for (const child of body.children) this.classMember(child);
      });
    return scope.id;
  }

  private classMember(node: SyntaxNode): void {
    const { builder } = this;
    switch (node.type) {
      case 'comment':
        this.comment(node);
        return;
      case 'method_definition':
        this.function(node);
        return;
      case 'public_field_definition':
      case 'field_definition': {
        const name = this.field(node, 'name') ?? this.field(node, 'property');
        const valueNode = this.field(node, 'value');
        if (!name) return;
        const injected = valueNode ? undefined : this.injected(node);
        const value = valueNode ? this.inInitialiser(node, () => this.expression(valueNode)) : injected;
        if (valueNode && value) {
          builder.root(value, 'value');
          this.called(this.keyText(name), value);
        }
        builder.bindValue({ text: this.keyText(name), ...this.span(name) }, value ?? this.nothing(node), node, {
          type: this.typeOf(node),
          declared: !value,
        });
        return;
      }
      case 'class_static_block':
        this.statement(node);
        return;
      default:
        if (node.type === 'decorator') for (const child of node.children) this.root(child);
    }
  }

  /** A function or a class without a name of its own is called by the name of what holds it. */
  private called(name: string, value: Expression): void {
    const inner = value.kind === 'same' ? value.of : value;
    const scope = inner.kind === 'function' ? this.builder.scopes[inner.scope] : undefined;
    // Without parameters, who calls a function says nothing of it.
    if (scope?.name === '' && (scope.kind === 'class' || scope.parameters.length > 0)) scope.name = name;
  }

  /** A field initialiser sees `this`, as a method does. */
  private inInitialiser(node: SyntaxNode, make: () => Expression): Expression {
    const { builder } = this;
    const scope = builder.open('function', '', node);
    scope.receiver = 'this';
    let value: Expression | undefined;
    builder.within(scope, node, () => {
      value = make();
    });
    return value!;
  }

  /** A declaration, a method, a function expression or an arrow function. Returns the scope's id. */
  private function(node: SyntaxNode): number {
    const { builder } = this;
    const nameNode = this.field(node, 'name');
    const name = nameNode ? this.keyText(nameNode) : '';
    const inClass = builder.current.kind === 'class';
    const scope = builder.open('function', name, node);
    const isMethod = node.type === 'method_definition';
    const modifiers = nameNode ? this.source.slice(node.start, nameNode.start) : '';
    if (isMethod && (!inClass || !/\bstatic\b/.test(modifiers))) scope.receiver = 'this';
    if (isMethod && /\bget\s+$/.test(modifiers)) scope.isProperty = true;
    if (isMethod && inClass && name === 'constructor') scope.isConstructor = true;
    if (name && (node.type.endsWith('_declaration') || inClass))
      builder.bind(name, { kind: 'scope', scope: scope.id, ...this.span(node), block: builder.block });
    const body = this.field(node, 'body');
    const list = this.field(node, 'parameters');
    const single = this.field(node, 'parameter');
    builder.within(scope, body ?? node, () => {
      if (single) builder.addParameter(scope, { name: this.text(single), ...this.span(single) });
      for (const parameter of list?.children ?? []) this.parameter(parameter, scope);
      if (!body) return;
      if (body.type === 'statement_block') this.inner(body);
      else {
        const value = this.expression(body);
        scope.returns.push(value);
        builder.root(value, 'value');
      }
    });
    return scope.id;
  }

  private parameter(node: SyntaxNode, scope: ReturnType<TypeScriptLowering['builder']['open']>): void {
    if (node.type === 'comment') return;
    const { builder } = this;
    let pattern = this.field(node, 'pattern') ?? node;
    let valueNode = this.field(node, 'value');
    if (pattern.type === 'assignment_pattern') {
      valueNode = this.field(pattern, 'right');
      pattern = this.field(pattern, 'left') ?? pattern;
    }
    if (pattern.type === 'this') return;
    const rest = pattern.type === 'rest_pattern';
    const inner = rest ? (pattern.children[0] ?? pattern) : pattern;
    const fallback = valueNode ? this.expression(valueNode) : this.injected(node);
    if (fallback && valueNode) builder.root(fallback, 'value');
    const destructured = inner.type === 'object_pattern' || inner.type === 'array_pattern';
    const name = destructured ? `{${scope.parameters.length}}` : this.text(inner);
    builder.addParameter(scope, {
      name,
      ...this.span(inner),
      default: fallback,
      type: this.typeOf(node),
      rest: rest ? 'list' : undefined,
    });
    const reference: Expression = { kind: 'name', name, scope: scope.id, ...this.span(inner) };
    if (destructured) this.assign(inner, reference, inner, false);
    // constructor(private readonly path: string)
    if (
      node.children.some((child) => child.type === 'accessibility_modifier') ||
      /^\s*(?:override\s+)?readonly\b/.test(this.text(node))
    )
      builder.attribute({ kind: 'name', name: 'this', scope: scope.id, ...this.span(node) }, name, reference, node);
  }

  // ---- expressions

  protected expression(node: SyntaxNode): Expression {
    const { builder } = this;
    const span = this.span(node);
    switch (node.type) {
      case 'string':
        return this.string(node);
      case 'template_string':
        return this.template(node);
      case 'identifier':
      case 'shorthand_property_identifier':
      case 'type_identifier':
        if (this.text(node) === '__dirname') return { kind: 'file', directory: true, ...span };
        if (this.text(node) === '__filename') return { kind: 'file', ...span };
        return this.nameOf(node);
      case 'this':
      case 'super':
      case 'import':
        return this.nameOf(node);
      case 'number':
        return { kind: 'number', value: Number(this.text(node)), ...span };
      case 'member_expression': {
        const object = this.field(node, 'object');
        const property = this.field(node, 'property');
        if (object?.type === 'meta_property' && property) {
          const name = this.text(property);
          if (name === 'url') return { kind: 'file', url: true, ...span };
          if (name === 'dirname') return { kind: 'file', directory: true, ...span };
          if (name === 'filename') return { kind: 'file', ...span };
        }
        return this.member(node, object, property);
      }
      case 'subscript_expression': {
        const object = this.field(node, 'object');
        const index = this.field(node, 'index');
        if (!object || !index) return this.unknown(node);
        return { kind: 'index', object: this.expression(object), index: this.expression(index), ...span };
      }
      case 'call_expression':
        return this.call(node, this.field(node, 'function'), false);
      case 'new_expression':
        return this.call(node, this.field(node, 'constructor'), true);
      case 'parenthesized_expression':
      case 'await_expression':
      case 'non_null_expression':
      case 'as_expression':
      case 'satisfies_expression':
        return this.same(
          node,
          node.children.find((child) => child.type !== 'comment'),
        );
      case 'type_assertion':
        return this.same(node, node.children.at(-1));
      case 'yield_expression': {
        const inner = node.children[0];
        if (!inner) return this.nothing(node);
        const value = this.expression(inner);
        builder.current.returns.push(value);
        return { kind: 'same', of: value, ...span };
      }
      case 'assignment_expression': {
        const left = this.field(node, 'left');
        const right = this.field(node, 'right');
        if (!left || !right) return this.unknown(node);
        const value = this.expression(right);
        this.assign(left, value, node, false, undefined, false);
        return { kind: 'same', of: value, ...span };
      }
      case 'augmented_assignment_expression': {
        const left = this.field(node, 'left');
        const right = this.field(node, 'right');
        if (!left || !right) return this.unknown(node);
        const operator = this.operatorBetween(left, right);
        const parts = [this.expression(left), this.expression(right)];
        if (operator === '+=') {
          const value = this.concatenation(node, parts);
          this.assign(left, value, node, false, undefined, false);
          return value;
        }
        if (operator === '??=' || operator === '||=') {
          this.assign(left, parts[1]!, node, false, undefined, false);
          return this.choice(node, parts, true);
        }
        return { kind: 'unknown', children: parts, ...span };
      }
      case 'binary_expression': {
        const left = this.field(node, 'left');
        const right = this.field(node, 'right');
        if (!left || !right) return this.unknown(node);
        const operator = this.operatorBetween(left, right);
        if (operator === '+') return this.concatenation(node, [this.expression(left), this.expression(right)]);
        if (operator === '||' || operator === '??')
          return this.choice(node, [this.expression(left), this.expression(right)], true);
        if (operator === '&&') {
          const condition = this.expression(left);
          return this.choice(node, [this.expression(right), { kind: 'unknown', children: [condition], ...span }]);
        }
        return this.unknown(node);
      }
      case 'ternary_expression': {
        const [consequence, alternative] = [this.field(node, 'consequence'), this.field(node, 'alternative')];
        this.root(this.field(node, 'condition'));
        if (!consequence || !alternative) return this.unknown(node);
        return this.choice(node, [this.expression(consequence), this.expression(alternative)]);
      }
      case 'array':
        return {
          kind: 'list',
          items: node.children
            .filter((child) => child.type !== 'comment')
            .map((child) => this.expression(child.type === 'spread_element' ? (child.children[0] ?? child) : child)),
          ...span,
        };
      case 'object':
        return {
          kind: 'record',
          entries: node.children.flatMap((child) => this.entry(child)),
          scope: builder.scope,
          ...span,
        };
      case 'sequence_expression':
        return node.children.length > 0 ? this.sequence(node) : this.unknown(node);
      case 'class':
      case 'class_declaration':
        return { kind: 'function', scope: this.class(node), ...span };
      case 'comment':
        this.comment(node);
        return this.nothing(node);
      default:
        if (FUNCTIONS.has(node.type)) return { kind: 'function', scope: this.function(node), ...span };
        if (node.type.endsWith('_statement') || node.type === 'statement_block') {
          this.statement(node);
          return this.nothing(node);
        }
        return this.unknown(node);
    }
  }

  private sequence(node: SyntaxNode): Expression {
    const values = node.children.map((child) => this.expression(child));
    for (const value of values.slice(0, -1)) this.builder.root(value);
    return { kind: 'same', of: values.at(-1)!, ...this.span(node) };
  }

  private entry(node: SyntaxNode): Entry[] {
    switch (node.type) {
      case 'pair': {
        const key = this.field(node, 'key');
        const value = this.field(node, 'value');
        if (!key || !value) return [];
        const name =
          key.type === 'computed_property_name'
            ? this.expression(key.children[0] ?? key)
            : key.type === 'string'
              ? this.string(key)
              : this.keyText(key);
        const lowered = this.expression(value);
        if (typeof name === 'string') this.called(name, lowered);
        return [{ key: name, value: lowered }];
      }
      case 'shorthand_property_identifier':
        return [{ key: this.text(node), value: this.nameOf(node) }];
      case 'spread_element':
        return node.children.map((child) => ({ value: this.expression(child) }));
      case 'method_definition': {
        const name = this.field(node, 'name');
        const value: Expression = { kind: 'function', scope: this.function(node), ...this.span(node) };
        const isGetter = name && /\bget\s+$/.test(this.source.slice(node.start, name.start));
        return [
          { key: name ? this.keyText(name) : '', value: isGetter ? this.callOf(node, value, undefined, []) : value },
        ];
      }
      default:
        return [];
    }
  }

  private call(node: SyntaxNode, callee: SyntaxNode | undefined, construct: boolean): Expression {
    const list = this.field(node, 'arguments');
    if (!callee) return this.unknown(node);
    const lowered = this.expression(callee);
    if (list?.type === 'template_string') return this.callOf(node, lowered, list, [{ value: this.template(list) }]);
    const values = (list?.children ?? []).flatMap((child): Argument[] => {
      if (child.type === 'comment') return [];
      if (child.type === 'spread_element')
        return child.children.map((each) => ({ value: this.expression(each), spread: true }));
      return [{ value: this.expression(child) }];
    });
    return this.callOf(node, lowered, list, values, construct);
  }

  private keyText(node: SyntaxNode): string {
    return node.type === 'string' ? this.stringText(node) : this.text(node);
  }

  private stringText(node: SyntaxNode): string {
    return this.source.slice(node.start + 1, node.end - 1);
  }

  private escapes(nodes: readonly SyntaxNode[]) {
    return nodes
      .filter((child) => child.type === 'escape_sequence')
      .map((child) => ({ start: child.start, end: child.end, value: backslash(this.text(child), false) }));
  }

  private string(node: SyntaxNode): Expression {
    return literal(
      this.source,
      node,
      node.start + 1,
      Math.max(node.start + 1, node.end - 1),
      this.escapes(node.children),
    );
  }

  private template(node: SyntaxNode): Expression {
    const end = Math.max(node.start + 1, node.end - 1);
    if (!node.children.some((child) => child.type === 'template_substitution'))
      return literal(this.source, node, node.start + 1, end, this.escapes(node.children));
    const parts: Expression[] = [];
    let at = node.start + 1;
    let pending: SyntaxNode[] = [];
    const flush = (to: number) => {
      if (to > at) parts.push(literal(this.source, { start: at, end: to }, at, to, this.escapes(pending)));
      pending = [];
    };
    for (const child of node.children) {
      if (child.type !== 'template_substitution') {
        pending.push(child);
        continue;
      }
      flush(child.start);
      const inner = child.children.find((each) => each.type !== 'comment');
      if (inner) parts.push(this.expression(inner));
      at = child.end;
    }
    flush(end);
    return this.concatenation(node, parts, false);
  }
}

function isStructure(node: SyntaxNode): boolean {
  return (
    BLOCKS.has(node.type) ||
    HEADERS.has(node.type) ||
    node.type === 'else_clause' ||
    node.type === 'finally_clause' ||
    node.type === 'switch_body' ||
    node.type === 'internal_module' ||
    node.type === 'ERROR'
  );
}
