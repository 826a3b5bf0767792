import type { CurlySource } from '../curly/source';
import type { Replacement } from '../outcome';
import { constantOf, isPathFunction } from './constants';
import { scriptImports } from './imports';

const HARMLESS = new Set(['__dirname', '__filename', 'import', 'meta', 'URL', 'new', 'process', 'String']);

/** What the replacements leave without a use: constants of the file that held a part of the path, and imports. */
export function unusedScript(source: CurlySource, replacements: readonly Replacement[]): Replacement[] {
  const constants: Replacement[] = [];
  const isGone = (offset: number) =>
    [...replacements, ...constants].some(({ start, end }) => start <= offset && offset < end);
  const queue = namesIn(source, replacements);
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    const constant = constantOf(source, name);
    if (!constant?.removable || constants.some((each) => each.start <= constant.start && constant.end <= each.end))
      continue;
    const uses = (source.names.get(name) ?? []).filter(
      (token) => token.start < constant.start || token.start >= constant.end,
    );
    if (uses.length === 0 || uses.some((token) => !isGone(token.start)) || isNamedInStrings(source, name)) continue;
    if (source.hasComment(constant.start, source.index.lineEnd(constant.end))) continue;
    const isPure = constant.value.every((token, at) => {
      if (token.string) return token.string.fields.length === 0;
      if (token.text === '(')
        return constant.value[at - 1]?.kind !== 'name' || isPathCall(source, constant.start, token.start);
      return token.kind === 'name' || token.kind === 'number' || ['.', ',', ')', '+'].includes(token.text);
    });
    if (!isPure) continue;
    const start = source.index.lineStart(constant.start);
    constants.push({ start, end: source.index.lineEnd(constant.end), newText: '' });
    for (const token of constant.value) if (token.kind === 'name') queue.push(token.text);
  }
  return joinLines(source.text, [...constants, ...unusedImports(source, [...replacements, ...constants])]);
}

function namesIn(source: CurlySource, ranges: readonly Replacement[]): string[] {
  return [...source.names]
    .filter(([, tokens]) =>
      tokens.some((token) => ranges.some(({ start, end }) => start <= token.start && token.end <= end)),
    )
    .map(([name]) => name);
}

/** A call whose result alone matters: of `path`, of `url`, `process.cwd()`, `new URL(…)`. */
function isPathCall(source: CurlySource, from: number, parenthesis: number): boolean {
  const open = source.code.findIndex((token) => token.start === parenthesis);
  const callee = source.dotted(open - 1);
  if (!callee || source.code[callee.first].start < from) return false;
  return (
    callee.name === 'URL' ||
    callee.name === 'process.cwd' ||
    callee.name === 'String' ||
    isPathFunction(source, callee.name)
  );
}

function isNamedInStrings(source: CurlySource, name: string): boolean {
  return HARMLESS.has(name) || source.code.some((token) => token.string && source.content(token) === name);
}

/** A removed line between two blank ones takes one of them along. */
function joinLines(text: string, removals: readonly Replacement[]): Replacement[] {
  return removals.map((each) => {
    const previous = text.slice(0, each.start);
    const isBlankBefore = each.start === 0 || /(^|\n)[ \t]*\r?\n$/.test(previous);
    const blankAfter = /^[ \t]*\r?\n/.exec(text.slice(each.end))?.[0];
    const clear = blankAfter && !removals.some((other) => other !== each && other.start === each.end);
    return each.newText === '' && isBlankBefore && clear ? { ...each, end: each.end + blankAfter.length } : each;
  });
}

/** Imports whose last use is gone. Type-only and side-effect imports stay. */
function unusedImports(source: CurlySource, replacements: readonly Replacement[]): Replacement[] {
  const gone = (offset: number) => replacements.some(({ start, end }) => start <= offset && offset < end);
  return scriptImports(source).flatMap((each) => {
    const isDead = (name: string) => {
      const uses = (source.names.get(name) ?? []).filter(
        (token) => token.start < each.start || token.start >= each.end,
      );
      return uses.length > 0 && uses.every((token) => gone(token.start));
    };
    if (!each.plain || each.typeOnly) return [];
    const bound = [each.whole, each.namespace, ...each.names.map((name) => name.bound)].filter(
      (name) => name !== undefined,
    );
    const kept = each.names.filter((name) => !isDead(name.bound));
    const dead = bound.filter(isDead);
    if (dead.length === 0) return [];
    if (dead.length === bound.length)
      return [{ start: source.index.lineStart(each.start), end: source.index.lineEnd(each.end), newText: '' }];
    if (each.whole !== undefined || each.namespace !== undefined || kept.length === 0) return [];
    const open = source.text.indexOf('{', each.start);
    const close = source.text.indexOf('}', open);
    const separator = each.required ? ': ' : ' as ';
    const list = kept.map(
      (name) =>
        (name.type ? 'type ' : '') + (name.name === name.bound ? name.name : name.name + separator + name.bound),
    );
    return [{ start: open, end: close + 1, newText: `{ ${list.join(', ')} }` }];
  });
}
