import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { downloadAndUnzipVSCode, runTests } from '@vscode/test-electron';
import { supportsServer } from './server-build.mjs';
import { quietSettings } from './settings.mjs';

const STAND_IN = path.join(import.meta.dirname, 'code.mjs');

/**
 * The `code` executable to test with. Desktop VS Code where it can be had and there is a display for it; otherwise the
 * stand-in. VSCODE_TEST_DESKTOP=1 insists on the desktop, VSCODE_TEST_DESKTOP=0 forbids it.
 * @returns {Promise<string>}
 */
export async function findExecutable() {
  const wish = process.env.VSCODE_TEST_DESKTOP;
  const display = process.platform !== 'linux' || process.env.DISPLAY || process.env.WAYLAND_DISPLAY;
  const tryDesktop = wish === '1' || (wish !== '0' && display && (!process.env.CI || !supportsServer()));
  if (tryDesktop) {
    try {
      return await downloadAndUnzipVSCode({ version: 'stable', timeout: 5000 });
    } catch (error) {
      if (wish === '1' || !supportsServer()) throw error;
      console.error(`host: desktop VS Code cannot be downloaded here (${error.message}); using the server build`);
    }
  }
  if (supportsServer()) return STAND_IN;
  throw new Error(
    'The extension-host tests need desktop VS Code on this machine. Unset VSCODE_TEST_DESKTOP, or give it a display.',
  );
}

/**
 * Calls the tests' run() in a real extension host. The tests write what they have to say to VSCODE_TEST_TEXT and their
 * result to VSCODE_TEST_RESULT (see test/extension/index.ts): an exit code alone proves nothing, because an extension
 * host that was killed is reported as 0 too.
 * @param {object} options
 * @param {string} options.extension development path
 * @param {string} options.tests the module that exports `run()`
 * @param {string} options.folder the workspace; the tests may change it
 * @param {Record<string, string>} [options.env]
 * @returns {Promise<{ passed: number, failed: number, skipped: number }>}
 * @throws Error when the host crashed, left no result or ran no test
 */
export async function runInExtensionHost({ extension, tests, folder, env = {} }) {
  const executable = await findExecutable();
  const scratch = mkdtempSync(path.join(tmpdir(), 'exthost-'));
  const text = path.join(scratch, 'text');
  const result = path.join(scratch, 'result.json');
  const userData = path.join(scratch, 'data');
  mkdirSync(path.join(userData, 'User'), { recursive: true });
  writeFileSync(path.join(userData, 'User/settings.json'), JSON.stringify(quietSettings));
  appendFileSync(text, '');
  const output = follow(text);
  let failure;
  try {
    await runTests({
      vscodeExecutablePath: executable,
      extensionDevelopmentPath: path.resolve(extension),
      extensionTestsPath: path.resolve(tests),
      launchArgs: [path.resolve(folder), `--user-data-dir=${userData}`, '--disable-extensions'],
      extensionTestsEnv: { ...env, VSCODE_TEST_TEXT: text, VSCODE_TEST_RESULT: result },
    });
  } catch (error) {
    failure = error; // failed tests end here too; the result tells them from a crash
  }
  try {
    output.stop();
    if (!existsSync(result))
      throw new Error('The extension host left no result: it crashed, or the tests could not be loaded.', {
        cause: failure,
      });
    const counted = JSON.parse(readFileSync(result, 'utf8'));
    if (failure && counted.failed === 0)
      throw new Error('The tests passed, but the extension host ended badly.', { cause: failure });
    if (counted.passed + counted.failed === 0) throw new Error('No test ran in the extension host.');
    return counted;
  } finally {
    rmSync(scratch, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

/** Prints what is appended to a file, as it comes. */
function follow(file) {
  let printed = 0;
  const print = () => {
    const bytes = readFileSync(file);
    process.stdout.write(bytes.subarray(printed));
    printed = bytes.length;
  };
  const timer = setInterval(print, 250);
  return {
    stop() {
      clearInterval(timer);
      print();
    },
  };
}
