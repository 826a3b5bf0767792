import type { Reference } from './reference';

/** The order of references: by file and place. */
export function compareReferences(left: Reference, right: Reference): number {
  if (left.file !== right.file) return left.file < right.file ? -1 : 1;
  return (
    left.line - right.line ||
    left.column - right.column ||
    left.endLine - right.endLine ||
    left.endColumn - right.endColumn
  );
}

/**
 * The references found now; those that say what one of before says are the very same objects, so that who keeps something
 * for a reference need not compare them again. Both are in order.
 */
export function sameWhereEqual(before: readonly Reference[], now: readonly Reference[]): readonly Reference[] {
  let from = 0;
  return now.map((reference) => {
    while (from < before.length && compareReferences(before[from]!, reference) < 0) from++;
    for (let at = from; at < before.length && compareReferences(before[at]!, reference) === 0; at++)
      if (before[at] === reference || isEqual(before[at]!, reference)) return before[at]!;
    return reference;
  });
}

function isEqual(one: object, other: object): boolean {
  const [left, right] = [one as Record<string, unknown>, other as Record<string, unknown>];
  const keys = Object.keys(left);
  return keys.length === Object.keys(right).length && keys.every((key) => isEqualValue(left[key], right[key]));
}

function isEqualValue(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  return typeof one === 'object' && typeof other === 'object' && one !== null && other !== null && isEqual(one, other);
}
