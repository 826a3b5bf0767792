import type { SyntaxNode } from '../syntax/tree';
import type { Argument, Entry, Expression, Program } from '../syntax/program';
import { Lowering } from './lowering';
import { backslash, literal } from './strings';

/** Lowers a tree of tree-sitter-rust. */
export function lowerRust(root: SyntaxNode, source: string): Program {
  return new RustLowering(source, 'rust').run(root);
}

/** Modules of the standard library and of crates whose functions are known; other lower-case modules are the workspace's. */
const LIBRARY = new Set([
  'env',
  'fs',
  'path',
  'dirs',
  'tempfile',
  'rusqlite',
  'sqlx',
  'sqlite',
  'home',
  'std',
  'mem',
  'diesel',
]);

class RustLowering extends Lowering {
  protected statement(node: SyntaxNode): void {
    switch (node.type) {
      case 'line_comment':
      case 'block_comment':
        this.comment(node);
        return;
      case 'use_declaration':
      case 'attribute_item':
      case 'inner_attribute_item':
        return;
      case 'const_item':
      case 'static_item':
      case 'let_declaration':
        this.variable(node);
        return;
      case 'struct_item':
      case 'enum_item':
        this.attributes(node);
        this.structure(node);
        return;
      case 'impl_item':
      case 'trait_item':
        this.implementation(node);
        return;
      case 'mod_item':
        for (const child of this.field(node, 'body')?.children ?? []) this.statement(child);
        return;
      case 'function_item':
        this.function(node, undefined);
        return;
      case 'expression_statement':
        for (const child of node.children) this.root(child);
        return;
      default:
        if (isItem(node)) this.inner(node);
        else this.root(node);
    }
  }

  /** Statements of a block; the last expression without `;` is its value. Returns that. */
  private inner(node: SyntaxNode): Expression | undefined {
    let last: Expression | undefined;
    for (const child of node.children) {
      last = undefined;
      if (isItem(child) || child.type === 'expression_statement' || child.type.endsWith('comment')) {
        this.statement(child);
        const only =
          child.type === 'expression_statement' && !this.text(child).endsWith(';') ? child.children[0] : undefined;
        if (only) last = this.builder.roots.at(-1)?.expression;
      } else last = this.root(child);
    }
    return last;
  }

  private blockValue(node: SyntaxNode): Expression {
    let value: Expression | undefined;
    this.builder.inBlock(node, () => {
      value = this.inner(node);
    });
    return value ? { kind: 'same', of: value, ...this.span(node) } : this.nothing(node);
  }

  private variable(node: SyntaxNode): void {
    const pattern = this.field(node, 'pattern') ?? this.field(node, 'name');
    const valueNode = this.field(node, 'value');
    const typeNode = this.field(node, 'type');
    const type = typeNode ? this.typeExpression(typeNode) : undefined;
    const value = valueNode ? this.expression(valueNode) : undefined;
    if (value) this.builder.root(value, 'value');
    if (pattern) this.bindPattern(pattern, value ?? this.nothing(node), node, type, !value);
    const alternative = this.field(node, 'alternative');
    if (alternative) this.root(alternative);
  }

  private bindPattern(
    pattern: SyntaxNode,
    value: Expression,
    statement: SyntaxNode,
    type?: Expression,
    declared = false,
  ): void {
    switch (pattern.type) {
      case 'identifier':
      case 'shorthand_field_identifier':
        this.builder.bindValue({ text: this.text(pattern), ...this.span(pattern) }, value, statement, {
          type,
          declared,
          blockScoped: this.builder.current.kind === 'function',
        });
        return;
      case 'tuple_pattern':
        pattern.children.forEach((child, index) =>
          this.bindPattern(child, { kind: 'element', of: value, index, ...this.span(value) }, statement),
        );
        return;
      case 'struct_pattern':
        for (const field of pattern.children) {
          if (field.type !== 'field_pattern') continue;
          const name = this.field(field, 'name');
          const inner = this.field(field, 'pattern') ?? name;
          if (name && inner)
            this.bindPattern(
              inner,
              { kind: 'member', object: value, name: this.text(name), nameStart: name.start, ...this.span(value) },
              statement,
            );
        }
        return;
      default:
        // `Some(x)`, `Ok(x)`, `mut x`, `ref x`, `&x`
        for (const child of pattern.children) if (child.field !== 'type') this.bindPattern(child, value, statement);
    }
  }

