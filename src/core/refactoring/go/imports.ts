import type { CurlySource } from '../curly/source';
import type { Replacement } from '../outcome';

export interface GoImport {
  /** Offsets of the specification: name and path. */
  readonly start: number;
  readonly end: number;
  readonly path: string;
  /** Name it has in the file: given, or the last part of its path. */
  readonly bound: string;
  /** Stands in parentheses with others. */
  readonly grouped: boolean;
  /** Offset of the `import` keyword, when it stands alone. */
  readonly keyword: number;
}

/** The import declarations of a Go file. */
export function goImports(source: CurlySource): GoImport[] {
  const { code } = source;
  const imports: GoImport[] = [];
  const read = (at: number, grouped: boolean, keyword: number): number => {
    const named = code[at].kind === 'name' || code[at].text === '.';
    const path = code[named ? at + 1 : at];
    if (!path?.string) return at + 1;
    const content = source.content(path);
    const last =
      content
        .split('/')
        .filter((part) => !/^v\d+$/.test(part))
        .at(-1) ?? content;
    const bound = named ? code[at].text : last.replace(/^go-/, '').replace(/\.v\d+$/, '');
    imports.push({ start: code[at].start, end: path.end, path: content, bound, grouped, keyword });
    return at + (named ? 2 : 1);
  };
  for (let at = 0; at < code.length; at++) {
    if (code[at].text !== 'import' || !code[at].first) continue;
    const keyword = code[at].start;
    if (code[at + 1]?.text !== '(') {
      read(at + 1, false, keyword);
      continue;
    }
    const close = source.closing(at + 1);
    for (let each = at + 2; each < close;) each = read(each, true, keyword);
    at = close;
  }
  return imports;
}

/** The edit that imports `path`, sorted into the group of the module's own packages where there is one. */
export function placeGoImport(source: CurlySource, path: string, alias: string | undefined): Replacement {
  const eol = source.lineBreak;
  const specification = `${alias ? `${alias} ` : ''}"${path}"`;
  const imports = goImports(source);
  const grouped = imports.filter((each) => each.grouped);
  const lineStart = (offset: number) => source.index.lineStart(offset);
  const insert = (at: number, newText: string) => ({ start: at, end: at, newText });
  if (grouped.length > 0) {
    const own = grouped.filter((each) => each.path.split('/')[0] === path.split('/')[0] && each.path.includes('/'));
    const close = path.split('/')[0].includes('.') || own.length > 0 ? own : [];
    const next = close.find((each) => each.path > path);
    if (next) return insert(lineStart(next.start), `\t${specification}${eol}`);
    const anchor = close.at(-1) ?? grouped[grouped.length - 1];
    const lead = close.length > 0 ? '' : eol;
    return insert(source.index.lineEnd(anchor.end), `${lead}\t${specification}${eol}`);
  }
  const last = imports.at(-1);
  if (last) return insert(source.index.lineEnd(last.end), `import ${specification}${eol}`);
  const clause = source.code.findIndex((token) => token.text === 'package');
  return insert(source.index.lineEnd(source.code[clause + 1]?.end ?? 0), `${eol}import ${specification}${eol}`);
}

/** Go refuses an import that nothing uses: those whose last use went with the replacements go, too. */
export function unusedGoImports(source: CurlySource, replacements: readonly Replacement[]): Replacement[] {
  const gone = (offset: number) => replacements.some(({ start, end }) => start <= offset && offset < end);
  const imports = goImports(source);
  return imports.flatMap((each) => {
    if (each.bound === '_' || each.bound === '.') return [];
    const uses = (source.names.get(each.bound) ?? []).filter(
      (token) => token.start < each.start || token.start >= each.end,
    );
    if (uses.length === 0 || uses.some((token) => !gone(token.start))) return [];
    const from = each.grouped ? each.start : each.keyword;
    return [{ start: source.index.lineStart(from), end: source.index.lineEnd(each.end), newText: '' }];
  });
}
