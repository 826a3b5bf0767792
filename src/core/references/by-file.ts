import type { Reference } from './reference';

/** References by the file that they stand in, each list in the order that they have. */
export function groupByFile(references: readonly Reference[]): Map<string, Reference[]> {
  const groups = new Map<string, Reference[]>();
  for (const reference of references) {
    const group = groups.get(reference.file);
    if (group) group.push(reference);
    else groups.set(reference.file, [reference]);
  }
  return groups;
}
