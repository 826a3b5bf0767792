import { isMapped } from '../access-names';
import { CurlySource } from '../curly/source';
import type { Span } from '../curly/source';
import { tokenizeCurly } from '../curly/lexer';
import { none } from '../outcome';
import type { CodeFiles, FileFixer, Outcome, PathReference, Replacement } from '../outcome';
import { renameInPlace, renameLiteral, renameText } from '../rename-literal';
import { goModule } from './access';
import type { GoAccess } from './access';
import { goImports, placeGoImport, unusedGoImports } from './imports';

const ALIAS = 'consolidated';
/** Packages whose functions a path expression is made of. */
const PATH_PACKAGES = new Set(['path/filepath', 'path', 'fmt', 'strings', 'os']);
const BUILTINS = new Set(['string', 'nil', 'true', 'false']);

/** Fixes of one Go file. */
export class GoFixer implements FileFixer {
  private readonly source: CurlySource;

  constructor(
    private readonly file: string,
    text: string,
    private readonly access: GoAccess,
    private readonly files: CodeFiles,
  ) {
    this.source = new CurlySource(file, text, 'go');
  }

  isSound(text: string): boolean {
    return tokenizeCurly(text, 'go').complete || !this.source.complete;
  }

  fixPath(request: PathReference): Outcome {
    const { source } = this;
    if (!source.complete) return none('The file is not valid Go, so that no edit of it is safe. Correct it first.');
    const whole = source.span(request.start, request.end);
    if (!whole) return renameText(source.text, request);
    if (request.reference.shape === 'text') return renameLiteral(source.text, source.code[whole.first], request);
    const span = this.dataSourceOf(whole);
    const { code } = source;
    const tokens = code.slice(span.first, span.last + 1);
    const joined = code[span.first - 1]?.text === '+' || code[span.last + 1]?.text === '+';
    // A constant cannot call a function; a part of a concatenation stays one.
    if (joined || this.isInConstant(span.first)) return renameInPlace(source.text, tokens, request, false);
    const open = this.openNames(span);
    if (open.length > 0 || tokens.some((token) => token.string?.fields.length))
      return renameInPlace(source.text, tokens, request, open.includes('os.Getenv'));
    if (goModule(this.file, this.files) !== this.access.moduleDirectory)
      return renameInPlace(source.text, tokens, request, false);
    return this.replace(span, request);
  }

  isWayBack(start: number): boolean {
    const { code } = this.source;
    const at = code.findIndex((token) => token.start === start);
    return at > 2 && code[at - 1].text === '(' && code[at - 2].text === 'Legacy' && code[at - 3].text === '.';
  }

  complete(fixes: readonly Extract<Outcome, { kind: 'fix' }>[]): readonly Replacement[] {
    const replacements = fixes.map((fix) => fix.replacement);
    const unused = unusedGoImports(this.source, replacements);
    const imports = goImports(this.source);
    const needs = [...new Set(fixes.flatMap((fix) => fix.needs))].filter(
      (need) => !imports.some((each) => each.path === this.access.importPath && each.bound === need),
    );
    const placed = needs.map((need) =>
      placeGoImport(this.source, this.access.importPath, need === this.access.name ? undefined : need),
    );
    return [...replacements, ...unused, ...placed];
  }

  /** `sql.Open(driver, dataSource)` as the reference: its data source. */
  private dataSourceOf(span: Span): Span {
    const { source } = this;
    let open = span.first;
    while (open < span.last && source.code[open].text !== '(') open++;
    if (open === span.last || source.closing(open) !== span.last) return span;
    const callee = source.dotted(open - 1);
    if (!callee || callee.first !== span.first || !/\.(Open|MustOpen|Connect|MustConnect)$/.test(callee.name))
      return span;
    return source.arguments(open)[1] ?? span;
  }

