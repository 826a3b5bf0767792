import fc from 'fast-check';
import { expect, it } from 'vitest';
import { csvLine, parseCsv } from '../../../src/core/plan/csv';

it('reads back what it writes, whatever is in the cells', () => {
  const cell = fc.oneof(
    fc.string(),
    fc.constantFrom('=1+1', "'=x", "''@", 'a"b', 'a,b', 'a\nb', 'a\r\nb', ' x ', '\t', '-1', '\uFEFFx'),
  );
  fc.assert(
    fc.property(fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 6 }), (rows) => {
      expect(parseCsv(['head,head', ...rows.map(csvLine)].join('\n'))).toEqual([['head', 'head'], ...rows]);
    }),
    { seed: 7 },
  );
  expect(csvLine(['=cmd|calc'])).toBe("'=cmd|calc");
  expect(parseCsv('"open')).toBeUndefined();
});
