import { isMapped } from '../access-names';
import type { AccessFunction } from '../access-names';
import { tokenizeCurly } from '../curly/lexer';
import type { CurlyLanguage, CurlyToken } from '../curly/lexer';
import { CurlySource } from '../curly/source';
import type { Span } from '../curly/source';
import { none } from '../outcome';
import type { FileFixer, Outcome, PathReference, Replacement } from '../outcome';
import { partAt } from '../removals';
import { baseName, renameInPlace, renameLiteral, renameText } from '../rename-literal';
import { SCRIPT_NAMES, scriptSpecifier } from './access';
import type { ScriptAccess } from './access';
import { constantOf, isPathFunction } from './constants';
import { placeScriptImport, scriptImports } from './imports';
import { unusedScript } from './unused';

const GLOBALS = new Set([
  '__dirname',
  '__filename',
  'String',
  'URL',
  'new',
  'undefined',
  'import',
  'require',
  'as',
  'const',
]);
const CHOICES = new Set(['await', 'typeof', 'function', 'this', 'yield', 'async']);

/** Fixes of one JavaScript or TypeScript file. */
export class ScriptFixer implements FileFixer {
  private readonly source: CurlySource;
  private readonly language: CurlyLanguage;

  constructor(
    private readonly file: string,
    text: string,
    private readonly access: ScriptAccess,
  ) {
    this.language = /\.[cm]?[jt]sx$/.test(file) || /\.jsx?$/.test(file) ? 'jsx' : 'script';
    this.source = new CurlySource(file, text, this.language);
  }

  isSound(text: string): boolean {
    return tokenizeCurly(text, this.language).complete || !this.source.complete;
  }

  fixPath(request: PathReference): Outcome {
    const { source } = this;
    const { code } = source;
    if (!source.complete) return none('The file is not valid code, so that no edit of it is safe. Correct it first.');
    const whole = source.span(request.start, request.end);
    if (!whole) return renameText(source.text, request);
    if (request.reference.shape === 'text') return renameLiteral(source.text, code[whole.first], request);
    const span = this.argumentOf(whole);
    const tokens = code.slice(span.first, span.last + 1);
    if (this.mustStayLiteral(span)) return renameInPlace(source.text, tokens, request, false);
    const sealed = this.environmentDefault(span, request);
    if (sealed) return this.replace(sealed, request);
    const open = this.openNames(tokens);
    if (open.length > 0) return renameInPlace(source.text, tokens, request, open.includes('process.env'));
    return this.replace(span, request);
  }

  isWayBack(start: number): boolean {
    const { code } = this.source;
    const at = code.findIndex((token) => token.start === start);
    const open = at === -1 ? -1 : this.source.enclosing(at);
    const callee = open === -1 ? undefined : this.source.dotted(open - 1)?.name;
    const isAccess = Object.values(SCRIPT_NAMES).some(({ name, alias }) => callee === name || callee === alias);
    return isAccess && this.access.settings.flag && code[at - 1]?.text === ',';
  }

  complete(fixes: readonly Extract<Outcome, { kind: 'fix' }>[]): readonly Replacement[] {
    const replacements = fixes.map((fix) => fix.replacement);
    const needs = [...new Set(fixes.flatMap((fix) => fix.needs))];
    const unused = unusedScript(this.source, replacements);
    if (needs.length === 0) return [...replacements, ...unused];
    const placed = placeScriptImport(this.source, this.specifier(), needs);
    if (!placed) return [...replacements, ...unused];
    return [...replacements, ...partAt(unused, placed, this.source.text), placed];
  }

  private specifier(): string {
    const others = scriptImports(this.source).map((each) => each.module);
    return scriptSpecifier(this.file, this.access, others);
  }

  /** `new Database(path, …)` as the reference: its path. */
  private argumentOf(span: Span): Span {
    const { code } = this.source;
    if (code[span.first].text !== 'new' && code[span.first].kind !== 'name') return span;
    let open = span.first;
    while (open < span.last && code[open].text !== '(') open++;
    if (open === span.last || this.source.closing(open) !== span.last) return span;
    const callee = this.source.dotted(open - 1);
    if (!callee || !this.driverOf(callee.name)) return span;
    return this.source.arguments(open)[0] ?? span;
  }

  /** The driver whose database class a name stands for. */
  private driverOf(dotted: string): string | undefined {
    const [head, member] = dotted.split('.');
    for (const each of scriptImports(this.source)) {
      if (each.module === 'better-sqlite3' && member === undefined && each.whole === head) return 'better-sqlite3';
      if (each.module !== 'node:sqlite') continue;
      if (member === undefined && each.names.some((name) => name.bound === head && name.name === 'DatabaseSync'))
        return 'node:sqlite';
      if (member === 'DatabaseSync' && (each.whole === head || each.namespace === head)) return 'node:sqlite';
    }
    return undefined;
  }

