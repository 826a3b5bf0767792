import { CODE, StatementList, WHOLE, nextOf } from './statements';
import type { Stretch, TopStatement } from './statements';

/** What differs between the languages with braces. */
interface Curly {
  readonly head: RegExp;
  /** Do statements end where a line does, whatever comes next? */
  readonly endsWithLine: boolean;
  /** Is a string in backquotes a template with `${…}` in it? */
  readonly hasTemplates: boolean;
}

const SCRIPT: Curly = {
  head: /(?:export[ \t]+)?(?:async[ \t]+)?function[ \t]*\*?[ \t]*([A-Za-z_$][\w$]*)/y,
  endsWithLine: false,
  hasTemplates: true,
};
const GO: Curly = { head: /func[ \t]+([A-Za-z_]\w*)/y, endsWithLine: true, hasTemplates: false };

export function scriptStatements(text: string, stretch: Stretch = WHOLE): readonly TopStatement[] | undefined {
  return new CurlyLexer(text, SCRIPT, stretch).run();
}

export function goStatements(text: string, stretch: Stretch = WHOLE): readonly TopStatement[] | undefined {
  return new CurlyLexer(text, GO, stretch).run();
}

/** After these a `/` begins a regular expression. */
const BEFORE_EXPRESSION = /^(?:return|typeof|case|in|of|do|else|void|delete|await|yield|new|throw|instanceof)$/;

const LONGEST_KEYWORD = 'instanceof'.length;

