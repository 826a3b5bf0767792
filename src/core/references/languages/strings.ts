import type { Literal } from '../syntax/program';

/** An escape sequence in the source and what it stands for. */
export interface Escape {
  readonly start: number;
  readonly end: number;
  readonly value: string;
}

/** A literal whose content runs from `contentStart` to `contentEnd` in `source`, its escapes replaced. */
export function literal(
  source: string,
  span: { start: number; end: number },
  contentStart: number,
  contentEnd: number,
  escapes: readonly Escape[] = [],
): Literal {
  if (escapes.length === 0)
    return {
      kind: 'literal',
      start: span.start,
      end: span.end,
      value: source.slice(contentStart, contentEnd),
      contentStart,
    };
  let value = '';
  const offsets: number[] = [];
  const ends: number[] = [];
  const copy = (from: number, to: number) => {
    for (let offset = from; offset < to; offset++) {
      offsets.push(offset);
      ends.push(offset + 1);
    }
    value += source.slice(from, to);
  };
  let at = contentStart;
  for (const escape of escapes) {
    copy(at, escape.start);
    for (let index = 0; index < escape.value.length; index++) {
      offsets.push(escape.start);
      ends.push(escape.end);
    }
    value += escape.value;
    at = escape.end;
  }
  copy(at, contentEnd);
  offsets.push(contentEnd);
  return { kind: 'literal', start: span.start, end: span.end, value, contentStart, offsets, ends };
}

const SIMPLE: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  b: '\b',
  f: '\f',
  v: '\v',
  a: '\x07',
  e: '\x1b',
  s: ' ',
};

/**
 * What a backslash escape of the C family stands for: Python, Go, JavaScript, Java, C#, Rust, Ruby, PHP and C++ agree on
 * these. An unknown one keeps its backslash where the language does (`keepUnknown`: Python, PHP).
 */
export function backslash(source: string, keepUnknown: boolean): string {
  const letter = source[1] ?? '';
  if (letter === '\n' || letter === '\r') return '';
  if (letter === 'x' || letter === 'u' || letter === 'U') {
    const code = Number.parseInt(source.slice(2).replace(/[{}]/g, ''), 16);
    return Number.isInteger(code) && code <= 0x10ffff ? String.fromCodePoint(code) : source;
  }
  if (letter >= '0' && letter <= '7') {
    const code = Number.parseInt(source.slice(1), 8);
    return Number.isNaN(code) ? source : String.fromCharCode(code);
  }
  if (Object.hasOwn(SIMPLE, letter)) return SIMPLE[letter]!;
  if ('\\\'"`/$#{}'.includes(letter)) return letter;
  return keepUnknown ? source : source.slice(1);
}
