import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readCorpus } from '../../references/corpus';
import unmetLabels from '../../references/heldout/unmet.json';
import { measureCodeBase, sumOf } from '../../references/measure';
import type { Score } from '../../references/measure';

const corpus = await readCorpus(path.join(import.meta.dirname, '../../references/corpus'));
/** Code bases that were labelled before anything was measured on them. */
const heldout = await readCorpus(path.join(import.meta.dirname, '../../references/heldout'));

/** What is not met of their labels: a line each, as a failure begins. */
const unmet = unmetLabels as readonly string[];

describe('code bases labelled before they were measured', () => {
  it.each(heldout)('$name', async (base) => {
    const { failures } = await measureCodeBase(base);
    expect(failures.filter((failure) => !unmet.some((each) => failure.startsWith(each)))).toEqual([]);
    // What is met by now is no longer among them.
    const own = unmet.filter((each) => each.startsWith(`${base.name}: `));
    expect(own.filter((each) => !failures.some((failure) => failure.startsWith(each)))).toEqual([]);
  });
});

describe('the labelled corpus', () => {
  const scores: Score[] = [];
  const labels = new Map<string, number>();

  it.each(corpus)('$name', async (base) => {
    const { scores: found, failures } = await measureCodeBase(base);
    scores.push(...found.values());
    for (const [language, score] of found) labels.set(language, (labels.get(language) ?? 0) + score.labels);
    expect(failures).toEqual([]);
  });

  it('is met', () => {
    const sum = sumOf(scores);
    expect(sum.labels).toBeGreaterThanOrEqual(800);
    expect(sum.negatives).toBeGreaterThanOrEqual(150);
    for (const language of ['python', 'go', 'typescript']) expect(labels.get(language)).toBeGreaterThanOrEqual(80);
    for (const language of ['java', 'csharp', 'rust', 'ruby', 'php', 'cpp', 'shellscript'])
      expect(labels.get(language)).toBeGreaterThanOrEqual(12);
    expect(sum.found / sum.paths).toBeGreaterThanOrEqual(0.99);
    expect(1 - sum.wrong / sum.told).toBeGreaterThanOrEqual(0.98);
    expect(sum.right / sum.tables).toBeGreaterThanOrEqual(0.97);
    expect(sum.silentlyWrong).toBe(0);
  });
});
