import { TextIndex, lineBreakOf } from '../edits';
import { tokenizeCurly } from './lexer';
import type { CurlyLanguage, CurlyToken } from './lexer';

/** A span of `code`, both ends included. */
export interface Span {
  readonly first: number;
  readonly last: number;
}

/** A Go or JavaScript file as tokens. */
export class CurlySource {
  readonly index: TextIndex;
  readonly lineBreak: string;
  readonly complete: boolean;
  /** Without comments. */
  readonly code: readonly CurlyToken[];
  readonly comments: readonly CurlyToken[];
  /** Every use of a name that is no member, those in templates included. */
  readonly names: ReadonlyMap<string, readonly CurlyToken[]>;

  constructor(
    readonly file: string,
    readonly text: string,
    language: CurlyLanguage,
  ) {
    const { tokens, complete } = tokenizeCurly(text, language);
    this.index = new TextIndex(text);
    this.lineBreak = lineBreakOf(text);
    this.complete = complete;
    this.code = tokens.filter((token) => token.kind !== 'comment');
    this.comments = tokens.filter((token) => token.kind === 'comment');
    this.names = collectNames(this.code);
  }

  /** The span of tokens that is exactly `[start, end)`; undefined when the place is within a token. */
  span(start: number, end: number): Span | undefined {
    const first = this.code.findIndex((token) => token.start === start);
    const last = this.code.findIndex((token) => token.end === end);
    return first === -1 || last < first ? undefined : { first, last };
  }

  content(token: CurlyToken): string {
    return token.string ? this.text.slice(token.string.contentStart, token.string.contentEnd) : '';
  }

  hasComment(start: number, end: number): boolean {
    return this.comments.some((comment) => start < comment.start && comment.end < end);
  }

  /** Index of the bracket that closes `code[open]`, or -1. */
  closing(open: number): number {
    let depth = 0;
    for (let at = open; at < this.code.length; at++) {
      const { kind, text } = this.code[at];
      if (kind !== 'operator' || text.length !== 1) continue;
      if ('([{'.includes(text)) depth++;
      else if (')]}'.includes(text) && --depth === 0) return at;
    }
    return -1;
  }

  /** Index of the bracket around `code[at]`, or -1. */
  enclosing(at: number): number {
    let depth = 0;
    for (let each = at - 1; each >= 0; each--) {
      const { kind, text } = this.code[each];
      if (kind !== 'operator' || text.length !== 1) continue;
      if (')]}'.includes(text)) depth++;
      else if ('([{'.includes(text) && depth-- === 0) return each;
    }
    return -1;
  }

  /** `a.b.c` as `code[last]` ends it. */
  dotted(last: number): { name: string; first: number } | undefined {
    if (this.code[last]?.kind !== 'name') return undefined;
    let first = last;
    let name = this.code[last].text;
    while (this.code[first - 1]?.text === '.' && this.code[first - 2]?.kind === 'name') {
      first -= 2;
      name = `${this.code[first].text}.${name}`;
    }
    return this.code[first - 1]?.text === '.' ? undefined : { name, first };
  }

  /** Arguments of the call whose parenthesis is `code[open]`. */
  arguments(open: number): Span[] {
    const close = this.closing(open);
    const spans: Span[] = [];
    let first = open + 1;
    for (let at = open + 1; at <= close; at++) {
      const { kind, text } = this.code[at];
      if (at < close && kind === 'operator' && '([{'.includes(text) && text.length === 1) at = this.closing(at);
      else if (at === close || text === ',') {
        if (at > first) spans.push({ first, last: at - 1 });
        first = at + 1;
      }
    }
    return spans;
  }

  /** Depth of `{` around `code[at]`. */
  depth(at: number): number {
    let depth = 0;
    for (let each = this.enclosing(at); each !== -1; each = this.enclosing(each)) depth++;
    return depth;
  }
}

function collectNames(code: readonly CurlyToken[]): Map<string, CurlyToken[]> {
  const names = new Map<string, CurlyToken[]>();
  const visit = (tokens: readonly CurlyToken[]) => {
    tokens.forEach((token, at) => {
      if (token.string) visit(token.string.fields);
      const before = tokens[at - 1]?.text;
      if (token.kind !== 'name' || before === '.' || before === '?.') return;
      const uses = names.get(token.text);
      if (uses) uses.push(token);
      else names.set(token.text, [token]);
    });
  };
  visit(code);
  return names;
}
