import type { Reference } from './reference';

/**
 * The references found now; those that say what one of before says are the very same objects, so that who keeps something
 * for a reference, or sends only what is new, need not compare them again. Both are sorted by file.
 */
export function sameWhereEqual(before: readonly Reference[], now: readonly Reference[]): readonly Reference[] {
  const old = new Map<string, Reference>();
  for (const reference of before) old.set(placeOf(reference), reference);
  return now.map((reference) => {
    const known = old.get(placeOf(reference));
    return known && isEqual(known, reference) ? known : reference;
  });
}

function placeOf({ file, line, column, endLine, endColumn, kind, database }: Reference): string {
  return `${file}\0${line}\0${column}\0${endLine}\0${endColumn}\0${kind}\0${database}`;
}

function isEqual(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || !one || !other) return false;
  const [left, right] = [Object.entries(one), other as Record<string, unknown>];
  return (
    left.length === Object.keys(right).length &&
    left.every(([key, value]) => Object.hasOwn(right, key) && isEqual(value, right[key]))
  );
}
