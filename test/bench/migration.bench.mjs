// Whole migrations by the shipped program (backup, build, verify, publish) against a native sqlite3 script of the same
// steps, in one run: `npm run bench migration [moved|merged|growth]`. Prints lines of JSON; `npm run build` comes first.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const root = path.join(import.meta.dirname, '../..');
const program = path.join(root, 'dist/cli.js');
const folder = path.join(tmpdir(), 'migration-bench');
const repeats = Number(process.env.REPEATS ?? 3);
mkdirSync(folder, { recursive: true });

/** Writes the peak memory of the process it is loaded into. */
const gauge = path.join(folder, 'gauge.cjs');
writeFileSync(
  gauge,
  "process.on('exit', () => require('node:fs').writeFileSync(process.env.GAUGE, String(process.resourceUsage().maxRSS)));",
);

const MAKE = `
import os, sqlite3, sys
folder, files, rows = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
for number in range(files):
    path = os.path.join(folder, "data", "%03d.db" % number)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA journal_mode = OFF"); db.execute("PRAGMA synchronous = OFF")
    db.execute("CREATE TABLE trades(id INTEGER PRIMARY KEY, symbol TEXT, price REAL, quantity INTEGER, note TEXT, at TEXT)")
    db.execute("""WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
      INSERT INTO trades SELECT i, 'SYM' || (i % 500), i * 0.37, i % 100000, substr(hex(i * 2654435761 % 4294967291) || hex(i * 40503), 1, 40),
      datetime(1700000000 + i, 'unixepoch') FROM n""", (rows,))
    db.execute("CREATE INDEX by_symbol ON trades(symbol, at)")
    db.execute("CREATE INDEX by_note ON trades(note)")
    db.close()
`;

function run(command, args, options = {}) {
  const started = performance.now();
  const { stdout, stderr, status, error } = spawnSync(command, args, {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    ...options,
  });
  if (error || status !== 0) throw new Error(`${command} failed: ${error ?? stderr}`);
  return { stdout, seconds: (performance.now() - started) / 1000 };
}

const megabytes = (workspace, files) =>
  Array.from({ length: files }, (_, number) => statSync(databaseOf(workspace, number)).size).reduce(
    (a, b) => a + b,
    0,
  ) / 1e6;
const databaseOf = (workspace, number) => path.join(workspace, 'data', `${String(number).padStart(3, '0')}.db`);
const rounded = (number) => Math.round(number * 100) / 100;
const least = (measure, times = repeats) => Math.min(...Array.from({ length: times }, measure));

function makeWorkspace(name, files, rows, entry) {
  const workspace = path.join(folder, name);
  rmSync(workspace, { recursive: true, force: true });
  mkdirSync(workspace, { recursive: true });
  run('python3', ['-c', MAKE, workspace, String(files), String(rows)]);
  const sources = Object.fromEntries(
    Array.from({ length: files }, (_, number) => [
      path.relative(workspace, databaseOf(workspace, number)),
      { action: 'merge', tables: { trades: { to: 'all.trades', ...entry(number) } } },
    ]),
  );
  const plan = { version: 1, name, targets: { all: { path: 'all.db' } }, sources };
  writeFileSync(path.join(workspace, 'consolidation.jsonc'), JSON.stringify(plan));
  return workspace;
}

let peak = 0;

function ours(workspace) {
  for (const name of ['all.db', '.sqlite-consolidator', 'data/backups'])
    rmSync(path.join(workspace, name), { recursive: true, force: true });
  const measured = path.join(folder, 'peak');
  const { seconds } = run(
    process.execPath,
    ['--require', gauge, program, 'migrate', '--quiet', '--workspace', workspace],
    {
      env: { ...process.env, GAUGE: measured },
    },
  );
  peak = Math.round(Number(readFileSync(measured, 'utf8')) / 1024);
  return seconds;
}

