import { isMapped } from '../access-names';
import { none } from '../outcome';
import { partAt } from '../removals';
import { baseName, renameInPlace, renameLiteral, renameText } from '../rename-literal';
import type { CodeFiles, FileFixer, Lift, Outcome, PathReference, Replacement } from '../outcome';
import { PREAMBLE_NAMES, importPreamble, isFirstParty } from './access';
import type { PythonAccess } from './access';
import { AccessCalls, renderTemplate, templateName } from './calls';
import { OPENERS, callArguments, closingBracket, dependencies, dottedName, importedName } from './expression';
import type { Span } from './expression';
import { existingImport, placeImport } from './imports';
import { tokenize } from './lexer';
import { findLifts } from './lifts';
import type { Token } from './lexer';
import { PythonModule } from './module';
import { removeUnused } from './unused';
import type { OutsideUses } from './unused';

/** What the path expression evaluates to. */
type Kind = 'path' | 'string' | 'url';

const STRING_CALLS = new Set(
  ['os.fspath', 'os.path.abspath', 'os.path.realpath', 'os.path.normpath', 'os.path.expanduser'].concat('str'),
);
const PATH_CLASSES = new Set(['pathlib.Path', 'pathlib.PurePath', 'pathlib.PosixPath', 'pathlib.WindowsPath']);
const PATH_METHODS = new Set(['resolve', 'absolute', 'expanduser']);

/** Fixes of one Python file. */
export class PythonFixer implements FileFixer {
  private readonly module: PythonModule;
  private readonly calls: AccessCalls;
  private preamble: readonly string[] | undefined;

  constructor(
    file: string,
    text: string,
    private readonly access: PythonAccess,
    private readonly files: CodeFiles,
    private readonly outside: OutsideUses,
  ) {
    this.module = new PythonModule(file, text);
    this.calls = new AccessCalls(this.module, access);
  }

  isSound(text: string): boolean {
    return tokenize(text).complete || !this.module.complete;
  }

  fixPath(request: PathReference): Outcome {
    const { reference, start, end } = request;
    const { code } = this.module;
    if (!this.module.complete)
      return none('The file is not valid Python, so that no edit of it is safe. Correct it first.');
    const first = this.module.tokenStartingAt(start);
    const last = this.module.tokenEndingAt(end);
    if (first === -1 || last === -1 || last < first) return renameText(this.module.text, request);
    if (reference.shape === 'text') return renameLiteral(this.module.text, code[first], request);
    const span = this.argumentOf({ first, last });
    if (!span) return none('The call has no path argument that could be replaced.');
    const line = this.module.lineAt(start);
    if (line && line.tokens.length === 1) return renameText(this.module.text, request); // a doc string
    if (line?.tokens[0].text === 'case' && line.tokens.at(-1)?.text === ':')
      return none('A pattern of a match statement cannot call a function. Change the comparison by hand.');
    if (code[span.first - 1]?.kind === 'string' || code[span.last + 1]?.kind === 'string')
      return renameText(this.module.text, request);
    const sealed = this.environmentDefault(span, request);
    if (sealed) return this.replaceWhole(sealed, this.kindOf(sealed, 'string'), request);
    const needs = dependencies(this.module, code.slice(span.first, span.last + 1), start);
    if (needs.environment || needs.open.length > 0)
      return renameInPlace(this.module.text, code.slice(span.first, span.last + 1), request, needs.environment);
    return this.replaceWhole(span, this.kindOf(span, reference.shape), request);
  }

  complete(fixes: readonly Extract<Outcome, { kind: 'fix' }>[]): readonly Replacement[] {
    const replacements = fixes.map((fix) => fix.replacement);
    const names = [...new Set(fixes.flatMap((fix) => fix.needs))];
    const preamble = names.length > 0 ? this.missingPath() : [];
    const unused = removeUnused(this.module, replacements, this.outside, preamble.length > 0 ? PREAMBLE_NAMES : []);
    const placed = placeImport(
      this.module,
      {
        module: this.access.module,
        names,
        preamble,
        isFirstParty: (name) => isFirstParty(name, this.access, this.files),
      },
      unused.imports,
    );
    if (!placed) return [...replacements, ...unused.replacements];
    return [...replacements, ...partAt(unused.replacements, placed, this.module.text), placed];
  }

  lifts(): readonly Lift[] {
    return findLifts(this.module, this.access, this.calls);
  }

  isWayBack(start: number): boolean {
    const { code } = this.module;
    const at = this.module.tokenStartingAt(start);
    return at > 1 && code[at - 1].text === '=' && code[at - 2].text === 'legacy';
  }

  private missingPath(): readonly string[] {
    if (existingImport(this.module, this.access.module)) return [];
    return (this.preamble ??= importPreamble(this.module, this.access, this.files));
  }