  private structure(node: SyntaxNode): void {
    const { builder } = this;
    const name = this.field(node, 'name');
    if (!name) return;
    const scope = builder.open('class', this.text(name), node);
    builder.bind(this.text(name), { kind: 'scope', scope: scope.id, ...this.span(node), block: builder.block });
    builder.within(scope, node, () => {
      for (const field of this.field(node, 'body')?.children ?? []) {
        const each = this.field(field, 'name');
        const typeNode = this.field(field, 'type');
        if (!each) continue;
        builder.bindValue({ text: this.text(each), ...this.span(each) }, this.nothing(field), field, {
          type: typeNode ? this.typeExpression(typeNode) : undefined,
          declared: true,
        });
      }
    });
  }

  private implementation(node: SyntaxNode): void {
    const typeNode = this.field(node, 'type') ?? this.field(node, 'name');
    const type = typeNode ? this.text(typeNode).replace(/<.*$/s, '') : '';
    for (const child of this.field(node, 'body')?.children ?? []) {
      if (child.type === 'function_item') this.function(child, type);
      else this.statement(child);
    }
  }

  private function(node: SyntaxNode, type: string | undefined): number {
    const { builder } = this;
    const nameNode = this.field(node, 'name');
    const name = nameNode ? this.text(nameNode) : '';
    const scope = builder.open('function', name, node);
    if (type !== undefined) scope.receiverType = type;
    const parameters = this.field(node, 'parameters');
    for (const parameter of parameters?.children ?? []) {
      if (parameter.type === 'self_parameter') {
        scope.receiver = 'self';
        continue;
      }
      const pattern = this.field(parameter, 'pattern') ?? (parameter.type === 'identifier' ? parameter : undefined);
      const typeNode = this.field(parameter, 'type');
      if (pattern?.type === 'identifier' || pattern?.type === 'mut_pattern')
        builder.addParameter(scope, {
          name: this.text(pattern).replace(/^mut\s+/, ''),
          ...this.span(pattern),
          type: typeNode ? this.typeExpression(typeNode) : undefined,
        });
    }
    if (type === undefined && name)
      builder.bind(name, { kind: 'scope', scope: scope.id, ...this.span(node), block: builder.block });
    const body = this.field(node, 'body');
    if (body)
      builder.within(scope, body, () => {
        const value = body.type === 'block' ? this.inner(body) : this.expression(body);
        if (value) scope.returns.push(value);
        if (value && body.type !== 'block') builder.root(value, 'value');
      });
    return scope.id;
  }

  private typeExpression(node: SyntaxNode): Expression {
    switch (node.type) {
      case 'type_identifier':
        return this.nameOf(node);
      case 'scoped_type_identifier':
        return this.typeExpression(this.field(node, 'name') ?? node.children.at(-1) ?? node);
      case 'generic_type': {
        // Result<T>, Arc<T>, Option<T>: the T.
        const inner = this.field(node, 'type_arguments')?.children[0];
        const outer = this.field(node, 'type');
        if (
          outer &&
          /^(?:Result|Option|Arc|Rc|Box|Mutex|RwLock|RefCell|Vec|State|Data)$/.test(this.text(outer)) &&
          inner
        )
          return this.typeExpression(inner);
        return outer ? this.typeExpression(outer) : this.nothing(node);
      }
      case 'reference_type':
      case 'pointer_type': {
        const inner = this.field(node, 'type');
        return inner ? this.typeExpression(inner) : this.nothing(node);
      }
      default:
        return this.nothing(node);
    }
  }

  protected override isType(node: SyntaxNode): boolean {
    return (
      super.isType(node) ||
      node.type.endsWith('_type') ||
      node.type === 'type_identifier' ||
      node.type === 'mutable_specifier'
    );
  }

