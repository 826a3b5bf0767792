import { grammarOf } from '../languages/language';
import type { CodeLanguage } from '../languages/language';
import { inWhole } from '../slicing/slice';
import type { Slice } from '../slicing/slice';
import type { Program } from '../syntax/program';

/**
 * What the code of a text says in the neutral form.
 * @param slice the parts of it that are read; without it all of it is
 * @param key the document that is being edited, as for `Grammar.parse`
 * @returns undefined for code that is nested deeper than the stack: it was generated, and is left out
 */
export async function parseText(
  text: string,
  language: CodeLanguage,
  slice?: Slice,
  key?: string,
): Promise<Program | undefined> {
  const grammar = await grammarOf(language);
  const root = grammar.parse(slice?.text ?? text, key);
  if (!root) return undefined;
  try {
    return language.lower(slice ? inWhole(root, slice) : root, text);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
