import { walk } from '../evaluation/project';
import type { Module } from '../evaluation/project';
import type { Segment, Text } from '../evaluation/value';
import { literalOffset } from '../syntax/program';
import type { Expression, Literal, Span } from '../syntax/program';

/** Where a statement has a name filled in that stands elsewhere: the `{self.table}` of it, the `%s`. */
export interface Gap extends Span {
  readonly module: Module;
}

/** What a format puts a name in the place of. */
const DIRECTIVE = /^(?:%(?:\(\w+\))?[a-zA-Z]|\{[^{}\n]*\}|\$\w+)/;

/**
 * The gap of a statement that a part of its text was put into. It follows what the statement's own literal says before;
 * none where the part stands in the same expression, as in `"DELETE FROM {}".format("users")`.
 */
export function gapOf(text: Text, start: number, end: number): Gap | undefined {
  const filled = segmentAt(text, start);
  const before = segmentAt(text, filled ? filled.start - 1 : -1);
  if (!filled || !before || filled.literal === before.literal || end > filled.start + filled.length) return undefined;
  const { module, literal } = before;
  const index = before.index + before.length;
  const from = literalOffset(literal, index);
  if (index < literal.value.length) {
    const directive = DIRECTIVE.exec(module.text.slice(from, from + 80));
    const length = directive?.[0].length ?? 0;
    const statement = text.origin;
    const isInside =
      statement.module === filled.module && module === filled.module && isWithin(filled.literal, statement.expression);
    return length === 0 || isInside ? undefined : { module, start: from, end: from + length };
  }
  const next = followers(module).get(literal);
  return next && !(module === filled.module && isWithin(filled.literal, next))
    ? { module, start: next.start, end: next.end }
    : undefined;
}

function isWithin(one: Span, other: Span): boolean {
  return other.start <= one.start && one.end <= other.end;
}

function segmentAt(text: Text, at: number): Segment | undefined {
  return text.segments.find((each) => each.start <= at && at < each.start + each.length);
}

const known = new WeakMap<Module, ReadonlyMap<Literal, Expression>>();

/** What is put behind each literal where texts are put one after the other. */
function followers(module: Module): ReadonlyMap<Literal, Expression> {
  let found = known.get(module);
  if (!found) known.set(module, (found = findFollowers(module)));
  return found;
}

function findFollowers(module: Module): Map<Literal, Expression> {
  const found = new Map<Literal, Expression>();
  for (const root of module.program.roots)
    walk(root.expression, (each) => {
      if (each.kind !== 'concatenation') return;
      each.parts.forEach((part, index) => {
        const last = index > 0 ? lastOf(each.parts[index - 1]!) : undefined;
        const next = firstOf(part);
        if (last?.kind === 'literal' && next.kind !== 'literal') found.set(last, next);
      });
    });
  return found;
}

function lastOf(expression: Expression): Expression {
  const part = expression.kind === 'concatenation' ? expression.parts.at(-1) : undefined;
  return part ? lastOf(part) : expression;
}

function firstOf(expression: Expression): Expression {
  const part = expression.kind === 'concatenation' ? expression.parts[0] : undefined;
  return part ? firstOf(part) : expression;
}
