import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readCorpus } from '../../references/corpus';
import { measureCodeBase } from '../../references/measure';

const flows = await readCorpus(path.join(import.meta.dirname, '../../references/flows'));

/**
 * How a path gets to the call that opens it, and a statement to its connection, one form of a language or a library in
 * each file. Two databases have the same table, so that only the way from one to the other tells which is meant.
 */
describe('flows', () => {
  it.each(flows)('$name', async (base) => {
    const { failures } = await measureCodeBase(base);
    expect(failures).toEqual([]);
  });
});
