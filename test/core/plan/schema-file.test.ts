import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { planJsonSchema } from '../../../src/core/plan/definition';

/** Run with UPDATE_GOLDEN=1 after a change of the format. */
it('gives the editor the JSON Schema of the definition', async () => {
  const file = path.resolve('schemas/consolidation.schema.json');
  if (process.env.UPDATE_GOLDEN) await writeFile(file, planJsonSchema());
  expect(await readFile(file, 'utf8')).toBe(planJsonSchema());
});
