import { movedBy } from '../syntax/tree';
import type { SyntaxNode } from '../syntax/tree';
import { wordsIn } from './statements';
import type { TopStatement } from './statements';

/** A file without the functions that nothing of interest can come from, nor lead to. */
export interface Slice {
  readonly text: string;
  /** Where in `text` something was left out, in order, and how much it is up to there. */
  readonly cuts: readonly Cut[];
  /** Every name in what was left out. Whoever asks for one of them has to see the whole file. */
  readonly words: ReadonlySet<string>;
}

interface Cut {
  readonly at: number;
  readonly by: number;
}

/** Words that say nothing of what a statement binds. */
const KEYWORDS = new Set(
  (
    'and as assert async await break case class const continue def default defer del do elif else except export extends false finally ' +
    'for from func function go global if import in is instanceof interface lambda let map new nil None nonlocal not null or package ' +
    'pass raise range return select static string struct super switch this throw true True False try type typeof undefined var void ' +
    'while with yield int number boolean any error bool self cls'
  ).split(' '),
);

/**
 * What of a file has to be parsed. A function at the top level is left out when it is of no interest itself, is not
 * mentioned in the rest, calls nothing of it, and makes no text of anything that is bound there. What it does beside that,
 * such as to set attributes, is known by the names in it: who asks for one of them gets the whole file.
 * @param wordsOf gives the words of several functions together
 * @returns undefined where that is the whole file, or cannot be told
 */
export function sliceOf(
  text: string,
  statements: readonly TopStatement[],
  isOfInterest: (statement: TopStatement) => boolean,
  wordsOf: (functions: readonly TopStatement[]) => ReadonlySet<string> = allWords,
): Slice | undefined {
  const kept = new KeptStatements();
  let open: TopStatement[] = [];
  for (const statement of statements)
    if (statement.isPlainFunction && !isOfInterest(statement)) open.push(statement);
    else kept.add(statement);
  if (open.length === 0) return undefined;
  // Mostly nothing leads from the one to the other, and no function has to be looked at by itself.
  const all = wordsOf(open);
  if (!kept.mentions(open) && !kept.binds(all)) return { ...without(text, open), words: all };
  for (let before = -1; before !== open.length;) {
    before = open.length;
    open = open.filter((each) => {
      const used = each.code.hasOperator ? each.code.words : each.code.called;
      const isFree = !kept.mentions([each]) && !used.some((word) => kept.bound.has(word));
      if (!isFree) kept.add(each);
      return isFree;
    });
  }
  return open.length > 0 ? { ...without(text, open), words: wordsOf(open) } : undefined;
}

/** What is not left out. */
class KeptStatements {
  private readonly mentioned = new Set<string>();
  readonly bound = new Set<string>();

  add({ name, code: { words } }: TopStatement): void {
    for (const word of words) {
      this.mentioned.add(word);
      if (name === '') this.bind(word);
    }
    if (name !== '') this.bind(name);
  }

  private bind(word: string): void {
    if (!KEYWORDS.has(word)) this.bound.add(word);
  }

  mentions(functions: readonly TopStatement[]): boolean {
    for (const { name } of functions) if (this.mentioned.has(name)) return true;
    return false;
  }

  binds(words: ReadonlySet<string>): boolean {
    for (const word of this.bound) if (words.has(word)) return true;
    return false;
  }
}

/** Every name in some functions, found in all of them at once. */
function allWords(functions: readonly TopStatement[]): ReadonlySet<string> {
  return new Set(wordsIn(functions.map(({ code }) => code.text).join('\n')));
}

function without(text: string, functions: readonly TopStatement[]): Omit<Slice, 'words'> {
  const cuts: Cut[] = [];
  let rest = '';
  let at = 0;
  for (const { start, end } of functions) {
    rest += text.slice(at, start);
    at = end;
    if (cuts.at(-1)?.at === rest.length) cuts.pop();
    cuts.push({ at: rest.length, by: at - rest.length });
  }
  return { text: rest + text.slice(at), cuts };
}

/** A slice of parts that each begin a line of their own. */
export function withWindows(text: string, ranges: readonly { readonly start: number; readonly end: number }[]): Slice {
  const cuts: Cut[] = [];
  let rest = '';
  for (const { start, end } of ranges) {
    cuts.push({ at: rest.length, by: start - rest.length });
    rest += `${text.slice(start, end)}\n`;
  }
  return { text: rest, cuts, words: new Set() };
}

/** An offset of a slice in the whole text: where something was left out, the place before it for an end. */
export function offsetInWhole({ cuts }: Slice, offset: number, isEnd = false): number {
  let low = 0;
  let high = cuts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const { at } = cuts[middle]!;
    if (at < offset || (at === offset && !isEnd)) low = middle + 1;
    else high = middle;
  }
  return offset + (low === 0 ? 0 : cuts[low - 1]!.by);
}

/** The nodes of a slice at their places in the whole text. */
export function inWhole(root: SyntaxNode, slice: Slice): SyntaxNode {
  const moved = ({ type, field, start, end, children }: SyntaxNode): SyntaxNode => {
    const from = offsetInWhole(slice, start);
    const to = offsetInWhole(slice, end, true);
    const by = from - start;
    const inside = to - end === by ? children.map((child) => movedBy(child, by)) : children.map(moved);
    return { type, field, start: from, end: Math.max(from, to), children: inside };
  };
  return moved(root);
}
