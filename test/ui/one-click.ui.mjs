import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { answer, dialog, openView, runCommand, webview } from '../host/workbench.mjs';
import { copyAndExecute } from './oracle.mjs';
import { openWindow, pictureFailures } from './window.mjs';

describe('VS Code on a workspace without a plan', () => {
  /** @type {import('./window.mjs').Window} */
  let window;
  const at = () => window.page;

  before(async () => {
    window = await openWindow('one-click');
  });
  pictureFailures(() => window);
  after(() => window?.close());

  it('says in the activity bar what can be done', async () => {
    await openView(at(), 'SQLite Consolidator');
    await at().locator('.sidebar').getByText('A scan changes nothing').waitFor();
    await window.screenshot('welcome');
  });

  it('migrates with one click: drafts the plan, asks, migrates, shows the report', async () => {
    await runCommand(at(), 'SQLite Consolidator: Migrate');
    await dialog(at()).getByRole('button', { name: 'Migrate' }).waitFor({ timeout: 60_000 });
    await window.screenshot('confirmation');
    assert.ok(existsSync(path.join(window.folder, 'consolidation.jsonc')));
    await answer(at(), 'Migrate');
    await webview(at()).getByText('Published and verified').waitFor({ timeout: 60_000 });
    await window.screenshot('report');
    const target = JSON.parse(
      copyAndExecute(window.folder, 'sh', '-c', 'cat .sqlite-consolidator/runs/*/report.json'),
    ).targets.map(({ path: file }) => file);
    assert.ok(target.length > 0);
    for (const file of target)
      assert.equal(copyAndExecute(window.folder, 'sqlite3', file, 'PRAGMA integrity_check'), 'ok');
  });
});
