// Runs the UI tests: VS Code's window in a browser, driven as a person does. On the checkout as a development extension, or
// with `--package FILE.vsix` on the installed package. Run with `npm test -- ui` or `npm test -- installed`; MOCHA_GREP
// picks tests. Screenshots are left in artifacts/ui/.
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import Mocha from 'mocha';
import { installExtension } from '../host/server.mjs';
import { setUp } from '../host/setup.mjs';
import { subject } from './subject.mjs';

const root = path.join(import.meta.dirname, '../..');
const { values } = parseArgs({ options: { result: { type: 'string' }, package: { type: 'string' } } });

setUp({ log: console.log });
subject.screenshots = path.join(root, 'artifacts/ui', values.package ? 'installed' : 'development');
rmSync(subject.screenshots, { recursive: true, force: true });
mkdirSync(subject.screenshots, { recursive: true });
let extensionsDirectory;
if (values.package) {
  extensionsDirectory = mkdtempSync(path.join(tmpdir(), 'installed-extensions-'));
  await installExtension(values.package, extensionsDirectory);
  subject.extensionsDirectory = extensionsDirectory;
} else subject.developmentPath = root;

const mocha = new Mocha({ ui: 'bdd', timeout: 120_000, reporter: 'spec', grep: process.env.MOCHA_GREP });
// The pages alone, outside of VS Code, are the same bundles either way.
const leftOut = values.package ? ['webviews.ui.mjs'] : [];
for (const name of readdirSync(import.meta.dirname).sort())
  if (name.endsWith('.ui.mjs') && !leftOut.includes(name)) mocha.addFile(path.join(import.meta.dirname, name));
const counts = { passed: 0, failed: 0, skipped: 0 };
try {
  await mocha.loadFilesAsync();
  counts.failed = await new Promise((resolve) => {
    mocha
      .run(resolve)
      .on('pass', () => counts.passed++)
      .on('pending', () => counts.skipped++);
  });
} finally {
  if (extensionsDirectory) rmSync(extensionsDirectory, { recursive: true, force: true });
}
if (values.result) writeFileSync(values.result, JSON.stringify(counts));
process.exit(counts.failed === 0 && counts.passed > 0 ? 0 : 1);
