import type { Reference } from '../core/references/reference';

/**
 * A list of references, said by what stays of the list before: most of a workspace is as it was after an edit, and to copy
 * all of it from one thread to the other would hold up both.
 */
export interface ReferenceList {
  /** Pairs: the first index in the list before, or -1 for new ones, and how many come from there. */
  readonly runs: readonly number[];
  /** The new ones, in their order. */
  readonly added: readonly Reference[];
}

const NEW = -1;

/** @param before the list that the other side has; the same reference in both is the very same object */
export function sayList(before: readonly Reference[], now: readonly Reference[]): ReferenceList {
  const places = new Map(before.map((reference, index) => [reference, index]));
  const runs: number[] = [];
  const added: Reference[] = [];
  let next = NEW;
  for (const reference of now) {
    const at = places.get(reference) ?? NEW;
    if (at === NEW) added.push(reference);
    if (runs.length > 0 && at === next) runs[runs.length - 1]!++;
    else runs.push(at, 1);
    next = at === NEW ? NEW : at + 1;
  }
  return { runs, added };
}

/** The list that was said. @param before as it was for {@link sayList}; what stays of it is the very same objects */
export function hearList(before: readonly Reference[], { runs, added }: ReferenceList): Reference[] {
  const list: Reference[] = [];
  let taken = 0;
  for (let index = 0; index < runs.length; index += 2) {
    const [first, count] = [runs[index]!, runs[index + 1]!];
    const from = first === NEW ? added : before;
    const start = first === NEW ? taken : first;
    for (let at = start; at < start + count; at++) list.push(from[at]!);
    if (first === NEW) taken += count;
  }
  return list;
}
