import { expect, it } from 'vitest';
import type { Reference } from '../../../src/core/references/reference';
import { sameList } from '../../../src/core/same';
import { hearList, sayList } from '../../../src/protocol/reference-list';

const reference = (line: number) => ({ file: 'a.py', line }) as Reference;

/** The same numbers each time. */
function randomOf(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

it('what is heard is what was said, and what stays is the very same', () => {
  const random = randomOf(7);
  let before: Reference[] = [];
  for (let turn = 0; turn < 500; turn++) {
    const now = [...before];
    for (let edit = random(5); edit > 0; edit--) {
      const at = random(now.length + 1);
      const kind = random(4);
      if (kind === 0) now.splice(at, random(3));
      else if (kind === 1) now.splice(at, 0, ...before.slice(random(before.length + 1)).slice(0, 2));
      else now.splice(at, 0, ...Array.from({ length: random(6) }, () => reference(random(1000))));
    }
    const { runs, added } = sayList(before, now);
    const heard = hearList(before, { runs, added });
    expect(sameList(heard, now)).toBe(true);
    before = now.slice(0, 200);
  }
});

it('an edit in a long list is said in few words', () => {
  const before = Array.from({ length: 10_000 }, (_, line) => reference(line));
  const now = [...before.slice(0, 4000), reference(1), ...before.slice(4003)];
  expect(sayList(before, now)).toEqual({ runs: [0, 4000, -1, 1, 4003, 5997], added: [reference(1)] });
});
