import assert from 'node:assert/strict';
import {
  answer,
  closeEditors,
  dialog,
  editorLine,
  notification,
  openFile,
  openView,
  runCommand,
  until,
  webview,
} from '../host/workbench.mjs';
import { openWindow, pictureFailures } from './window.mjs';
import { copyAndExecute, databaseDigests, holds } from './oracle.mjs';

const REPORT = ['python3', '-B', '-m', 'coffee_maker.report'];

/** One person's way through the window; each test goes on where the one before it stopped. */
describe('VS Code on the coffee-maker workspace', () => {
  /** @type {import('./window.mjs').Window} */
  let window;
  let digests, said;
  const at = () => window.page;

  before(async () => {
    window = await openWindow('coffee-maker');
    digests = databaseDigests(window.folder);
    said = copyAndExecute(window.folder, ...REPORT);
  });
  pictureFailures(() => window);
  after(() => window?.close());

  it('shows squiggles under stale paths', async () => {
    await openFile(at(), 'coffee_maker/messaging.py');
    await at().locator('.squiggly-warning').first().waitFor({ timeout: 60_000 });
    await window.screenshot('squiggles');
  });

  it('fixes one by keyboard', async () => {
    const stale = editorLine(at(), 'AGENT_MESSAGES_DB = Path');
    const menu = at().locator('.action-widget .monaco-list-row.focused', { hasText: 'database_path' });
    await until(
      async () => {
        await at().keyboard.press('Escape');
        await stale.click();
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
    await closeEditors(at());
    const fixed = "from coffee_maker import messaging; assert messaging.AGENT_MESSAGES_DB.name == 'roadmap.db'";
    await holds(window.folder, 'coffee_maker/databases.py', 'def database_path'); // the access layer came with the fix
    copyAndExecute(window.folder, 'python3', '-B', '-c', fixed);
  });

  it('lists databases, references and runs in the activity bar', async () => {
    await openView(at(), 'SQLite Consolidator');
    const rows = at().locator('.sidebar .monaco-list-row');
    await rows.filter({ hasText: 'notifications.db' }).first().waitFor();
    await rows.filter({ hasText: 'task_queue.py' }).first().waitFor();
    await window.screenshot('activity-bar');
  });

  it('lists the databases in the Inventory', async () => {
    await runCommand(at(), 'SQLite Consolidator: Open Inventory');
    await webview(at()).getByText('data/notifications.db').first().waitFor();
    await window.screenshot('inventory');
    await closeEditors(at());
  });

  it('shows where every table goes in the Mapping', async () => {
    await runCommand(at(), 'SQLite Consolidator: Open Mapping');
    await webview(at()).getByText('notification_user').first().waitFor();
    await window.screenshot('mapping');
    await closeEditors(at());
  });

  it('asks before it migrates, with the numbers; and a no leaves everything as it is', async () => {
    await runCommand(at(), 'SQLite Consolidator: Migrate');
    await dialog(at()).waitFor({ timeout: 60_000 });
    const question = await dialog(at()).innerText();
    assert.match(question, /11,230 rows/);
    assert.match(question, /data\/roadmap\.db: 20 tables/);
    await window.screenshot('confirmation');
    await at().keyboard.press('Escape');
    await dialog(at()).waitFor({ state: 'detached' });
    assert.deepEqual(databaseDigests(window.folder), digests);
  });

  it('migrates by keyboard, and shows the report', async () => {
    await runCommand(at(), 'SQLite Consolidator: Migrate');
    await dialog(at()).getByRole('button', { name: 'Migrate' }).waitFor({ timeout: 60_000 });
    await answer(at(), 'Migrate');
    const report = webview(at());
    await report.getByText('Published and verified').waitFor({ timeout: 60_000 });
    await report.getByText('notification_user').first().waitFor();
    await window.screenshot('report');
    const sqlite = (sql) => copyAndExecute(window.folder, 'sqlite3', 'data/roadmap.db', sql);
    assert.equal(sqlite('PRAGMA integrity_check'), 'ok');
    // 5,200 rows, nearly all of which were in the write-ahead log alone.
    assert.equal(sqlite('SELECT count(*) FROM notification_user'), '5200');
    const legacy = { ...databaseDigests(window.folder), 'data/roadmap.db': digests['data/roadmap.db'] };
    assert.deepEqual(legacy, digests);
  });

  it('offers to fix the references, and the program then says the same', async () => {
    await (await notification(at(), 'still name')).getByRole('button', { name: 'Fix References' }).click();
    await dialog(at()).getByRole('button', { name: 'Fix All' }).waitFor({ timeout: 60_000 });
    await window.screenshot('fix-all');
    await answer(at(), 'Fix All');
    await notification(at(), /Fixed \d+ files/);
    await runCommand(at(), 'File: Save All Files');
    await window.screenshot('all-fixed');
    assert.equal(copyAndExecute(window.folder, ...REPORT), said);
  });

  it('rolls back after a question', async () => {
    await runCommand(at(), 'SQLite Consolidator: Roll Back');
    await dialog(at()).getByRole('button', { name: 'Roll Back' }).waitFor({ timeout: 60_000 });
    await window.screenshot('roll-back');
    await answer(at(), 'Roll Back');
    await notification(at(), 'Rolled back:');
    await window.screenshot('rolled-back');
    assert.deepEqual(databaseDigests(window.folder), digests);
  });

  it('asks nothing of any other machine on behalf of the extension', () => {
    // VS Code itself asks for its webview page's origin and its own services; they are refused too.
    const own =
      /(^|\.)(vscode-cdn\.net|vscode-unpkg\.net|microsoft\.com|visualstudio\.com|github\.com|githubusercontent\.com)$/;
    assert.deepEqual(
      [...at().refused].filter((url) => !own.test(new URL(url).hostname)),
      [],
    );
  });
});
