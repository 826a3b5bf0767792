import { findNodeAtLocation, type Node } from 'jsonc-parser';

export type PlanPath = readonly (string | number)[];
/** One-based. */
export interface PlanPosition {
  readonly line: number;
  readonly column: number;
}

/** Turns offsets of a text into lines and columns (UTF-16 code units). */
export function lineLocator(text: string): (offset: number) => PlanPosition {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return (offset) => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - starts[low]! + 1 };
  };
}

/**
 * Where an element of the plan stands: the key of a property, the start of an array element. An element that is not there
 * is answered with the nearest one around it.
 */
export function offsetAt(root: Node | undefined, path: PlanPath): number {
  if (!root) return 0;
  for (let length = path.length; length > 0; length--) {
    const node = findNodeAtLocation(root, path.slice(0, length));
    if (!node) continue;
    return node.parent?.type === 'property' ? node.parent.offset : node.offset;
  }
  return root.offset;
}
