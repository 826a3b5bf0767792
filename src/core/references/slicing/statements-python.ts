import { CODE, StatementList, WHOLE, nextOf } from './statements';
import type { Stretch, TopStatement } from './statements';

const HEAD = /(?:(?:async[ \t]+)?def|class)[ \t]+([A-Za-z_]\w*)/y;
/** What ends a statement or hides one; in brackets no statement begins. */
const OUTER = /["'#\\()[\]{}]|[\n\r](?=[^ \t-\r#])/g;
const INNER = /["'#\\()[\]{}]/g;
const OPERATORS = /[+/%]/;

/** The statements of a Python file; undefined where its strings or brackets are not closed, or cannot be told apart. */
export function pythonStatements(text: string, stretch: Stretch = WHOLE): readonly TopStatement[] | undefined {
  const list = new StatementList(text, stretch, OPERATORS);
  let depth = 0;
  let isDecorated = false;
  /** @returns true where the statements are known from here on */
  const begins = (at: number): boolean => {
    if (!isDecorated && stretch.isKnown(at)) return true;
    HEAD.lastIndex = at;
    const head = HEAD.exec(text);
    list.begin(at, isDecorated ? '' : head?.[1], !isDecorated && head !== null && !head[0].startsWith('class'));
    isDecorated = text.charCodeAt(at) === CODE.at;
    return false;
  };
  const { from } = stretch;
  if (from < text.length && !isBlank(text.charCodeAt(from)) && text.charCodeAt(from) !== CODE.hash && begins(from)) {
    list.end(from);
    return list.all;
  }
  for (let at = from; ;) {
    const mark = nextOf(depth === 0 ? OUTER : INNER, text, at);
    if (mark < 0) break;
    at = mark + 1;
    switch (text.charCodeAt(mark)) {
      case CODE.quote:
      case CODE.apostrophe: {
        const prefix = prefixBefore(text, mark);
        const isFormatted = /[ft]/i.test(prefix);
        const after = stringEnd(text, mark, isFormatted);
        if (after === undefined) return undefined;
        list.string(mark - prefix.length, after, isFormatted);
        at = after;
        break;
      }
      case CODE.hash: {
        const end = text.indexOf('\n', mark);
        at = end < 0 ? text.length : end;
        list.leaveOut(mark, at);
        break;
      }
      case CODE.backslash:
        at = mark + (text.startsWith('\r\n', mark + 1) ? 3 : 2);
        break;
      case CODE.open:
      case CODE.openBracket:
      case CODE.openBrace:
        depth++;
        break;
      case CODE.close:
      case CODE.closeBracket:
      case CODE.closeBrace:
        if (--depth < 0) return undefined;
        break;
      default:
        if (begins(at)) {
          list.end(at);
          return list.all;
        }
    }
  }
  list.end(text.length);
  return depth === 0 ? list.all : undefined;
}

/** A blank at the start of a line; all others are a part of words. */
function isBlank(code: number): boolean {
  return code === CODE.space || (code >= CODE.tab && code <= CODE.return);
}

/** One or two letters that stand before a quote, and are no end of a word. */
function prefixBefore(text: string, quote: number): string {
  return /(?<![\w$\u0080-\uffff])[A-Za-z]{1,2}$/.exec(text.slice(Math.max(0, quote - 3), quote))?.[0] ?? '';
}

/** Where a string may end, by its quote. */
const STOPS: Readonly<Record<number, RegExp>> = { [CODE.quote]: /["\\\n]/g, [CODE.apostrophe]: /['\\\n]/g };
const FORMATTED_STOPS: Readonly<Record<number, RegExp>> = {
  [CODE.quote]: /["\\\n{}]/g,
  [CODE.apostrophe]: /['\\\n{}]/g,
};

/** What comes after the string whose quote stands at `at`. Quotes within the braces of an f-string are not told apart. */
function stringEnd(text: string, at: number, isFormatted: boolean): number | undefined {
  const quote = text.charCodeAt(at);
  const stops = (isFormatted ? FORMATTED_STOPS : STOPS)[quote]!;
  const isLong = text.charCodeAt(at + 1) === quote && text.charCodeAt(at + 2) === quote;
  let braces = 0;
  for (let index = at + (isLong ? 3 : 1); ; index++) {
    index = nextOf(stops, text, index);
    if (index < 0) return undefined;
    const code = text.charCodeAt(index);
    if (code === CODE.backslash) index++;
    else if (code === CODE.openBrace) braces++;
    else if (code === CODE.closeBrace) braces--;
    else if (code === CODE.lineFeed) {
      if (!isLong) return undefined;
    } else if (!isLong || (text.charCodeAt(index + 1) === quote && text.charCodeAt(index + 2) === quote))
      return braces > 0 ? undefined : index + (isLong ? 3 : 1);
  }
}
