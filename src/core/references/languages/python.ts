import { ProgramBuilder } from '../syntax/builder';
import { childOf, fieldOf } from '../syntax/tree';
import type { SyntaxNode } from '../syntax/tree';
import type { Argument, Entry, Expression, Program } from '../syntax/program';
import { backslash, literal } from './strings';
import type { Escape } from './strings';

/** Lowers a tree of tree-sitter-python. */
export function lowerPython(root: SyntaxNode, source: string): Program {
  return new PythonLowering(source).run(root);
}

const LOOPS_AND_BRANCHES = new Set([
  'if_statement',
  'elif_clause',
  'else_clause',
  'while_statement',
  'try_statement',
  'except_clause',
  'except_group_clause',
  'finally_clause',
  'match_statement',
  'case_clause',
]);

class PythonLowering {
  private readonly builder: ProgramBuilder;
  /** Names that a function declares `global`, per scope. */
  private readonly globals = new Map<number, Set<string>>();

  constructor(private readonly source: string) {
    this.builder = new ProgramBuilder('python', source.length);
  }

  run(root: SyntaxNode): Program {
    this.statements(root);
    return this.builder.finish();
  }

  private text(node: SyntaxNode): string {
    return this.source.slice(node.start, node.end);
  }

  private statements(node: SyntaxNode): void {
    for (const child of node.children) this.statement(child);
  }

  private block(node: SyntaxNode): void {
    this.builder.inBlock(node, () => this.statements(node));
  }

  private statement(node: SyntaxNode): void {
    switch (node.type) {
      case 'comment':
        this.builder.comments.push({ start: node.start, end: node.end });
        return;
      case 'expression_statement':
        this.expressionStatement(node);
        return;
      case 'import_statement':
      case 'import_from_statement':
        this.import(node);
        return;
      case 'function_definition':
        this.function(node, []);
        return;
      case 'class_definition':
        this.class(node, []);
        return;
      case 'decorated_definition': {
        const decorators = node.children
          .filter((child) => child.type === 'decorator')
          .flatMap((child) => child.children.map((inner) => this.expression(inner)));
        for (const decorator of decorators) this.builder.root(decorator);
        const definition = fieldOf(node, 'definition');
        if (definition?.type === 'class_definition') this.class(definition, decorators);
        else if (definition) this.function(definition, decorators);
        return;
      }
      case 'return_statement':
        for (const child of node.children) {
          const value = this.expression(child);
          this.builder.current.returns.push(value);
          this.builder.root(value, 'value');
        }
        return;
      case 'with_statement':
        this.with(node);
        return;
      case 'for_statement': {
        const left = fieldOf(node, 'left');
        const right = fieldOf(node, 'right');
        if (left && right) {
          const iterable = this.expression(right);
          this.builder.root(iterable);
          // In the body it has been given its value; behind the loop it may not.
          const value: Expression = { kind: 'element', of: iterable, start: right.start, end: right.end };
          const header = { ...node, start: node.start, end: right.end };
          this.builder.inBlock(node, () => this.assign(left, value, header));
        }
        for (const child of node.children)
          if (child !== left && child !== right) {
            if (child.type === 'block') this.block(child);
            else this.statement(child);
          }
        return;
      }
      case 'global_statement':
        this.globals.set(
          this.builder.scope,
          new Set([...(this.globals.get(this.builder.scope) ?? []), ...node.children.map((child) => this.text(child))]),
        );
        return;
      case 'block':
        this.block(node);
        return;
      default:
        for (const child of node.children) {
          if (child.type === 'block') this.block(child);
          else if (child.type.endsWith('_statement') || child.type.endsWith('_definition') || child.type === 'ERROR')
            this.statement(child);
          else if (LOOPS_AND_BRANCHES.has(child.type) || child.type === 'comment') this.statement(child);
          else if (child.type === 'as_pattern') this.asPattern(child, node);
          else this.builder.root(this.expression(child));
        }
    }
  }

