import { StatementList, WHOLE, isWordStart, wordEnd } from './statements';
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

class CurlyLexer {
  private readonly list: StatementList;
  private at: number;
  private isDone = false;
  private depth = 0;
  /** The last character that is neither blank nor comment, and the word that it ends. */
  private before = ';';
  private word = '';
  /** Has the function that is being read a body, which is closed at depth 0? */
  private inFunction = false;

  constructor(
    private readonly text: string,
    private readonly of: Curly,
    private readonly stretch: Stretch,
  ) {
    this.list = new StatementList(stretch);
    this.at = stretch.from;
  }

  /** Undefined where strings or brackets are not closed, or a `/` may be one of several things. */
  run(): readonly TopStatement[] | undefined {
    const { text } = this;
    while (this.at < text.length && !this.isDone) if (!this.token()) return undefined;
    this.list.end(this.isDone ? this.at : text.length);
    return this.depth === 0 ? this.list.all : undefined;
  }

  private token(): boolean {
    const { text, at } = this;
    const character = text[at]!;
    const isLineStart = at === 0 || text[at - 1] === '\n';
    const code = text.charCodeAt(at);
    if (isWordStart(code)) {
      if (isLineStart && this.depth === 0) {
        // A function without a body: what follows it would be taken for a part of it.
        if (this.inFunction) return false;
        if (this.beginsFunction()) return true;
      }
      const end = wordEnd(text, at);
      const word = text.slice(at, end);
      this.list.word(word, text[end] === '(');
      return this.took(end, 'w', word);
    }
    switch (character) {
      case ' ':
      case '\t':
      case '\n':
      case '\r':
        this.at++;
        return true;
      case '"':
      case "'":
        return this.string(character);
      case '`':
        return this.of.hasTemplates ? this.template() : this.raw();
      case '/':
        return this.slash();
      case '(':
      case '[':
      case '{':
        this.depth++;
        break;
      case ')':
      case ']':
      case '}':
        this.depth--;
        if (this.depth < 0) return false;
        if (character === '}' && this.depth === 0 && this.inFunction) return this.closed();
        break;
      case ';':
        // An overload, which has no body.
        if (this.depth === 0 && this.inFunction) return false;
        break;
      case '+':
      case '%':
        this.list.operator();
    }
    return this.took(at + 1, character);
  }

  private took(end: number, before: string, word = ''): true {
    this.at = end;
    this.before = before;
    this.word = word;
    return true;
  }

  private beginsFunction(): boolean {
    if (!this.of.endsWithLine && this.before !== ';' && this.before !== '}') return false;
    const { head } = this.of;
    head.lastIndex = this.at;
    const found = head.exec(this.text);
    if (!found) return false;
    if (this.stretch.isKnown(this.at)) return (this.isDone = true);
    this.list.begin(this.at, found[1], true);
    this.inFunction = true;
    for (const [word] of found[0].matchAll(/[\w$]+/g)) this.list.word(word, false);
    return this.took(head.lastIndex, 'w', found[1]);
  }

  /** A brace closes at depth 0: the body, or a type in the head. */
  private closed(): boolean {
    const { at, text } = this;
    const next = text.slice(at + 1, at + 200);
    if (/^[ \t]*(?:\r?\n\s*)?[{>|&[,)=]/.test(next)) return this.took(at + 1, '}');
    if (!/^[ \t]*(?:\r?\n|\/\/|$)/.test(next)) return false;
    this.took(at + 1, ';');
    if (this.stretch.isKnown(at + 1)) return (this.isDone = true);
    this.list.begin(at + 1);
    this.inFunction = false;
    return true;
  }

  private string(quote: string): boolean {
    this.list.string();
    for (let index = this.at + 1; index < this.text.length; index++) {
      const character = this.text[index];
      if (character === '\\') index++;
      else if (character === '\n') return false;
      else if (character === quote) return this.took(index + 1, '"');
    }
    return false;
  }

  private raw(): boolean {
    this.list.string();
    const end = this.text.indexOf('`', this.at + 1);
    return end >= 0 && this.took(end + 1, '"');
  }

  private template(): boolean {
    this.list.string(true);
    for (this.at++; this.at < this.text.length; this.at++) {
      const character = this.text[this.at];
      if (character === '\\') this.at++;
      else if (character === '`') return this.took(this.at + 1, '"');
      else if (character === '$' && this.text[this.at + 1] === '{') {
        const { depth } = this;
        this.took(this.at + 2, '{');
        this.depth++;
        while (this.depth > depth) if (this.at >= this.text.length || !this.token()) return false;
        this.at--;
      }
    }
    return false;
  }

  private slash(): boolean {
    const { text, at, before } = this;
    if (text[at + 1] === '/') {
      const end = text.indexOf('\n', at);
      this.at = end < 0 ? text.length : end;
      return true;
    }
    if (text[at + 1] === '*') {
      const end = text.indexOf('*/', at + 2);
      this.at = end + 2;
      return end >= 0;
    }
    this.list.operator();
    if (!this.of.hasTemplates) return this.took(at + 1, '/');
    if (before === ')' || before === '}' || before === '>') return false;
    if (before === ']' || before === '"' || (before === 'w' && !BEFORE_EXPRESSION.test(this.word)) || /\d/.test(before))
      return this.took(at + 1, '/');
    return this.regularExpression();
  }

  private regularExpression(): boolean {
    let inClass = false;
    for (let index = this.at + 1; index < this.text.length; index++) {
      const character = this.text[index];
      if (character === '\\') index++;
      else if (character === '\n') return false;
      else if (character === '[') inClass = true;
      else if (character === ']') inClass = false;
      else if (character === '/' && !inClass) return this.took(index + 1, '"');
    }
    return false;
  }
}