  /** The path argument of an open call, when the span is the whole call. */
  private argumentOf(span: Span): Span | undefined {
    const { code } = this.module;
    let open = span.first;
    while (open < span.last && (code[open].kind === 'name' || code[open].text === '.')) open++;
    const callee = code[open]?.text === '(' ? dottedName(code, open - 1) : undefined;
    if (!callee || callee.first !== span.first || closingBracket(code, open) !== span.last) return span;
    if (!/(^|\.)connect$/.test(importedName(this.module, callee.name) ?? callee.name)) return span;
    for (const argument of callArguments(this.module.code, open)) {
      if (code[argument.first + 1]?.text !== '=') return argument;
      if (code[argument.first].text === 'database') return { first: argument.first + 2, last: argument.last };
    }
    return undefined;
  }

  /**
   * The default in `os.getenv("X_DB", "x.db")` or in `os.environ.get("X_DB") or "x.db"`, when it is the whole path: the
   * variable keeps deciding, the default alone changes.
   */
  private environmentDefault(span: Span, request: PathReference): Span | undefined {
    const { code, text } = this.module;
    const name = baseName(request.reference.database);
    for (let at = span.last; at >= span.first; at--) {
      const token = code[at];
      if (!token.string || at === span.first) continue;
      if (!text.slice(token.string.contentStart, token.string.contentEnd).endsWith(name)) continue;
      if (code[at + 1]?.text === '/' || code[at + 1]?.text === '+' || code[at + 1]?.kind === 'string') return undefined;
      const before = code[at - 1].text;
      if (before === 'or' || before === 'else') return { first: at, last: at };
      if (before !== ',' || code[at + 1]?.text !== ')') return undefined;
      for (let open = at - 2; open >= span.first; open--) {
        if (code[open].text !== '(' || closingBracket(code, open) !== at + 1) continue;
        const callee = dottedName(code, open - 1);
        const full = callee && importedName(this.module, callee.name);
        return full === 'os.getenv' || full === 'os.environ.get' ? { first: at, last: at } : undefined;
      }
    }
    return undefined;
  }

  private kindOf(span: Span, shape: string): Kind {
    const { code, text } = this.module;
    const first = code[span.first];
    const start = first.string ? text.slice(first.string.contentStart, first.string.contentEnd) : '';
    if (shape === 'url' || start.startsWith('file:') || start.includes('://')) return 'url';
    if (shape === 'path-object') return 'path';
    if (shape === 'string') return 'string';
    const isPath = code
      .slice(span.first, span.last + 1)
      .some(
        (token, at, all) =>
          token.kind === 'name' && this.isPathClass(dottedName(code, span.first + at)?.name) && all.length > 1,
      );
    const callee = code[span.first + 1]?.text === '(' ? code[span.first].text : '';
    return isPath && callee !== 'str' ? 'path' : 'string';
  }

  private isPathClass(dotted: string | undefined): boolean {
    return dotted !== undefined && PATH_CLASSES.has(importedName(this.module, dotted) ?? '');
  }

  /** Replaces the expression, and what only converts it (`str(…)`, `Path(…)`, `.resolve()`), by a call of the access module. */
  private replaceWhole(inner: Span, innerKind: Kind, request: PathReference): Outcome {
    const { code } = this.module;
    const { target, reference } = request;
    const quote = this.calls.quoteFor(code.slice(inner.first, inner.last + 1));
    const { span, kind } = this.widen(inner, innerKind);
    const start = code[span.first].start;
    const end = code[span.last].end;
    if (this.hasComment(start, end))
      return renameInPlace(this.module.text, code.slice(inner.first, inner.last + 1), request, false);
    const legacy = this.access.settings.flag ? `, legacy=${quote}${reference.database}${quote}` : '';
    const name = `${quote}${target.name}${quote}`;
    const open = this.openCall(span, kind);
    if (open) return this.replaceConnect(open, name + legacy + attachArgument(request.attach, quote), request);
    if (request.attach) return none('Only a connection can attach further databases.');
    if (kind === 'url') return this.replaceUrl(span, name, legacy, quote, request);
    const call = this.calls.call('path', name + legacy, request);
    if ('kind' in call) return call;
    const convert = kind === 'string' && !this.access.settings.templates.path?.startsWith('str(');
    const newText = convert ? `str(${call.text})` : call.text;
    return fixOf(newText, { start, end, newText }, call.need);
  }

  /** The tokens of `sqlite3.connect(` … path, when the span is its path argument. */
  private openCall(span: Span, kind: Kind): { first: number; open: number; last: number } | undefined {
    const { code } = this.module;
    if (kind === 'url') return undefined;
    const keyword = code[span.first - 1]?.text === '=' && code[span.first - 2]?.text === 'database';
    const open = span.first - (keyword ? 3 : 1);
    const next = code[span.last + 1]?.text;
    if (code[open]?.text !== '(' || (next !== ',' && next !== ')')) return undefined;
    const callee = dottedName(code, open - 1);
    const full = callee && importedName(this.module, callee.name);
    return full && OPENERS.has(full) ? { first: callee.first, open, last: span.last } : undefined;
  }

