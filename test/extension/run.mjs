// Bundles the extension-host tests and runs each folder of suites in an extension host of its own, on a workspace of the
// same name (see workspaces.mjs). Run with `npm test -- extension`; `node test/extension/run.mjs coffee-maker` runs one
// folder on bundles that are built already.
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import esbuild from 'esbuild';
import { runInExtensionHost } from '../host/extension-host.mjs';
import { setUp } from '../host/setup.mjs';
import { makeWorkspace } from './workspaces.mjs';

const root = path.join(import.meta.dirname, '../..');
const outdir = path.join(root, 'out/extension-tests');
const suitesFolder = path.join(import.meta.dirname, 'suite');

const { values, positionals } = parseArgs({ options: { result: { type: 'string' } }, allowPositionals: true });
const folders = readdirSync(suitesFolder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && (positionals.length === 0 || positionals.includes(entry.name)))
  .map((entry) => entry.name)
  .sort();

setUp({ log: console.log });
rmSync(outdir, { recursive: true, force: true });
await esbuild.build({
  entryPoints: [path.join(import.meta.dirname, 'index.ts'), path.join(suitesFolder, '**/*.test.ts')],
  outdir,
  outbase: import.meta.dirname,
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  sourcemap: 'inline',
  external: ['vscode', 'mocha'],
  logLevel: 'warning',
});

const total = { passed: 0, failed: 0, skipped: 0 };
for (const suites of folders) {
  const folder = mkdtempSync(path.join(tmpdir(), `${suites}-`));
  try {
    console.log(`\n--- extension host on the workspace ${suites}`);
    await makeWorkspace(suites, folder);
    const result = await runInExtensionHost({
      extension: root,
      tests: path.join(outdir, 'index.js'),
      folder,
      env: { VSCODE_TEST_SUITES: `suite/${suites}` },
    });
    for (const key of Object.keys(total)) total[key] += result[key];
  } catch (error) {
    console.error(error);
    total.failed++;
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}
if (values.result) writeFileSync(values.result, JSON.stringify(total));
console.log(`extension host: ${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1;
