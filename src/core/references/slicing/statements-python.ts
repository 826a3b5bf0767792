import { StatementList, WHOLE, isWordStart, wordEnd } from './statements';
import type { Stretch, TopStatement } from './statements';

const HEAD = /(?:(?:async[ \t]+)?def|class)[ \t]+([A-Za-z_]\w*)/y;

/** The statements of a Python file; undefined where its strings or brackets are not closed, or cannot be told apart. */
export function pythonStatements(text: string, stretch: Stretch = WHOLE): readonly TopStatement[] | undefined {
  const list = new StatementList(stretch);
  let depth = 0;
  let isDecorated = false;
  for (let at = stretch.from, isLineStart = true; at < text.length;) {
    const character = text[at]!;
    if (isLineStart && depth === 0 && !/[\s#]/.test(character)) {
      if (!isDecorated && stretch.isKnown(at)) {
        list.end(at);
        return list.all;
      }
      HEAD.lastIndex = at;
      const head = HEAD.exec(text);
      list.begin(at, isDecorated ? '' : head?.[1], !isDecorated && head !== null && !head[0].startsWith('class'));
      isDecorated = character === '@';
    }
    isLineStart = false;
    const code = text.charCodeAt(at);
    if (isWordStart(code)) {
      const end = wordEnd(text, at);
      const quote = text[end];
      if ((quote === '"' || quote === "'") && end - at < 3) {
        const isFormatted = /[ft]/i.test(text.slice(at, end));
        const after = stringEnd(text, end, isFormatted);
        if (after === undefined) return undefined;
        list.string(isFormatted);
        at = after;
      } else {
        list.word(text.slice(at, end), quote === '(');
        at = end;
      }
    } else if (character === '"' || character === "'") {
      const after = stringEnd(text, at, false);
      if (after === undefined) return undefined;
      list.string();
      at = after;
    } else if (character === '#') {
      const end = text.indexOf('\n', at);
      at = end < 0 ? text.length : end;
    } else if (character === '\\') at += text.startsWith('\r\n', at + 1) ? 3 : 2;
    else {
      if (character === '(' || character === '[' || character === '{') depth++;
      else if (character === ')' || character === ']' || character === '}') depth--;
      else if (character === '\n' || character === '\r') isLineStart = true;
      else if (character === '+' || character === '/' || character === '%') list.operator();
      if (depth < 0) return undefined;
      at++;
    }
  }
  list.end(text.length);
  return depth === 0 ? list.all : undefined;
}

/** What comes after the string whose quote stands at `at`. Quotes within the braces of an f-string are not told apart. */
function stringEnd(text: string, at: number, isFormatted: boolean): number | undefined {
  const quote = text[at]!;
  const long = quote.repeat(3);
  const isLong = text.startsWith(long, at);
  let braces = 0;
  for (let index = at + (isLong ? 3 : 1); index < text.length; index++) {
    const character = text[index];
    if (character === '\\') index++;
    else if (isFormatted && character === '{') braces++;
    else if (isFormatted && character === '}') braces--;
    else if (character === '\n' && !isLong) return undefined;
    else if (character === quote && (!isLong || text.startsWith(long, index)))
      return braces > 0 ? undefined : index + (isLong ? 3 : 1);
  }
  return undefined;
}
