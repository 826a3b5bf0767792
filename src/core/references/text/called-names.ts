/** Before these a name is defined, and not called. */
const DEFINING = new Set(['def', 'func', 'function', 'class', 'fn']);

/**
 * Names before an opening parenthesis or brace, apart from those that are defined there: what a text may call.
 * @param lengths for each length whether names of it are of interest: most are passed over by that
 */
export function eachCall(text: string, lengths: Uint8Array, visit: (name: string) => void): void {
  for (const bracket of '({')
    for (let at = text.indexOf(bracket); at >= 0; at = text.indexOf(bracket, at + 1)) {
      const end = afterWord(text, at);
      const start = wordStart(text, end);
      if (lengths[end - start] === 1 && !isDefined(text, start)) visit(text.slice(start, end));
    }
}

function isDefined(text: string, start: number): boolean {
  const end = afterWord(text, start);
  return end < start && DEFINING.has(text.slice(wordStart(text, end), end));
}

/** Where a word ends that has nothing but blanks between it and a place. */
function afterWord(text: string, at: number): number {
  let end = at;
  while (end > 0 && isBlank(text.charCodeAt(end - 1))) end--;
  return end;
}

function wordStart(text: string, end: number): number {
  let start = end;
  while (start > 0 && isWord(text.charCodeAt(start - 1))) start--;
  return start;
}

function isBlank(code: number): boolean {
  return code <= 32 ? code === 32 || (code >= 9 && code <= 13) : code >= 160 && /\s/.test(String.fromCharCode(code));
}

function isWord(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 48 && code <= 57) || code === 95;
}

/** Longer names are none that a person wrote, and shorter ones say nothing. */
const LONGEST_NAME = 1000;
const SHORTEST_NAME = 3;

/** The lengths of names, for `eachCall`. */
export function lengthsOf(names: Iterable<string>): Uint8Array {
  const lengths = new Uint8Array(LONGEST_NAME + 1);
  for (const { length } of names) if (length >= SHORTEST_NAME && length <= LONGEST_NAME) lengths[length] = 1;
  return lengths;
}

const ANY_LENGTH = new Uint8Array(LONGEST_NAME + 1).fill(1, SHORTEST_NAME);

/** Each name once that a text may call, with a line feed after it. */
export function calledNames(text: string): string {
  const names = new Set<string>();
  eachCall(text, ANY_LENGTH, (name) => names.add(name));
  let all = '';
  for (const name of names) all += `${name}\n`;
  return all;
}

/** The names that `calledNames` put together. */
export function eachCalledName(names: string, lengths: Uint8Array, visit: (name: string) => void): void {
  for (let start = 0; start < names.length;) {
    const end = names.indexOf('\n', start);
    if (lengths[end - start] === 1) visit(names.slice(start, end));
    start = end + 1;
  }
}
