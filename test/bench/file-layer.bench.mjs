// Walk and digest of one large table against native SQLite and sha256sum: `npm run bench file-layer [MB…]`.
// Prints a line of JSON for each size: seconds, ratios, and the peak memory of a process that does only this.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';

const folder = path.join(tmpdir(), 'file-layer-bench');
const root = path.join(import.meta.dirname, '../..');
const sizes = process.argv.slice(2).map(Number);
mkdirSync(folder, { recursive: true });

/** 1.5 million rows and two indexes are 231 MB; larger files have more rows. */
const MAKE = `
import sqlite3, sys
path, rows = sys.argv[1], int(sys.argv[2])
db = sqlite3.connect(path, isolation_level=None)
db.execute("PRAGMA journal_mode = OFF"); db.execute("PRAGMA synchronous = OFF")
db.execute("CREATE TABLE trades(id INTEGER PRIMARY KEY, symbol TEXT, price REAL, quantity INTEGER, note TEXT, at TEXT)")
db.execute("BEGIN")
db.execute("""WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
  INSERT INTO trades SELECT i, 'SYM' || (i % 500), i * 0.37, i % 100000, substr(hex(i * 2654435761 % 4294967291) || hex(i * 40503), 1, 40),
  datetime(1700000000 + i, 'unixepoch') FROM n""", (rows,))
db.execute("COMMIT")
db.execute("CREATE INDEX by_symbol ON trades(symbol, at)")
db.execute("CREATE INDEX by_note ON trades(note)")
`;

const SCAN = `
import sqlite3, sys, time
started = time.perf_counter()
db = sqlite3.connect("file:" + sys.argv[1] + "?mode=ro", uri=True)
db.execute("SELECT count(*), sum(length(symbol)), sum(price), sum(quantity), sum(length(note)), sum(length(at)) FROM trades").fetchone()
print(time.perf_counter() - started)
`;

const OURS = `
import { openImage } from './src/core/sqlite/image/image';
import { readSchema } from './src/core/sqlite/schema/schema';
import { countRows, digestTable } from './src/core/sqlite/digest/digest';
import { checkImage } from './src/core/sqlite/check/check-image';
async function main() {
  const image = await openImage(process.argv[2]!);
  const schema = await readSchema(image);
  const table = schema.tables[0]!;
  let started = performance.now();
  const rows = await countRows(image, table);
  const count = (performance.now() - started) / 1000;
  started = performance.now();
  const { digest } = await digestTable(image, table, table.columns.map((column) => column.name));
  const seconds = (performance.now() - started) / 1000;
  started = performance.now();
  const problems = process.argv[3] === 'check' ? (await checkImage(image, { schema })).length : undefined;
  const check = process.argv[3] === 'check' ? (performance.now() - started) / 1000 : undefined;
  console.log(JSON.stringify({ rows, digest, count, seconds, check, problems, peakMB: Math.round(process.resourceUsage().maxRSS / 1024) }));
}
void main();
`;

function run(command, ...args) {
  const started = performance.now();
  const { stdout, stderr, status } = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 1 << 26 });
  if (status !== 0) throw new Error(`${command} failed: ${stderr}`);
  return { stdout, seconds: (performance.now() - started) / 1000 };
}

/** The least of three runs: others may use the machine too. */
const best = (measure, times = 3) => Math.min(...Array.from({ length: times }, measure));

const program = path.join(folder, 'ours.cjs');
await build({
  stdin: { contents: OURS, resolveDir: root, loader: 'ts', sourcefile: 'ours.ts' },
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  mainFields: ['module', 'main'],
  outfile: program,
  define: { __dirname: JSON.stringify(path.join(root, 'src/core')) },
  logLevel: 'error',
});

const rounded = (number) => Math.round(number * 100) / 100;
for (const megabytes of sizes.length > 0 ? sizes : [231, 2000]) {
  const file = path.join(folder, `${megabytes}.db`);
  if (!existsSync(file)) run('python3', '-c', MAKE, file, String(Math.round((1_500_000 * megabytes) / 231)));
  const native = best(() => Number(run('python3', '-c', SCAN, file).stdout));
  const hash = best(() => run('sh', '-c', `cat ${file} | sha256sum`).seconds);
  let ours;
  const seconds = best(() => (ours = JSON.parse(run(process.execPath, program, file).stdout)).seconds);
  const check = process.env.CHECK ? JSON.parse(run(process.execPath, program, file, 'check').stdout) : {};
  console.log(
    JSON.stringify({
      megabytes: Math.round(statSync(file).size / 1e6),
      rows: ours.rows,
      digestSeconds: rounded(seconds),
      countSeconds: rounded(ours.count),
      nativeScanSeconds: rounded(native),
      sha256sumSeconds: rounded(hash),
      toNativeScan: rounded(seconds / native),
      toSha256sum: rounded(seconds / hash),
      peakMB: ours.peakMB,
      checkSeconds: check.check && rounded(check.check),
      problems: check.problems,
    }),
  );
  if (!process.env.KEEP) rmSync(file);
}
