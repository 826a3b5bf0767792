/** Lines of unchanged text around a change. */
const CONTEXT = 3;

/**
 * The change of one file as a unified diff that `git apply` and `patch -p1` take (GNU diffutils, "Detailed Unified").
 * @param before undefined for a file that is created.
 * @returns the empty string when nothing changes.
 */
export function unifiedDiff(file: string, before: string | undefined, after: string): string {
  if (before === after) return '';
  const old = splitLines(before ?? '');
  const now = splitLines(after);
  const hunks = group(changes(old, now));
  const header = [`--- ${before === undefined ? '/dev/null' : `a/${file}`}`, `+++ b/${file}`].map(
    (line) => `${line}\n`,
  );
  return header.join('') + hunks.map((hunk) => printHunk(hunk, old, now)).join('');
}

/** `old[oldStart, oldEnd)` becomes `now[newStart, newEnd)`. */
interface Change {
  readonly oldStart: number;
  readonly oldEnd: number;
  readonly newStart: number;
  readonly newEnd: number;
}

/** Lines with their line breaks; the last may have none. */
function splitLines(text: string): string[] {
  if (text === '') return [];
  const lines = text.split('\n');
  const last = lines.pop();
  const ended = lines.map((line) => `${line}\n`);
  return last === '' || last === undefined ? ended : [...ended, last];
}

/** Myers' greedy algorithm ("An O(ND) Difference Algorithm", 1986) between the common head and tail. */
function changes(old: readonly string[], now: readonly string[]): Change[] {
  let head = 0;
  while (head < old.length && head < now.length && old[head] === now[head]) head++;
  let tail = 0;
  while (
    tail < old.length - head &&
    tail < now.length - head &&
    old[old.length - 1 - tail] === now[now.length - 1 - tail]
  )
    tail++;
  const n = old.length - head - tail;
  const m = now.length - head - tail;
  const trace: Map<number, number>[] = [];
  let reach = new Map<number, number>([[1, 0]]);
  let found = -1;
  for (let d = 0; d <= n + m && found === -1; d++) {
    const next = new Map<number, number>();
    for (let k = -d; k <= d; k += 2) {
      const down = k === -d || (k !== d && (reach.get(k - 1) ?? -1) < (reach.get(k + 1) ?? -1));
      let x = down ? (reach.get(k + 1) ?? 0) : (reach.get(k - 1) ?? 0) + 1;
      while (x < n && x - k < m && old[head + x] === now[head + x - k]) x++;
      next.set(k, x);
      if (x >= n && x - k >= m) {
        found = d;
        break;
      }
    }
    trace.push(reach);
    reach = next;
  }
  return backtrack(trace, found, n, m).map((step) => ({
    oldStart: head + step.oldStart,
    oldEnd: head + step.oldEnd,
    newStart: head + step.newStart,
    newEnd: head + step.newEnd,
  }));
}

function backtrack(trace: readonly Map<number, number>[], found: number, n: number, m: number): Change[] {
  const result: Change[] = [];
  let x = n;
  let y = m;
  for (let d = found; d > 0; d--) {
    const reach = trace[d];
    const k = x - y;
    const down = k === -d || (k !== d && (reach.get(k - 1) ?? -1) < (reach.get(k + 1) ?? -1));
    const previousK = down ? k + 1 : k - 1;
    const px = reach.get(previousK) ?? 0;
    const py = px - previousK;
    const step = down
      ? { oldStart: px, oldEnd: px, newStart: py, newEnd: py + 1 }
      : { oldStart: px, oldEnd: px + 1, newStart: py, newEnd: py };
    const last = result[0];
    if (last && last.oldStart === step.oldEnd && last.newStart === step.newEnd)
      result[0] = { ...step, oldEnd: last.oldEnd, newEnd: last.newEnd };
    else result.unshift(step);
    x = px;
    y = py;
  }
  return result;
}

/** Changes whose context would touch share a hunk. */
function group(all: readonly Change[]): Change[][] {
  const hunks: Change[][] = [];
  for (const change of all) {
    const last = hunks.at(-1)?.at(-1);
    if (last && change.oldStart - last.oldEnd <= 2 * CONTEXT) hunks.at(-1)?.push(change);
    else hunks.push([change]);
  }
  return hunks;
}

function printHunk(hunk: readonly Change[], old: readonly string[], now: readonly string[]): string {
  const first = hunk[0];
  const last = hunk[hunk.length - 1];
  const before = Math.min(CONTEXT, first.oldStart);
  const after = Math.min(CONTEXT, old.length - last.oldEnd);
  const oldStart = first.oldStart - before;
  const newStart = first.newStart - before;
  const oldCount = last.oldEnd + after - oldStart;
  const newCount = last.newEnd + after - newStart;
  let text = `@@ -${span(oldStart, oldCount)} +${span(newStart, newCount)} @@\n`;
  let at = oldStart;
  for (const change of hunk) {
    for (; at < change.oldStart; at++) text += printLine(' ', old[at]);
    for (; at < change.oldEnd; at++) text += printLine('-', old[at]);
    for (let line = change.newStart; line < change.newEnd; line++) text += printLine('+', now[line]);
  }
  for (; at < last.oldEnd + after; at++) text += printLine(' ', old[at]);
  return text;
}

function span(start: number, count: number): string {
  const line = count === 0 ? start : start + 1;
  return count === 1 ? `${line}` : `${line},${count}`;
}

function printLine(mark: string, line: string): string {
  return line.endsWith('\n') ? mark + line : `${mark}${line}\n\\ No newline at end of file\n`;
}