  private replaceConnect(
    call: { first: number; open: number; last: number },
    argument: string,
    request: PathReference,
  ): Outcome {
    const { code, text } = this.module;
    const template = this.access.settings.templates.connect;
    const start = code[call.first].start;
    if (template === undefined && isMapped(this.access.settings))
      return none(`The plan's access section gives no "connect" template. Add one, or change this place by hand.`);
    if (template !== undefined) {
      const close = closingBracket(code, call.open);
      const rest = text
        .slice(code[call.last].end, code[close].start)
        .replace(/^\s*,\s*/, '')
        .replace(/,?\s*$/, '');
      if (rest !== '' && !template.includes('{arguments}'))
        return none(`The call passes more arguments (${rest}); the plan's template "${template}" has no {arguments}.`);
      const newText = renderTemplate(template, request.target.name, rest);
      return fixOf(newText, { start, end: code[close].end, newText }, templateName(template, request.target.name));
    }
    const name = this.calls.localName('connect', start);
    if (!name) return none(CONNECT_TAKEN);
    const newText = `${name.local}(${argument}`;
    return fixOf(`${newText})`, { start, end: code[call.last].end, newText }, name.need);
  }

  private replaceUrl(span: Span, name: string, legacy: string, quote: string, request: PathReference): Outcome {
    const { code, text } = this.module;
    const first = code[span.first];
    const last = code[span.last];
    if (!first.string || !last.string) return none('The scheme of the URL is not written here.');
    const content = text.slice(first.string.contentStart, first.string.contentEnd);
    const tail = text.slice(last.string.contentStart, last.string.contentEnd);
    const query = tail.includes('?') ? tail.slice(tail.indexOf('?') + 1) : '';
    if (/[{}\\]/.test(query)) return none('The parameters of the URL are put together in the code.');
    const isFile = content.startsWith('file:');
    const scheme = content.slice(0, Math.max(0, content.indexOf('://')));
    if (!isFile && (scheme === '' || /[{}\\]/.test(scheme))) return none('The scheme of the URL is not written here.');
    const option = (key: string, value: string) => `, ${key}=${quote}${value}${quote}`;
    const options =
      (isFile || scheme === 'sqlite' ? '' : option('scheme', scheme)) +
      (query === '' ? '' : option('query', query)) +
      legacy;
    const kind = isFile ? 'uri' : 'url';
    const call = this.calls.call(kind, name + options, request);
    if ('kind' in call) return call;
    return fixOf(call.text, { start: first.start, end: last.end, newText: call.text }, call.need);
  }

  /** Takes in parentheses and calls that do nothing but convert the path. */
  private widen(span: Span, kind: Kind): { span: Span; kind: Kind } {
    const { code } = this.module;
    let { first, last } = span;
    let now = kind;
    for (;;) {
      if (
        now === 'path' &&
        code[last + 1]?.text === '.' &&
        PATH_METHODS.has(code[last + 2]?.text) &&
        code[last + 3]?.text === '(' &&
        code[last + 4]?.text === ')'
      ) {
        last += 4;
        continue;
      }
      const trailing = code[last + 1]?.text === ',' && code[last + 2]?.text === ')' ? 1 : 0;
      if (code[first - 1]?.text !== '(' || code[last + 1 + trailing]?.text !== ')' || now === 'url') break;
      if (this.hasComment(code[first - 1].start, code[last + 1 + trailing].end)) break;
      const callee = dottedName(code, first - 2);
      if (callee) {
        const full = importedName(this.module, callee.name) ?? callee.name;
        if (PATH_CLASSES.has(full)) now = 'path';
        else if (STRING_CALLS.has(full)) now = 'string';
        else break;
        first = callee.first;
      } else if (trailing === 0 && !endsOperand(code[first - 2])) first -= 1;
      else break;
      last += 1 + trailing;
    }
    return { span: { first, last }, kind: now };
  }

  private hasComment(start: number, end: number): boolean {
    return this.module.comments.some((comment) => start < comment.start && comment.end < end);
  }
}

const CONNECT_TAKEN = 'The file uses the names "connect" and "connect_database" for other things.';

function attachArgument(names: readonly string[] | undefined, quote: string): string {
  return names ? `, attach=[${names.map((name) => quote + name + quote).join(', ')}]` : '';
}

/** Does the token end something that a following parenthesis would call or index? */
function endsOperand(token: Token | undefined): boolean {
  if (!token) return false;
  if (token.kind === 'name')
    return ![
      'return',
      'in',
      'or',
      'and',
      'not',
      'else',
      'if',
      'yield',
      'await',
      'assert',
      'is',
      'from',
      'print',
      'del',
      'lambda',
    ].includes(token.text);
  return token.kind === 'string' || token.kind === 'number' || ')]}'.includes(token.text);
}

function fixOf(call: string, replacement: Replacement, need: string): Outcome {
  return { kind: 'fix', title: `Use ${call}`, replacement, needs: [need] };
}
