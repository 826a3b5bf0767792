import { setNewest } from '../../maps';
import { sameList } from '../../same';
import { commonEnds } from '../text/common-ends';
import { goStatements, scriptStatements } from './statements-curly';
import { pythonStatements } from './statements-python';
import { sliceOf } from './slice';
import type { Slice } from './slice';
import type { Code, Stretch, TopStatement } from './statements';

type Lexer = (text: string, stretch?: Stretch) => readonly TopStatement[] | undefined;

const LEXERS: Readonly<Record<string, Lexer>> = {
  python: pythonStatements,
  typescript: scriptStatements,
  javascript: scriptStatements,
  go: goStatements,
};

/** What is known of a file that is being edited. */
interface Kept {
  readonly text: string;
  readonly statements: readonly TopStatement[];
  /** Answers, by the code of a statement: a statement that stays has the very same. */
  readonly interest: WeakMap<Code, boolean>;
  /** The words of functions that were asked for together: of all that may be left out, and of those that are. */
  readonly together: { readonly of: readonly Code[]; readonly words: ReadonlySet<string> }[];
}

/** Files that are being edited at a time. */
const MOST_KEPT = 8;
/** So far behind its end a lexer looks to tell whether a statement ends. */
const LOOK_AHEAD = 256;

/** Leaves functions out of files. Of a file that is sliced again and again only what an edit touches is read again. */
export class Slicer {
  /** By file, the one edited last at the end. */
  private readonly kept = new Map<string, Kept>();

  constructor(private readonly isOfInterest: (text: string, statement: TopStatement) => boolean) {}

  /**
   * @param isEdited will the file be sliced again, with a text that is a little different?
   * @returns undefined where all of the file has to be parsed
   */
  slice(file: string, text: string, language: string, isEdited: boolean): Slice | undefined {
    const lexer = LEXERS[language];
    if (!lexer) return undefined;
    if (!isEdited) {
      const statements = lexer(text);
      return statements && sliceOf(text, statements, (statement) => this.isOfInterest(text, statement));
    }
    const before = this.kept.get(file);
    this.kept.delete(file);
    const statements = before ? statementsAgain(lexer, before, text) : lexer(text);
    if (!statements) return undefined;
    const now: Kept = { text, statements, interest: before?.interest ?? new WeakMap<Code, boolean>(), together: [] };
    setNewest(this.kept, file, now, MOST_KEPT);
    return sliceOf(
      text,
      statements,
      (statement) => {
        let answer = now.interest.get(statement.code);
        if (answer === undefined) now.interest.set(statement.code, (answer = this.isOfInterest(text, statement)));
        return answer;
      },
      (functions) => {
        const of = functions.map(({ code }) => code);
        const known = before?.together.find((each) => sameList(each.of, of));
        const words = known?.words ?? wordsOfEach(functions);
        now.together.push({ of, words });
        return words;
      },
    );
  }
}

/** The statements of a text that was another one before: only those are read that an edit can have touched. */
export function statementsAgain(
  lexer: Lexer,
  before: { readonly text: string; readonly statements: readonly TopStatement[] },
  text: string,
): readonly TopStatement[] | undefined {
  const { statements } = before;
  const { prefix, suffix } = commonEnds(before.text, text);
  const isDecorator = ({ start }: TopStatement) => before.text[start] === '@';
  let first = 0;
  while (first < statements.length && statements[first]!.end + LOOK_AHEAD <= prefix) first++;
  while (first > 0 && isDecorator(statements[first - 1]!)) first--;
  const delta = text.length - before.text.length;
  const starts = new Map<number, number>();
  for (let index = statements.length - 1; index > 0; index--) {
    const at = statements[index]!.start + delta;
    if (at <= text.length - suffix) break;
    if (!isDecorator(statements[index - 1]!)) starts.set(at, index);
  }
  let rest = statements.length;
  const found = lexer(text, {
    from: first === 0 ? 0 : statements[first - 1]!.end,
    isKnown: (at) => {
      const known = starts.get(at);
      if (known !== undefined) rest = known;
      return known !== undefined;
    },
  });
  if (!found) return undefined;
  const moved = (statement: TopStatement): TopStatement =>
    delta === 0 ? statement : { ...statement, start: statement.start + delta, end: statement.end + delta };
  return [...statements.slice(0, first), ...found, ...statements.slice(rest).map(moved)];
}

/** Every name in some functions, most of which were asked for it before. */
function wordsOfEach(functions: readonly TopStatement[]): ReadonlySet<string> {
  const words = new Set<string>();
  for (const { code } of functions) for (const word of code.words) words.add(word);
  return words;
}
