import type { ImportStatement, LogicalLine, PythonModule } from './module';
import type { Replacement } from '../outcome';
import type { Token } from './lexer';

/** What other files of the workspace may use of this one. */
export interface OutsideUses {
  /** Could another file use `name` of this module, by import, attribute or in a string? */
  uses(name: string): boolean;
}

export interface Removal {
  readonly replacements: readonly Replacement[];
  /** Import statements that go away whole. */
  readonly imports: ReadonlySet<ImportStatement>;
}

/** Calls whose result alone matters, so that an unused assignment of it can go. */
const PURE_CALLS = new Set(
  'Path PurePath PosixPath WindowsPath str fspath join dirname abspath realpath normpath expanduser resolve absolute joinpath getenv get getcwd cwd home with_name with_suffix database_path database_url database_uri'.split(
    ' ',
  ),
);

/**
 * What the replacements leave without a use: imports, and constants or local variables that held a part of the path.
 * Removed only when nothing else in the file, and nothing in another file, can use them.
 * @param needed names that the edit itself uses.
 */
export function removeUnused(
  module: PythonModule,
  replacements: readonly Replacement[],
  outside: OutsideUses,
  needed: readonly string[] = [],
): Removal {
  if (module.file.endsWith('__init__.py') || !module.complete) return { replacements: [], imports: new Set() };
  const gone = (token: Token) => replacements.some(({ start, end }) => start <= token.start && token.end <= end);
  const deadNames = new Set<string>();
  const deadLines = new Set<LogicalLine>();
  const inDeadLine = (token: Token) =>
    [...deadLines].some((line) => line.start <= token.start && token.end <= line.end);
  const mentioned = stringWords(module);
  const queue = namesIn(module, replacements);
  const seen = new Set<string>();
  while (queue.length > 0) {
    const name = queue.pop() as string;
    const key = `${name}/${deadLines.size}`;
    if (seen.has(key) || deadNames.has(name) || needed.includes(name)) continue;
    seen.add(key);
    const uses = (module.names.get(name) ?? []).filter((token) => !gone(token) && !inDeadLine(token));
    const outsideImports = uses.filter((token) => !isImportBinding(module, token, name));
    if (outsideImports.length === 0) {
      if (uses.length > 0 && !mentioned.has(name) && !outside.uses(name)) deadNames.add(name);
      continue;
    }
    const line =
      outsideImports.length === 1 ? removableAssignment(module, outsideImports[0], name, deadLines) : undefined;
    if (!line || uses.length > 1 || mentioned.has(name)) continue;
    if (!line.parent || !isInFunction(line)) {
      if (line.parent || outside.uses(name)) continue;
    }
    deadLines.add(line);
    for (const token of line.tokens) if (token.kind === 'name' && token.text !== name) queue.push(token.text);
  }
  const fromImports = removeImports(module, deadNames, deadLines);
  const lines = [...deadLines].map((line) => wholeLine(module, line));
  return { replacements: tidy(module, [...fromImports.replacements, ...lines]), imports: fromImports.imports };
}

/** Names that stand in the replaced places, in the order of the module: it has a thousand fixes as easily as one. */
function namesIn({ names, nameUses }: PythonModule, replacements: readonly Replacement[]): string[] {
  const found = new Set<string>();
  for (const { start, end } of replacements) {
    let low = 0;
    let high = nameUses.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (nameUses[middle].start < start) low = middle + 1;
      else high = middle;
    }
    for (; low < nameUses.length && nameUses[low].start <= end; low++)
      if (nameUses[low].end <= end) found.add(nameUses[low].text);
  }
  const first = (name: string) => names.get(name)![0].start;
  return [...found].sort((left, right) => first(left) - first(right));
}

const mentionedWords = new WeakMap<PythonModule, ReadonlySet<string>>();

function stringWords(module: PythonModule): ReadonlySet<string> {
  let words = mentionedWords.get(module);
  if (!words) mentionedWords.set(module, (words = readStringWords(module)));
  return words;
}

/** Words of strings that are no doc strings: `__all__`, `getattr`, annotations in quotes. */
function readStringWords(module: PythonModule): ReadonlySet<string> {
  const words = new Set<string>();
  for (const line of module.lines) {
    if (line.tokens.length === 1) continue;
    for (const token of line.tokens) {
      if (!token.string || token.string.quote.length === 3) continue;
      const content = module.text.slice(token.string.contentStart, token.string.contentEnd);
      for (const word of content.split(/[^\w]+/)) words.add(word);
    }
  }
  return words;
}