  /** Places where the language wants a literal: enum members, types, object keys, JSX attributes, parts of concatenations. */
  private mustStayLiteral(span: Span): boolean {
    const { code } = this.source;
    const before = code[span.first - 1];
    const after = code[span.last + 1];
    if (before?.text === '+' || after?.text === '+') return true;
    if (after?.text === ':' && (before?.text === '{' || before?.text === ',')) return true;
    if (before?.text === '|' || after?.text === '|' || before?.text === 'case') return true;
    const isAttribute =
      before?.text === '=' && before.end === code[span.first].start && code[span.first - 2]?.end === before.start;
    if (this.language === 'jsx' && isAttribute) return true;
    if (before?.text === 'from' || before?.text === 'import') return true;
    const around = this.source.enclosing(span.first);
    if (around !== -1 && code[around].text === '{' && code[around - 2]?.text === 'enum') return true;
    if (before?.text === ':' && isDeclared(code, span.first - 1)) return true;
    for (let at = span.first - 1; at >= 0; at--) {
      if (code[at].text === 'type' && code[at].first && code[at + 2]?.text === '=') return true;
      if (code[at].first || code[at].text === ';') break;
    }
    return false;
  }

  /** The default behind `process.env.X ??` or `||`: the variable keeps deciding. */
  private environmentDefault(span: Span, request: PathReference): Span | undefined {
    const { code } = this.source;
    const last = code[span.last];
    if (
      span.first === span.last ||
      !last.string ||
      !this.source.content(last).endsWith(baseName(request.reference.database))
    )
      return undefined;
    const before = code[span.last - 1].text;
    return before === '??' || before === '||' ? { first: span.last, last: span.last } : undefined;
  }

  private replace(inner: Span, request: PathReference): Outcome {
    const { code } = this.source;
    const { settings } = this.access;
    const quote = this.quoteFor(inner);
    const legacy = settings.flag ? `, ${quote}${request.reference.database}${quote}` : '';
    const name = `${quote}${request.target.name}${quote}`;
    const content = inner.first === inner.last ? this.source.content(code[inner.first]) : '';
    const isUrl = content.startsWith('file:');
    const { span, url } = this.widen(inner);
    const start = code[span.first].start;
    const end = code[span.last].end;
    if (this.source.hasComment(start, end))
      return none('A comment stands in the middle of the path. Change it by hand.');
    const opened = isUrl || url ? undefined : this.openCall(span);
    if (opened && (settings.templates.connect !== undefined || !isMapped(settings))) {
      const template = settings.templates.connect;
      const rest = opened.hasMore && legacy === '' ? '' : opened.hasMore ? undefined : legacy && `, undefined${legacy}`;
      if (template === undefined && rest !== undefined) {
        const local = this.localName('connect');
        if (!local) return this.taken('connect');
        const newText = `${local.local}(${name}${rest}`;
        return fixOf(`${newText})`, { start: code[opened.first].start, end, newText }, local.need);
      }
      if (template !== undefined && !opened.hasMore) {
        const newText = template.replaceAll('{target}', request.target.name).replaceAll('{arguments}', '');
        return fixOf(
          newText,
          { start: code[opened.first].start, end: code[opened.last].end, newText },
          templateName(newText),
        );
      }
    }
    const kind: AccessFunction = isUrl || url ? 'url' : 'path';
    const query = content.includes('?') ? `, ${quote}${content.slice(content.indexOf('?') + 1)}${quote}` : '';
    const call = this.call(
      kind,
      name + (kind === 'url' ? query : '') + (kind === 'url' && legacy && !query ? `, ''${legacy}` : legacy),
      request,
    );
    if ('kind' in call) return call;
    const newText = url ? `new URL(${call.text})` : call.text;
    return fixOf(newText, { start, end, newText }, call.need);
  }

  private call(
    kind: AccessFunction,
    argumentText: string,
    request: PathReference,
  ): { text: string; need: string } | Outcome {
    const { templates } = this.access.settings;
    const template = templates[kind];
    if (template !== undefined) {
      const text = template.replaceAll('{target}', request.target.name).replaceAll('{arguments}', '');
      return { text, need: templateName(text) };
    }
    if (isMapped(this.access.settings))
      return none(`The plan's access section gives no "${kind}" template. Add one, or change this place by hand.`);
    const local = this.localName(kind);
    return local ? { text: `${local.local}(${argumentText})`, need: local.need } : this.taken(kind);
  }

