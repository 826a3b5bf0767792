#!/usr/bin/env node
// Stands in for the `code` executable where desktop VS Code cannot be had: takes the arguments that @vscode/test-electron
// passes, and calls the tests' run() in the extension host of the server build, with Chromium as the window.
// Exit status: what the extension host says (0 when run() resolves, 1 when it throws), 2 when there was no answer.
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { launchBrowser, newPage } from './browser.mjs';
import { startServer } from './server.mjs';

const LIMIT = Number(process.env.VSCODE_TEST_LIMIT ?? 300_000);
/** What the workbench complains about in every healthy run. */
const NOISE =
  /^\[Service Worker\]|^Canceled|^\[remote-connection\]|vsda|serviceWorker|update\/check|authentication provider/;

const args = process.argv.slice(2);
const values = (name) => args.filter((arg) => arg.startsWith(`--${name}=`)).map((arg) => arg.slice(name.length + 3));
const failed = path.join(import.meta.dirname, '../../artifacts/extension/host-failed.png');

/** Resolves with the exit code of the extension host. */
async function runTests(page, url) {
  let answer;
  const exit = new Promise((resolve, reject) => {
    answer = { resolve, reject };
  });
  // The workbench calls these two where they exist: each log line, and the end of the test's extension host.
  // Both have to be there before the page is opened.
  await page.exposeFunction('codeAutomationLog', (type, parts) => {
    const text = parts
      .map(String)
      .join(' ')
      .replace(/^%c.*?color: #\w+\s*/, '');
    if (process.env.VSCODE_VERBOSE) console.error(`[workbench ${type}] ${text}`);
    else if (type === 'error' && !NOISE.test(text))
      console.error(`[workbench] ${text.split('\n').slice(0, 6).join('\n')}`);
  });
  await page.exposeFunction('codeAutomationExit', (code) => answer.resolve(code));
  page.on('crash', () => answer.reject(new Error('The window crashed.')));
  const timer = setTimeout(() => answer.reject(new Error(`No answer within ${LIMIT} ms.`)), LIMIT);
  try {
    const opened = page.goto(url);
    opened.catch(answer.reject);
    return await exit;
  } finally {
    clearTimeout(timer);
  }
}

let server, browser, page;
let code = 2;
try {
  [server, browser] = await Promise.all([startServer(), launchBrowser()]);
  page = await newPage(browser);
  const url = server.url({
    folder: args.find((arg) => !arg.startsWith('-')),
    extensions: values('extensionDevelopmentPath'),
    tests: values('extensionTestsPath')[0],
  });
  code = await runTests(page, url);
} catch (error) {
  console.error('host:', error);
  mkdirSync(path.dirname(failed), { recursive: true });
  await page?.screenshot({ path: failed }).catch((reason) => console.error('host: no screenshot:', reason.message));
} finally {
  await browser?.close();
  await server?.stop();
}
process.exit(code);
