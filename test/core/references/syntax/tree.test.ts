import { describe, expect, it } from 'vitest';
import path from 'node:path';
import { codeLanguage, grammarOf } from '../../../../src/core/references/languages/language';
import { readCorpus } from '../../../references/corpus';

const EDITS = 6 * Number(process.env.HEAVY || 1);
const SEED = Number(process.env.SEED || 4711);
const SNIPPETS = [
  'x',
  ' ',
  '\n',
  '(',
  ')',
  '"',
  "'",
  '{',
  '}',
  '# a',
  '// b',
  '\n    y = 1\n',
  'é😀',
  'f("a.db")',
  ';',
  ':',
];

describe(`an edited document has the nodes of one that is parsed from nothing (SEED=${SEED})`, async () => {
  let state = SEED;
  const random = (limit: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  for (const base of await readCorpus())
    it(base.name, { timeout: 20_000 + EDITS * 1_000 }, async () => {
      for (const [file, source] of base.files) {
        const language = codeLanguage(path.extname(file));
        if (!language) continue;
        const grammar = await grammarOf(language);
        let text = source;
        grammar.parse(text, file);
        for (let edit = 0; edit < EDITS; edit++) {
          const at = random(text.length + 1);
          const kind = random(4);
          const added = kind === 0 ? '' : SNIPPETS[random(SNIPPETS.length)]!;
          const next = text.slice(0, at) + added + text.slice(at + (kind < 2 ? random(12) : 0));
          expect(grammar.parse(next, file), `${file} at ${at}: ${JSON.stringify(added)}`).toEqual(grammar.parse(next));
          // Mostly the text is whole again with the next edit.
          if (random(3) > 0) expect(grammar.parse(text, file), `${file} undone`).toEqual(grammar.parse(text));
          else text = next;
        }
      }
    });
});