/** What ends a statement or hides one; in brackets no statement begins, nor ends. */
const OUTER = /["'`/()[\]{};]|\n(?=[A-Za-z_$\u0080-\uffff])/g;
const INNER = /["'`/()[\]{}]/g;
const OPERATORS = /[+%]/;
const STOPS: Readonly<Record<number, RegExp>> = { [CODE.quote]: /["\\\n]/g, [CODE.apostrophe]: /['\\\n]/g };
const IN_TEMPLATE = /[`\\]|\$(?=\{)/g;
const IN_EXPRESSION = /[\\\n[\]/]/g;
const WORD_END = /[\w$\u0080-\uffff]+$/;

class CurlyLexer {
  private readonly list: StatementList;
  private at: number;
  private isDone = false;
  private depth = 0;
  /** Comments of the statement that is being read: where each begins and ends. */
  private comments: [start: number, end: number][] = [];
  /** Where the last string or regular expression ends. */
  private textEnd = -1;
  /** Has the function that is being read a body, which is closed at depth 0? */
  private inFunction = false;

  constructor(
    private readonly text: string,
    private readonly of: Curly,
    private readonly stretch: Stretch,
  ) {
    this.list = new StatementList(text, stretch, OPERATORS);
    this.at = stretch.from;
  }

  /** Undefined where strings or brackets are not closed, or a `/` may be one of several things. */
  run(): readonly TopStatement[] | undefined {
    const { text, at } = this;
    const isLineStart = at === 0 || text.charCodeAt(at - 1) === CODE.lineFeed;
    if (isLineStart && /^[A-Za-z_$\u0080-\uffff]/.test(text.slice(at, at + 1)) && !this.line(at)) return undefined;
    while (!this.isDone) {
      const mark = nextOf(this.depth === 0 ? OUTER : INNER, text, this.at);
      if (mark < 0) break;
      if (!this.mark(mark)) return undefined;
    }
    this.list.end(this.isDone ? this.at : text.length);
    return this.depth === 0 ? this.list.all : undefined;
  }

  /** @returns false where the file cannot be read on */
  private mark(mark: number): boolean {
    const { text } = this;
    this.at = mark + 1;
    switch (text.charCodeAt(mark)) {
      case CODE.lineFeed:
        return this.line(mark + 1);
      case CODE.quote:
      case CODE.apostrophe:
        return this.string(mark);
      case CODE.backquote:
        return this.of.hasTemplates ? this.template(mark) : this.raw(mark);
      case CODE.slash:
        return this.slash(mark);
      case CODE.open:
      case CODE.openBracket:
      case CODE.openBrace:
        this.depth++;
        return true;
      case CODE.semicolon:
        // An overload, which has no body.
        return !this.inFunction;
    }
    this.depth--;
    if (this.depth < 0) return false;
    return text.charCodeAt(mark) !== CODE.closeBrace || this.depth > 0 || !this.inFunction || this.closed(mark);
  }

  /** A line outside of brackets begins with a word. */
  private line(at: number): boolean {
    // A function without a body: what follows it would be taken for a part of it.
    if (this.inFunction) return false;
    const { head, endsWithLine } = this.of;
    head.lastIndex = at;
    const found = head.exec(this.text);
    if (!found || (!endsWithLine && !/[;}]/.test(this.before(at)))) return true;
    this.at = at;
    if (this.stretch.isKnown(at)) return (this.isDone = true);
    this.begin(at, found[1], true);
    this.at = head.lastIndex;
    return true;
  }

  private begin(at: number, name?: string, isFunction = false): void {
    this.list.begin(at, name, isFunction);
    this.inFunction = isFunction;
    this.comments = [];
  }

  /**
   * The last character of the statement before a place that is neither blank nor comment: a quote for any string or
   * regular expression, a semicolon where there is none.
   */
  private before(at: number): string {
    const from = this.lastCode(at);
    if (from < 0) return ';';
    return from + 1 === this.textEnd ? '"' : this.text[from]!;
  }

  private lastCode(at: number): number {
    const { text, comments } = this;
    let index = at - 1;
    for (let comment = comments.length - 1; index >= this.list.start;) {
      const code = text.charCodeAt(index);
      if (comment >= 0 && comments[comment]![1] === index + 1) index = comments[comment--]![0] - 1;
      else if (code === CODE.space || (code >= CODE.tab && code <= CODE.return)) index--;
      else return index;
    }
    return -1;
  }

  /** A brace closes at depth 0: the body, or a type in the head. */
  private closed(mark: number): boolean {
    const next = this.text.slice(mark + 1, mark + 200);
    if (/^[ \t]*(?:\r?\n\s*)?[{>|&[,)=]/.test(next)) return true;
    if (!/^[ \t]*(?:\r?\n|\/\/|$)/.test(next)) return false;
    if (this.stretch.isKnown(this.at)) return (this.isDone = true);
    this.begin(this.at);
    return true;
  }

  /** The text from a mark on is a string. */
  private took(mark: number, end: number, isTemplate = false): true {
    this.list.string(mark, end, isTemplate);
    this.at = this.textEnd = end;
    return true;
  }

  private string(mark: number): boolean {
    const stops = STOPS[this.text.charCodeAt(mark)]!;
    for (let index = mark + 1; ; index++) {
      index = nextOf(stops, this.text, index);
      if (index < 0) return false;
      const code = this.text.charCodeAt(index);
      if (code === CODE.lineFeed) return false;
      if (code !== CODE.backslash) return this.took(mark, index + 1);
      index++;
    }
  }

  private raw(mark: number): boolean {
    const end = this.text.indexOf('`', mark + 1);
    return end >= 0 && this.took(mark, end + 1);
  }

  private template(mark: number): boolean {
    const { text } = this;
    for (let from = mark; ;) {
      const stop = nextOf(IN_TEMPLATE, text, this.at);
      if (stop < 0) return false;
      const code = text.charCodeAt(stop);
      if (code === CODE.backslash) this.at = stop + 2;
      else if (code === CODE.backquote) return this.took(from, stop + 1, true);
      else {
        // What stands in the braces is code.
        this.took(from, stop + 2, true);
        const { depth } = this;
        for (this.depth++; this.depth > depth;) {
          from = nextOf(INNER, text, this.at);
          if (from < 0 || !this.mark(from)) return false;
        }
      }
    }
  }

  private slash(mark: number): boolean {
    const { text } = this;
    const next = text.charCodeAt(mark + 1);
    if (next === CODE.slash || next === CODE.star) {
      const end = next === CODE.star ? text.indexOf('*/', mark + 2) + 2 : text.indexOf('\n', mark);
      if (next === CODE.star && end < 2) return false;
      this.at = end < 0 ? text.length : end;
      this.comments.push([mark, this.at]);
      this.list.leaveOut(mark, this.at);
      return true;
    }
    this.list.operator();
    if (!this.of.hasTemplates) return true;
    const before = this.before(mark);
    if (before === ')' || before === '}' || before === '>') return false;
    if (before === ']' || before === '"') return true;
    const end = this.lastCode(mark) + 1;
    const word = WORD_END.exec(text.slice(Math.max(this.list.start, end - LONGEST_KEYWORD - 1), end))?.[0] ?? '';
    return (word !== '' && !BEFORE_EXPRESSION.test(word)) || this.regularExpression(mark);
  }

  private regularExpression(mark: number): boolean {
    let inClass = false;
    for (let index = mark + 1; ; index++) {
      index = nextOf(IN_EXPRESSION, this.text, index);
      if (index < 0) return false;
      const code = this.text.charCodeAt(index);
      if (code === CODE.lineFeed) return false;
      if (code === CODE.backslash) index++;
      else if (code === CODE.openBracket) inClass = true;
      else if (code === CODE.closeBracket) inClass = false;
      else if (!inClass) {
        this.list.leaveOut(mark, index + 1);
        this.at = this.textEnd = index + 1;
        return true;
      }
    }
  }
}
