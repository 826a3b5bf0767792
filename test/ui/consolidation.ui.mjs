import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { dialog, editorLine, openFile, runCommand, until, webview } from '../host/workbench.mjs';
import { openWindow } from './window.mjs';

/** One person's way through the window; each test goes on where the one before it stopped. */
describe('VS Code on the coffee-maker workspace', () => {
  /** @type {import('./window.mjs').Window} */
  let window;
  const at = () => window.page;

  before(async () => {
    window = await openWindow('coffee-maker');
  });

  after(async function () {
    if (this.currentTest?.state === 'failed') await window?.screenshot('failed');
    await window?.close();
  });

  afterEach(async function () {
    if (this.currentTest?.state === 'failed')
      await window.screenshot(`failed-${this.currentTest.title.replace(/\W+/g, '-')}`);
  });

  it('shows squiggles under stale paths', async () => {
    await openFile(at(), 'coffee_maker/messaging.py');
    await at().locator('.squiggly-warning').first().waitFor({ timeout: 60_000 });
    await window.screenshot('squiggles');
  });

  it('fixes one by keyboard', async () => {
    const before = editorLine(at(), 'AGENT_MESSAGES_DB = Path');
    const menu = at().locator('.action-widget .monaco-list-row.focused');
    await until(
      async () => {
        await at().keyboard.press('Escape');
        await before.click();
        await at().keyboard.press('End');
        await at().keyboard.press('Control+.');
        await menu.waitFor({ timeout: 4000 });
        await window.screenshot('quick-fix');
        await at().keyboard.press('Enter');
      },
      editorLine(at(), 'AGENT_MESSAGES_DB = database_path("roadmap")'),
    );
    await window.screenshot('fixed');
    await at().keyboard.press('Control+S');
  });

  it('lists the databases in the Inventory', async () => {
    await runCommand(at(), 'SQLite Consolidator: Open Inventory');
    const inventory = webview(at());
    await inventory.getByText('data/notifications.db').first().waitFor({ timeout: 30_000 });
    await window.screenshot('inventory');
  });

  it('shows where every table goes in the Mapping', async () => {
    await at().keyboard.press('Control+F4');
    await runCommand(at(), 'SQLite Consolidator: Open Mapping');
    const mapping = webview(at());
    await mapping.getByText('notification_user').first().waitFor({ timeout: 30_000 });
    await window.screenshot('mapping');
    await at().keyboard.press('Control+F4');
  });

  it('migrates from the command palette, after a question with the numbers, and shows the report', async () => {
    await runCommand(at(), 'SQLite Consolidator: Migrate');
    await dialog(at()).waitFor({ timeout: 60_000 });
    const question = await dialog(at()).innerText();
    assert.match(question, /11,230/);
    assert.match(question, /data\/roadmap\.db/);
    await window.screenshot('confirmation');
    await dialog(at()).getByRole('button', { name: 'Migrate' }).click();
    const report = webview(at());
    await report.getByText('notification_user').first().waitFor({ timeout: 60_000 });
    await window.screenshot('report');
    const rows = execFileSync('sqlite3', ['-readonly', 'data/roadmap.db', 'SELECT count(*) FROM notification_user'], {
      cwd: window.folder,
      encoding: 'utf8',
    });
    assert.equal(rows.trim(), '5200');
  });

  it('asks nothing of any other machine', () => {
    const foreign = [...at().refused].filter(
      (url) => !/vscode-cdn|vscode-unpkg|microsoft|visualstudio|github/.test(new URL(url).hostname),
    );
    assert.deepEqual(foreign, []);
  });
});