  private expressionStatement(node: SyntaxNode): void {
    for (const child of node.children) {
      if (child.type === 'assignment') this.assignment(child, node);
      else if (child.type === 'augmented_assignment') this.augmented(child, node);
      else {
        const text = child.type === 'string' || child.type === 'concatenated_string';
        this.builder.root(this.expression(child), text ? 'documentation' : 'statement');
      }
    }
  }

  private assignment(node: SyntaxNode, statement: SyntaxNode): Expression | undefined {
    const left = fieldOf(node, 'left');
    const right = fieldOf(node, 'right');
    const typeNode = fieldOf(node, 'type');
    const type = typeNode ? this.type(typeNode) : undefined;
    if (!left) return undefined;
    if (!right) {
      if (left.type === 'identifier')
        this.builder.bindValue(
          { text: this.text(left), start: left.start, end: left.end },
          { kind: 'unknown', children: [], start: node.start, end: node.end },
          statement,
          { type, declared: true },
        );
      return undefined;
    }
    // a = b = value
    const value = right.type === 'assignment' ? this.assignment(right, statement) : this.expression(right);
    if (!value) return undefined;
    if (right.type !== 'assignment') this.builder.root(value, 'value');
    this.assign(left, value, statement, type);
    return value;
  }

  private augmented(node: SyntaxNode, statement: SyntaxNode): void {
    const left = fieldOf(node, 'left');
    const right = fieldOf(node, 'right');
    if (!left || !right) return;
    const value = this.expression(right);
    this.builder.root(value, 'value');
    const operator = this.source.slice(left.end, right.start).trim();
    const parts = [this.expression(left), value];
    const span = { start: node.start, end: node.end };
    if (operator === '+=') this.assign(left, { kind: 'concatenation', parts, operator: true, ...span }, statement);
    if (operator === '/=') this.assign(left, { kind: 'join', parts, ...span }, statement);
  }

  private assign(target: SyntaxNode, value: Expression, statement: SyntaxNode, type?: Expression): void {
    if (target.type === 'identifier') {
      const name = this.text(target);
      const scope = this.globals.get(this.builder.scope)?.has(name) ? 0 : this.builder.scope;
      this.builder.bindValue({ text: name, start: target.start, end: target.end }, value, statement, { type }, scope);
    } else if (target.type === 'attribute') {
      const object = fieldOf(target, 'object');
      const attribute = fieldOf(target, 'attribute');
      if (object && attribute) this.builder.attribute(this.expression(object), this.text(attribute), value, statement);
    } else if (target.type === 'subscript' && this.isEnvironment(target)) {
      const object = fieldOf(target, 'value')!;
      const key = fieldOf(target, 'subscript')!;
      this.builder.root(this.expression(target));
      this.builder.attribute(this.expression(object), this.text(key).slice(1, -1), value, statement);
    } else if (['pattern_list', 'tuple_pattern', 'list_pattern', 'tuple', 'list'].includes(target.type)) {
      target.children.forEach((child, index) =>
        this.assign(child, { kind: 'element', of: value, index, start: value.start, end: value.end }, statement),
      );
    } else if (target.type === 'as_pattern_target') {
      for (const child of target.children) this.assign(child, value, statement);
    } else this.builder.root(this.expression(target));
  }

  /** `os.environ["DB"]` */
  private isEnvironment(node: SyntaxNode): boolean {
    const object = fieldOf(node, 'value');
    const key = fieldOf(node, 'subscript');
    return object !== undefined && key?.type === 'string' && /\benviron$/.test(this.text(object));
  }

  private with(node: SyntaxNode): void {
    const clause = childOf(node, 'with_clause');
    for (const item of clause?.children ?? []) {
      const value = fieldOf(item, 'value') ?? item.children[0];
      if (!value) continue;
      if (value.type === 'as_pattern') this.asPattern(value, node);
      else this.builder.root(this.expression(value));
    }
    // The body always runs: it is not a block of its own.
    const body = fieldOf(node, 'body');
    if (body) this.statements(body);
  }

