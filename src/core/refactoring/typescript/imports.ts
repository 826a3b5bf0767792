import type { CurlySource } from '../curly/source';
import { sortNames } from '../import-statement';
import type { Replacement } from '../outcome';

export interface ScriptImport {
  /** Offsets of the statement, a semicolon included. */
  readonly start: number;
  readonly end: number;
  readonly module: string;
  /** Name that stands for the default export, or for the whole module in CommonJS. */
  readonly whole?: string;
  readonly namespace?: string;
  readonly names: readonly { readonly name: string; readonly bound: string; readonly type: boolean }[];
  /** `const … = require(…)`. */
  readonly required: boolean;
  readonly typeOnly: boolean;
  /** At the top of the file's blocks, alone on its lines. */
  readonly plain: boolean;
}

/** The `import` statements and `require` declarations of a file. */
export function scriptImports(source: CurlySource): ScriptImport[] {
  const imports: ScriptImport[] = [];
  const { code } = source;
  for (let at = 0; at < code.length; at++) {
    const { text, first } = code[at];
    if (!first && code[at - 1]?.text !== ';') continue;
    const found =
      text === 'import' ? readImport(source, at) : isDeclaration(text) ? readRequire(source, at) : undefined;
    if (found) imports.push(found);
  }
  return imports;
}

function isDeclaration(text: string): boolean {
  return text === 'const' || text === 'let' || text === 'var';
}

function readImport(source: CurlySource, at: number): ScriptImport | undefined {
  const { code } = source;
  if (code[at + 1]?.text === '(' || code[at + 1]?.text === '.') return undefined; // import(…), import.meta
  let last = at + 1;
  while (
    code[last] &&
    !code[last].string &&
    code[last].text !== ';' &&
    !(
      code[last].first &&
      code[last - 1].text !== ',' &&
      code[last - 1].text !== '{' &&
      code[last].text !== '}' &&
      code[last].text !== 'from' &&
      source.enclosing(last) < at
    )
  )
    last++;
  if (!code[last]?.string) return undefined;
  const module = source.content(code[last]);
  const inner = code.slice(at + 1, last);
  const required = inner.some((token) => token.text === 'require');
  if (required) last++; // import x = require('m')
  const typeOnly = inner[0]?.text === 'type' && inner[1]?.text !== ',' && inner[1]?.text !== 'from';
  const clause = typeOnly ? inner.slice(1) : inner;
  const star = clause.findIndex((token) => token.text === '*');
  const open = clause.findIndex((token) => token.text === '{');
  return {
    ...extent(source, at, last),
    module,
    ...(clause[0]?.kind === 'name' && clause[0].text !== 'from' ? { whole: clause[0].text } : {}),
    ...(star !== -1 && clause[star + 2] ? { namespace: clause[star + 2].text } : {}),
    names:
      open === -1
        ? []
        : readNames(
            clause.slice(open + 1).map((token) => token.text),
            'as',
          ),
    required: false,
    typeOnly,
  };
}

function readRequire(source: CurlySource, at: number): ScriptImport | undefined {
  const { code } = source;
  const equals = code[at + 1]?.text === '{' ? source.closing(at + 1) + 1 : at + 2;
  if (code[equals]?.text !== '=' || code[equals + 1]?.text !== 'require' || code[equals + 2]?.text !== '(')
    return undefined;
  const path = code[equals + 3];
  if (!path?.string || code[equals + 4]?.text !== ')' || code[equals + 5]?.text === '.') return undefined;
  const destructured = code[at + 1].text === '{';
  const names = destructured
    ? readNames(
        code.slice(at + 2, equals - 1).map((token) => token.text),
        ':',
      )
    : [];
  return {
    ...extent(source, at, equals + 4),
    module: source.content(path),
    ...(destructured ? {} : { whole: code[at + 1].text }),
    names,
    required: true,
    typeOnly: false,
  };
}

