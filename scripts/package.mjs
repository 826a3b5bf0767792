// Packages the extension into artifacts/ and checks what came out: no warning, only what runs, small.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.join(import.meta.dirname, '..');
const LIMIT = 8 * 1024 * 1024;
/** What a package consists of; see .vscodeignore. */
const EXPECTED =
  /^extension\/(package\.json|readme\.md|changelog\.md|LICENSE\.txt|dist\/.+|media\/.+|schemas\/.+|docs\/diagnostics\.md)$/i;
const REQUIRED = [
  'dist/extension.js',
  'dist/worker.js',
  'dist/task.js',
  'dist/cli.js',
  'dist/assets/sql-wasm.wasm',
  'dist/assets/node-sqlite3-wasm.js',
  'dist/assets/node-sqlite3-wasm.wasm',
  'package.json',
];

export const packagedExtension = path.join(root, 'artifacts/sqlite-consolidator.vsix');

/** @returns {string[]} what is wrong with the package; empty: nothing */
export function packageExtension() {
  mkdirSync(path.dirname(packagedExtension), { recursive: true });
  rmSync(packagedExtension, { force: true });
  const vsce = path.join(root, 'node_modules/@vscode/vsce/vsce');
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [
      vsce,
      'package',
      '--no-dependencies',
      '--no-rewrite-relative-links',
      '--allow-missing-repository',
      '--out',
      packagedExtension,
    ],
    { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8', timeout: 300_000 },
  );
  process.stdout.write(stdout);
  process.stderr.write(stderr);
  if (status !== 0 || !existsSync(packagedExtension)) return [`vsce package failed with status ${status}`];
  const warnings = `${stdout}\n${stderr}`.split('\n').filter((line) => /\bWARN(ING)?\b/.test(line));
  const files = listFiles(packagedExtension);
  const { size } = statSync(packagedExtension);
  return [
    ...warnings,
    ...files.filter((file) => !EXPECTED.test(file) || file.endsWith('.map')).map((file) => `does not belong: ${file}`),
    ...REQUIRED.filter((file) => !files.includes(`extension/${file}`)).map((file) => `missing: ${file}`),
    ...(size > LIMIT ? [`${size} bytes; the limit is ${LIMIT}`] : []),
  ];
}

/** The names in the archive, without its own two bookkeeping files. */
function listFiles(vsix) {
  const program = 'import sys, zipfile; print("\\n".join(zipfile.ZipFile(sys.argv[1]).namelist()))';
  const { stdout } = spawnSync('python3', ['-c', program, vsix], { encoding: 'utf8' });
  return stdout
    .split('\n')
    .filter((name) => name && !name.endsWith('/') && !['extension.vsixmanifest', '[Content_Types].xml'].includes(name));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const problems = packageExtension();
  for (const problem of problems) console.error(problem);
  process.exitCode = problems.length === 0 ? 0 : 1;
}
