import type { SyntaxNode } from '../syntax/tree';
import type { Argument, Expression, Program } from '../syntax/program';
import { Lowering } from './lowering';
import { literal } from './strings';
import type { Escape } from './strings';

/** Lowers a tree of tree-sitter-bash. A command is a call of its name with its words. */
export function lowerShell(root: SyntaxNode, source: string): Program {
  return new ShellLowering(source, 'shellscript').run(root);
}

class ShellLowering extends Lowering {
  protected statement(node: SyntaxNode): void {
    const { builder } = this;
    switch (node.type) {
      case 'comment':
        this.comment(node);
        return;
      case 'variable_assignment':
        this.assignment(node);
        return;
      case 'command':
        builder.root(this.command(node));
        return;
      case 'pipeline':
        this.pipeline(node);
        return;
      case 'redirected_statement':
        this.redirected(node);
        return;
      case 'for_statement': {
        const variable = this.field(node, 'variable');
        const values = this.fields(node, 'value').map((value) => this.expression(value));
        const span = { start: node.start, end: values.at(-1)?.end ?? node.start };
        const list: Expression = { kind: 'list', items: values, ...span };
        builder.root(list);
        if (variable)
          builder.bindValue(
            { text: this.text(variable), ...this.span(variable) },
            { kind: 'element', of: list, ...span },
            span,
          );
        const body = this.field(node, 'body');
        if (body) this.block(body);
        return;
      }
      case 'function_definition': {
        const name = this.field(node, 'name');
        const scope = builder.open('function', name ? this.text(name) : '', node);
        if (name)
          builder.bind(this.text(name), { kind: 'scope', scope: scope.id, ...this.span(node), block: builder.block });
        for (let position = 1; position <= 9; position++)
          builder.addParameter(scope, { name: String(position), start: node.start, end: node.start });
        const body = this.field(node, 'body');
        if (body) builder.within(scope, body, () => this.statements(body.children));
        return;
      }
      default:
        if (EXPRESSIONS.has(node.type)) this.root(node);
        else if (
          node.type === 'compound_statement' ||
          node.type === 'do_group' ||
          node.type === 'else_clause' ||
          node.type === 'case_item'
        )
          this.block(node);
        else this.statements(node.children);
    }
  }

  private assignment(node: SyntaxNode): void {
    const name = this.field(node, 'name');
    const valueNode = this.field(node, 'value');
    if (!name || !valueNode) return;
    const value = this.expression(valueNode);
    this.builder.root(value, 'value');
    this.builder.bindValue({ text: this.text(name), ...this.span(name) }, value, node);
  }