  private asPattern(node: SyntaxNode, statement: SyntaxNode): void {
    const [first, target] = node.children;
    if (!first) return;
    const value = this.expression(first);
    this.builder.root(value);
    if (target) this.assign(target, value, { ...statement, start: node.start, end: node.end });
  }

  private import(node: SyntaxNode): void {
    const { builder } = this;
    const span = { start: node.start, end: node.end, block: builder.block };
    const moduleNode = fieldOf(node, 'module_name');
    const module = moduleNode ? this.text(moduleNode).replace(/\s/g, '') : '';
    for (const child of node.children) {
      if (child === moduleNode) continue;
      if (child.type === 'wildcard_import') {
        builder.bind('*', { kind: 'import', module, member: '*', ...span });
        continue;
      }
      if (child.type !== 'dotted_name' && child.type !== 'aliased_import') continue;
      const nameNode = child.type === 'aliased_import' ? fieldOf(child, 'name') : child;
      const aliasNode = child.type === 'aliased_import' ? fieldOf(child, 'alias') : undefined;
      if (!nameNode) continue;
      const name = this.text(nameNode);
      if (moduleNode)
        builder.bind(aliasNode ? this.text(aliasNode) : name, { kind: 'import', module, member: name, ...span });
      else if (aliasNode) builder.bind(this.text(aliasNode), { kind: 'import', module: name, ...span });
      else builder.bind(name.split('.')[0]!, { kind: 'import', module: name.split('.')[0]!, ...span });
    }
  }

  private class(node: SyntaxNode, decorators: Expression[]): void {
    const { builder } = this;
    const nameNode = fieldOf(node, 'name');
    const name = nameNode ? this.text(nameNode) : '';
    const scope = builder.open('class', name, node);
    builder.bind(name, { kind: 'scope', scope: scope.id, start: node.start, end: node.end, block: builder.block });
    for (const base of fieldOf(node, 'superclasses')?.children ?? []) {
      const value = this.expression(fieldOf(base, 'value') ?? base);
      builder.root(value);
      if (base.type !== 'keyword_argument') scope.bases.push(value);
    }
    scope.decorators.push(...decorators);
    const body = fieldOf(node, 'body');
    if (body) builder.within(scope, body, () => this.statements(body));
  }

  private function(node: SyntaxNode, decorators: Expression[]): void {
    const { builder } = this;
    const nameNode = fieldOf(node, 'name');
    const name = nameNode ? this.text(nameNode) : '';
    const inClass = builder.current.kind === 'class';
    const scope = builder.open('function', name, node);
    builder.bind(name, { kind: 'scope', scope: scope.id, start: node.start, end: node.end, block: builder.block });
    scope.decorators.push(...decorators);
    const isDecorated = (by: string) =>
      decorators.some((decorator) => decorator.kind === 'name' && decorator.name === by);
    this.parameters(fieldOf(node, 'parameters'), scope);
    if (inClass && !isDecorated('staticmethod')) {
      const first = scope.parameters.shift();
      if (first) scope.receiver = first.name;
      scope.isConstructor = name === '__init__';
      if (isDecorated('classmethod')) scope.isClassMethod = true;
    }
    const body = fieldOf(node, 'body');
    if (body) builder.within(scope, body, () => this.statements(body));
  }

  private parameters(node: SyntaxNode | undefined, scope: ReturnType<ProgramBuilder['open']>): void {
    for (const child of node?.children ?? []) {
      const nameNode =
        child.type === 'identifier'
          ? child
          : (fieldOf(child, 'name') ?? childOf(child, 'identifier') ?? child.children[0]);
      if (!nameNode || child.type === 'keyword_separator' || child.type === 'positional_separator') continue;
      const rest =
        child.type === 'list_splat_pattern' || nameNode.type === 'list_splat_pattern'
          ? 'list'
          : child.type === 'dictionary_splat_pattern' || nameNode.type === 'dictionary_splat_pattern'
            ? 'record'
            : undefined;
      const valueNode = fieldOf(child, 'value');
      const typeNode = fieldOf(child, 'type');
      const value = valueNode ? this.expression(valueNode) : undefined;
      if (value) this.builder.root(value, 'value');
      this.builder.addParameter(scope, {
        name: this.text(nameNode).replace(/^\*+/, ''),
        start: nameNode.start,
        end: nameNode.end,
        default: value,
        type: typeNode ? this.type(typeNode) : undefined,
        rest,
      });
    }
  }