function extent(source: CurlySource, first: number, last: number): { start: number; end: number; plain: boolean } {
  const { code } = source;
  const end = code[last + 1]?.text === ';' ? last + 1 : last;
  const alone = code[first].first && (code[end + 1] === undefined || code[end + 1].first);
  const lineEnd = source.index.lineEnd(code[end].end);
  const comment = source.comments.some((each) => code[first].start < each.start && each.start < lineEnd);
  return { start: code[first].start, end: code[end].end, plain: alone && !comment && source.enclosing(first) === -1 };
}

function readNames(texts: readonly string[], separator: string): { name: string; bound: string; type: boolean }[] {
  const names: { name: string; bound: string; type: boolean }[] = [];
  let part: string[] = [];
  const finish = () => {
    const type = part[0] === 'type' && part.length > 1 && part[1] !== separator;
    const words = type ? part.slice(1) : part;
    if (words.length > 0) names.push({ name: words[0], bound: words[1] === separator ? words[2] : words[0], type });
    part = [];
  };
  for (const text of texts) {
    if (text === '}') break;
    if (text === ',') finish();
    else part.push(text);
  }
  finish();
  return names;
}

/** The edit that makes `names` (`a`, `a as b`) of the module known. */
export function placeScriptImport(
  source: CurlySource,
  specifier: string,
  names: readonly string[],
): Replacement | undefined {
  const imports = scriptImports(source);
  const existing = imports.find(
    (each) => each.module === specifier && each.names.length > 0 && !each.typeOnly && each.plain,
  );
  const separator = (required: boolean) => (required ? ': ' : ' as ');
  if (existing) {
    const missing = names.filter((name) => !existing.names.some((each) => written(each) === name));
    if (missing.length === 0) return undefined;
    const statement = source.text.slice(existing.start, existing.end);
    const close = existing.start + statement.indexOf('}');
    const last = source.code.findLast((token) => token.end <= close && token.kind === 'name');
    const at = last?.end ?? close;
    const text = missing.map((name) => `, ${name.replace(' as ', separator(existing.required))}`).join('');
    return { start: at, end: at, newText: text };
  }
  const eol = source.lineBreak;
  const top = imports.filter(
    (each) => source.enclosing(source.code.findIndex((token) => token.start === each.start)) === -1,
  );
  const required =
    top.length > 0
      ? top.every((each) => each.required)
      : /\.c?js$/.test(source.file) && source.text.includes('require(');
  const sample = top.at(-1) ?? { start: 0, end: 0 };
  const sampleText = source.text.slice(sample.start, sample.end);
  const quote =
    top.length > 0
      ? sampleText.includes('"')
        ? '"'
        : "'"
      : source.code.some((token) => token.string?.quote === "'")
        ? "'"
        : '"';
  const semicolon =
    top.length > 0 ? (sampleText.endsWith(';') ? ';' : '') : source.code.some((token) => token.text === ';') ? ';' : '';
  const list = sortNames(names)
    .map((name) => name.replace(' as ', separator(required)))
    .join(', ');
  const own = required
    ? `const { ${list} } = require(${quote}${specifier}${quote})${semicolon}`
    : `import { ${list} } from ${quote}${specifier}${quote}${semicolon}`;
  const relative = top.findLast((each) => each.module.startsWith('.'));
  const anchor = relative ?? top.at(-1);
  if (anchor) {
    const at = source.index.lineEnd(anchor.end);
    return { start: at, end: at, newText: own + eol };
  }
  return { ...firstPlace(source), newText: `${own}${eol}${eol}` };
}

/** Behind the directives (`'use strict'`) and a `#!` line. */
function firstPlace(source: CurlySource): { start: number; end: number } {
  let end = source.text.startsWith('#!') ? source.index.lineEnd(0) : 0;
  for (const token of source.code) {
    if (!token.string && token.text !== ';') break;
    if (token.string) end = source.index.lineEnd(token.end);
  }
  return { start: end, end };
}

function written(each: { name: string; bound: string }): string {
  return each.name === each.bound ? each.name : `${each.name} as ${each.bound}`;
}
