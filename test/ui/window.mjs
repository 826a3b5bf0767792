import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { makeWorkspace } from '../extension/workspaces.mjs';
import { launchBrowser, newPage } from '../host/browser.mjs';
import { startServer } from '../host/server.mjs';
import { openWorkbench } from '../host/workbench.mjs';
import { subject } from './subject.mjs';

/**
 * A VS Code window on a workspace of its own, with the extension under test.
 * @typedef {object} Window
 * @property {string} folder the workspace
 * @property {import('playwright-core').Page & { refused: Set<string> }} page
 * @property {(name: string) => Promise<void>} screenshot keeps a picture among the artefacts
 * @property {() => Promise<void>} close
 */

/**
 * @param {string} workspace its name, see workspaces.mjs
 * @param {{ settings?: Record<string, unknown>, context?: import('playwright-core').BrowserContextOptions }} [options]
 * @returns {Promise<Window>}
 */
export async function openWindow(workspace, { settings, context } = {}) {
  const folder = mkdtempSync(path.join(tmpdir(), `${workspace}-`));
  let server, browser;
  const close = async () => {
    await browser?.close();
    await server?.stop();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  };
  try {
    await makeWorkspace(workspace, folder);
    server = await startServer({ settings, extensionsDirectory: subject.extensionsDirectory });
    browser = await launchBrowser();
    const page = await newPage(browser, context);
    const extensions = subject.developmentPath ? [subject.developmentPath] : [];
    await openWorkbench(page, server.url({ folder, extensions }));
    let pictures = 0;
    const screenshot = async (name) => {
      const number = String(++pictures).padStart(2, '0');
      await page.screenshot({ path: path.join(subject.screenshots, `${workspace}-${number}-${name}.png`) });
    };
    return { folder, page, screenshot, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Keeps a picture of the window whenever a test of the suite failed. */
export function pictureFailures(window) {
  afterEach(async function () {
    if (this.currentTest?.state === 'failed')
      await window()?.screenshot(`failed-${this.currentTest.title.replace(/\W+/g, '-').slice(0, 60)}`);
  });
}
