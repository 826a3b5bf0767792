import { readFileSync } from 'node:fs';
import path from 'node:path';
import { findNodeAtLocation, parse, parseTree, visit } from 'jsonc-parser';
import { describe, expect, it } from 'vitest';
import { editPlan, editValue } from '../../../src/core/plan/edit';
import { seeded } from '../../scenarios/shared/seeded.mjs';

const seed = Number(process.env.SEED ?? 20261121);
const EDITS = Number(process.env.PLAN_EDITS ?? 340);

type Path = (string | number)[];

function pathsOf(value: unknown, at: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [at];
  return [
    at,
    ...Object.entries(value).flatMap(([key, member]) =>
      pathsOf(member, [...at, Array.isArray(value) ? Number(key) : key]),
    ),
  ];
}

function commentsOf(text: string): { readonly text: string; readonly offset: number }[] {
  const found: { text: string; offset: number }[] = [];
  visit(text, {
    onComment: (offset, length) => found.push({ offset, text: text.slice(offset, offset + length).trim() }),
  });
  return found;
}

describe('the committed plans', () => {
  it.each(['jarvis', 'arduino-trader', 'coffee-maker'])(
    `keep their comments and order through ${EDITS} random edits: %s (seed ${seed})`,
    (name) => {
      const original = readFileSync(path.resolve('test/scenarios', name, 'consolidation.jsonc'), 'utf8');
      const random = seeded(seed);
      let text = original;
      let lost = 0;
      for (let count = 0; count < EDITS; count++) {
        // A plan that has been edited away is started over.
        if (count % 50 === 0) text = original;
        const before = parse(text) as object;
        const all = pathsOf(before).filter((at) => at.length > 0);
        const at = all[random.integer(0, all.length - 1)]!;
        const object = (parent: Path) =>
          parent.reduce<unknown>((value, key) => (value as Record<string | number, unknown>)[key], before);
        const inside = !Array.isArray(object(at.slice(0, -1)));
        const kind = random.integer(0, 2);
        const edit =
          kind === 0 && inside
            ? { path: at, value: undefined }
            : kind === 1 && typeof object(at) === 'object' && object(at) !== null && !Array.isArray(object(at))
              ? { path: [...at, `new ${count} "//`], value: { a: count, b: ['/*', null] } }
              : { path: at, value: `changed ${count} // */` };
        const node = findNodeAtLocation(parseTree(text)!, edit.path);
        // Comments in what is taken away go with it; all others stay, in their order.
        const gone = (offset: number) =>
          node !== undefined && offset > node.offset && offset < node.offset + node.length;
        const comments = commentsOf(text);
        const expected = comments.filter(({ offset }) => !gone(offset)).map((comment) => comment.text);
        lost += comments.length - expected.length;
        text = editPlan(text, [edit]);
        expect(commentsOf(text).map((comment) => comment.text)).toEqual(expected);
        const errors: never[] = [];
        const after: unknown = parse(text, errors, { allowTrailingComma: false });
        expect(errors).toEqual([]);
        expect(after).toEqual(JSON.parse(JSON.stringify(editValue(before, [edit]))));
        // Keys stay in their order.
        expect(JSON.stringify(after)).toBe(JSON.stringify(editValue(before, [edit])));
      }
      expect(lost).toBeLessThan(EDITS);
    },
  );
});
