import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { contributes } from '../../package.json';
import { VERBS } from '../../src/cli/arguments';
import { ERROR_CODES } from '../../src/core/errors';

const root = path.join(import.meta.dirname, '../..');
const read = (file: string) => readFileSync(path.join(root, file), 'utf8');

/** `UPDATE_DOCS=1 npx vitest run test/core/documentation.test.ts` writes the table anew. */
function errorsDocument(): string {
  const rows = Object.entries(ERROR_CODES).map(([code, meaning]) => `| \`${code}\` | ${meaning} |`);
  return [
    '# Error codes',
    '',
    'The same code and the same sentence appear in the editor, in the log and in `--json`. The sentence of one occurrence',
    'names the file and says what to do next; this is what each code means in general.',
    '',
    '<!-- prettier-ignore -->',
    '| code | meaning |',
    '|---|---|',
    ...rows,
    '',
  ].join('\n');
}

describe('the documentation', () => {
  it('lists every error code', () => {
    if (process.env.UPDATE_DOCS) writeFileSync(path.join(root, 'docs/errors.md'), errorsDocument());
    expect(read('docs/errors.md')).toBe(errorsDocument());
  });

  it('describes every verb', () => {
    const text = read('README.md');
    for (const verb of VERBS) expect(text).toContain(`\`${verb}`);
  });

  it('describes every command of the palette and every setting', () => {
    const text = read('docs/reference.md');
    for (const { command, title } of contributes.commands) expect(text, command).toContain(title);
    for (const setting of Object.keys(contributes.configuration.properties)) expect(text).toContain(`\`${setting}\``);
  });
});
