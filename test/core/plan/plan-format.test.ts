import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { planJsonSchema } from '../../../src/core/plan/definition';
import { PLAN_FINDINGS } from '../../../src/core/plan/finding-codes';
import { parsePlan } from '../../../src/core/plan/read';

const file = path.resolve('docs/plan-format.md');

/** `UPDATE_DOCS=1` writes the table anew. */
it('the documentation lists every finding', async () => {
  const text = await readFile(file, 'utf8');
  const rows = Object.entries(PLAN_FINDINGS).map(([code, meaning]) => `| \`${code}\` | ${meaning} |`);
  const table = [
    '<!-- findings -->',
    '<!-- prettier-ignore -->',
    '| code | meaning |',
    '|---|---|',
    ...rows,
    '',
    '<!-- /findings -->',
  ];
  const written = text.replace(/<!-- findings -->[^]*<!-- \/findings -->/, () => table.join('\n'));
  if (process.env.UPDATE_DOCS) await writeFile(file, written);
  expect(written).toBe(process.env.UPDATE_DOCS ? written : text);
});

it('the documentation names every field, and its example is a plan', async () => {
  const text = await readFile(file, 'utf8');
  const fields = [...planJsonSchema().matchAll(/"properties": (\{)/g)].flatMap(({ index }) =>
    Object.keys(objectAt(index! + 14)),
  );
  // What a profile can say are SQLite's own names; those inside lists and of the access layer are told by example.
  const told =
    /^(journal_mode|synchronous|auto_vacuum|foreign_keys|temp_store|secure_delete|cache_size|mmap_size|busy_timeout|wal_autocheckpoint|journal_size_limit|page_size|\$schema|version|name|targets|sources|target|sql|expect|module|package|stages|monitor|dualWrite|rollbackAboveErrorRate|retainArchivesFor|database|p95|exclude|value|drop|first|last|column)$/;
  for (const field of new Set(fields)) if (!told.test(field)) expect(text, field).toContain(`\`${field}\``);
  const [, example] = /```jsonc\n([^]*?)```/.exec(text)!;
  parsePlan(example!);
});

function objectAt(offset: number): object {
  const text = planJsonSchema().slice(offset);
  let depth = 0;
  for (let at = 0; ; at++) {
    if (text[at] === '{') depth++;
    if (text[at] === '}' && --depth === 0) return JSON.parse(text.slice(0, at + 1)) as object;
  }
}