  private command(node: SyntaxNode): Expression {
    const name = this.field(node, 'name');
    for (const child of node.children) if (child.type === 'variable_assignment') this.assignment(child);
    const values: Argument[] = this.fields(node, 'argument').map((argument) => ({ value: this.expression(argument) }));
    const callee: Expression = name
      ? { kind: 'name', name: this.text(name).replace(/^.*\//, ''), scope: this.builder.scope, ...this.span(name) }
      : this.nothing(node);
    const call = this.callOf(node, callee, undefined, values);
    const [first] = this.fields(node, 'argument');
    if (name && this.text(name) === 'trap' && first?.type === 'raw_string') this.later(first);
    if (name) this.runsWords(call, this.text(name), values);
    return call;
  }

  /** `trap 'run "$DB" "DELETE …"' EXIT`: commands in a text that the shell runs later. */
  private later(node: SyntaxNode): void {
    const { builder } = this;
    const text = this.source.slice(node.start + 1, Math.max(node.start + 1, node.end - 1));
    for (const command of text.matchAll(/(?:^|[;&|\n])\s*([\w./-]+)((?:\s+(?:"[^"]*"|[^\s"';|&]+))+)/g)) {
      const start = node.start + 1 + command.index + command[0].length - command[2]!.length;
      const words = [...command[2]!.matchAll(/"([^"]*)"|[^\s"]+/g)].map((word): Argument => {
        const [content, quote] = word[1] === undefined ? [word[0], 0] : [word[1], 1];
        const from = start + word.index + quote;
        const span = { start: from, end: from + content.length };
        const variable = /^\$\{?(\w+)\}?$/.exec(content)?.[1];
        if (variable !== undefined) return { value: { kind: 'name', name: variable, scope: builder.scope, ...span } };
        return { value: literal(this.source, span, span.start, span.end) };
      });
      const name = command[1]!.replace(/^.*\//, '');
      const span = { start, end: start + command[2]!.length };
      const call = this.callOf(span, { kind: 'name', name, scope: builder.scope, ...span }, undefined, words);
      builder.root(call);
      this.runsWords(call, name, words);
    }
  }

  /** `sqlite3 file.db "SELECT …"` runs its other words. */
  private runsWords(call: Expression, name: string, values: readonly Argument[]): void {
    if (/(^|\/)(?:sqlite3?|litecli)$/.test(name)) {
      // `query() { sqlite3 "$DB" "$@"; }`: whoever calls it gives it the statement.
      const { current } = this.builder;
      const isGiven = /\$[@*1-9]"?\s*$/.test(this.source.slice(call.start, call.end));
      if (current.kind === 'function' && isGiven) current.returns.push(call);
      for (const { value } of values.slice(1)) this.runs(call, value);
      values.forEach(({ value }, at) => {
        if (this.source.slice(value.start, value.end).includes('.read ')) this.runsFile(call, '.read', value);
        const before = values[at - 1]?.value;
        if (before?.kind === 'literal' && before.value === '-init') this.runsFile(call, 'cat', value);
      });
    }
  }

  /** `echo "SELECT …" | sqlite3 file.db`: what is printed is run. */
  private pipeline(node: SyntaxNode): void {
    let printed: Expression[] = [];
    for (const child of node.children) {
      if (child.type !== 'command') {
        this.statement(child);
        printed = [];
        continue;
      }
      const call = this.command(child);
      this.builder.root(call);
      if (call.kind !== 'call' || call.callee.kind !== 'name') continue;
      const { name } = call.callee;
      if (/^(?:sqlite3?|litecli)$/.test(name)) for (const sql of printed) this.runs(call, sql);
      printed = name === 'echo' || name === 'printf' ? call.arguments.map(({ value }) => value) : [];
      if (name === 'cat') printed = [call];
    }
  }

  private runs(handle: Expression, sql: Expression): void {
    this.builder.root(
      this.callOf(
        sql,
        { kind: 'member', object: handle, name: 'execute', nameStart: sql.start, start: sql.start, end: sql.end },
        undefined,
        [{ value: sql }],
      ),
    );
  }

  /** What a file says is run. @param by the command that knows the file by its argument */
  private runsFile(handle: Expression, by: 'cat' | '.read', file: Expression): void {
    const callee: Expression = {
      kind: 'name',
      name: by,
      scope: this.builder.scope,
      start: file.start,
      end: file.start,
    };
    this.runs(handle, this.callOf(file, callee, undefined, [{ value: file }]));
  }

  private redirected(node: SyntaxNode): void {
    const body = this.field(node, 'body');
    const redirects = this.fields(node, 'redirect');
    const call = body?.type === 'command' ? this.command(body) : undefined;
    if (call) this.builder.root(call);
    else if (body) this.statement(body);
    for (const redirect of redirects) {
      const heredoc = redirect.children.find((child) => child.type === 'heredoc_body');
      if (heredoc) {
        const text = this.heredoc(heredoc);
        this.builder.root(text);
        if (call) this.runs(call, text);
        if (call && this.text(heredoc).includes('.read ')) this.runsFile(call, '.read', text);
      } else if (redirect.type === 'herestring_redirect') {
        const word = redirect.children[0];
        if (word && call) this.runs(call, this.expression(word));
      } else {
        const destination = this.field(redirect, 'destination');
        if (!destination) continue;
        this.root(destination);
        if (call && this.source[redirect.start] === '<') this.runsFile(call, 'cat', this.expression(destination));
      }
    }
  }

  /** What is given to a command as it stands, with the values of variables put in. */
  private heredoc(node: SyntaxNode): Expression {
    const inner = node.children.filter(
      (child) => child.type.endsWith('expansion') || child.type.endsWith('_substitution'),
    );
    if (inner.length === 0) return literal(this.source, node, node.start, node.end);
    return this.concatenation(node, this.partsAround(inner, node.start, node.end, false), false);
  }

  protected expression(node: SyntaxNode): Expression {
    const span = this.span(node);
    switch (node.type) {
      case 'word':
      case 'number':
        return literal(this.source, node, node.start, node.end, this.wordEscapes(node));
      case 'raw_string':
        return literal(this.source, node, node.start + 1, Math.max(node.start + 1, node.end - 1));
      case 'ansi_c_string':
        return literal(this.source, node, node.start + 2, Math.max(node.start + 2, node.end - 1));
      case 'string':
        return this.string(node);
      case 'string_content':
        return literal(this.source, node, node.start, node.end);
      case 'concatenation':
        return this.concatenation(
          node,
          node.children.map((child) => this.expression(child)),
          false,
        );
      case 'simple_expansion':
        return this.variable(node.children[0] ?? node, node);
      case 'expansion':
        return this.expansion(node);
      case 'command_substitution':
        return this.substitution(node);
      case 'array':
        return { kind: 'list', items: node.children.map((child) => this.expression(child)), ...span };
      case 'command':
        return this.command(node);
      case 'variable_name':
        return this.nameOf(node);
      default:
        if (!EXPRESSIONS.has(node.type) && node.children.length > 0) {
          this.statement(node);
          return this.nothing(node);
        }
        return this.unknown(node);
    }
  }

  private wordEscapes(node: SyntaxNode): Escape[] {
    const escapes: Escape[] = [];
    const text = this.text(node);
    for (let at = text.indexOf('\\'); at >= 0; at = text.indexOf('\\', at + 2))
      escapes.push({ start: node.start + at, end: node.start + at + 2, value: text[at + 1] ?? '' });
    return escapes;
  }

  private variable(name: SyntaxNode, node: SyntaxNode): Expression {
    const text = this.text(name);
    // The script's own path.
    if (text === '0' || text.startsWith('BASH_SOURCE')) return { kind: 'file', ...this.span(node) };
    const variable: Expression = { kind: 'name', name: text, scope: this.builder.scope, ...this.span(node) };
    return /^(?:HOME|PWD|OLDPWD|TMPDIR)$/.test(text) ? this.callOf(node, variable, undefined, []) : variable;
  }

  /** `${NAME}`, `${NAME:-default}`, `${NAME%/*}`. */
  private expansion(node: SyntaxNode): Expression {
    const [name, ...rest] = node.children;
    if (!name) return this.nothing(node);
    const variable = this.variable(name, node);
    const operator = this.source.slice(name.end, rest[0]?.start ?? node.end - 1).trim();
    if (/^:?[-=]$/.test(operator) && rest.length > 0) {
      const fallback =
        rest.length === 1
          ? this.expression(rest[0]!)
          : this.concatenation(
              { start: rest[0]!.start, end: rest.at(-1)!.end },
              rest.map((child) => this.expression(child)),
              false,
            );
      this.builder.root(fallback, 'value');
      // `: "${DB:=data/x.db}"` sets it where it is not set.
      if (operator.endsWith('='))
        this.builder.bindValue({ text: this.text(name), ...this.span(name) }, fallback, node, {}, 0);
      return this.choice(node, [variable, fallback], true);
    }
    if (/^%{1,2}/.test(operator) && /^\/\*?$/.test(this.source.slice(name.end, node.end - 1).replace(/^%+/, '')))
      return this.callOf(
        node,
        { kind: 'name', name: 'dirname', scope: this.builder.scope, ...this.span(name) },
        undefined,
        [{ value: variable }],
      );
    return variable;
  }

  /** `$(cd "$(dirname "$0")/.." && pwd)` is the directory; otherwise what the one command prints. */
  private substitution(node: SyntaxNode): Expression {
    const commands: SyntaxNode[] = [];
    const collect = (each: SyntaxNode): void => {
      if (each.type === 'command') commands.push(each);
      else for (const child of each.children) collect(child);
    };
    for (const child of node.children) collect(child);
    const nameOf = (command: SyntaxNode) => {
      const name = this.field(command, 'name');
      return name ? this.text(name) : '';
    };
    const last = commands.at(-1);
    if (last && nameOf(last) === 'pwd') {
      const cd = commands.findLast((command) => nameOf(command) === 'cd');
      const directory = cd && this.fields(cd, 'argument').at(-1);
      if (directory) return { kind: 'same', of: this.expression(directory), ...this.span(node) };
    }
    if (commands.length === 1 && last) {
      const call = this.command(last);
      // The command is looked at where it stands; what it prints is the value.
      this.builder.root(call);
      return { kind: 'same', of: call, ...this.span(node) };
    }
    for (const child of node.children) this.statement(child);
    return this.nothing(node);
  }

  private string(node: SyntaxNode): Expression {
    const inner = node.children.filter((child) => child.type !== 'string_content');
    const end = Math.max(node.start + 1, node.end - 1);
    if (inner.length === 0)
      return literal(this.source, node, node.start + 1, end, this.stringEscapes(node.start + 1, end));
    return this.concatenation(node, this.partsAround(inner, node.start + 1, end, true), false);
  }

  private partsAround(inner: readonly SyntaxNode[], start: number, end: number, escapes: boolean): Expression[] {
    const parts: Expression[] = [];
    let at = start;
    const flush = (to: number) => {
      if (to > at)
        parts.push(literal(this.source, { start: at, end: to }, at, to, escapes ? this.stringEscapes(at, to) : []));
    };
    for (const child of inner) {
      flush(child.start);
      parts.push(this.expression(child));
      at = child.end;
    }
    flush(end);
    return parts;
  }

  private stringEscapes(start: number, end: number): Escape[] {
    const escapes: Escape[] = [];
    for (let at = this.source.indexOf('\\', start); at >= 0 && at + 1 < end; at = this.source.indexOf('\\', at + 2)) {
      const next = this.source[at + 1]!;
      if ('$`"\\\n'.includes(next)) escapes.push({ start: at, end: at + 2, value: next === '\n' ? '' : next });
    }
    return escapes;
  }
}

const EXPRESSIONS = new Set([
  'word',
  'number',
  'raw_string',
  'ansi_c_string',
  'string',
  'string_content',
  'concatenation',
  'simple_expansion',
  'expansion',
  'command_substitution',
  'array',
]);