function isImportBinding(module: PythonModule, token: Token, name: string): boolean {
  return module.imports.some(
    ({ line, names, plain }) =>
      plain && line.start <= token.start && token.end <= line.end && names.some((n) => n.bound === name),
  );
}

/** The line `NAME = expression` that `token` is assigned in, when the expression has no effect of its own. */
function removableAssignment(
  module: PythonModule,
  token: Token,
  name: string,
  dead: ReadonlySet<LogicalLine>,
): LogicalLine | undefined {
  const line = module.lineAt(token.start);
  if (!line || line.tokens[0] !== token || line.comment) return undefined;
  const texts = line.tokens.map((each) => each.text);
  const assign = texts.indexOf('=');
  if (assign === -1 || texts.includes(';') || texts.filter((text) => text === '=').length !== 1) return undefined;
  if (assign !== 1 && texts[1] !== ':') return undefined;
  if (name.startsWith('__')) return undefined;
  const pure = line.tokens.every((each, at) => {
    if (at <= assign) return true;
    if (each.string) return each.string.fields.length === 0;
    if (each.text === '(') return line.tokens[at - 1].kind !== 'name' || PURE_CALLS.has(line.tokens[at - 1].text);
    return each.kind === 'name' || each.kind === 'number' || ['.', '/', ')', ',', '+', '[', ']'].includes(each.text);
  });
  return pure && !isOnlyStatement(module, line, dead) ? line : undefined;
}

function isInFunction(line: LogicalLine): boolean {
  for (let at = line.parent; at; at = at.parent) {
    const first = at.tokens[0].text;
    if (first === 'def' || (first === 'async' && at.tokens[1]?.text === 'def')) return true;
    if (first === 'class') return false;
  }
  return false;
}

function isOnlyStatement(module: PythonModule, line: LogicalLine, dead: ReadonlySet<LogicalLine>): boolean {
  if (!line.parent) return false;
  return !module.lines.some((other) => other !== line && other.parent === line.parent && !dead.has(other));
}

function removeImports(module: PythonModule, dead: ReadonlySet<string>, deadLines: ReadonlySet<LogicalLine>): Removal {
  const replacements: Replacement[] = [];
  const imports = new Set<ImportStatement>();
  const gone = new Set<LogicalLine>();
  for (const statement of module.imports) {
    const kept = statement.names.filter((name) => !dead.has(name.bound));
    if (kept.length === statement.names.length || !statement.plain) continue;
    if (kept.length === 0) {
      if (isOnlyStatement(module, statement.line, new Set([...deadLines, ...gone]))) continue;
      gone.add(statement.line);
      imports.add(statement);
      replacements.push(wholeLine(module, statement.line));
      continue;
    }
    const names = kept.map((name) => (name.alias ? `${name.name} as ${name.alias}` : name.name)).join(', ');
    const head = statement.kind === 'from' ? `from ${statement.module} import ` : 'import ';
    replacements.push({ start: statement.line.start, end: statement.line.end, newText: head + names });
  }
  return { replacements, imports };
}

function wholeLine(module: PythonModule, line: LogicalLine): Replacement {
  return { start: module.index.lineStart(line.start), end: module.index.lineEnd(line.end), newText: '' };
}

/** A removed line between two blank ones (or at the start of the text) takes the blank line behind it along. */
function tidy(module: PythonModule, removals: readonly Replacement[]): Replacement[] {
  const { text } = module;
  const isBlank = (start: number) => {
    const end = text.indexOf('\n', start);
    return start < text.length && text.slice(start, end === -1 ? text.length : end).trim() === '';
  };
  const ends = new Map(removals.filter((each) => each.newText === '').map((each) => [each.end, each]));
  const joined: Replacement[] = [];
  for (const each of [...removals].sort((a, b) => a.start - b.start)) {
    const before = joined.at(-1);
    if (each.newText === '' && before?.newText === '' && before.end === each.start && ends.has(before.end))
      joined[joined.length - 1] = { ...before, end: each.end };
    else joined.push(each);
  }
  return joined.map((each) => {
    if (each.newText !== '' || !isBlank(each.end)) return each;
    const previous = each.start === 0 ? 0 : text.lastIndexOf('\n', each.start - 2) + 1;
    const next = text.indexOf('\n', each.end);
    return (each.start === 0 || isBlank(previous)) && next !== -1 ? { ...each, end: next + 1 } : each;
  });
}
