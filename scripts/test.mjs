// `npm test`: every part of the tests, in an order that finds the cheap mistakes first; `npm test -- unit ui` runs some.
// Prints one closing line alone, "N passed, N failed". Fails when a test failed, and when a part ran no test at all.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { supportsServer } from '../test/host/server-build.mjs';
import { setUp } from '../test/host/setup.mjs';
import { packageExtension, packagedExtension } from './package.mjs';

const root = path.join(import.meta.dirname, '..');
const PART_LIMIT = 20 * 60_000;
const scratch = mkdtempSync(path.join(tmpdir(), 'npm-test-'));
const resultOf = (part) => path.join(scratch, `${part}.json`);

const script = (name) => path.join(root, 'node_modules', name);
const tsc = script('typescript/bin/tsc');
const eslint = script('eslint/bin/eslint.js');
const prettier = script('prettier/bin/prettier.cjs');
const vitest = (part, ...args) =>
  counted(part, readVitest, script('vitest/vitest.mjs'), 'run', ...args, ...vitestReport(part));
const vitestReport = (part) => ['--reporter=default', '--reporter=json', `--outputFile.json=${resultOf(part)}`];
const editor = (part, ...args) => counted(part, readCounts, ...args, '--result', resultOf(part));

/** The parts by name. `needs`: parts that have to run before, and run by themselves when they were not asked for. */
const parts = {
  types: { run: () => check([tsc, '--noEmit', '-p', '.']) },
  lint: { run: () => check([eslint, '.'], [prettier, '--check', '.']) },
  build: { run: () => check(['esbuild.mjs']) },
  unit: { needs: ['build'], run: () => vitest('unit', '--exclude', 'test/cli/**') },
  cli: { needs: ['build'], run: () => vitest('cli', 'test/cli') },
  extension: { needs: ['build'], editor: true, run: () => editor('extension', 'test/extension/run.mjs') },
  ui: { needs: ['build'], window: true, run: () => editor('ui', 'test/ui/run.mjs') },
  package: { run: () => packaged() },
  installed: {
    needs: ['package'],
    window: true,
    run: () => installed(),
  },
};

/** Runs Node with the terminal as its output. */
function node(...args) {
  const { status, signal } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit', timeout: PART_LIMIT });
  if (signal) console.error(`ended by ${signal}`);
  return status ?? 1;
}

/** Programs that only say yes or no count as one test together. */
function check(...programs) {
  const failed = programs.filter((program) => node(...program) !== 0);
  return failed.length === 0 ? { passed: 1, failed: 0, skipped: 0 } : { passed: 0, failed: 1, skipped: 0 };
}

/** A program that leaves its counts in a file. No file, or an exit status that contradicts it, is a failure too. */
function counted(part, read, ...command) {
  const status = node(...command);
  const result = existsSync(resultOf(part)) ? read(resultOf(part)) : undefined;
  if (!result || result.passed + result.failed === 0) {
    console.error(`${part}: no test ran`);
    return { passed: 0, failed: 1, skipped: result?.skipped ?? 0 };
  }
  if (status !== 0 && result.failed === 0) {
    console.error(`${part}: no test failed, but it ended with status ${status}`);
    return { ...result, failed: 1 };
  }
  return result;
}

const readCounts = (file) => JSON.parse(readFileSync(file, 'utf8'));

function readVitest(file) {
  const report = readCounts(file);
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

function packaged() {
  const problems = packageExtension();
  for (const problem of problems) console.error(problem);
  return problems.length === 0 ? { passed: 1, failed: 0, skipped: 0 } : { passed: 0, failed: 1, skipped: 0 };
}

function installed() {
  if (existsSync(packagedExtension)) return editor('installed', 'test/ui/run.mjs', '--package', packagedExtension);
  console.error('installed: there is no package to install');
  return { passed: 0, failed: 1, skipped: 0 };
}

/** The wanted parts and what they need, in the order of the table. */
function select(wanted) {
  const unknown = wanted.filter((name) => !(name in parts));
  if (unknown.length > 0) {
    console.error(`Unknown part: ${unknown.join(', ')}. The parts are: ${Object.keys(parts).join(', ')}.`);
    process.exit(2);
  }
  const selected = new Set(wanted.length > 0 ? wanted : Object.keys(parts));
  for (const name of selected) for (const needed of parts[name].needs ?? []) selected.add(needed);
  return Object.keys(parts).filter((name) => selected.has(name));
}

function runPart(name) {
  const part = parts[name];
  if (part.window && !supportsServer()) {
    console.log('skipped: the UI tests drive a VS Code server build, which is for Linux on x64');
    return { passed: 0, failed: 0, skipped: 1 };
  }
  try {
    return part.run();
  } catch (error) {
    console.error(error);
    return { passed: 0, failed: 1, skipped: 0 };
  }
}

const selected = select(process.argv.slice(2));
mkdirSync(path.join(root, 'artifacts'), { recursive: true });
const results = [];
try {
  setUp({ log: console.log, editor: selected.some((name) => parts[name].editor || parts[name].window) });
  for (const name of selected) {
    console.log(`\n=== ${name}`);
    const started = performance.now();
    const result = runPart(name);
    results.push({ name, ...result, seconds: (performance.now() - started) / 1000 });
    // Nothing that runs the bundles can say anything true when they could not be built.
    if (name === 'build' && result.failed > 0) break;
  }
} catch (error) {
  console.error(`\n${error.message}`);
  results.push({ name: 'setup', passed: 0, failed: 1, skipped: 0, seconds: 0 });
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

console.log('');
for (const { name, passed, failed, skipped, seconds } of results)
  console.log(
    `${failed > 0 ? '✘' : '✔'} ${name.padEnd(10)} ${String(passed).padStart(6)} ok ${String(failed).padStart(4)} bad` +
      `${skipped > 0 ? ` ${skipped} skipped` : ''} ${seconds.toFixed(1).padStart(7)} s`,
  );
const sum = (key) => results.reduce((total, result) => total + result[key], 0);
const skipped = sum('skipped');
console.log(`\n${sum('passed')} passed, ${sum('failed')} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
process.exitCode = sum('failed') === 0 ? 0 : 1;
