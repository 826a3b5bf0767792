/** Where a path is written as text, how it is written again so that it leads to the target: same base, same separators. */

/** `data/a` seen from `data/b` is `../a`. */
export function relativeComponents(from: readonly string[], to: readonly string[]): string[] {
  let common = 0;
  while (common < from.length && common < to.length - 1 && from[common] === to[common]) common++;
  return [...from.slice(common).map(() => '..'), ...to.slice(common)];
}

export interface PathRenaming {
  /** Offsets in the text of the part that changes. */
  readonly start: number;
  readonly end: number;
  readonly newText: string;
}

/**
 * The part of `text` that names the legacy path, and what it becomes: `/app/data/jarvis.db` → `/app/data/core.db`,
 * `..\\data\\jarvis.db` → `..\\data\\core.db`. What stands before it is kept: it is the way to the same directory.
 * @param climb may the new path lead out of that directory by `..`? Not where a variable or a mount decides it.
 * @returns undefined when the text does not end in the legacy path, or the target cannot be reached from there.
 */
export function renamePath(text: string, legacy: string, target: string, climb: boolean): PathRenaming | undefined {
  const components = legacy.split('/');
  const found = lastOccurrence(text, components[components.length - 1]);
  if (!found) return undefined;
  let { start } = found;
  let matched = 1;
  let separator = '';
  for (; matched < components.length; matched++) {
    const between = separatorBefore(text, start);
    const component = components[components.length - 1 - matched];
    const at = start - between.length - component.length;
    if (between === '' || at < 0 || !text.startsWith(component, at) || isNamePart(text[at - 1])) break;
    separator = between;
    start = at;
  }
  if (separator === '') separator = separatorBefore(text, start) || '/';
  const base = components.slice(0, components.length - matched);
  const path = relativeComponents(base, target.split('/'));
  const prefix = text.slice(0, start);
  // Behind an absolute or a computed directory only what lies beside the legacy file is sure to be there, too (a mount).
  const beside = relativeComponents(components.slice(0, -1), target.split('/'))[0] !== '..';
  if (!isRelativePrefix(prefix) && !beside) return undefined;
  if (path[0] === '..' && !climb) return undefined;
  return { start, end: found.end, newText: path.join(separator) };
}

/** The separator that ends at `end`: `/`, `\`, or `\\` in languages that escape it. */
function separatorBefore(text: string, end: number): string {
  if (text[end - 1] === '/') return '/';
  if (text[end - 1] !== '\\') return '';
  return text[end - 2] === '\\' ? '\\\\' : '\\';
}

function lastOccurrence(text: string, name: string): { start: number; end: number } | undefined {
  for (let at = text.lastIndexOf(name); at !== -1; at = at === 0 ? -1 : text.lastIndexOf(name, at - 1)) {
    const end = at + name.length;
    const continues = isNamePart(text[end]) || (text[end] === '.' && isNamePart(text[end + 1]));
    if (!isNamePart(text[at - 1]) && text[at - 1] !== '.' && !continues) return { start: at, end };
  }
  return undefined;
}

/** Letters that would make it a part of a longer name. `-` may follow (`x.db-wal`), so it does not count behind. */
function isNamePart(char: string | undefined): boolean {
  return char !== undefined && /[\p{L}\p{N}_]/u.test(char);
}

/** Nothing, `./` or `../…`, also behind a quote, `file:` or `sqlite:///`. */
function isRelativePrefix(prefix: string): boolean {
  return /^["'`]?(?:file:|sqlite[a-z0-9+]*:\/\/\/)?(?:\.{1,2}(?:\/|\\{1,2}))*$/.test(prefix);
}
