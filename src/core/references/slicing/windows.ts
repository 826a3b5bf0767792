import { withWindows } from './slice';
import type { Slice } from './slice';

/** How much is searched in parts, in characters: a dump that names a table in each row is no better known by all of them. */
const MOST = 1 << 18;
/** Characters before and after a place that are searched with it. */
const AROUND = 2_000;
/** Where the statement begins and ends that a place is in, when it is not further away. */
const STATEMENT = 8_000;
/** What is searched at a time, and how much of it again with the next part, so that no place is cut in two. */
const PART = 1 << 18;
const OVERLAP = 1 << 10;

/** A long text at the places that are worth it. */
export interface Windows {
  readonly slice: Slice;
  readonly places: number;
  /** Places for which there was no room. */
  readonly left: number;
}

/**
 * Cuts the parts out of a long text in which a reference may be.
 * @param patterns what is looked for
 * @param pause called between parts
 * @returns undefined where nothing is found
 */
export async function windowsOf(
  text: string,
  patterns: readonly RegExp[],
  pause: () => Promise<void>,
): Promise<Windows | undefined> {
  const found = new Set<number>();
  const all = patterns.map((pattern) => new RegExp(pattern.source, `${pattern.flags}g`));
  for (let from = 0; from < text.length; from += PART - OVERLAP) {
    await pause();
    const part = text.slice(from, from + PART);
    for (const pattern of all) for (const { index } of part.matchAll(pattern)) found.add(from + index);
  }
  if (found.size === 0) return undefined;
  const ranges: { start: number; end: number }[] = [];
  let size = 0;
  let places = 0;
  for (const at of [...found].sort((left, right) => left - right)) {
    const last = ranges.at(-1);
    if (last && at < last.end) {
      places++;
      continue;
    }
    if (size > MOST) break;
    const start = Math.max(startOf(text, at), last?.end ?? 0);
    const end = endOf(text, at);
    ranges.push({ start, end });
    size += end - start;
    places++;
  }
  return { slice: withWindows(text, ranges), places, left: found.size - places };
}

function startOf(text: string, at: number): number {
  const far = text.slice(Math.max(0, at - STATEMENT), at);
  const statement = Math.max(...[...far.matchAll(/\n(?=[A-Za-z_@])/g)].map(({ index }) => index));
  if (statement >= 0) return at - far.length + statement + 1;
  if (at < AROUND) return 0;
  const near = text.slice(at - AROUND, at);
  const line = near.indexOf('\n');
  return at - near.length + (line >= 0 ? line : Math.max(0, near.search(/[;{}]/))) + 1;
}

function endOf(text: string, at: number): number {
  const far = text.slice(at, at + STATEMENT);
  const statement = far.search(/\n(?=[A-Za-z_@])/);
  if (statement >= 0) return at + statement + 1;
  if (at + AROUND >= text.length) return text.length;
  const near = text.slice(at + AROUND, at + 2 * AROUND);
  const end = near.search(/\n/);
  return at + AROUND + (end >= 0 ? end : Math.max(0, near.search(/[;{}]/))) + 1;
}
