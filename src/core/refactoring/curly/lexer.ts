/**
 * Tokens of Go (The Go Programming Language Specification, "Lexical elements") and of JavaScript with TypeScript
 * (ECMA-262, 12), as far as edits need them. It never fails: what it cannot make out sets `complete` to false.
 */
export interface CurlyToken {
  readonly kind: 'name' | 'number' | 'string' | 'regex' | 'operator' | 'comment';
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** First token of its line. */
  readonly first: boolean;
  /** Of a string: where its content is, and the tokens in the `${…}` of a template. */
  readonly string?: {
    readonly quote: string;
    readonly contentStart: number;
    readonly contentEnd: number;
    readonly fields: readonly CurlyToken[];
  };
}

export type CurlyLanguage = 'go' | 'script' | 'jsx';

const OPERATORS = ['>>>=', '...', '===', '!==', '**=', '<<=', '>>=', '&&=', '||=', '??=', '=>', '==', '!=', '<=', '>=']
  .concat(['&&', '||', '??', '?.', '++', '--', '+=', '-=', '*=', '/=', '%=', '&=', '|=', '^=', '<<', '**', ':=', '<-'])
  .concat(['&^']);
/** Words behind which a slash starts a regular expression. */
const BEFORE_REGEX = new Set(
  'return typeof case do else in of instanceof new delete void throw yield await default'.split(' '),
);

export function tokenizeCurly(text: string, language: CurlyLanguage): { tokens: CurlyToken[]; complete: boolean } {
  const lexer = new CurlyLexer(text, language);
  const tokens = lexer.run(0, false);
  return { tokens, complete: lexer.complete };
}

class CurlyLexer {
  complete = true;
  private at = 0;
  private lineHasToken = false;

  constructor(
    private readonly text: string,
    private readonly language: CurlyLanguage,
  ) {}

  run(start: number, field: boolean): CurlyToken[] {
    const { text } = this;
    const tokens: CurlyToken[] = [];
    const brackets: string[] = [];
    this.at = start;
    if (start === 0 && text.startsWith('#!')) this.at = endOfLine(text, 0);
    while (this.at < text.length) {
      const from = this.at;
      const char = text[from];
      if (char === '\n') {
        this.lineHasToken = false;
        this.at++;
        continue;
      }
      if (char === ' ' || char === '\t' || char === '\r' || char === '\ufeff') {
        this.at++;
        continue;
      }
      if (field && char === '}' && brackets.length === 0) return tokens;
      const token = this.token(from, char, tokens, brackets);
      if (token.kind !== 'comment') this.lineHasToken = true;
      tokens.push(token);
    }
    if (brackets.length > 0 || field) this.complete = false;
    return tokens;
  }

  private token(from: number, char: string, tokens: readonly CurlyToken[], brackets: string[]): CurlyToken {
    const { text, language } = this;
    if (text.startsWith('//', from)) return this.make('comment', from, endOfLine(text, from));
    if (text.startsWith('/*', from)) {
      const end = text.indexOf('*/', from + 2);
      if (end === -1) this.complete = false;
      return this.make('comment', from, end === -1 ? text.length : end + 2);
    }
    if (char === '"' || char === "'") return this.string(from, char);
    if (char === '`') return language === 'go' ? this.rawString(from) : this.template(from);
    if (isNameStart(char)) {
      let end = from + 1;
      while (end < text.length && isNamePart(text[end])) end++;
      return this.make('name', from, end);
    }
    if (isDigit(char) || (char === '.' && isDigit(text[from + 1] ?? ''))) {
      let end = from + 1;
      while (end < text.length && (isNamePart(text[end]) || (text[end] === '.' && text[end - 1] !== '.'))) end++;
      return this.make('number', from, end);
    }
    if (char === '/' && language !== 'go' && this.startsRegex(tokens)) {
      const end = regexEnd(text, from);
      if (end !== undefined) return this.make('regex', from, end);
    }
    const long = OPERATORS.find((operator) => text.startsWith(operator, from));
    if (!long && '([{'.includes(char)) brackets.push(char);
    if (!long && ')]}'.includes(char) && brackets.pop() !== '([{'[')]}'.indexOf(char)]) this.complete = false;
    return this.make('operator', from, from + (long?.length ?? 1));
  }

  private make(kind: CurlyToken['kind'], start: number, end: number): CurlyToken {
    this.at = end;
    return { kind, start, end, text: this.text.slice(start, end), first: !this.lineHasToken };
  }

  private string(from: number, quote: string): CurlyToken {
    const { text } = this;
    let end = from + 1;
    while (end < text.length && text[end] !== quote && text[end] !== '\n') end += text[end] === '\\' ? 2 : 1;
    if (text[end] !== quote) {
      // In JSX an apostrophe may be text.
      if (this.language === 'jsx') return this.make('operator', from, from + 1);
      this.complete = false;
      return this.make('operator', from, from + 1);
    }
    const token = this.make('string', from, end + 1);
    return { ...token, string: { quote, contentStart: from + 1, contentEnd: end, fields: [] } };
  }

  private rawString(from: number): CurlyToken {
    const end = this.text.indexOf('`', from + 1);
    if (end === -1) this.complete = false;
    const stop = end === -1 ? this.text.length : end + 1;
    const token = this.make('string', from, stop);
    return { ...token, string: { quote: '`', contentStart: from + 1, contentEnd: stop - 1, fields: [] } };
  }

  private template(from: number): CurlyToken {
    const { text } = this;
    const first = !this.lineHasToken;
    const fields: CurlyToken[] = [];
    this.at = from + 1;
    while (this.at < text.length && text[this.at] !== '`') {
      if (text[this.at] === '\\') this.at += 2;
      else if (text.startsWith('${', this.at)) {
        fields.push(...this.run(this.at + 2, true));
        this.at++;
      } else this.at++;
    }
    if (text[this.at] !== '`') this.complete = false;
    const end = Math.min(this.at, text.length);
    const token = this.make('string', from, Math.min(end + 1, text.length));
    return { ...token, first, string: { quote: '`', contentStart: from + 1, contentEnd: end, fields } };
  }

  private startsRegex(tokens: readonly CurlyToken[]): boolean {
    const last = tokens.findLast((token) => token.kind !== 'comment');
    if (!last) return true;
    if (last.kind === 'name') return BEFORE_REGEX.has(last.text);
    if (last.kind === 'operator')
      return !(last.text === ')' || last.text === ']' || last.text === '}' || last.text === '<');
    return false;
  }
}

function regexEnd(text: string, from: number): number | undefined {
  let inClass = false;
  for (let at = from + 1; at < text.length && text[at] !== '\n'; at++) {
    const char = text[at];
    if (char === '\\') at++;
    else if (char === '[') inClass = true;
    else if (char === ']') inClass = false;
    else if (char === '/' && !inClass) {
      let end = at + 1;
      while (end < text.length && isNamePart(text[end])) end++;
      return end;
    }
  }
  return undefined;
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  if (end === -1) return text.length;
  return text[end - 1] === '\r' ? end - 1 : end;
}

function isDigit(char: string): boolean {
  return char >= '0' && char <= '9';
}

function isNameStart(char: string): boolean {
  return (char >= 'a' && char <= 'z') || (char >= 'A' && char <= 'Z') || char === '_' || char === '$' || char > '\x7f';
}

function isNamePart(char: string): boolean {
  return isNameStart(char) || isDigit(char);
}
