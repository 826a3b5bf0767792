/** A statement of a file that stands in no other one, as far as a lexer can tell it. */
export interface TopStatement {
  readonly start: number;
  readonly end: number;
  /** The name of a function or class that the statement declares and does nothing else; empty for all others. */
  readonly name: string;
  /** A function that nothing but its name leads to: no method, and not decorated. */
  readonly isPlainFunction: boolean;
  readonly hasString: boolean;
  /** The very same as long as the statement is, wherever it stands. */
  readonly code: Code;
}

/** What a statement says outside of its strings and comments. */
export class Code {
  private allWords: readonly string[] | undefined = undefined;
  private allCalled: readonly string[] | undefined = undefined;

  constructor(
    readonly text: string,
    /** An operator or a template that can make a text of others: a path, a statement. */
    readonly hasOperator: boolean,
  ) {}

  /** The names in it, in their order. */
  get words(): readonly string[] {
    return (this.allWords ??= wordsIn(this.text));
  }

  /** Those of them that are followed by a parenthesis: what it calls, but for what it defines itself and nothing else. */
  get called(): readonly string[] {
    return (this.allCalled ??= this.text.indexOf('(') === this.text.lastIndexOf('(') ? NONE : namesOfCalls(this.text));
  }
}

const NONE: readonly string[] = [];

function namesOfCalls(code: string): readonly string[] {
  return code.match(CALLED) ?? NONE;
}

/** Names in code. All at once is faster than a loop. */
export function wordsIn(code: string): readonly string[] {
  return code.match(WORDS) ?? NONE;
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
  /** Where the statement begins that is being read. */
  start: number;
  private name = '';
  private isPlainFunction = false;
  /** Beginnings and ends of what is code in it, up to `code`. */
  private pieces: number[] = [];
  private code: number;
  private hasString = false;
  private hasOperator = false;

  constructor(
    private readonly text: string,
    { from }: Stretch,
    /** Finds operators that can make a text of others. */
    private readonly operators: RegExp,
  ) {
    this.start = this.code = from;
  }

  /** A statement begins here: the one before it ends. */
  begin(at: number, name = '', isPlainFunction = false): void {
    this.end(at);
    this.name = name;
    this.isPlainFunction = isPlainFunction;
  }

  end(at: number): void {
    const { start, name, isPlainFunction, hasString } = this;
    if (at > start) {
      const text = this.codeUpTo(at);
      const code = new Code(text, this.hasOperator || this.operators.test(text));
      this.all.push({ start, end: at, name, isPlainFunction, hasString, code });
    }
    this.start = this.code = at;
    this.name = '';
    if (this.pieces.length > 0) this.pieces = [];
    this.isPlainFunction = this.hasString = this.hasOperator = false;
  }

  /** A comment, or something else without code in it. */
  leaveOut(start: number, end: number): void {
    if (start > this.code) this.pieces.push(this.code, start);
    this.code = end;
  }

  /** @param isTemplate can it make a text of others? */
  string(start: number, end: number, isTemplate = false): void {
    this.leaveOut(start, end);
    this.hasString = true;
    if (isTemplate) this.hasOperator = true;
  }

  operator(): void {
    this.hasOperator = true;
  }

  private codeUpTo(end: number): string {
    const { text, pieces, code } = this;
    let all = '';
    for (let index = 0; index < pieces.length; index += 2) all += `${text.slice(pieces[index], pieces[index + 1])} `;
    return all + text.slice(code, Math.max(code, end));
  }
}

const WORDS = /[A-Za-z_$\u0080-\uffff][\w$\u0080-\uffff]*/g;
const CALLED = /(?<![\w$\u0080-\uffff])[A-Za-z_$\u0080-\uffff][\w$\u0080-\uffff]*(?![\w$\u0080-\uffff])(?=\()/g;

/** Where a pattern with the flag `g` is found next; -1 where it is not. No object is made for what is found. */
export function nextOf(pattern: RegExp, text: string, from: number): number {
  pattern.lastIndex = from;
  return pattern.test(text) ? pattern.lastIndex - 1 : -1;
}

/** The character codes that lexers tell apart. */
export const CODE = {
  tab: 9,
  lineFeed: 10,
  return: 13,
  space: 32,
  quote: 34,
  hash: 35,
  apostrophe: 39,
  open: 40,
  close: 41,
  star: 42,
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
