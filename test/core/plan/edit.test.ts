import { parse, stripComments, visit } from 'jsonc-parser';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { editPlan, editValue } from '../../../src/core/plan/edit';

const seed = Number(process.env.SEED ?? 20260121);

describe('editPlan', () => {
  it('changes only what it is told to', () => {
    const text = `// head
{
  "a": 1, // about a
  // about b
  "b": { "x": 1 /* x */, "y": [1, 2] }, // behind b
  /* about c */ "c": 3 // last
  // the end
}
// tail
`;
    expect(editPlan(text, [{ path: ['b', 'x'], value: 'new' }])).toBe(text.replace('"x": 1', '"x": "new"'));
    expect(editPlan(text, [{ path: ['a'], value: undefined }])).toBe(text.replace('"a": 1, // about a', '// about a'));
    expect(editPlan(text, [{ path: ['c'], value: undefined }])).toBe(
      text.replace('"c": 3 // last', '// last').replace('}, // behind b', '} // behind b'),
    );
    expect(editPlan(text, [{ path: ['d', 'e'], value: true }])).toBe(
      text.replace('"c": 3 // last', '"c": 3, // last').replace('// the end\n', '// the end\n  "d": { "e": true }\n'),
    );
    expect(editPlan(text, [{ path: ['b', 'z'], value: null }])).toBe(text.replace('[1, 2] }', '[1, 2], "z": null }'));
    expect(editPlan(text, [{ path: ['b'], value: { x: 2 } }])).toBe(
      text.replace('"x": 1 /* x */, "y": [1, 2] }', '"x": 2 /* x */ }'),
    );
  });

  it('fills an empty object and breaks a line that grows too long', () => {
    expect(editPlan('{}', [{ path: ['a'], value: 1 }])).toBe('{\n  "a": 1\n}');
    const long = 'x'.repeat(90);
    expect(editPlan(`{\n  "o": { "a": 1, "b": 2 }\n}`, [{ path: ['o', 'c'], value: long }])).toBe(
      `{\n  "o": {\n    "a": 1,\n    "b": 2,\n    "c": "${long}"\n  }\n}`,
    );
  });

  it(`keeps every comment through 1,000 random edits (seed ${seed})`, () => {
    const key = fc.constantFrom('a', 'b', 'c', 'd', 'with "quotes"', '// no comment', 'e\n');
    const leaf = fc.oneof(fc.integer(), fc.string(), fc.constant(null), fc.array(fc.integer(), { maxLength: 3 }));
    const value = fc.oneof(leaf, fc.dictionary(key, leaf, { maxKeys: 4 }), fc.constant(undefined));
    const edit = fc.record({ path: fc.array(key, { minLength: 1, maxLength: 3 }), value });
    let edits = 0;
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 40 }), (list) => {
        let text = `// 0\n{ // 1\n  // 2\n  "keep": 1, // 3\n  /* 4 */ "list": [1, 2 /* 5 */], // 6\n  "object": { /* 7 */ "x": 1 } // 8\n  // 9\n}\n// 10\n`;
        const model = parse(text) as Record<string, unknown>;
        let same: unknown = parse(text);
        for (const { path, value: wanted } of list) {
          edits++;
          text = editPlan(text, [{ path, value: wanted }]);
          set(model, path, wanted);
          // Values are edited as their text is.
          same = editValue(same, [{ path, value: wanted }]);
          expect(JSON.parse(JSON.stringify(same))).toEqual(model);
          const errors: { error: number }[] = [];
          expect(parse(text, errors as never, { allowTrailingComma: false })).toEqual(model);
          expect(errors).toEqual([]);
        }
        const comments: string[] = [];
        visit(text, { onComment: (offset, length) => comments.push(text.slice(offset, offset + length)) });
        expect(comments.map((comment) => /\d+/.exec(comment)?.[0]).sort()).toEqual(
          ['0', '1', '10', '2', '3', '4', '5', '6', '7', '8', '9'].sort(),
        );
        expect(stripComments(text)).toContain('"keep"');
      }),
      { seed, numRuns: 300 },
    );
    expect(edits).toBeGreaterThan(1000);
  });
});

function set(model: Record<string, unknown>, path: readonly string[], value: unknown): void {
  let current = model;
  const parents: [Record<string, unknown>, string][] = [];
  for (const key of path.slice(0, -1)) {
    const inner = current[key];
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) {
      if (value === undefined) return;
      current[key] = {};
    }
    parents.push([current, key]);
    current = current[key] as Record<string, unknown>;
  }
  const last = path.at(-1)!;
  if (value === undefined) delete current[last];
  else current[last] = JSON.parse(JSON.stringify(value)) as unknown;
}
