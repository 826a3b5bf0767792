// Draft and check of 500 databases with 5,000 tables, made by Python's sqlite3: `node test/bench/plan.bench.mjs [shape…]`.
// Budgets: draft 3 s, check 1 s on a quiet machine. Prints a line of JSON for each shape; seconds on the clock and of the
// processor, in a fresh process; beside them Python's time for reading the same schemas by itself.
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';

const root = path.join(import.meta.dirname, '../..');
const folder = path.join(tmpdir(), 'plan-bench');
const DATABASES = Number(process.env.DATABASES ?? 500);

/**
 * distinct: 5,000 names, each table alone; alike: 500 files with the same ten tables, a family; differing: the same ten
 * names everywhere, in five versions of their columns, types and constraints, so that nearly everything is a conflict.
 */
const SHAPES = { distinct: 'nested folders', alike: 'one folder', differing: 'folders that no pattern gathers' };

const MAKE = `
import os, sqlite3, sys
folder, shape, databases = sys.argv[1], sys.argv[2], int(sys.argv[3])
for n in range(databases):
    where = {"distinct": "group%d/service_%d.db" % (n % 20, n), "alike": "parts/P%d.db" % n, "differing": "area%d/store_%d.db" % (n, n)}[shape]
    path = os.path.join(folder, where)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA journal_mode = OFF"); db.execute("PRAGMA synchronous = OFF")
    db.execute("BEGIN")
    for t in range(10):
        name = "t%d_%d" % (n, t) if shape == "distinct" else "entity_%d" % t
        parent = "t%d_%d" % (n, t - 1) if shape == "distinct" else "entity_%d" % (t - 1)
        version = n % 5 if shape == "differing" else 0
        extra = "".join(", extra_%d TEXT" % v for v in range(version))
        db.execute("""CREATE TABLE %s (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT%s DEFAULT 'x',
  amount %s CHECK (amount >= %d),
  parent_id INTEGER%s,
  updated_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP%s
)""" % (name, " NOT NULL" if version < 3 else "", "REAL" if version < 4 else "TEXT", version // 2, " REFERENCES %s(id)" % parent if t else "", extra))
        db.execute("CREATE INDEX idx_%s_name ON %s (name)" % (name, name))
        db.execute("CREATE INDEX idx_%s_amount ON %s (amount)" % (name, name))
        for row in range(3): db.execute("INSERT INTO %s (name, amount) VALUES (?, ?)" % name, ("n%d of %d" % (row, n), row + 5))
    if n % 10 == 0:
        name = "t%d_3" % n if shape == "distinct" else "entity_3"
        db.execute("CREATE VIEW v%d AS SELECT id, name FROM %s" % (n, name))
        db.execute("CREATE TRIGGER g%d AFTER DELETE ON %s BEGIN DELETE FROM %s WHERE id = old.parent_id; END" % (n, name, name))
    db.execute("COMMIT")
    db.close()
`;

const NATIVE = `
import os, sqlite3, sys, time
started = time.perf_counter()
tables = 0
for folder, _, files in os.walk(sys.argv[1]):
    for file in files:
        db = sqlite3.connect("file:" + os.path.join(folder, file) + "?mode=ro", uri=True)
        for (name,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'").fetchall():
            tables += 1
            for pragma in ("table_xinfo", "index_list", "foreign_key_list"): db.execute('PRAGMA %s("%s")' % (pragma, name)).fetchall()
            db.execute('SELECT count(*) FROM "%s"' % name).fetchone()
        db.close()
print(time.perf_counter() - started)
`;

const OURS = `
import { loadEngine } from './src/core/engine';
import { scanDatabases } from './src/core/inventory/scan';
import { checkPlan } from './src/core/plan/check';
import { draftPlan } from './src/core/plan/draft';
import { parsePlan } from './src/core/plan/read';
const rounded = (milliseconds: number) => Math.round(milliseconds / 10) / 100;
async function measured<T>(work: () => Promise<T>) {
  const before = process.cpuUsage();
  const started = performance.now();
  const value = await work();
  const { user, system } = process.cpuUsage(before);
  return { value, seconds: rounded(performance.now() - started), cpu: rounded((user + system) / 1000) };
}
async function main() {
  const [, , workspace, options] = process.argv;
  const scan = await measured(() => scanDatabases(workspace!));
  await loadEngine();
  const draft = await measured(() => draftPlan(scan.value, JSON.parse(options!)));
  const check = await measured(() => checkPlan(parsePlan(draft.value.text), scan.value));
  const open = check.value.findings.filter(({ severity }) => severity !== 'info');
  console.log(JSON.stringify({
    databases: scan.value.databases.length,
    tables: scan.value.databases.reduce((sum, { tables }) => sum + tables.filter(({ kind }) => kind === 'table').length, 0),
    unified: check.value.resolved.targets.reduce((sum, { tables }) => sum + tables.length, 0),
    planLines: draft.value.text.split('\\n').length,
    errors: open.filter(({ severity }) => severity === 'error').length,
    warnings: open.filter(({ severity }) => severity === 'warning').length,
    scanSeconds: scan.seconds, draftSeconds: draft.seconds, draftCpu: draft.cpu, checkSeconds: check.seconds, checkCpu: check.cpu,
    peakMB: Math.round(process.resourceUsage().maxRSS / 1024),
  }));
}
void main();
`;

function run(command, ...args) {
  const { stdout, stderr, status } = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 1 << 26 });
  if (status !== 0) throw new Error(`${command} failed: ${stderr}`);
  return stdout;
}

if (!process.env.KEEP) rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
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

const wishes = {
  oneTarget: { into: 'data/all.db' },
  newNames: { into: 'data/all.db', prefix: 'app' },
  threeTargets: { targets: ['core', 'analytics', 'cache'] },
  settled: { into: 'data/all.db', resolve: { safe: 'safe' } },
};
const shapes = process.argv.slice(2).filter((shape) => Object.hasOwn(SHAPES, shape));
for (const shape of shapes.length > 0 ? shapes : Object.keys(SHAPES)) {
  const workspace = path.join(folder, shape);
  mkdirSync(workspace);
  run('python3', '-c', MAKE, workspace, shape, String(DATABASES));
  const native = Number(run('python3', '-c', NATIVE, workspace));
  for (const [wish, options] of Object.entries(wishes)) {
    // The better of three: others may use the machine too.
    const runs = Array.from({ length: 3 }, () =>
      JSON.parse(run(process.execPath, program, workspace, JSON.stringify(options))),
    );
    const least = (key) => Math.min(...runs.map((figures) => figures[key]));
    const figures = {
      ...runs[0],
      ...Object.fromEntries(
        ['scanSeconds', 'draftSeconds', 'draftCpu', 'checkSeconds', 'checkCpu'].map((key) => [key, least(key)]),
      ),
    };
    console.log(
      JSON.stringify({
        shape,
        wish,
        ...figures,
        nativeReadSeconds: Math.round(native * 100) / 100,
        draftToNativeRead: Math.round((figures.draftSeconds / native) * 100) / 100,
        withinBudget: figures.draftSeconds < 3 && figures.checkSeconds < 1,
      }),
    );
  }
}
if (!process.env.KEEP) rmSync(folder, { recursive: true, force: true });
