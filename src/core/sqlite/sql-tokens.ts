/** Tokens of SQL text as SQLite's own tokenizer sees them (https://sqlite.org/c3ref/complete.html, tokenize.c). */

export type SqlTokenKind = 'word' | 'quoted' | 'string' | 'number' | 'blob' | 'variable' | 'operator' | 'illegal';

/** A token that means something: white space and comments are left out. */
export interface SqlToken {
  readonly kind: SqlTokenKind;
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
  /** As written. */
  readonly text: string;
}

/** What a character can begin, by its code; characters beyond ASCII are parts of words. */
const SPACE = 1;
const WORD = 2;
const DIGIT = 3;
const OPERATOR = 4;
const QUOTE = 5;
const VARIABLE = 6;
const KINDS = characterKinds();

function characterKinds(): Uint8Array {
  const kinds = new Uint8Array(128);
  const set = (characters: string, kind: number) => {
    for (const character of characters) kinds[character.charCodeAt(0)] = kind;
  };
  set(' \t\n\f\r', SPACE);
  set('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_', WORD);
  set('0123456789', DIGIT);
  set('-+*/%=<>!&|~(),.;', OPERATOR);
  set('\'"`[', QUOTE);
  set('?:@#$', VARIABLE);
  return kinds;
}

const kindAt = (sql: string, at: number): number => {
  const code = sql.charCodeAt(at);
  return code < 128 ? KINDS[code]! : code >= 128 ? WORD : 0;
};
const isWordPart = (sql: string, at: number): boolean => {
  const kind = kindAt(sql, at);
  return kind === WORD || kind === DIGIT || sql[at] === '$';
};
const isDigit = (sql: string, at: number): boolean => kindAt(sql, at) === DIGIT;

const LONG_OPERATORS = ['->>', '||', '->', '<=', '>=', '<>', '<<', '>>', '==', '!='];

export function sqlTokens(sql: string): SqlToken[] {
  const tokens: SqlToken[] = [];
  let at = 0;
  const push = (kind: SqlTokenKind, end: number) => {
    tokens.push({ kind, start: at, end, text: sql.slice(at, end) });
    at = end;
  };
  while (at < sql.length) {
    const character = sql[at]!;
    const next = sql[at + 1];
    switch (kindAt(sql, at)) {
      case SPACE:
        at++;
        break;
      case WORD:
        if ((character === 'x' || character === 'X') && next === "'") {
          const [kind, end] = quoted(sql, at + 1, "'", 'string');
          push(kind === 'string' ? 'blob' : 'illegal', end);
        } else push('word', run(sql, at, isWordPart));
        break;
      case DIGIT:
        push('number', number(sql, at));
        break;
      case QUOTE:
        if (character === '[') {
          const end = sql.indexOf(']', at);
          push(end < 0 ? 'illegal' : 'quoted', end < 0 ? sql.length : end + 1);
        } else push(...quoted(sql, at, character, character === "'" ? 'string' : 'quoted'));
        break;
      case VARIABLE:
        if (character === '?') push('variable', run(sql, at + 1, isDigit));
        else if (isWordPart(sql, at + 1)) push('variable', run(sql, at + 1, isWordPart));
        else push('illegal', at + 1);
        break;
      case OPERATOR:
        if (character === '-' && next === '-') {
          const end = sql.indexOf('\n', at);
          at = end < 0 ? sql.length : end + 1;
        } else if (character === '/' && next === '*') {
          const end = sql.indexOf('*/', at + 2);
          at = end < 0 ? sql.length : end + 2;
        } else if (character === '.' && isDigit(sql, at + 1)) push('number', number(sql, at));
        else push('operator', at + (LONG_OPERATORS.find((text) => sql.startsWith(text, at))?.length ?? 1));
        break;
      default:
        push('illegal', at + 1);
    }
  }
  return tokens;
}

function quoted(sql: string, start: number, quote: string, kind: SqlTokenKind): [SqlTokenKind, number] {
  for (let at = start + 1; ; at += 2) {
    at = sql.indexOf(quote, at);
    if (at < 0) return ['illegal', sql.length];
    if (sql[at + 1] !== quote) return [kind, at + 1];
  }
}

function run(sql: string, start: number, isPart: (sql: string, at: number) => boolean): number {
  let end = start;
  while (end < sql.length && isPart(sql, end)) end++;
  return end;
}

const isHex = (sql: string, at: number): boolean => /[0-9A-Fa-f_]/.test(sql[at]!);
const isNumberPart = (sql: string, at: number): boolean => isDigit(sql, at) || sql[at] === '_';

/** Integers, hexadecimal integers and reals; `_` may separate digits. */
function number(sql: string, start: number): number {
  if (/^0[xX][0-9A-Fa-f]/.test(sql.slice(start, start + 3))) return run(sql, start + 2, isHex);
  let end = run(sql, start, isNumberPart);
  if (sql[end] === '.') end = run(sql, end + 1, isNumberPart);
  const exponent = /^[eE][+-]?[0-9]/.exec(sql.slice(end, end + 3));
  return exponent ? run(sql, end + exponent[0].length, isNumberPart) : end;
}

/** The name that a token stands for, quotes taken off. SQLite also takes a text literal where a name is expected. */
export function tokenName(token: SqlToken): string {
  const { text } = token;
  switch (text[0]) {
    case '"':
      return text.slice(1, -1).replaceAll('""', '"');
    case "'":
      return text.slice(1, -1).replaceAll("''", "'");
    case '`':
      return text.slice(1, -1).replaceAll('``', '`');
    case '[':
      return text.slice(1, -1);
    default:
      return text;
  }
}

/** Names are equal regardless of case, of ASCII letters only, as in SQLite. */
export function foldName(name: string): string {
  for (let at = 0; at < name.length; at++) {
    const code = name.charCodeAt(at);
    if (code >= 65 && code <= 90) return name.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
  }
  return name;
}

export function sameName(one: string, other: string): boolean {
  return one === other || foldName(one) === foldName(other);
}

/** Is this the unquoted keyword? */
export function isKeyword(token: SqlToken | undefined, ...keywords: string[]): boolean {
  if (token?.kind !== 'word') return false;
  const { text } = token;
  return keywords.some(
    (keyword) => keyword.length === text.length && (keyword === text || keyword === text.toUpperCase()),
  );
}

export function isOperator(token: SqlToken | undefined, text: string): boolean {
  return token?.kind === 'operator' && token.text === text;
}

/** One change of a text; offsets are of the old text. */
export interface TextReplacement {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Applies replacements that do not overlap. */
export function replaceAll(text: string, replacements: readonly TextReplacement[]): string {
  let result = '';
  let at = 0;
  for (const replacement of [...replacements].sort((a, b) => a.start - b.start)) {
    result += text.slice(at, replacement.start) + replacement.text;
    at = replacement.end;
  }
  return result + text.slice(at);
}
