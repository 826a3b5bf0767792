// `npm run demo`: the whole job on a small project of nine databases, in the terminal. Needs Node and npm, nothing else.
// Leaves the folder demo-workspace/ consolidated and says what to open in it.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { makeCoffeeMaker } from '../test/scenarios/coffee-maker/make.mjs';

const root = path.join(import.meta.dirname, '..');
const workspace = path.join(root, 'demo-workspace');
const scenario = path.join(root, 'test/scenarios/coffee-maker');
const bold = (text) => (process.stdout.isTTY ? `\x1b[1m${text}\x1b[0m` : text);
let failures = 0;

function title(text) {
  console.log(`\n${bold(`── ${text} `.padEnd(100, '─'))}`);
}

/** Runs the command line as a person would. @returns its exit status */
function consolidator(verb, ...args) {
  console.log(bold(`$ sqlite-consolidator ${[verb, ...args].join(' ')}`));
  const { status } = spawnSync(
    process.execPath,
    [path.join(root, 'dist/cli.js'), verb, ...args, '--workspace', workspace, '--quiet'],
    {
      stdio: ['ignore', 'inherit', 'inherit'],
    },
  );
  return status;
}

function expect(what, ok) {
  console.log(`${ok ? '✓' : '✗'} ${what}`);
  if (!ok) failures++;
}

/** Every file of the project with the SHA-256 of its content; our own folders left out. */
function fingerprint() {
  const files = new Map();
  const visit = (directory) => {
    for (const entry of readdirSync(path.join(workspace, directory), { withFileTypes: true })) {
      const file = path.posix.join(directory, entry.name);
      if (file === '.sqlite-consolidator' || file === 'data/backups' || entry.name === '__pycache__') continue;
      if (entry.isDirectory()) visit(file);
      else
        files.set(
          file,
          createHash('sha256')
            .update(readFileSync(path.join(workspace, file)))
            .digest('hex'),
        );
    }
  };
  visit('.');
  return files;
}

const isDatabase = (file) => /\.db(-wal|-journal)?$/.test(file);
const same = (before, after, wanted) =>
  [...before].filter(([file]) => wanted(file)).every(([file, digest]) => after.get(file) === digest);

/** The project's own report, where Python is there to run it; in a copy, since a program that opens a WAL-mode file changes it. */
function program() {
  const copy = mkdtempSync(path.join(tmpdir(), 'demo-'));
  try {
    cpSync(workspace, copy, { recursive: true });
    const { status, stdout } = spawnSync('python3', ['-B', '-m', 'coffee_maker.report'], {
      cwd: copy,
      encoding: 'utf8',
    });
    return status === 0 ? stdout : undefined;
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

title('A project with nine SQLite databases');
spawnSync(process.execPath, ['esbuild.mjs'], { cwd: root, stdio: 'inherit' });
rmSync(workspace, { recursive: true, force: true });
await makeCoffeeMaker(workspace);
console.log(
  `Made ${path.relative(process.cwd(), workspace) || workspace}: nine databases, one with rows only in its -wal, and the Python code that uses them.`,
);
const before = fingerprint();
const saidBefore = program();

title('1  Scan');
consolidator('scan');

title('2  Plan');
consolidator('draft', '--into', 'data/roadmap.db', '--prefix', 'domain');
copyFileSync(path.join(scenario, 'consolidation.jsonc'), path.join(workspace, 'consolidation.jsonc'));
console.log('\nThe draft, finished by hand (names, reasons): consolidation.jsonc');
expect('the plan has no open conflict', consolidator('check') === 0);

title('3  Dry run: the same steps and figures, nothing written');
const untouched = fingerprint();
expect('dry run', consolidator('migrate', '--dry-run') === 0);
expect(
  'nothing was written',
  same(untouched, fingerprint(), () => true) && !existsSync(path.join(workspace, '.sqlite-consolidator')),
);

title('4  Migrate');
expect('migrated', consolidator('migrate') === 0);
const migrated = fingerprint();
expect(
  'every legacy database is byte for byte what it was',
  same(before, migrated, (file) => isDatabase(file) && !file.startsWith('data/roadmap.db')),
);

title('5  Verify');
expect('verified', consolidator('verify') === 0);

title('6  Refactor');
consolidator('references');
consolidator('refactor', '--write');
const saidAfter = program();
if (saidBefore === undefined) console.log('(python3 is not here, so the program itself was not run)');
else expect('the program prints the same as before', saidBefore === saidAfter);

title('7  The way back');
expect('rolled back', consolidator('rollback') === 0);
const returned = fingerprint();
expect(
  'every file, database and code, is byte for byte what it was',
  same(before, returned, () => true),
);

title('8  And forth again');
expect('migrated', consolidator('migrate') === 0);
consolidator('refactor', '--write');
expect('a second run has nothing to do', consolidator('migrate') === 0);
consolidator('status');

title('Done');
const report = readdirSync(path.join(workspace, '.sqlite-consolidator/runs')).sort().at(-1);
console.log(`Open ${path.relative(process.cwd(), workspace) || workspace} in VS Code, or look at:
  consolidation.jsonc                                     the plan
  data/roadmap.db                                         the one database
  .sqlite-consolidator/runs/${report}/report.md   what came from where, and every check
The way back: npx sqlite-consolidator rollback --workspace ${path.relative(process.cwd(), workspace) || '.'}`);
process.exitCode = failures === 0 ? 0 : 1;
