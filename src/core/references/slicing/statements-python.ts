import { CODE, StatementList, WHOLE, isWordStart, wordEnd } from './statements';
import type { Stretch, TopStatement } from './statements';

const HEAD = /(?:(?:async[ \t]+)?def|class)[ \t]+([A-Za-z_]\w*)/y;

/** The statements of a Python file; undefined where its strings or brackets are not closed, or cannot be told apart. */
export function pythonStatements(text: string, stretch: Stretch = WHOLE): readonly TopStatement[] | undefined {
  const list = new StatementList(stretch);
  let depth = 0;
  let isDecorated = false;
  for (let at = stretch.from, isLineStart = true; at < text.length;) {
    const code = text.charCodeAt(at);
    if (isLineStart && depth === 0 && code !== CODE.hash && !isBlank(code)) {
      if (!isDecorated && stretch.isKnown(at)) {
        list.end(at);
        return list.all;
      }
      HEAD.lastIndex = at;
      const head = HEAD.exec(text);
      list.begin(at, isDecorated ? '' : head?.[1], !isDecorated && head !== null && !head[0].startsWith('class'));
      isDecorated = code === CODE.at;
    }
    isLineStart = false;
    if (isWordStart(code)) {
      const end = wordEnd(text, at);
      const next = end < text.length ? text.charCodeAt(end) : 0;
      if ((next === CODE.quote || next === CODE.apostrophe) && end - at < 3) {
        const isFormatted = /[ft]/i.test(text.slice(at, end));
        const after = stringEnd(text, end, isFormatted);
        if (after === undefined) return undefined;
        list.string(isFormatted);
        at = after;
      } else {
        list.word(text.slice(at, end), next === CODE.open);
        at = end;
      }
      continue;
    }
    switch (code) {
      case CODE.quote:
      case CODE.apostrophe: {
        const after = stringEnd(text, at, false);
        if (after === undefined) return undefined;
        list.string();
        at = after;
        continue;
      }
      case CODE.hash: {
        const end = text.indexOf('\n', at);
        at = end < 0 ? text.length : end;
        continue;
      }
      case CODE.backslash:
        at += text.startsWith('\r\n', at + 1) ? 3 : 2;
        continue;
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
      case CODE.lineFeed:
      case CODE.return:
        isLineStart = true;
        break;
      case CODE.plus:
      case CODE.slash:
      case CODE.percent:
        list.operator();
    }
    at++;
  }
  list.end(text.length);
  return depth === 0 ? list.all : undefined;
}

/** A blank at the start of a line; all others are a part of words. */
function isBlank(code: number): boolean {
  return code === CODE.space || (code >= CODE.tab && code <= CODE.return);
}

/** What comes after the string whose quote stands at `at`. Quotes within the braces of an f-string are not told apart. */
function stringEnd(text: string, at: number, isFormatted: boolean): number | undefined {
  const quote = text.charCodeAt(at);
  const isLong = text.charCodeAt(at + 1) === quote && text.charCodeAt(at + 2) === quote;
  let braces = 0;
  for (let index = at + (isLong ? 3 : 1); index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === CODE.backslash) index++;
    else if (isFormatted && code === CODE.openBrace) braces++;
    else if (isFormatted && code === CODE.closeBrace) braces--;
    else if (code === CODE.lineFeed && !isLong) return undefined;
    else if (
      code === quote &&
      (!isLong || (text.charCodeAt(index + 1) === quote && text.charCodeAt(index + 2) === quote))
    )
      return braces > 0 ? undefined : index + (isLong ? 3 : 1);
  }
  return undefined;
}
