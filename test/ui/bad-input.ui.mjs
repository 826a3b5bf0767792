import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { dialog, notification, runCommand } from '../host/workbench.mjs';
import { openWindow, pictureFailures } from './window.mjs';

describe('VS Code on a broken plan', () => {
  /** @type {import('./window.mjs').Window} */
  let window;
  const at = () => window.page;

  before(async () => {
    window = await openWindow('bad-input');
  });
  pictureFailures(() => window);
  after(() => window?.close());

  it('refuses to migrate in one sentence, and leads to the place', async () => {
    await runCommand(at(), 'SQLite Consolidator: Migrate');
    const refusal = await notification(at(), 'leads out of the workspace');
    assert.doesNotMatch(await refusal.innerText(), /\bat .*\.js:\d+|undefined|\[object/);
    await window.screenshot('refused');
    await refusal.getByRole('button', { name: 'Open Plan File' }).click();
    await at().locator('.tab.active', { hasText: 'consolidation.jsonc' }).waitFor();
    await at().locator('.squiggly-error').first().waitFor();
    await window.screenshot('plan-file');
    assert.equal(await dialog(at()).count(), 0);
    assert.ok(!existsSync(path.join(window.folder, '.sqlite-consolidator')));
  });
});
