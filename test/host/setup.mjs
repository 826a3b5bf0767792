// Prepares this machine for the editor tests: the VS Code server build from npm, a Chromium, and the tests' oracles
// (python3 with sqlite3, the sqlite3 shell). A second call finds everything in place and takes a moment.
// Run it alone with `node test/host/setup.mjs`; `npm test` calls it by itself.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { findChromium } from './chromium.mjs';
import { installDebianPackages } from './debian.mjs';
import { installServer, supportsServer } from './server-build.mjs';

/** Whether a command runs and succeeds. */
const works = (command, ...args) => spawnSync(command, args, { stdio: 'ignore' }).status === 0;

/**
 * Installs what is missing and says what it does.
 * @param {{ log?: (line: string) => void, editor?: boolean }} [options] `editor: false` prepares the oracles alone.
 * @returns {{ chromium: string | undefined }} the browser's path; undefined where the server build cannot run.
 */
export function setUp({ log = console.error, editor = true } = {}) {
  const missing = [];
  if (!works('python3', '-c', 'import sqlite3')) missing.push('python3');
  if (!works('sqlite3', '-version')) missing.push('sqlite3');
  const window = editor && supportsServer();
  if (window && !findChromium()) missing.push('chromium');
  if (missing.length > 0) {
    log(`setup: installing ${missing.join(', ')}`);
    installDebianPackages(missing, hintFor(missing));
  }
  if (!window) return { chromium: undefined };
  const chromium = findChromium();
  if (!chromium) throw new Error(`Chromium was installed, but is not to be found. ${hintFor(['chromium'])}`);
  installServer(log);
  return { chromium };
}

function hintFor(missing) {
  const hints = {
    python3: 'Install Python 3 with its sqlite3 module so that `python3` is on the PATH.',
    sqlite3: 'Install the sqlite3 shell so that `sqlite3` is on the PATH.',
    chromium: 'Install Chromium or Google Chrome, or set CHROMIUM to the path of one.',
  };
  return missing.map((name) => hints[name]).join(' ');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const started = performance.now();
  const { chromium } = setUp();
  console.error(`setup: ready in ${Math.round(performance.now() - started)} ms (browser: ${chromium ?? 'not needed'})`);
}
