import { statSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { cliJson } from '../../support/cli';
import { makeDatabase, temporaryWorkspace, writeText } from '../../support/workspace';

function workspaceWith(standing: string): string {
  const workspace = temporaryWorkspace({ 'out/all.db': standing });
  makeDatabase(workspace, 'data/a.db', 'CREATE TABLE t(id INTEGER PRIMARY KEY); INSERT INTO t VALUES (1)');
  writeText(
    workspace,
    'consolidation.jsonc',
    JSON.stringify({
      version: 1,
      name: 'destinations',
      targets: { all: { path: 'out/all.db' } },
      sources: {
        'data/a.db': { action: 'merge', to: 'all' },
      },
    }),
  );
  return workspace;
}

describe('a file that stands where a target is to be published', () => {
  it('is left as it is when it is empty, and said to be so', async () => {
    const workspace = workspaceWith('');
    const { exit, value } = await cliJson(workspace, 'migrate');
    expect(exit).not.toBe(0);
    expect(value.error.code).toBe('TARGET_EXISTS');
    expect(value.error.message).toContain('an empty file of 0 bytes');
    expect(statSync(path.join(workspace, 'out/all.db')).size).toBe(0);
  });
});
