import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { diagnostics, fingerprint, folder, refused, run, uriOf } from '../support';

describe('a workspace with bad input', () => {
  it('shows each error of the plan at its line', async () => {
    await vscode.window.showTextDocument(uriOf('consolidation.jsonc'));
    const found = await diagnostics('consolidation.jsonc', (all) => all.length >= 2);
    assert.deepEqual([...new Set(found.map(({ range }) => range.start.line + 1))].sort(), [4, 5]);
  });

  it('refuses to migrate with the same code as the command line, and writes nothing', async () => {
    const before = fingerprint();
    await refused('migrate', 'PATH_OUTSIDE_WORKSPACE');
    await refused('dryRun', 'PATH_OUTSIDE_WORKSPACE');
    assert.deepEqual(fingerprint(), before);
    assert.ok(!existsSync(path.join(folder(), '../core.db')));
  });

  it('has nothing to roll back or to verify', async () => {
    await refused('rollback', 'NO_RUN');
    await refused('verify', 'NO_RUN');
  });

  it('lists the damaged database in place of failing', async () => {
    const inventory = await run('scan');
    assert.deepEqual(
      inventory.databases.map(({ path: file, kind }) => [file, kind]),
      [['cut.db', 'truncated']],
    );
  });
});
