/**
 * Tokens of Python source (The Python Language Reference, chapter 2), as far as edits need them: where names, strings,
 * brackets and logical lines are. It never fails: what it cannot make out sets `complete` to false.
 */
export interface Token {
  readonly kind: 'name' | 'number' | 'string' | 'operator' | 'comment' | 'newline';
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly string?: StringParts;
}

export interface StringParts {
  /** Lower case, e.g. `rb`. */
  readonly prefix: string;
  /** `"`, `'` or three of them. */
  readonly quote: string;
  readonly contentStart: number;
  readonly contentEnd: number;
  /** Tokens in the replacement fields of an f-string. */
  readonly fields: readonly Token[];
}

export interface Tokens {
  readonly tokens: readonly Token[];
  /** Brackets balanced and strings closed. */
  readonly complete: boolean;
}

const OPENING = '([{';
const CLOSING = ')]}';
const LONG_OPERATORS = ['**=', '//=', '>>=', '<<=', '...', '**', '//', '>>', '<<', '<=', '>=', '==', '!=', '->', ':='];
/** What stands second in one of them. */
const LONGER = '=*/<>.';
const AUGMENTED = '+-*/%&|^@';

export function tokenize(text: string): Tokens {
  const lexer = new Lexer(text);
  const tokens = lexer.run(text.charCodeAt(0) === 0xfeff ? 1 : 0, '');
  return { tokens, complete: lexer.complete };
}

class Lexer {
  complete = true;
  private at = 0;

  constructor(private readonly text: string) {}

  /** Tokens from `start` to the end of the text, or to an unnested `}`, `:` or `!` of a replacement field. */
  run(start: number, field: '' | 'field'): Token[] {
    const { text } = this;
    const tokens: Token[] = [];
    const brackets: string[] = [];
    this.at = start;
    while (this.at < text.length) {
      const from = this.at;
      const char = text[from];
      if (char === '\n') {
        this.at++;
        if (brackets.length === 0 && !field) tokens.push(this.token('newline', from));
      } else if (char === ' ' || char === '\t' || char === '\r' || char === '\f') this.at++;
      else if (char === '\\') this.skipLineJoin();
      else if (char === '#') {
        const end = text.indexOf('\n', from);
        this.at = end === -1 ? text.length : end;
        if (text[this.at - 1] === '\r') this.at--;
        tokens.push(this.token('comment', from));
      } else if (isDigit(char) || (char === '.' && isDigit(text[from + 1] ?? ''))) {
        this.skipNumber();
        tokens.push(this.token('number', from));
      } else if (isNameStart(char)) {
        this.at = nameEnd(text, from);
        const quote = text[this.at];
        const prefix = quote === '"' || quote === "'" ? text.slice(from, this.at) : '';
        if (isStringPrefix(prefix)) tokens.push(this.string(from, prefix.toLowerCase()));
        else tokens.push(this.token('name', from));
      } else if (char === '"' || char === "'") tokens.push(this.string(from, ''));
      else {
        const ends = char === '}' || char === ':' || (char === '!' && text[from + 1] !== '=');
        if (field && brackets.length === 0 && ends) return tokens;
        this.operator(brackets);
        tokens.push(this.token('operator', from));
      }
    }
    if (brackets.length > 0 || field) this.complete = false;
    return tokens;
  }

  private token(kind: Token['kind'], start: number): Token {
    return { kind, start, end: this.at, text: this.text.slice(start, this.at) };
  }

  private skipLineJoin(): void {
    this.at++;
    if (this.text[this.at] === '\r') this.at++;
    if (this.text[this.at] === '\n') this.at++;
    else this.complete = false;
  }

  private skipNumber(): void {
    const { text } = this;
    while (this.at < text.length) {
      const char = text[this.at];
      const exponent = (char === '+' || char === '-') && 'eE'.includes(text[this.at - 1]);
      if (!isNamePart(char) && char !== '.' && !exponent) return;
      this.at++;
    }
  }

  private operator(brackets: string[]): void {
    const { text } = this;
    const char = text[this.at];
    const next = text[this.at + 1];
    const long =
      next !== undefined && LONGER.includes(next)
        ? LONG_OPERATORS.find((operator) => text.startsWith(operator, this.at))
        : undefined;
    if (long) this.at += long.length;
    else if (AUGMENTED.includes(char) && text[this.at + 1] === '=') this.at += 2;
    else {
      if (OPENING.includes(char)) brackets.push(char);
      else if (CLOSING.includes(char) && brackets.pop() !== OPENING[CLOSING.indexOf(char)]) this.complete = false;
      this.at++;
    }
  }

  /** A backslash hides what follows, but no brace of an f-string; `\N{…}` is a character's name. */
  private skipEscape(formatted: boolean, raw: boolean): void {
    const { text } = this;
    const next = text[this.at + 1];
    if (formatted && next === 'N' && text[this.at + 2] === '{' && !raw) {
      const end = text.indexOf('}', this.at);
      this.at = end === -1 ? text.length : end + 1;
    } else if (formatted && (next === '{' || next === '}')) this.at += 1;
    else this.at += next === '\r' && text[this.at + 2] === '\n' ? 3 : 2;
  }

  private string(start: number, prefix: string): Token {
    const { text } = this;
    const quote = text.startsWith(text[this.at].repeat(3), this.at) ? text[this.at].repeat(3) : text[this.at];
    this.at += quote.length;
    const contentStart = this.at;
    const formatted = prefix.includes('f') || prefix.includes('t');
    const fields: Token[] = [];
    let formatDepth = 0;
    for (;;) {
      if (this.at >= text.length || (quote.length === 1 && text[this.at] === '\n')) {
        this.complete = false;
        break;
      }
      const char = text[this.at];
      if (char === quote[0] && text.startsWith(quote, this.at)) break;
      if (char === '\\') this.skipEscape(formatted, prefix.includes('r'));
      else if (formatted && char === '{' && text[this.at + 1] === '{' && formatDepth === 0) this.at += 2;
      else if (formatted && char === '{') {
        fields.push(...this.run(this.at + 1, 'field'));
        if (text[this.at] === '!') this.at += 2;
        // A format specification may hold replacement fields of its own.
        if (text[this.at] === ':') formatDepth++;
        if (text[this.at] !== undefined) this.at++;
      } else {
        if (char === '}' && formatDepth > 0) formatDepth--;
        this.at++;
      }
    }
    const contentEnd = Math.min(this.at, text.length);
    this.at = Math.min(text.startsWith(quote, this.at) ? this.at + quote.length : this.at, text.length);
    return { ...this.token('string', start), string: { prefix, quote, contentStart, contentEnd, fields } };
  }
}

function isDigit(char: string): boolean {
  return char >= '0' && char <= '9';
}

function isNameStart(char: string): boolean {
  return (char >= 'a' && char <= 'z') || (char >= 'A' && char <= 'Z') || char === '_' || char > '\x7f';
}

function isNamePart(char: string): boolean {
  return isNameCode(char.charCodeAt(0));
}

function isNameCode(code: number): boolean {
  return (
    (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 48 && code <= 57) || code === 95 || code > 127
  );
}

/** The end of the name that begins at an offset. */
function nameEnd(text: string, from: number): number {
  let end = from + 1;
  while (end < text.length && isNameCode(text.charCodeAt(end))) end++;
  return end;
}

function isStringPrefix(text: string): boolean {
  if (text.length < 1 || text.length > 2) return false;
  return ['r', 'u', 'b', 'f', 't', 'br', 'rb', 'fr', 'rf', 'tr', 'rt'].includes(text.toLowerCase());
}
