// What a person does in VS Code's window, as functions on a playwright page.

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {import('playwright-core').Locator} Locator */

/** Opens the workbench and waits until its window is restored. */
export async function openWorkbench(page, url) {
  await page.goto(url);
  await page.waitForFunction(() => globalThis.driver !== undefined, undefined, { timeout: 60_000 });
  await page.evaluate(() => globalThis.driver.whenWorkbenchRestored());
}

/**
 * Repeats a whole gesture until its outcome is visible. While the window starts, key presses may be swallowed and menus
 * may close by themselves, so the gesture has to be one that can be repeated without harm.
 * @param {(attempt: number) => Promise<unknown>} gesture
 * @param {Locator} outcome
 */
export async function until(gesture, outcome, { tries = 6, each = 2000 } = {}) {
  for (let attempt = 1; ; attempt++) {
    try {
      await gesture(attempt);
      return await outcome.first().waitFor({ timeout: each });
    } catch (error) {
      if (attempt >= tries) throw error;
    }
  }
}

/** Chooses a command by its title in the command palette; returns once the palette is gone. */
export async function runCommand(page, title) {
  const palette = page.locator('.quick-input-widget');
  const row = palette.locator('.monaco-list-row.focused', { hasText: title });
  await until(async () => {
    await page.keyboard.press('Escape');
    await page.keyboard.press('F1');
    await palette.locator('input').fill(`>${title}`, { timeout: 3000 });
  }, row);
  await page.keyboard.press('Enter');
  await row.waitFor({ state: 'hidden' });
}

/** Opens a file by its path in the workspace, through Quick Open. */
export async function openFile(page, file) {
  const name = file.split('/').at(-1);
  const widget = page.locator('.quick-input-widget');
  const row = widget.locator('.monaco-list-row.focused', { hasText: name });
  await until(async () => {
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+P');
    await widget.locator('input').fill(file, { timeout: 3000 });
  }, row);
  await page.keyboard.press('Enter');
  await page.locator('.tab.active', { hasText: name }).waitFor();
}

/** The lines of the active editor that show a text. Monaco renders spaces as no-break spaces. */
export const editorLine = (page, text) =>
  page.locator('.editor-group-container.active .view-line', { hasText: spaced(text) });

const spaced = (text) =>
  new RegExp(
    text
      .split(' ')
      .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
      .join('[ \\u00a0]'),
  );

/** A modal dialog of the workbench. */
export const dialog = (page) => page.locator('.monaco-dialog-box');

/**
 * Answers a dialog by keyboard. A webview that has just been shown may take the focus, and with it the key press: so the
 * button is seen to have it first, and the dialog to go.
 */
export async function answer(page, name) {
  const button = dialog(page).getByRole('button', { name });
  await until(() => button.focus({ timeout: 3000 }), button.and(page.locator(':focus')));
  await page.keyboard.press('Enter');
  await button.waitFor({ state: 'detached' });
}

/**
 * Waits for a notification with this text. Toasts are not shown to the smoke-test driver, so the list is opened.
 * @param {Page} page
 * @param {string | RegExp} text
 * @returns {Promise<Locator>}
 */
export async function notification(page, text) {
  const all = page.locator('.notification-list-item');
  const found = all.filter({ hasText: text });
  try {
    await until(
      async () => {
        if (!(await found.first().isVisible())) await runCommand(page, 'Notifications: Show Notifications');
      },
      found,
      { tries: 20, each: 3000 },
    );
  } catch (error) {
    const instead = JSON.stringify([await all.allInnerTexts(), await dialog(page).allInnerTexts()]);
    throw new Error(`No notification ${text}; the notifications and dialogs instead: ${instead}`, { cause: error });
  }
  return found.first();
}

/**
 * The contents of the n-th visible webview: an outer iframe (VS Code's own page) around an inner one (the extension's).
 * @param {Page} page
 */
export const webview = (page, index = 0) =>
  page.locator('iframe.webview.ready').nth(index).contentFrame().locator('iframe#active-frame').contentFrame();

/** Closes all editors, webviews too, once what is being saved is saved. */
export async function closeEditors(page) {
  await page.locator('.tabs-container .tab.dirty').first().waitFor({ state: 'detached' });
  await runCommand(page, 'View: Close All Editors');
  await page.locator('.tabs-container .tab').first().waitFor({ state: 'detached' });
}

/** Shows a view container by its icon in the activity bar; a badge becomes part of the icon's name. */
export const openView = (page, name) =>
  page.locator('.activitybar .action-item', { has: page.locator(`[aria-label^="${name}"]`) }).click();