  protected expression(node: SyntaxNode): Expression {
    const { builder } = this;
    const span = this.span(node);
    switch (node.type) {
      case 'string_literal':
      case 'raw_string_literal':
        return this.string(node);
      case 'identifier':
      case 'self':
      case 'type_identifier':
        // `Self` is the type that is being implemented.
        if (this.text(node) === 'Self') return this.ownType(node);
        return this.nameOf(node);
      case 'integer_literal':
        return { kind: 'number', value: Number.parseInt(this.text(node), 10), ...span };
      case 'scoped_identifier': {
        const path = this.field(node, 'path');
        const name = this.field(node, 'name');
        if (!name) return this.unknown(node);
        const last = path ? this.text(path).split('::').at(-1)!.replace(/<.*$/s, '') : '';
        if (!path || (/^[a-z]/.test(last) && !LIBRARY.has(last))) return this.nameOf(name);
        const owner: Expression =
          last === 'Self' ? this.ownType(path) : { kind: 'name', name: last, scope: builder.scope, ...this.span(path) };
        return { kind: 'member', object: owner, name: this.text(name), nameStart: name.start, ...span };
      }
      case 'generic_function': {
        const callee = this.field(node, 'function');
        return callee ? this.expression(callee) : this.unknown(node);
      }
      case 'field_expression':
        return this.member(node, this.field(node, 'value'), this.field(node, 'field'));
      case 'call_expression': {
        const callee = this.field(node, 'function');
        const list = this.field(node, 'arguments');
        if (!callee) return this.unknown(node);
        const values = (list?.children ?? [])
          .filter((child) => !child.type.endsWith('comment'))
          .map((child) => ({ value: this.expression(child) }));
        const call = this.callOf(node, this.expression(callee), list, values);
        this.runQuery(call, values);
        return call;
      }
      case 'macro_invocation':
        return this.macro(node);
      case 'reference_expression':
      case 'unary_expression':
      case 'parenthesized_expression':
      case 'await_expression':
      case 'try_expression':
      case 'unsafe_block':
        return this.same(
          node,
          this.field(node, 'value') ?? node.children.find((child) => child.type !== 'mutable_specifier'),
        );
      case 'type_cast_expression':
        return this.same(node, this.field(node, 'value'));
      case 'index_expression': {
        const [object, index] = node.children;
        if (!object || !index) return this.unknown(node);
        return { kind: 'index', object: this.expression(object), index: this.expression(index), ...span };
      }
      case 'array_expression':
      case 'tuple_expression':
        return { kind: 'list', items: node.children.map((child) => this.expression(child)), ...span };
      case 'binary_expression': {
        const left = this.field(node, 'left');
        const right = this.field(node, 'right');
        if (!left || !right || this.operatorBetween(left, right) !== '+') return this.unknown(node);
        return this.concatenation(node, [this.expression(left), this.expression(right)]);
      }
      case 'struct_expression': {
        const name = this.field(node, 'name');
        const body = this.field(node, 'body');
        const type = name ? (this.text(name) === 'Self' ? this.ownType(name) : this.typeExpression(name)) : undefined;
        return {
          kind: 'record',
          entries: (body?.children ?? []).flatMap((child) => this.entry(child)),
          type,
          scope: builder.scope,
          ...span,
        };
      }
      case 'block':
        return this.blockValue(node);
      case 'if_expression': {
        const condition = this.field(node, 'condition');
        const options: Expression[] = [];
        builder.inBlock(node, () => {
          if (condition) this.condition(condition);
          const consequence = this.field(node, 'consequence');
          if (consequence) options.push(this.blockValue(consequence));
        });
        const alternative = this.field(node, 'alternative')?.children[0];
        if (alternative) options.push(this.expression(alternative));
        return this.choice(node, options);
      }
      case 'match_expression': {
        const valueNode = this.field(node, 'value');
        const value = this.root(valueNode);
        const options = (this.field(node, 'body')?.children ?? []).flatMap((arm): Expression[] => {
          const body = this.field(arm, 'value');
          const pattern = this.field(arm, 'pattern');
          if (arm.type !== 'match_arm' || !body) return [];
          let option: Expression | undefined;
          builder.inBlock(arm, () => {
            if (pattern && value) this.bindPattern(pattern, value, { ...arm, end: pattern.end });
            option = this.expression(body);
          });
          return [option!];
        });
        return this.choice(node, options);
      }
      case 'for_expression': {
        const pattern = this.field(node, 'pattern');
        const iterable = this.root(this.field(node, 'value'));
        builder.inBlock(node, () => {
          if (pattern && iterable)
            this.bindPattern(
              pattern,
              { kind: 'element', of: iterable, ...this.span(iterable) },
              { ...node, end: iterable.end },
            );
          const body = this.field(node, 'body');
          if (body) this.blockValue(body);
        });
        return this.nothing(node);
      }
      case 'while_expression':
      case 'loop_expression': {
        const condition = this.field(node, 'condition');
        builder.inBlock(node, () => {
          if (condition) this.condition(condition);
          const body = this.field(node, 'body');
          if (body) this.blockValue(body);
        });
        return this.nothing(node);
      }
      case 'return_expression': {
        const inner = node.children[0];
        if (!inner) return this.nothing(node);
        const value = this.expression(inner);
        this.builder.current.returns.push(value);
        return { kind: 'unknown', children: [value], ...span };
      }
      case 'assignment_expression':
      case 'compound_assignment_expr':
        return this.assignment(node);
      case 'closure_expression': {
        const scope = builder.open('function', '', node);
        for (const parameter of this.field(node, 'parameters')?.children ?? []) {
          const pattern = parameter.type === 'parameter' ? (this.field(parameter, 'pattern') ?? parameter) : parameter;
          builder.addParameter(scope, { name: this.text(pattern), ...this.span(pattern) });
        }
        const body = this.field(node, 'body');
        if (body)
          builder.within(scope, node, () => {
            const value = this.expression(body);
            scope.returns.push(value);
            builder.root(value, 'value');
          });
        return { kind: 'function', scope: scope.id, ...span };
      }
      default:
        if (isItem(node)) {
          this.statement(node);
          return this.nothing(node);
        }
        return this.unknown(node);
    }
  }

