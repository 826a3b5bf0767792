import type { Replacement } from './outcome';

/** Removals parted where something is inserted: an import may go into the middle of what is removed, never over it. */
export function partAt(removals: readonly Replacement[], inserted: Replacement, text: string): Replacement[] {
  return removals.flatMap((each) =>
    each.start < inserted.start && inserted.start < each.end
      ? [
          { ...each, end: inserted.start },
          { ...each, start: inserted.start },
        ].filter(({ start, end }) => text.slice(start, end).trim() !== '')
      : [each],
  );
}
