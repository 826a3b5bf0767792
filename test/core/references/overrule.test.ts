import { describe, expect, it } from 'vitest';
import { scanTexts } from './support';

const DATABASES = [{ path: 'data/app.db', tables: ['users'] }];

describe('what is judged can be overruled', () => {
  it('by a comment, where a tool names a legacy database', async () => {
    const text = [
      'OLD = "data/app.db"',
      'NEW = "data/app.db"  # sqlite-consolidator: stale',
      '# sqlite-consolidator: stale, the tool writes it too',
      'TOO = "data/app.db"',
      '',
    ].join('\n');
    const { references } = await scanTexts({ 'tools/migrate_users.py': text }, DATABASES);
    expect(references.map(({ line, role, stale }) => [line, role, stale])).toEqual([
      [1, 'tooling', false],
      [2, 'tooling', true],
      [4, 'tooling', true],
    ]);
  });
});
