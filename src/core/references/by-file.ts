import { groupBy } from '../maps';
import type { Reference } from './reference';

/** References by the file that they stand in, each list in the order that they have. */
export function groupByFile(references: readonly Reference[]): Map<string, Reference[]> {
  return groupBy(references, ({ file }) => file);
}
