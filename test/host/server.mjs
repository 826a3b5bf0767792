import { execFile, spawn } from 'node:child_process';
import { createWriteStream, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { serverMain, serverNode } from './server-build.mjs';
import { quietSettings } from './settings.mjs';

const START_LIMIT = 60_000;
/** No gallery, so nothing is looked up on the network. */
const environment = { NODE_OPTIONS: '', EXTENSIONS_GALLERY: '{"serviceUrl":""}' };

/**
 * A running VS Code server on loopback, with scratch folders of its own that go away with it.
 * @typedef {object} Server
 * @property {(what: OpenOptions) => string} url the address of a workbench
 * @property {() => Promise<void>} stop ends the server and everything below it, and removes its scratch folders
 * @property {() => string} log what it printed so far
 *
 * @typedef {object} OpenOptions
 * @property {string} [folder] the folder or `.code-workspace` file to open
 * @property {string[]} [extensions] development paths of extensions
 * @property {string} [tests] the module whose `run()` the extension host calls
 */

/**
 * Starts the server.
 * @param {object} [options]
 * @param {Record<string, unknown>} [options.settings] user settings on top of the quiet ones
 * @param {NodeJS.ProcessEnv} [options.env] environment of the extension host on top of this process's
 * @param {string} [options.extensionsDirectory] where extensions are installed; otherwise there are none
 * @returns {Promise<Server>}
 */
export async function startServer({ settings = {}, env = {}, extensionsDirectory } = {}) {
  const root = mkdtempSync(path.join(tmpdir(), 'vscode-'));
  const directory = (name) => {
    const created = path.join(root, name);
    mkdirSync(created, { recursive: true });
    return created;
  };
  const userData = directory('user-data');
  writeFileSync(
    path.join(directory('user-data/User'), 'settings.json'),
    JSON.stringify({ ...quietSettings, ...settings }, null, 2),
  );
  const child = spawn(
    serverNode,
    [
      serverMain,
      ...['--host', '127.0.0.1', '--port', '0', '--without-connection-token', '--accept-server-license-terms'],
      ...['--server-data-dir', directory('server-data'), '--user-data-dir', userData],
      ...['--extensions-dir', extensionsDirectory ?? directory('extensions')],
      ...['--telemetry-level', 'off', '--disable-telemetry', '--disable-experiments', '--disable-workspace-trust'],
      ...['--force-disable-user-env', '--reconnection-grace-time', '5'],
      // Without the driver a built workbench ignores extensionDevelopmentPath and extensionTestsPath in its address.
      '--enable-smoke-test-driver',
    ],
    {
      detached: true, // a process group of its own, so that stop() also ends the extension host and what that started
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, TMPDIR: directory('tmp'), ...env, ...environment },
    },
  );
  const group = processGroup(child);
  const logFile = createWriteStream(path.join(root, 'server.log'));
  let log = '';
  const stop = async () => {
    await group.end();
    await new Promise((resolve) => logFile.end(resolve));
    if (process.env.VSCODE_KEEP) console.error(`host: kept ${root}`);
    else rmSync(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  };
  const listening = new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`The VS Code server did not start within ${START_LIMIT} ms:\n${log}`)),
      START_LIMIT,
    );
    const read = (bytes) => {
      logFile.write(bytes);
      if (process.env.VSCODE_VERBOSE) process.stderr.write(bytes);
      if (log.length < 1e6) log += bytes;
      const port = /Extension host agent listening on (\d+)/.exec(log)?.[1];
      if (!port) return;
      clearTimeout(timer);
      resolve(Number(port));
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      clearTimeout(timer);
      reject(new Error(`The VS Code server ended early (${code ?? signal}):\n${log}`));
    });
  });
  try {
    return { url: addressOf(await listening), stop, log: () => log };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The workbench takes what the desktop takes on its command line from a `payload` in its address. */
function addressOf(port) {
  const authority = `127.0.0.1:${port}`;
  const remote = (file) => `vscode-remote://${authority}${path.resolve(file)}`;
  return ({ folder, extensions = [], tests }) => {
    const query = new URLSearchParams();
    if (folder) query.set(folder.endsWith('.code-workspace') ? 'workspace' : 'folder', path.resolve(folder));
    const payload = [
      ['skipWelcome', 'true'],
      ['skipReleaseNotes', 'true'],
      ...extensions.map((extension) => ['extensionDevelopmentPath', remote(extension)]),
      ...(tests ? [['extensionTestsPath', remote(tests)]] : []),
    ];
    query.set('payload', JSON.stringify(payload));
    return `http://${authority}/?${query}`;
  };
}

/** Ends a detached child with all its descendants: on request, and when this process exits or is interrupted. */
function processGroup(child) {
  const kill = (signal) => {
    try {
      process.kill(-child.pid, signal);
    } catch (error) {
      if (error.code !== 'ESRCH') throw error; // ESRCH: all of the group is gone already
    }
  };
  const exited = new Promise((resolve) => child.once('exit', resolve));
  const onExit = () => kill('SIGKILL');
  const onSignal = () => process.exit(130);
  process.on('exit', onExit).on('SIGINT', onSignal).on('SIGTERM', onSignal);
  return {
    async end() {
      if (child.pid === undefined) return;
      kill('SIGTERM');
      const timer = setTimeout(() => kill('SIGKILL'), 3000);
      await exited;
      clearTimeout(timer);
      kill('SIGKILL'); // what is left of the group
      process.off('exit', onExit).off('SIGINT', onSignal).off('SIGTERM', onSignal);
    },
  };
}

/** Installs a packaged extension into a folder that `startServer` can be given as `extensionsDirectory`. */
export async function installExtension(vsix, extensionsDirectory) {
  const scratch = mkdtempSync(path.join(tmpdir(), 'vscode-install-'));
  try {
    const { stdout, stderr } = await promisify(execFile)(
      serverNode,
      [
        serverMain,
        ...['--install-extension', path.resolve(vsix), '--extensions-dir', path.resolve(extensionsDirectory)],
        ...['--server-data-dir', scratch, '--user-data-dir', scratch, '--accept-server-license-terms'],
      ],
      { cwd: scratch, timeout: 120_000, env: { ...process.env, ...environment } },
    );
    if (!/was successfully installed/.test(stdout)) throw new Error(`${stdout}${stderr}`);
  } catch (error) {
    throw new Error(`${path.basename(vsix)} could not be installed: ${error.message}`, { cause: error });
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