  private ownType(node: SyntaxNode): Expression {
    const { scopes } = this.builder;
    for (let id = this.builder.scope; id >= 0; id = scopes[id]!.parent) {
      const name = scopes[id]!.receiverType;
      if (name !== undefined) return { kind: 'name', name, scope: this.builder.scope, ...this.span(node) };
    }
    return this.nothing(node);
  }

  private condition(node: SyntaxNode): void {
    if (node.type === 'let_condition') {
      const pattern = this.field(node, 'pattern');
      const value = this.root(this.field(node, 'value'));
      if (pattern && value) this.bindPattern(pattern, value, node);
    } else if (node.type === 'let_chain') for (const child of node.children) this.condition(child);
    else this.root(node);
  }

  private entry(node: SyntaxNode): Entry[] {
    if (node.type === 'shorthand_field_initializer') {
      const name = node.children[0] ?? node;
      return [{ key: this.text(name), value: this.nameOf(name) }];
    }
    const key = this.field(node, 'field');
    const value = this.field(node, 'value');
    return key && value ? [{ key: this.text(key), value: this.expression(value) }] : [];
  }

  private assignment(node: SyntaxNode): Expression {
    const left = this.field(node, 'left');
    const right = this.field(node, 'right');
    if (!left || !right) return this.unknown(node);
    const plain = this.expression(right);
    const isAddition = this.operatorBetween(left, right) === '+=';
    const value = isAddition ? this.concatenation(node, [this.expression(left), plain]) : plain;
    if (left.type === 'field_expression') {
      const object = this.field(left, 'value');
      const field = this.field(left, 'field');
      if (object && field) this.builder.attribute(this.expression(object), this.text(field), value, node);
    } else if (left.type === 'identifier') this.assignName(left, value, node, 'self');
    return { kind: 'same', of: value, ...this.span(node) };
  }

  /** `sqlx::query("SELECT …").bind(x).fetch_all(&pool)`: the pool runs what stands at the head of the chain. */
  private runQuery(call: Expression, values: readonly Argument[]): void {
    if (
      call.kind !== 'call' ||
      call.callee.kind !== 'member' ||
      !/^(?:fetch|fetch_all|fetch_one|fetch_optional|execute|load|get_result)$/.test(call.callee.name)
    )
      return;
    const [pool] = values;
    let head: Expression = call.callee.object;
    while (
      head.kind === 'call' &&
      head.callee.kind === 'member' &&
      !/^query(?:_as|_scalar|_as_unchecked)?$/.test(head.callee.name)
    )
      head = head.callee.object;
    if (!pool || head.kind !== 'call') return;
    const name = head.callee.kind === 'member' || head.callee.kind === 'name' ? head.callee.name : '';
    if (!/^(?:query|query_as|query_scalar|sql_query)$/.test(name)) return;
    const sql = head.arguments.find((argument) => argument.value.kind !== 'unknown');
    if (sql)
      this.builder.root(
        this.callOf(
          call,
          {
            kind: 'member',
            object: pool.value,
            name: 'query',
            nameStart: call.start,
            start: call.start,
            end: call.end,
          },
          undefined,
          [sql],
        ),
      );
  }

