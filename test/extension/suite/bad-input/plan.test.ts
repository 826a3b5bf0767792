import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import type { Inventory } from '../../../../src/core/inventory/inventory';
import { diagnostics, folder, uriOf } from '../support';

describe('a workspace with bad input', () => {
  it('shows each error of the plan at its line', async () => {
    await vscode.window.showTextDocument(uriOf('consolidation.jsonc'));
    const found = await diagnostics('consolidation.jsonc');
    assert.deepEqual([...new Set(found.map(({ range }) => range.start.line + 1))].sort(), [4, 5]);
  });

  it('refuses to migrate with the same code as the command line, and writes nothing', async () => {
    const command = vscode.commands.executeCommand('sqliteConsolidator.migrate', { confirmed: true });
    await assert.rejects(Promise.resolve(command), /PLAN_INVALID|PATH_OUTSIDE_WORKSPACE|plan/i);
    assert.ok(!existsSync(path.join(folder(), '.sqlite-consolidator')));
    assert.ok(!existsSync(path.join(folder(), '../core.db')));
  });

  it('lists the damaged database in place of failing', async () => {
    const inventory = await vscode.commands.executeCommand<Inventory>('sqliteConsolidator.scan', { confirmed: true });
    assert.deepEqual(
      inventory.databases.map(({ path: file, kind }) => [file, kind]),
      [['cut.db', 'corrupt']],
    );
  });
});
