/** A statement of a file that stands in no other one, as far as a lexer can tell it. */
export interface TopStatement {
  readonly start: number;
  readonly end: number;
  /** The name of a function or class that the statement declares and does nothing else; empty for all others. */
  readonly name: string;
  /** A function that nothing but its name leads to: no method, and not decorated. */
  readonly isPlainFunction: boolean;
  /** The names in it outside of strings, in their order. */
  readonly words: readonly string[];
  /** Those of them that are followed by a parenthesis: what it calls, or defines. */
  readonly called: readonly string[];
  readonly hasString: boolean;
  /** An operator or a template that can make a text of others: a path, a statement. */
  readonly hasOperator: boolean;
}

/** Where in a text statements are looked for. */
export interface Stretch {
  /** The beginning of a statement. */
  readonly from: number;
  /** From here on the statements are known: no more is read. */
  readonly isKnown: (at: number) => boolean;
}

export const WHOLE: Stretch = { from: 0, isKnown: () => false };

/** Collects the statements that a lexer comes upon. */
export class StatementList {
  readonly all: TopStatement[] = [];
  private start: number;
  private head = { name: '', isPlainFunction: false };
  private words: string[] = [];
  private called: string[] = [];
  private hasString = false;
  private hasOperator = false;

  constructor({ from }: Stretch) {
    this.start = from;
  }

  /** A statement begins here: the one before it ends. */
  begin(at: number, name = '', isPlainFunction = false): void {
    this.end(at);
    this.head = { name, isPlainFunction };
  }

  end(at: number): void {
    const { start, words, called, hasString, hasOperator } = this;
    if (at > start) this.all.push({ start, end: at, ...this.head, words, called, hasString, hasOperator });
    this.start = at;
    this.head = { name: '', isPlainFunction: false };
    this.words = [];
    this.called = [];
    this.hasString = this.hasOperator = false;
  }

  word(word: string, isCalled: boolean): void {
    this.words.push(word);
    if (isCalled) this.called.push(word);
  }

  string(isTemplate = false): void {
    this.hasString = true;
    if (isTemplate) this.hasOperator = true;
  }

  operator(): void {
    this.hasOperator = true;
  }
}

/** What a lexer looks for, as character codes: to compare them is faster than strings of one character. */
export const CODE = {
  tab: 9,
  lineFeed: 10,
  return: 13,
  space: 32,
  quote: 34,
  hash: 35,
  dollar: 36,
  percent: 37,
  apostrophe: 39,
  open: 40,
  close: 41,
  star: 42,
  plus: 43,
  slash: 47,
  semicolon: 59,
  at: 64,
  openBracket: 91,
  backslash: 92,
  closeBracket: 93,
  backquote: 96,
  openBrace: 123,
  closeBrace: 125,
} as const;

const WORD_START = 1;
const DIGIT = 2;
const KINDS = new Uint8Array(128);
for (let code = 0; code < KINDS.length; code++)
  KINDS[code] = /[A-Za-z_$]/.test(String.fromCharCode(code)) ? WORD_START : code >= 48 && code <= 57 ? DIGIT : 0;

export function isWordStart(code: number): boolean {
  return code >= 128 || KINDS[code] === WORD_START;
}

/** The end of the word that begins at an offset. */
export function wordEnd(text: string, at: number): number {
  let end = at + 1;
  for (; end < text.length; end++) {
    const code = text.charCodeAt(end);
    if (code < 128 && KINDS[code] === 0) break;
  }
  return end;
}