  /** `Optional[Database]`, `Database | None`, `"Database"`: every name in it may be the type. */
  private type(node: SyntaxNode): Expression {
    const inner = node.type === 'type' ? node.children[0] : node;
    if (!inner) return { kind: 'unknown', children: [], start: node.start, end: node.end };
    if (inner.type === 'string') {
      const name = this.text(inner).replace(/^['"]+|['"]+$/g, '');
      return { kind: 'name', name, scope: this.builder.scope, start: inner.start, end: inner.end };
    }
    if (inner.type === 'generic_type' || inner.type === 'subscript' || inner.type === 'binary_operator')
      return {
        kind: 'choice',
        options: inner.children.flatMap((child) =>
          child.type === 'type_parameter' ? child.children.map((each) => this.type(each)) : [this.type(child)],
        ),
        start: inner.start,
        end: inner.end,
      };
    return this.expression(inner);
  }

  private expression(node: SyntaxNode): Expression {
    const { builder } = this;
    const span = { start: node.start, end: node.end };
    const unknown = (): Expression => ({
      kind: 'unknown',
      children: node.children.filter((child) => child.type !== 'comment').map((child) => this.expression(child)),
      ...span,
    });
    switch (node.type) {
      case 'string':
        return this.string(node);
      case 'concatenated_string':
        return {
          kind: 'concatenation',
          parts: node.children.filter((child) => child.type === 'string').map((child) => this.string(child)),
          operator: false,
          ...span,
        };
      case 'identifier':
        if (this.text(node) === '__file__') return { kind: 'file', ...span };
        return { kind: 'name', name: this.text(node), scope: builder.scope, ...span };
      case 'dotted_name': {
        const [first, ...rest] = node.children;
        if (!first) return unknown();
        return rest.reduce<Expression>(
          (object, each) => ({
            kind: 'member',
            object,
            name: this.text(each),
            nameStart: each.start,
            start: node.start,
            end: each.end,
          }),
          this.expression(first),
        );
      }
      case 'integer': {
        const value = Number(this.text(node).replaceAll('_', ''));
        return { kind: 'number', value, ...span };
      }
      case 'unary_operator': {
        const value = Number(this.text(node));
        return Number.isNaN(value) ? unknown() : { kind: 'number', value, ...span };
      }
      case 'attribute': {
        const object = fieldOf(node, 'object');
        const attribute = fieldOf(node, 'attribute');
        if (!object || !attribute) return unknown();
        return {
          kind: 'member',
          object: this.expression(object),
          name: this.text(attribute),
          nameStart: attribute.start,
          ...span,
        };
      }
      case 'subscript': {
        const value = fieldOf(node, 'value');
        const index = fieldOf(node, 'subscript');
        if (!value || !index) return unknown();
        // `Session = Annotated[Connection, Depends(connect)]`: the type, or what it is got by.
        if (/(?:^|\.)Annotated$/.test(this.text(value))) {
          const parts = node.children.filter((child) => child.field === 'subscript');
          return { kind: 'choice', options: parts.map((child) => this.expression(child)), ...span };
        }
        return { kind: 'index', object: this.expression(value), index: this.expression(index), ...span };
      }
      case 'call':
        return this.call(node);
      case 'parenthesized_expression': {
        const inner = node.children.find((child) => child.type !== 'comment');
        return inner ? { kind: 'same', of: this.expression(inner), ...span } : unknown();
      }
      case 'await': {
        const inner = node.children[0];
        return inner ? { kind: 'same', of: this.expression(inner), ...span } : unknown();
      }
      case 'yield': {
        const inner = node.children[0];
        if (!inner) return unknown();
        const value = this.expression(inner);
        builder.current.returns.push(value);
        return { kind: 'same', of: value, ...span };
      }
      case 'named_expression': {
        const name = fieldOf(node, 'name');
        const valueNode = fieldOf(node, 'value');
        if (!name || !valueNode) return unknown();
        const value = this.expression(valueNode);
        this.assign(name, value, node);
        return { kind: 'same', of: value, ...span };
      }
      case 'binary_operator':
        return this.binary(node, unknown);
      case 'boolean_operator': {
        const left = fieldOf(node, 'left');
        const right = fieldOf(node, 'right');
        if (!left || !right) return unknown();
        if (this.source.slice(left.end, right.start).includes('and'))
          return {
            kind: 'choice',
            options: [this.expression(right), { kind: 'unknown', children: [this.expression(left)], ...span }],
            ...span,
          };
        return { kind: 'choice', options: [this.expression(left), this.expression(right)], firstWins: true, ...span };
      }
      case 'conditional_expression': {
        const [consequence, condition, alternative] = node.children.filter((child) => child.type !== 'comment');
        if (!consequence || !condition || !alternative) return unknown();
        this.builder.root(this.expression(condition));
        const options = [this.expression(consequence), this.expression(alternative)];
        return { kind: 'choice', options, whenGiven: this.given(condition), ...span };
      }
      case 'list':
      case 'tuple':
      case 'set':
      case 'expression_list':
        return {
          kind: 'list',
          items: node.children.filter((child) => child.type !== 'comment').map((child) => this.expression(child)),
          ...span,
        };
      case 'dictionary':
        return {
          kind: 'record',
          entries: node.children.flatMap((child) => this.entry(child)),
          scope: builder.scope,
          ...span,
        };
      case 'list_comprehension':
      case 'set_comprehension':
      case 'generator_expression':
      case 'dictionary_comprehension':
        return this.comprehension(node);
      case 'lambda': {
        const scope = builder.open('function', '', node);
        this.parameters(fieldOf(node, 'parameters'), scope);
        const body = fieldOf(node, 'body');
        if (body)
          builder.within(scope, node, () => {
            const value = this.expression(body);
            scope.returns.push(value);
            builder.root(value, 'value');
          });
        return { kind: 'function', scope: scope.id, ...span };
      }
      default:
        return unknown();
    }
  }

  /** `name`, `name is None`, `name is not None`: which option is taken where the name is given. */
  private given(condition: SyntaxNode): { name: Expression; option: number } | undefined {
    if (condition.type === 'identifier') return { name: this.expression(condition), option: 0 };
    const match = /^(\w+)\s+is\s+(not\s+)?None$/.exec(this.text(condition));
    const name = condition.children[0];
    if (!match || name?.type !== 'identifier') return undefined;
    return { name: this.expression(name), option: match[2] ? 0 : 1 };
  }

  private binary(node: SyntaxNode, unknown: () => Expression): Expression {
    const span = { start: node.start, end: node.end };
    const left = fieldOf(node, 'left');
    const right = fieldOf(node, 'right');
    if (!left || !right) return unknown();
    // Comments may stand between the operands; the operator is the first character that is none of them.
    const between = node.children
      .filter((child) => child.type === 'comment')
      .reduce((text, comment) => text.replace(this.text(comment), ''), this.source.slice(left.end, right.start));
    const operator = between.replace(/[\s\\]/g, '');
    if (operator === '+')
      return { kind: 'concatenation', parts: [this.expression(left), this.expression(right)], operator: true, ...span };
    if (operator === '/') return { kind: 'join', parts: [this.expression(left), this.expression(right)], ...span };
    if (operator === '%') {
      const values = right.type === 'tuple' ? right.children : [right];
      return {
        kind: 'format',
        template: this.expression(left),
        values: values.map((value) => this.expression(value)),
        ...span,
      };
    }
    return unknown();
  }

  private entry(node: SyntaxNode): Entry[] {
    if (node.type === 'pair') {
      const key = fieldOf(node, 'key');
      const value = fieldOf(node, 'value');
      return key && value ? [{ key: this.expression(key), value: this.expression(value) }] : [];
    }
    if (node.type === 'dictionary_splat') return node.children.map((child) => ({ value: this.expression(child) }));
    return [];
  }

  private comprehension(node: SyntaxNode): Expression {
    // The clauses first: they bind what the body uses.
    for (const clause of node.children) {
      if (clause.type === 'if_clause') for (const child of clause.children) this.builder.root(this.expression(child));
      if (clause.type !== 'for_in_clause') continue;
      const left = fieldOf(clause, 'left');
      const right = fieldOf(clause, 'right');
      if (!left || !right) continue;
      const iterable = this.expression(right);
      this.builder.root(iterable);
      this.assign(left, { kind: 'element', of: iterable, start: right.start, end: right.end }, clause);
    }
    const span = { start: node.start, end: node.end };
    const body = fieldOf(node, 'body');
    if (!body) return { kind: 'unknown', children: [], ...span };
    if (body.type === 'pair') {
      const entries = this.entry(body).map((entry) => ({ ...entry, each: true }));
      return { kind: 'record', entries, scope: this.builder.scope, ...span };
    }
    return { kind: 'list', items: [this.expression(body)], ...span };
  }

  private call(node: SyntaxNode): Expression {
    const callee = fieldOf(node, 'function');
    const list = fieldOf(node, 'arguments');
    const span = { start: node.start, end: node.end };
    if (!callee || !list) return { kind: 'unknown', children: [], ...span };
    const values: Argument[] =
      list.type === 'generator_expression'
        ? [{ value: this.expression(list) }]
        : list.children.flatMap((child): Argument[] => {
            if (child.type === 'comment') return [];
            if (child.type === 'keyword_argument') {
              const name = fieldOf(child, 'name');
              const value = fieldOf(child, 'value');
              return name && value ? [{ name: this.text(name), value: this.expression(value) }] : [];
            }
            if (child.type === 'list_splat' || child.type === 'dictionary_splat')
              return child.children.map((inner) => ({ value: this.expression(inner), spread: true }));
            return [{ value: this.expression(child) }];
          });
    return {
      kind: 'call',
      callee: this.expression(callee),
      arguments: values,
      scope: this.builder.scope,
      argumentsStart: list.start + 1,
      argumentsEnd: list.end - 1,
      ...span,
    };
  }

  private string(node: SyntaxNode): Expression {
    const open = childOf(node, 'string_start');
    const close = childOf(node, 'string_end');
    const span = { start: node.start, end: node.end };
    const contentStart = open ? open.end : node.start + 1;
    const contentEnd = close ? close.start : node.end;
    const interpolated = node.children.some((child) => child.type === 'interpolation');
    const isRaw = /r/i.test(open ? this.text(open) : '');
    const escapesOf = (content: SyntaxNode): Escape[] =>
      content.children.flatMap((child): Escape[] => {
        const text = this.text(child);
        if (child.type === 'escape_sequence' && !isRaw)
          return [{ start: child.start, end: child.end, value: backslash(text, true) }];
        if (child.type === 'escape_interpolation') return [{ start: child.start, end: child.end, value: text[0]! }];
        return [];
      });
    if (!interpolated)
      return literal(
        this.source,
        span,
        contentStart,
        contentEnd,
        node.children.filter((child) => child.type === 'string_content').flatMap(escapesOf),
      );
    const parts: Expression[] = [];
    for (const child of node.children) {
      if (child.type === 'string_content')
        parts.push(literal(this.source, child, child.start, child.end, escapesOf(child)));
      if (child.type === 'interpolation') {
        const inner = fieldOf(child, 'expression') ?? child.children[0];
        if (inner) parts.push(this.expression(inner));
      }
    }
    return { kind: 'concatenation', parts, operator: false, ...span };
  }
}