  private taken(kind: AccessFunction): Outcome {
    const { name, alias } = SCRIPT_NAMES[kind];
    return none(`The file uses the names "${name}" and "${alias}" for other things.`);
  }

  private localName(kind: AccessFunction): { local: string; need: string } | undefined {
    const { name, alias } = SCRIPT_NAMES[kind];
    const specifier = this.specifier();
    const existing = scriptImports(this.source).find((each) => each.module === specifier);
    const imported = existing?.names.find((each) => each.name === name);
    if (imported)
      return { local: imported.bound, need: imported.bound === name ? name : `${name} as ${imported.bound}` };
    if (!this.source.names.has(name)) return { local: name, need: name };
    return this.source.names.has(alias) ? undefined : { local: alias, need: `${name} as ${alias}` };
  }

  /** `new Database(` … path, of the driver that the access module opens databases with. */
  private openCall(span: Span): { first: number; last: number; hasMore: boolean } | undefined {
    const { code } = this.source;
    if (code[span.first - 1]?.text !== '(') return undefined;
    const open = span.first - 1;
    const callee = this.source.dotted(open - 1);
    if (!callee || this.driverOf(callee.name) !== this.access.driver) return undefined;
    const first = code[callee.first - 1]?.text === 'new' ? callee.first - 1 : callee.first;
    const next = code[span.last + 1]?.text;
    if (next !== ',' && next !== ')') return undefined;
    return { first, last: this.source.closing(open), hasMore: next === ',' };
  }

  /** Takes in calls that do nothing but convert the path. */
  private widen(inner: Span): { span: Span; url: boolean } {
    const { code } = this.source;
    let { first, last } = inner;
    let url = code[first].text === 'new' && code[first + 1]?.text === 'URL';
    while (code[first - 1]?.text === '(' && code[last + 1]?.text === ')') {
      const callee = this.source.dotted(first - 2);
      const member = callee?.name.split('.').at(-1);
      if (!callee || !member || !isPathFunction(this.source, callee.name)) break;
      if (!['resolve', 'normalize', 'fileURLToPath', 'toNamespacedPath'].includes(member)) break;
      if (member === 'fileURLToPath') url = false;
      first = callee.first;
      last += 1;
    }
    return { span: { first, last }, url };
  }

  /** Names whose value is decided elsewhere: parameters, members, the environment. */
  private openNames(tokens: readonly CurlyToken[], depth = 0): string[] {
    const open: string[] = [];
    tokens.forEach((token, at) => {
      if (token.string) open.push(...this.openNames(token.string.fields, depth));
      const before = tokens[at - 1]?.text;
      if (['?', '??', '||', '&&'].includes(token.text)) open.push(token.text);
      if (token.kind !== 'name' || before === '.' || before === '?.') return;
      const next = tokens[at + 1]?.text;
      if (token.text === 'process') {
        const member = tokens[at + 2]?.text;
        if (member !== 'cwd') open.push(member === 'env' ? 'process.env' : 'process');
      } else if (CHOICES.has(token.text)) open.push(token.text);
      else if (!GLOBALS.has(token.text) && !isPathFunction(this.source, token.text) && next !== ':') {
        const value = depth < 8 ? constantOf(this.source, token.text)?.value : undefined;
        if (value) open.push(...this.openNames(value, depth + 1));
        else open.push(token.text);
      }
    });
    return open;
  }

  private quoteFor(span: Span): string {
    const { code } = this.source;
    for (const token of code.slice(span.first, span.last + 1))
      if (token.string && token.string.quote !== '`') return token.string.quote;
    const single = code.filter((token) => token.string?.quote === "'").length;
    const double = code.filter((token) => token.string?.quote === '"').length;
    return double > single ? '"' : "'";
  }
}

/** Is the colon that of a type annotation, and not of an object's member or a conditional? */
function isDeclared(code: readonly CurlyToken[], colon: number): boolean {
  const keyword = code[colon - 2]?.text;
  return keyword === 'let' || keyword === 'const' || keyword === 'var';
}

function fixOf(call: string, replacement: Replacement, need: string): Outcome {
  return { kind: 'fix', title: `Use ${call}`, replacement, needs: [need] };
}

/** What has to be imported for a template: its first name. */
function templateName(text: string): string {
  return /[A-Za-z_$][\w$]*/.exec(text.replace(/^(await|new)\s+/, ''))?.[0] ?? '';
}
