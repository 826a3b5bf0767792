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

const WORD_START = /[A-Za-z_\u0080-\uffff]/;
const WORD_PART = /[A-Za-z0-9_$\u0080-\uffff]/;
const DIGIT = /[0-9]/;

export function sqlTokens(sql: string): SqlToken[] {
  const tokens: SqlToken[] = [];
  let at = 0;
  const push = (kind: SqlTokenKind, end: number) => {
    tokens.push({ kind, start: at, end, text: sql.slice(at, end) });
    at = end;
  };
  while (at < sql.length) {
    const character = sql[at]!;
    if (/[ \t\n\f\r]/.test(character)) at++;
    else if (sql.startsWith('--', at)) {
      const end = sql.indexOf('\n', at);
      at = end < 0 ? sql.length : end + 1;
    } else if (sql.startsWith('/*', at)) {
      const end = sql.indexOf('*/', at + 2);
      at = end < 0 ? sql.length : end + 2;
    } else if (character === "'") push(...quoted(sql, at, "'", 'string'));
    else if (character === '"') push(...quoted(sql, at, '"', 'quoted'));
    else if (character === '`') push(...quoted(sql, at, '`', 'quoted'));
    else if (character === '[') {
      const end = sql.indexOf(']', at);
      push(end < 0 ? 'illegal' : 'quoted', end < 0 ? sql.length : end + 1);
    } else if (/[xX]/.test(character) && sql[at + 1] === "'") {
      const [kind, end] = quoted(sql, at + 1, "'", 'string');
      push(kind === 'string' ? 'blob' : 'illegal', end);
    } else if (DIGIT.test(character) || (character === '.' && DIGIT.test(sql[at + 1] ?? '')))
      push('number', number(sql, at));
    else if (WORD_START.test(character)) push('word', run(sql, at, WORD_PART));
    else if (character === '?') push('variable', run(sql, at + 1, DIGIT));
    else if (/[:@#$]/.test(character) && WORD_PART.test(sql[at + 1] ?? ''))
      push('variable', run(sql, at + 1, WORD_PART));
    else {
      const operator = ['->>', '||', '->', '<=', '>=', '<>', '<<', '>>', '==', '!='].find((text) =>
        sql.startsWith(text, at),
      );
      push(/[-+*/%=<>!&|~(),.;]/.test(character) ? 'operator' : 'illegal', at + (operator?.length ?? 1));
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

function run(sql: string, start: number, part: RegExp): number {
  let end = start;
  while (end < sql.length && part.test(sql[end]!)) end++;
  return end;
}

/** Integers, hexadecimal integers and reals; `_` may separate digits. */
function number(sql: string, start: number): number {
  if (/^0[xX][0-9A-Fa-f]/.test(sql.slice(start, start + 3))) return run(sql, start + 2, /[0-9A-Fa-f_]/);
  let end = run(sql, start, /[0-9_]/);
  if (sql[end] === '.') end = run(sql, end + 1, /[0-9_]/);
  const exponent = /^[eE][+-]?[0-9]/.exec(sql.slice(end, end + 3));
  return exponent ? run(sql, end + exponent[0].length, /[0-9_]/) : end;
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
  return name.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

export function sameName(one: string, other: string): boolean {
  return one === other || foldName(one) === foldName(other);
}

/** Is this the unquoted keyword? */
export function isKeyword(token: SqlToken | undefined, ...keywords: string[]): boolean {
  return token?.kind === 'word' && keywords.includes(token.text.toUpperCase());
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