  private replace(span: Span, request: PathReference): Outcome {
    const { source } = this;
    const first = source.code[span.first];
    const { templates } = this.access.settings;
    const name = JSON.stringify(request.target.name);
    const content = span.first === span.last ? source.content(first) : '';
    const query = content.includes('?') ? content.slice(content.indexOf('?')) : '';
    const opened = query === '' ? this.openCall(span) : undefined;
    const local = this.localName();
    if (local === undefined && !isMapped(this.access.settings))
      return none(`The file uses the names "${this.access.name}" and "${ALIAS}" for other things.`);
    const flag = this.access.settings.flag ? `, ${local}.Legacy(${JSON.stringify(request.reference.database)})` : '';
    if (opened && (templates.connect !== undefined || !isMapped(this.access.settings))) {
      const call = templates.connect?.replaceAll('{target}', request.target.name) ?? `${local}.Open(${name}${flag})`;
      return this.fix(call, source.code[opened.first].start, source.code[opened.last].end, templates.connect, local);
    }
    if (templates.path === undefined && isMapped(this.access.settings))
      return none(`The plan's access section gives no "path" template. Add one, or change this place by hand.`);
    const path = templates.path?.replaceAll('{target}', request.target.name) ?? `${local}.Path(${name}${flag})`;
    const scheme = /^(file:)/.exec(content)?.[1];
    const call = [scheme && `"${scheme}"`, path, query && JSON.stringify(query)].filter(Boolean).join('+');
    return this.fix(call, first.start, source.code[span.last].end, templates.path, local);
  }

  private fix(
    call: string,
    start: number,
    end: number,
    template: string | undefined,
    local: string | undefined,
  ): Outcome {
    if (this.source.hasComment(start, end))
      return none('A comment stands in the middle of the path. Change it by hand.');
    const needs = template === undefined && local !== undefined ? [local] : [];
    return { kind: 'fix', title: `Use ${call}`, replacement: { start, end, newText: call }, needs };
  }

  /** The whole call `sql.Open(…, span)`. */
  private openCall(span: Span): Span | undefined {
    const { source } = this;
    const open = source.enclosing(span.first);
    if (open === -1 || source.code[open].text !== '(') return undefined;
    const callee = source.dotted(open - 1);
    const parts = callee?.name.split('.');
    if (!callee || parts?.length !== 2 || parts[1] !== 'Open') return undefined;
    if (!goImports(source).some((each) => each.bound === parts[0] && each.path === 'database/sql')) return undefined;
    const argument = source.arguments(open);
    return argument.length === 2 && argument[1].first === span.first && argument[1].last === span.last
      ? { first: callee.first, last: source.closing(open) }
      : undefined;
  }

  private localName(): string | undefined {
    const imported = goImports(this.source).find((each) => each.path === this.access.importPath);
    if (imported) return imported.bound;
    return [this.access.name, ALIAS].find((name) => !this.source.names.has(name));
  }

  private isInConstant(at: number): boolean {
    const { code } = this.source;
    const around = this.source.enclosing(at);
    if (around !== -1 && code[around].text === '(' && code[around - 1]?.text === 'const') return true;
    for (let each = at; each >= 0; each--) {
      if (code[each].text === 'const') return true;
      if (code[each].first) return false;
    }
    return false;
  }

  /** Names that are neither packages for paths nor constants of this file, whose value is decided elsewhere. */
  private openNames(span: Span): string[] {
    const { code } = this.source;
    const imports = goImports(this.source);
    const open: string[] = [];
    for (let at = span.first; at <= span.last; at++) {
      const token = code[at];
      if (token.kind !== 'name' || code[at - 1]?.text === '.') continue;
      const imported = imports.find((each) => each.bound === token.text);
      if (imported) {
        const member = code[at + 1]?.text === '.' ? code[at + 2]?.text : '';
        if (imported.path === 'os' && (member === 'Getenv' || member === 'LookupEnv')) open.push('os.Getenv');
        else if (!PATH_PACKAGES.has(imported.path)) open.push(`${token.text}.${member}`);
      } else if (!BUILTINS.has(token.text) && !this.isConstant(token.text)) open.push(token.text);
    }
    return open;
  }

  /** Declared by `const` in this file with a string literal, and nothing else of that name. */
  private isConstant(name: string): boolean {
    const { code } = this.source;
    const declared = code.flatMap((token, at) => {
      const next = code[at + 1]?.text;
      const isDeclaration = token.text === name && next === '=' && code[at + 2]?.string && this.isInConstant(at);
      return isDeclaration ? [at] : [];
    });
    const bound = code.filter((token, at) => token.text === name && code[at + 1]?.text === ':=');
    return declared.length === 1 && bound.length === 0;
  }
}