/** Backup, new database, rows, indexes, integrity_check, and the hash of both sides, as a careful person would write it. */
function native(workspace, files, discriminated) {
  const target = path.join(workspace, 'native.db');
  const backup = path.join(workspace, 'native-backup');
  for (const name of [target, backup]) rmSync(name, { recursive: true, force: true });
  mkdirSync(backup);
  const columns = 'id, symbol, price, quantity, note, at';
  const from = Array.from({ length: files }, (_, number) => [databaseOf(workspace, number), `${number}`]);
  const script = discriminated
    ? [
        'CREATE TABLE trades(source TEXT, id INTEGER, symbol TEXT, price REAL, quantity INTEGER, note TEXT, at TEXT, PRIMARY KEY (source, id));',
        ...from.map(
          ([file, name]) =>
            `ATTACH '${file}' AS f; INSERT INTO trades SELECT '${name}', ${columns} FROM f.trades; DETACH f;`,
        ),
      ]
    : [
        'CREATE TABLE trades(id INTEGER PRIMARY KEY, symbol TEXT, price REAL, quantity INTEGER, note TEXT, at TEXT);',
        ...from.map(
          ([file]) =>
            `ATTACH '${file}' AS f; INSERT INTO trades (${columns}) SELECT ${columns} FROM f.trades; DETACH f;`,
        ),
      ];
  const index = 'CREATE INDEX by_symbol ON trades(symbol, at); CREATE INDEX by_note ON trades(note);';
  const started = performance.now();
  run('cp', [...from.map(([file]) => file), backup]);
  run('sh', ['-c', `sync ${backup}/*`]);
  run('sqlite3', [target], { input: `${script.join('\n')}\n${index}\nPRAGMA integrity_check;` });
  for (const [, name] of from) {
    const where = discriminated ? `WHERE source = '${name}'` : '';
    const list = `SELECT ${columns} FROM trades ${where} ORDER BY id`;
    const hash = (file, sql) => run('sh', ['-c', `sqlite3 '${file}' "${sql}" | sha256sum`]).stdout;
    const one = hash(databaseOf(workspace, Number(name)), `SELECT ${columns} FROM trades ORDER BY id`);
    if (one !== hash(target, list)) throw new Error('the native script lost rows');
  }
  run('sync', [target]);
  return (performance.now() - started) / 1000;
}

/** The same bytes copied twice and flushed: what backup and target cost at the least. */
function copyTwice(workspace, files) {
  const started = performance.now();
  for (const name of ['one', 'two']) {
    const to = path.join(workspace, `copy-${name}`);
    rmSync(to, { recursive: true, force: true });
    mkdirSync(to);
    run('cp', [...Array.from({ length: files }, (_, number) => databaseOf(workspace, number)), to]);
    run('sh', ['-c', `sync ${to}/*`]);
  }
  return (performance.now() - started) / 1000;
}

const parts = {
  moved() {
    const workspace = makeWorkspace('moved', 1, 1_500_000, () => ({}));
    const seconds = least(() => ours(workspace));
    const script = least(() => native(workspace, 1, false), 1);
    const copies = least(() => copyTwice(workspace, 1));
    report('one database moved unchanged', workspace, 1, { seconds, script, copies });
  },
  merged() {
    const workspace = makeWorkspace('merged', 65, 20_000, (number) => ({
      discriminator: { source: `${number}` },
      keys: 'composite',
    }));
    const seconds = least(() => ours(workspace));
    const script = least(() => native(workspace, 65, true), 1);
    report('65 databases merged with a discriminator', workspace, 65, { seconds, script });
  },
  growth() {
    for (const size of [16, 256, 2048]) {
      const workspace = makeWorkspace(`growth-${size}`, 1, Math.round(size * 5750), () => ({}));
      const seconds = least(() => ours(workspace), size > 1000 ? 1 : repeats);
      report('growth', workspace, 1, { seconds });
    }
  },
};

function report(what, workspace, files, { seconds, script, copies }) {
  const size = megabytes(workspace, files);
  console.log(
    JSON.stringify({
      what,
      megabytes: Math.round(size),
      seconds: rounded(seconds),
      millisecondsPerMegabyte: rounded((seconds * 1000) / size),
      nativeSeconds: script && rounded(script),
      toNative: script && rounded(seconds / script),
      copyTwiceSeconds: copies && rounded(copies),
      toCopyTwice: copies && rounded(seconds / copies),
      peakMB: peak,
    }),
  );
  if (!process.env.KEEP) rmSync(workspace, { recursive: true, force: true });
}

if (!existsSync(program)) run(process.execPath, ['esbuild.mjs'], { cwd: root });
const wished = process.argv.slice(2);
for (const name of wished.length > 0 ? wished : Object.keys(parts)) parts[name]();
