/** A run of characters that can be a path, with the `.db` or the like that it ends in. */
export interface PathToken {
  readonly text: string;
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
}

const WORDS =
  /(?:jdbc:)?(?:sqlite3?(?:\+\w+)?|file):[^\s"'`<>|,;()[\]*\u2018\u2019\u201c\u201d\u2026]+|(?:\$\(\w+\)|%\(\w+\)s|[^\s"'`<>|,;()[\]=*!&#\u2018\u2019\u201c\u201d\u2026])+/gu;

/**
 * The words of a text that can be paths or URLs. Quotes, white space and brackets end a word; a colon does where it does
 * not belong to a scheme or a drive (`./data:/app/data`, `jarvis.db:positions`); a full stop at the end is the sentence's.
 */
export function* pathTokens(text: string): Generator<PathToken> {
  for (const match of text.matchAll(WORDS)) {
    for (const part of parts(match[0], match.index)) {
      if (part.text.length >= 3 && part.text.length < 600) yield part;
    }
  }
}

function* parts(word: string, offset: number): Generator<PathToken> {
  let from = 0;
  for (let at = 0; at <= word.length; at++) {
    if (at < word.length && (word[at] !== ':' || belongs(word, from, at))) continue;
    yield trimmed(word.slice(from, at), offset + from);
    from = at + 1;
  }
}

/** Is the colon part of a scheme, a drive or a default (`${DIR:-data}`)? */
function belongs(word: string, from: number, colon: number): boolean {
  const before = word.slice(from, colon);
  if (/^[A-Za-z]$/.test(before) && /[\\/]/.test(word[colon + 1] ?? '')) return true;
  if (/\$\{\w*$/.test(before)) return true;
  if (/^(?:jdbc|sqlite3?(?:\+\w+)?|file|jdbc:sqlite|(?:jdbc:)?sqlite3?)$/i.test(before)) return true;
  return /^[a-z][a-z0-9+.-]*$/i.test(before) && word.startsWith('//', colon + 1);
}

function trimmed(text: string, start: number): PathToken {
  let from = 0;
  let to = text.length;
  while (to > from && /[.!?}\]]/.test(text[to - 1]!) && !closes(text.slice(from, to))) to--;
  while (from < to && text[from] === '{') from++;
  return { text: text.slice(from, to), start: start + from, end: start + to };
}

/** Does the last brace close a variable? */
function closes(text: string): boolean {
  return text.endsWith('}') && /[$%#]?\{[^{}]*\}$/.test(text);
}
