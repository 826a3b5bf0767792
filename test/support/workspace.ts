import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach } from 'vitest';

const made: string[] = [];

afterEach(() => {
  for (const directory of made.splice(0)) rmSync(directory, { recursive: true, force: true });
});

/** A folder that is gone after the test, with these text files in it. */
export function temporaryWorkspace(files: Readonly<Record<string, string>> = {}): string {
  const directory = mkdtempSync(path.join(tmpdir(), 'consolidator-'));
  made.push(directory);
  for (const [name, text] of Object.entries(files)) writeText(directory, name, text);
  return directory;
}

export function writeText(workspace: string, name: string, text: string): void {
  const file = path.join(workspace, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
}

/** Runs Python in the folder: real SQLite (its `sqlite3` module) makes the input and is the oracle. */
export function python(workspace: string, program: string): string {
  const { status, stdout, stderr } = spawnSync('python3', ['-B', '-'], {
    cwd: workspace,
    input: program,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (status !== 0) throw new Error(`python3 failed:\n${stderr}`);
  return stdout;
}

/** Makes a database with native SQLite. */
export function makeDatabase(workspace: string, file: string, sql: string): void {
  mkdirSync(path.dirname(path.join(workspace, file)), { recursive: true });
  python(
    workspace,
    `import sqlite3\nc = sqlite3.connect(${JSON.stringify(file)}, isolation_level=None)\nc.executescript(${JSON.stringify(sql)})\nc.close()`,
  );
}

/** Rows of a query by native SQLite, each value as `typeof:quote`, so that types and exact values count. */
export function query(workspace: string, file: string, sql: string): string[][] {
  const program = `
import json, sqlite3
c = sqlite3.connect("file:" + ${JSON.stringify(file)} + "?mode=ro", uri=True)
c.text_factory = bytes
def show(v):
    if v is None: return "null"
    if isinstance(v, int): return "integer:%d" % v
    if isinstance(v, float): return "real:%s" % v.hex()
    kind = "text" if isinstance(v, bytes) and not isinstance(v, memoryview) else "blob"
    return kind + ":" + bytes(v).hex()
rows = []
for row in c.execute(${JSON.stringify(sql)}):
    rows.append([show(v) for v in row])
print(json.dumps(rows))
`;
  return JSON.parse(python(workspace, program)) as string[][];
}

/** Path to SHA-256 of every file below the folder; `leaveOut` names are skipped. */
export function fingerprint(workspace: string, leaveOut: readonly string[] = []): Record<string, string> {
  const result: Record<string, string> = {};
  const visit = (directory: string) => {
    for (const name of readdirSync(path.join(workspace, directory)).sort()) {
      const file = directory === '' ? name : `${directory}/${name}`;
      if (leaveOut.includes(file)) continue;
      if (statSync(path.join(workspace, file)).isDirectory()) visit(file);
      else
        result[file] = createHash('sha256')
          .update(readFileSync(path.join(workspace, file)))
          .digest('hex');
    }
  };
  visit('');
  return result;
}

/** Compares every legacy row of a run's backup with the published targets, by native SQLite; see compare_rows.py. */
export function compareRows(workspace: string, run: string): { compared: number; differences: unknown[] } {
  const script = path.join(import.meta.dirname, 'compare_rows.py');
  const { status, stdout, stderr } = spawnSync('python3', ['-B', script, run], { cwd: workspace, encoding: 'utf8' });
  if (status !== 0) throw new Error(`compare_rows.py failed:\n${stderr}`);
  return JSON.parse(stdout) as { compared: number; differences: unknown[] };
}
