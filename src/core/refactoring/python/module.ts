import { groupBy } from '../../maps';
import { TextIndex, lineBreakOf } from '../edits';
import { tokenize } from './lexer';
import type { Token } from './lexer';

/** One logical line: a simple statement or the header of a compound one. */
export interface LogicalLine {
  readonly tokens: readonly Token[];
  readonly start: number;
  /** End of its last token. */
  readonly end: number;
  /** Columns of indentation, a tab reaching to the next multiple of eight. */
  readonly indent: number;
  /** The header of the block it stands in. */
  readonly parent?: LogicalLine;
  /** Carries a comment, inside or at its end. */
  readonly comment: boolean;
}

export interface ImportedName {
  readonly name: string;
  readonly alias?: string;
  /** What the statement binds in this file: `os` for `import os.path`. */
  readonly bound: string;
}

export interface ImportStatement {
  readonly line: LogicalLine;
  readonly kind: 'import' | 'from';
  /** Of a `from` import, with its leading dots. */
  readonly module: string;
  readonly names: readonly ImportedName[];
  readonly topLevel: boolean;
  /** Nothing else on the line, and no comment that means something to a linter. */
  readonly plain: boolean;
}

/** A Python file, read far enough to place imports and to tell what an edit leaves unused. */
export class PythonModule {
  readonly index: TextIndex;
  readonly lineBreak: string;
  readonly complete: boolean;
  /** Without comments and line breaks. */
  readonly code: readonly Token[];
  readonly comments: readonly Token[];
  readonly lines: readonly LogicalLine[];
  readonly imports: readonly ImportStatement[];
  /** Every use of a name that is not an attribute, those in f-strings included, in their order. */
  readonly nameUses: readonly Token[];
  /** The same by name. */
  readonly names: ReadonlyMap<string, readonly Token[]>;

  constructor(
    readonly file: string,
    readonly text: string,
  ) {
    const { tokens, complete } = tokenize(text);
    this.index = new TextIndex(text);
    this.lineBreak = lineBreakOf(text);
    this.complete = complete;
    this.code = tokens.filter((token) => token.kind !== 'comment' && token.kind !== 'newline');
    this.comments = tokens.filter((token) => token.kind === 'comment');
    this.lines = logicalLines(text, tokens);
    this.imports = this.lines.flatMap((line) => readImport(line) ?? []);
    this.nameUses = nameUsesIn(this.code, []);
    this.names = groupBy(this.nameUses, (token) => token.text);
  }

  lineAt(offset: number): LogicalLine | undefined {
    let low = 0;
    let high = this.lines.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.lines[middle].start <= offset) low = middle;
      else high = middle - 1;
    }
    const line = this.lines[low];
    return line && line.start <= offset && offset < line.end ? line : undefined;
  }

  /** Index in `code` of the token that starts at `offset`. */
  tokenStartingAt(offset: number): number {
    return this.search(offset, (token) => token.start);
  }

  tokenEndingAt(offset: number): number {
    return this.search(offset, (token) => token.end);
  }

  private search(offset: number, edge: (token: Token) => number): number {
    let low = 0;
    let high = this.code.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const value = edge(this.code[middle]);
      if (value === offset) return middle;
      if (value < offset) low = middle + 1;
      else high = middle - 1;
    }
    return -1;
  }
}

function logicalLines(text: string, tokens: readonly Token[]): LogicalLine[] {
  const lines: LogicalLine[] = [];
  const stack: LogicalLine[] = [];
  let current: Token[] = [];
  let comment = false;
  const finish = () => {
    if (current.length > 0) {
      const start = current[0].start;
      const indent = indentOf(text, start);
      while (stack.length > 0 && stack[stack.length - 1].indent >= indent) stack.pop();
      const last = current[current.length - 1];
      const parent = stack.length > 0 ? stack[stack.length - 1] : undefined;
      const line: LogicalLine = { tokens: current, start, end: last.end, indent, parent, comment };
      lines.push(line);
      if (last.text === ':') stack.push(line);
    }
    current = [];
    comment = false;
  };
  for (const token of tokens) {
    if (token.kind === 'newline') finish();
    else if (token.kind === 'comment') comment = comment || current.length > 0;
    else current.push(token);
  }
  finish();
  return lines;
}

function indentOf(text: string, start: number): number {
  const lineStart = text.lastIndexOf('\n', start - 1) + 1;
  let columns = 0;
  for (let at = lineStart; at < start; at++) {
    if (text[at] === '\t') columns = (Math.floor(columns / 8) + 1) * 8;
    else if (text[at] !== '\ufeff') columns++;
  }
  return columns;
}

function readImport(line: LogicalLine): ImportStatement | undefined {
  const first = line.tokens[0].text;
  if (first !== 'import' && first !== 'from') return undefined;
  const texts = line.tokens.map((token) => token.text);
  const plain = !line.comment && !texts.includes(';');
  const topLevel = line.indent === 0;
  if (texts[0] === 'import') {
    const names = splitCommas(texts.slice(1)).map(readName);
    if (names.some((name) => !name)) return undefined;
    const bound = (names as ImportedName[]).map((name) => ({ ...name, bound: name.alias ?? name.name.split('.')[0] }));
    return { line, kind: 'import', module: '', names: bound, topLevel, plain };
  }
  if (texts[0] !== 'from') return undefined;
  const at = texts.indexOf('import');
  if (at === -1) return undefined;
  const names = splitCommas(texts.slice(at + 1).filter((text) => text !== '(' && text !== ')')).map(readName);
  if (names.some((name) => !name)) return undefined;
  const module = texts.slice(1, at).join('');
  return { line, kind: 'from', module, names: names as ImportedName[], topLevel, plain };
}

function splitCommas(texts: readonly string[]): string[][] {
  const parts: string[][] = [[]];
  for (const text of texts) {
    if (text === ',') parts.push([]);
    else if (text === ';') break;
    else parts[parts.length - 1].push(text);
  }
  return parts.filter((part) => part.length > 0);
}

function readName(part: readonly string[]): ImportedName | undefined {
  const as = part.indexOf('as');
  const name = (as === -1 ? part : part.slice(0, as)).join('');
  if (as === -1) return { name, bound: name };
  const alias = part[as + 1];
  return alias === undefined ? undefined : { name, alias, bound: alias };
}

function nameUsesIn(tokens: readonly Token[], uses: Token[]): Token[] {
  let before = '';
  for (const token of tokens) {
    if (token.string) nameUsesIn(token.string.fields, uses);
    else if (token.kind === 'name' && before !== '.') uses.push(token);
    before = token.text;
  }
  return uses;
}
