import type { CurlySource } from '../curly/source';
import type { CurlyToken } from '../curly/lexer';
import { scriptImports } from './imports';

const PATH_MODULES = new Set(['path', 'node:path', 'url', 'node:url']);

/** `const NAME = …` with one declarator, and nothing else of that name. */
export interface Constant {
  /** Offsets of the statement, a semicolon included. */
  readonly start: number;
  readonly end: number;
  readonly value: readonly CurlyToken[];
  /** It stands alone on its lines and is not exported. */
  readonly removable: boolean;
}

export function constantOf(source: CurlySource, name: string): Constant | undefined {
  const { code } = source;
  const declared = code.flatMap((token, at) => (token.text === name && code[at - 1]?.text === 'const' ? [at] : []));
  if (declared.length !== 1 || isParameter(source, name)) return undefined;
  const keyword = code[declared[0] - 1];
  let from = declared[0] + 1;
  while (code[from] && code[from].text !== '=' && !code[from].first) from++;
  if (code[from]?.text !== '=') return undefined;
  let end = from + 1;
  let several = false;
  while (code[end] && code[end].text !== ';' && !(code[end].first && startsStatement(code, end))) {
    several ||= code[end].text === ',';
    const isOpening = code[end].kind === 'operator' && '([{'.includes(code[end].text) && code[end].text.length === 1;
    end = isOpening ? source.closing(end) + 1 : end + 1;
    if (end <= from) return undefined;
  }
  const last = code[end]?.text === ';' ? end : end - 1;
  const removable = keyword.first && !several && (code[last + 1] === undefined || code[last + 1].first);
  return { start: keyword.start, end: code[last].end, value: code.slice(from + 1, end), removable };
}

/** Is this a function of `path` or `url`, by the imports of the file? */
export function isPathFunction(source: CurlySource, dotted: string): boolean {
  const [head] = dotted.split('.');
  return scriptImports(source).some(
    (each) =>
      PATH_MODULES.has(each.module) &&
      (each.whole === head || each.namespace === head || each.names.some((name) => name.bound === head)),
  );
}

function isParameter(source: CurlySource, name: string): boolean {
  const { code } = source;
  return code.some((token, at) => {
    if (token.text !== name || code[at - 1]?.text === '.') return false;
    if (code[at + 1]?.text === '=>') return true;
    const open = source.enclosing(at);
    if (open === -1 || code[open].text !== '(') return false;
    const after = code[source.closing(open) + 1]?.text;
    const keyword = code[open - 1]?.text ?? '';
    const isHeader = after === '=>' || after === '{' || after === ':';
    return isHeader && !['if', 'for', 'while', 'switch', 'catch'].includes(keyword);
  });
}

function startsStatement(code: readonly CurlyToken[], at: number): boolean {
  const before = code[at - 1];
  if (before.kind === 'operator' && ![')', ']', '}'].includes(before.text)) return false;
  return !(code[at].kind === 'operator' && !['{', '}', '(', '['].includes(code[at].text));
}
