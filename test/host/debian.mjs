import { spawnSync } from 'node:child_process';
import { mkdtempSync, openSync, readFileSync, rmSync, closeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const OPTIONS = ['-o', 'Acquire::Retries=3', '-o', 'DPkg::Lock::Timeout=300'];

/**
 * Installs Debian packages, as root or with a sudo that asks for no password.
 * @param {string[]} packages
 * @param {string} otherwise what a person can do where this cannot work; part of every error's message
 */
export function installDebianPackages(packages, otherwise) {
  if (spawnSync('apt-get', ['--version'], { stdio: 'ignore' }).status !== 0)
    throw new Error(`Missing: ${packages.join(', ')}; and there is no apt-get here to install them with. ${otherwise}`);
  const root = process.getuid?.() === 0;
  if (!root && spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status !== 0)
    throw new Error(
      `Missing: ${packages.join(', ')}; installing them takes root. Run: sudo apt-get install ${packages.join(' ')}. ${otherwise}`,
    );
  const prefix = root ? [] : ['sudo', '-n'];
  const apt = [...prefix, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', ...OPTIONS];
  run([...apt, 'update', '-q'], otherwise);
  run([...apt, 'install', '-q', '-y', '--no-install-recommends', ...packages], otherwise);
}

/** Runs quietly; the output is for the error alone. */
function run(command, otherwise) {
  const directory = mkdtempSync(path.join(tmpdir(), 'apt-'));
  const log = path.join(directory, 'log');
  const file = openSync(log, 'w');
  try {
    const result = spawnSync(command[0], command.slice(1), { stdio: ['ignore', file, file], timeout: 900_000 });
    if (result.status === 0) return;
    const lines = readFileSync(log, 'utf8').trim().split('\n').slice(-15).join('\n');
    throw new Error(`\`${command.join(' ')}\` failed (${result.status ?? result.signal}):\n${lines}\n${otherwise}`);
  } finally {
    closeSync(file);
    rmSync(directory, { recursive: true, force: true });
  }
}
