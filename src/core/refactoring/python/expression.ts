import type { LogicalLine, PythonModule } from './module';
import type { Token } from './lexer';

/** A span of `code`, both ends included. */
export interface Span {
  readonly first: number;
  readonly last: number;
}

/** Functions that open a database by its path. */
export const OPENERS: ReadonlySet<string> = new Set(['sqlite3.connect', 'sqlite3.dbapi2.connect']);

/** What a path expression depends on besides constants. */
export interface Dependencies {
  /** Environment variables are read. */
  readonly environment: boolean;
  /** Names decided elsewhere: parameters, attributes, results of calls. */
  readonly open: readonly string[];
}

const BUILTINS = new Set(['str', '__file__', 'format', 'bytes', 'None', 'True', 'False', 'repr', 'int']);
const CHOICES = new Set(['or', 'and', 'if', 'else', 'lambda', 'await', 'for', 'in', 'not', 'is', 'yield']);

/** Modules of the standard library whose functions a path expression is made of. */
const STANDARD = new Set(['os', 'pathlib', 'posixpath', 'ntpath', 'sys', 'inspect', 'importlib']);

/** Names with a dot, as `code[last]` ends them: `os.path.join` and the index of its first token. */
export function dottedName(code: readonly Token[], last: number): { name: string; first: number } | undefined {
  if (code[last]?.kind !== 'name') return undefined;
  let first = last;
  let name = code[last].text;
  while (code[first - 1]?.text === '.' && code[first - 2]?.kind === 'name') {
    first -= 2;
    name = `${code[first].text}.${name}`;
  }
  return code[first - 1]?.text === '.' ? undefined : { name, first };
}

/** A dotted name with its first part replaced by what the imports of the file say it is: `sq.connect` → `sqlite3.connect`. */
export function importedName(module: PythonModule, dotted: string): string | undefined {
  const [head, ...rest] = dotted.split('.');
  for (const statement of module.imports) {
    const name = statement.names.find((each) => each.bound === head);
    if (!name) continue;
    if (statement.kind === 'from') return [statement.module, name.name, ...rest].join('.');
    return [...(name.alias ? [name.name] : [head]), ...rest].join('.');
  }
  return undefined;
}

/** Index of the bracket that closes `code[open]`, or -1. */
export function closingBracket(code: readonly Token[], open: number): number {
  let depth = 0;
  for (let at = open; at < code.length; at++) {
    if (code[at].kind !== 'operator') continue;
    if ('([{'.includes(code[at].text)) depth++;
    else if (')]}'.includes(code[at].text) && --depth === 0) return at;
  }
  return -1;
}

/** What the tokens depend on, followed through constants and local variables that are assigned once. */
export function dependencies(module: PythonModule, tokens: readonly Token[], site: number, depth = 0): Dependencies {
  let environment = false;
  const open: string[] = [];
  tokens.forEach((token, at) => {
    if (token.string) {
      const inner = dependencies(module, token.string.fields, site, depth);
      environment ||= inner.environment;
      open.push(...inner.open);
    }
    if (token.kind !== 'name' || tokens[at - 1]?.text === '.') return;
    if (tokens[at + 1]?.text === '=' && at > 0) return; // a keyword argument
    if (CHOICES.has(token.text)) open.push(token.text);
    else if (!BUILTINS.has(token.text)) {
      const inner = nameDependencies(module, tokens, at, site, depth);
      environment ||= inner.environment;
      open.push(...inner.open);
    }
  });
  return { environment, open };
}

function nameDependencies(
  module: PythonModule,
  tokens: readonly Token[],
  at: number,
  site: number,
  depth: number,
): Dependencies {
  const { text } = tokens[at];
  let last = at;
  while (tokens[last + 1]?.text === '.' && tokens[last + 2]?.kind === 'name') last += 2;
  const dotted = tokens.slice(at, last + 1).map((token) => token.text);
  const imported = importedName(module, dotted.join(''));
  if (imported) {
    if (imported.startsWith('os.getenv') || imported.startsWith('os.environ')) return { environment: true, open: [] };
    if (imported.startsWith('sys.argv') || imported.startsWith('tempfile.'))
      return { environment: false, open: [text] };
    // An attribute of something of the workspace is fixed only when it is a constant.
    const standard = STANDARD.has(imported.split('.')[0]);
    const constant = /^[A-Z][A-Z0-9_]*$/.test(dotted[dotted.length - 1]);
    return { environment: false, open: standard || dotted.length === 1 || constant ? [] : [dotted.join('')] };
  }
  const line = depth < 8 ? assignmentOf(module, text, site) : undefined;
  if (!line) return { environment: false, open: [text] };
  const assign = line.tokens.findIndex((token) => token.text === '=');
  return dependencies(module, line.tokens.slice(assign + 1), line.start, depth + 1);
}

/** The one assignment that gives `name` its value where `site` is: in the same function or class, else in the module. */
export function assignmentOf(module: PythonModule, name: string, site: number): LogicalLine | undefined {
  const assignments = assignmentsIn(module).get(name) ?? [];
  for (let scope = scopeOf(module.lineAt(site)); ; scope = scopeOf(scope)) {
    if (scope && isFunction(scope) && isParameter(scope, name)) return undefined;
    const here = assignments.filter((line) => scopeOf(line) === scope);
    if (here.length > 0) return here.length === 1 ? here[0] : undefined;
    if (!scope) return undefined;
  }
}

const assignmentIndexes = new WeakMap<PythonModule, ReadonlyMap<string, readonly LogicalLine[]>>();

/** Lines of a module that assign to a name alone, by the name. */
function assignmentsIn(module: PythonModule): ReadonlyMap<string, readonly LogicalLine[]> {
  let index = assignmentIndexes.get(module);
  if (index) return index;
  const made = new Map<string, LogicalLine[]>();
  for (const line of module.lines) {
    const { tokens } = line;
    const isAssignment = tokens[1]?.text === '=' || (tokens[1]?.text === ':' && tokens.some((t) => t.text === '='));
    if (!isAssignment) continue;
    const known = made.get(tokens[0].text);
    if (known) known.push(line);
    else made.set(tokens[0].text, [line]);
  }
  assignmentIndexes.set(module, (index = made));
  return index;
}

function isParameter(header: LogicalLine, name: string): boolean {
  return header.tokens.some(
    (token, at) => token.text === name && ['(', ',', '*', '**'].includes(header.tokens[at - 1]?.text),
  );
}

/** Header of the function or class around a line. */
export function scopeOf(line: LogicalLine | undefined): LogicalLine | undefined {
  for (let at = line?.parent; at; at = at.parent) if (isFunction(at) || at.tokens[0].text === 'class') return at;
  return undefined;
}

function isFunction(line: LogicalLine): boolean {
  return line.tokens[0].text === 'def' || (line.tokens[0].text === 'async' && line.tokens[1]?.text === 'def');
}

/** The arguments of the call whose parenthesis is `code[open]`, keyword arguments with their names. */
export function callArguments(code: readonly Token[], open: number): Span[] {
  const close = closingBracket(code, open);
  const spans: Span[] = [];
  let first = open + 1;
  for (let at = open + 1; at <= close; at++) {
    if (at < close && '([{'.includes(code[at].text) && code[at].kind === 'operator') at = closingBracket(code, at);
    else if (at === close || code[at].text === ',') {
      if (at > first) spans.push({ first, last: at - 1 });
      first = at + 1;
    }
  }
  return spans;
}