  /** `format!`, `concat!`, `env!` and others: their arguments are tokens. */
  private macro(node: SyntaxNode): Expression {
    const nameNode = this.field(node, 'macro');
    const tokens = node.children.find((child) => child.type === 'token_tree');
    const name = nameNode ? this.text(nameNode).split('::').at(-1)! : '';
    if (!tokens) return this.nothing(node);
    const values = this.tokenArguments(tokens);
    if (name === 'concat')
      return this.concatenation(
        node,
        values.map(({ value }) => value),
        false,
      );
    const [template] = values;
    // `format!("{dir}/x.db")` takes its values from the names in the braces.
    if (template?.value.kind === 'literal')
      for (const match of template.value.value.matchAll(/\{([a-z_]\w*)(?::[^}]*)?\}/g))
        if (!values.some((value) => value.name === match[1]))
          values.push({
            name: match[1]!,
            value: { kind: 'name', name: match[1]!, scope: this.builder.scope, ...this.span(node) },
          });
    const callee: Expression = {
      kind: 'name',
      name: /^(?:query|query_as|query_scalar)$/.test(name) ? name : `${name}!`,
      scope: this.builder.scope,
      ...this.span(nameNode ?? node),
    };
    return this.callOf(node, callee, tokens, values);
  }

  /** Texts in attributes: `#[arg(default_value = "data/x.db")]` on the fields of a type. */
  private attributes(type: SyntaxNode): void {
    const visit = (node: SyntaxNode, isInside: boolean): void => {
      if (isInside && /string_literal$/.test(node.type)) this.root(node);
      else for (const child of node.children) visit(child, isInside || node.type === 'attribute_item');
    };
    visit(type, false);
  }

  private tokenArguments(tokens: SyntaxNode): Argument[] {
    const groups: SyntaxNode[][] = [[]];
    let at = tokens.start + 1;
    for (const child of tokens.children) {
      if (this.source.slice(at, child.start).includes(',')) groups.push([]);
      groups.at(-1)!.push(child);
      at = child.end;
    }
    return groups.flatMap((group): Argument[] => {
      const [first] = group;
      const last = group.at(-1);
      if (!first || !last) return [];
      if (group.length === 1) return [{ value: this.expression(first) }];
      const text = this.source.slice(first.start, last.end);
      const named = /^(\w+)\s*=\s*$/.exec(this.source.slice(first.start, group[1]!.start));
      if (named && group.length === 2) return [{ name: named[1]!, value: this.expression(group[1]!) }];
      // `env!("CARGO_MANIFEST_DIR")` inside of another macro
      if (group.length === 2 && group[1]!.type === 'token_tree' && this.source[first.end] === '!')
        return [
          {
            value: this.callOf(
              { start: first.start, end: last.end },
              { kind: 'name', name: `${this.text(first)}!`, scope: this.builder.scope, ...this.span(first) },
              group[1],
              this.tokenArguments(group[1]!),
            ),
          },
        ];
      // `self.dir`, `config.path`
      if (/^[\w.]+$/.test(text))
        return [
          {
            value: group.slice(1).reduce<Expression>(
              (object, each) => ({
                kind: 'member',
                object,
                name: this.text(each),
                nameStart: each.start,
                start: first.start,
                end: each.end,
              }),
              this.expression(first),
            ),
          },
        ];
      // Other calls are not looked into.
      return [
        {
          value: {
            kind: 'unknown',
            children: group.map((each) => this.expression(each)),
            start: first.start,
            end: last.end,
          },
        },
      ];
    });
  }

  private string(node: SyntaxNode): Expression {
    const content = node.children.filter((child) => child.type === 'string_content');
    const open = /^(?:b|c)?r?#*"/.exec(this.text(node))?.[0].length ?? 1;
    const hashes = /#*$/.exec(this.text(node))?.[0].length ?? 0;
    const start = node.start + open;
    const end = content.at(-1)?.end ?? Math.max(start, node.end - 1 - hashes);
    const escapes = node.children
      .filter((child) => child.type === 'escape_sequence')
      .map((child) => ({ start: child.start, end: child.end, value: backslash(this.text(child), false) }));
    return literal(this.source, node, start, Math.max(end, escapes.at(-1)?.end ?? 0, start), escapes);
  }
}

function isItem(node: SyntaxNode): boolean {
  return (
    node.type.endsWith('_item') ||
    node.type.endsWith('_declaration') ||
    node.type === 'ERROR' ||
    node.type === 'declaration_list' ||
    node.type === 'foreign_mod_item'
  );
}
