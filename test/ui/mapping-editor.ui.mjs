import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { runCommand, until, webview } from '../host/workbench.mjs';
import { openWindow } from './window.mjs';

/** Editing the plan in the Mapping view: the text of the plan follows, and the editor's own undo takes it back. */
describe('VS Code, the Mapping of the coffee-maker workspace', () => {
  /** @type {import('./window.mjs').Window} */
  let window;
  let plan;
  const at = () => window.page;
  const text = () => readFileSync(plan, 'utf8');

  before(async () => {
    window = await openWindow('coffee-maker');
    plan = path.join(window.folder, 'consolidation.jsonc');
    await runCommand(at(), 'SQLite Consolidator: Open Mapping');
  });
  after(() => window?.close());
  afterEach(async function () {
    if (this.currentTest?.state === 'failed')
      await window.screenshot(`failed-${this.currentTest.title.replace(/\W+/g, '-')}`);
  });

  it('renames a table in the plan, comments and all else kept; undo takes it back', async () => {
    const before = text();
    const mapping = webview(at());
    const row = mapping.locator('[data-path="data/agent_messages.db"] [data-table="agent_messages"]');
    await row.waitFor({ timeout: 60_000 });
    await row.locator('.change').click();
    await mapping.locator('.editor vscode-text-field:visible input').fill('messages_of_agents');
    await mapping.locator('.editor vscode-button', { hasText: 'Apply' }).click();
    await row.locator('.renamed', { hasText: 'messages_of_agents' }).waitFor({ timeout: 30_000 });
    await window.screenshot('mapping-edited');
    await at().keyboard.press('Control+S');
    await until(async () => {}, at().locator('.tab.active:not(.dirty)', { hasText: 'consolidation.jsonc' }));
    const comments = (plan) => plan.split('\n').filter((line) => line.includes('//'));
    assert.deepEqual(comments(text()), comments(before));
    const changed = text()
      .split('\n')
      .filter((line) => !before.split('\n').includes(line));
    assert.equal(changed.length, 1, changed.join('\n'));
    assert.match(changed[0], /"roadmap\.messages_of_agents"/);
    await at().keyboard.press('Control+Z');
    await row.locator('.renamed', { hasText: 'messaging_agent_message' }).waitFor({ timeout: 30_000 });
    await at().keyboard.press('Control+S');
    await until(async () => {}, at().locator('.tab.active:not(.dirty)', { hasText: 'consolidation.jsonc' }));
    assert.equal(text(), before);
  });

  it('settles a conflict by the resolution that is chosen', async () => {
    const before = text();
    // Two tables in one name that have nothing in common.
    const broken = before.replace('"roadmap.orchestrator_bug"', '"roadmap.orchestrator_task"');
    assert.notEqual(broken, before);
    writeFileSync(plan, broken);
    const mapping = webview(at());
    const resolution = mapping.locator('.findings vscode-button').first();
    await resolution.waitFor({ timeout: 60_000 });
    await window.screenshot('mapping-conflict');
    await mapping.locator('.findings vscode-button', { hasText: 'Keep the tables apart' }).first().click();
    await mapping.locator('vscode-button:not([disabled])', { hasText: 'Migrate' }).waitFor({ timeout: 30_000 });
    assert.equal(await mapping.locator('.icon-error').count(), 0);
    await window.screenshot('mapping-resolved');
    await at().keyboard.press('Control+S');
    await until(async () => {}, at().locator('.tab.active:not(.dirty)', { hasText: 'consolidation.jsonc' }));
    assert.notEqual(text(), broken);
    writeFileSync(plan, before);
  });

  it('is there again after the window was reloaded', async () => {
    await runCommand(at(), 'SQLite Consolidator: Open Inventory');
    await webview(at()).getByText('data/orchestrator.db').first().waitFor({ timeout: 30_000 });
    const before = await at().evaluate(() => performance.timeOrigin);
    await runCommand(at(), 'Developer: Reload Window');
    await at().waitForFunction(
      (origin) => performance.timeOrigin !== origin && globalThis.driver !== undefined,
      before,
    );
    await at().evaluate(() => globalThis.driver.whenWorkbenchRestored());
    await webview(at()).getByText('data/orchestrator.db').first().waitFor({ timeout: 60_000 });
    await at().locator('.tab', { hasText: 'consolidation.jsonc' }).click();
    await webview(at()).locator('h1', { hasText: 'Mapping of' }).waitFor({ timeout: 60_000 });
    await window.screenshot('restored');
  });
});
