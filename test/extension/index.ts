import { appendFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { format } from 'node:util';
import Mocha from 'mocha';

/**
 * VS Code calls this in the extension host; it resolves: exit code 0, it throws: exit code 1. The suites of one folder run
 * in the order of their names. Text and result go to files, because what an extension host prints and how it exits
 * depends on where it runs.
 */
export async function run(): Promise<void> {
  const { VSCODE_TEST_TEXT: text, VSCODE_TEST_RESULT: result, VSCODE_TEST_SUITES: suites } = process.env;
  if (!text || !result || !suites) throw new Error('Run these tests with `npm test -- extension`.');
  const mocha = new Mocha({ ui: 'bdd', timeout: 60_000, color: false, reporter: 'spec', grep: process.env.MOCHA_GREP });
  Mocha.reporters.Base.consoleLog = (...parts: unknown[]) => appendFileSync(text, `${format(...parts)}\n`);
  const directory = path.join(__dirname, suites);
  for (const name of readdirSync(directory).sort())
    if (name.endsWith('.test.js')) mocha.addFile(path.join(directory, name));
  let passed = 0;
  let skipped = 0;
  const failed = await new Promise<number>((resolve) => {
    mocha
      .run(resolve)
      .on('pass', () => passed++)
      .on('pending', () => skipped++);
  });
  writeFileSync(result, JSON.stringify({ passed, failed, skipped }));
  if (failed > 0) throw new Error(`${failed} failed`);
}
