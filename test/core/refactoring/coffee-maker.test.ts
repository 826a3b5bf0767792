import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPipeline } from '../../../src/core/pipeline';
import type { RefactorResult } from '../../../src/core/results';

const SCENARIO = path.join(__dirname, '../../scenarios/coffee-maker');
const LEGACY = /\b(orchestrator|notifications|agent_messages|task_metrics|coffee_maker)\.db\b/;
const pipeline = createPipeline();

let folder: string;
let before: string;

/** What the program of the scenario prints. */
function program(workspace: string, environment: Record<string, string> = {}): string {
  return execFileSync('python3', ['-B', '-m', 'coffee_maker.report'], {
    cwd: workspace,
    encoding: 'utf8',
    env: { ...process.env, ...environment },
  });
}

function sources(workspace: string): string[] {
  return (readdirSync(workspace, { recursive: true }) as string[]).filter(
    (file) =>
      /\.(py|md|yaml)$|^\.env$/.test(file) && !file.startsWith('.sqlite-consolidator') && !file.startsWith('data/'),
  );
}

/** A migrated workspace whose plan asks for this access layer. */
async function migrated(name: string, access = ''): Promise<string> {
  const workspace = path.join(folder, name);
  cpSync(path.join(folder, 'made'), workspace, { recursive: true });
  const plan = readFileSync(path.join(SCENARIO, 'consolidation.jsonc'), 'utf8');
  const module = '"module": "coffee_maker.databases"';
  expect(plan).toContain(module);
  writeFileSync(path.join(workspace, 'consolidation.jsonc'), plan.replace(module, module + access));
  expect((await pipeline.migrate({ workspace, mode: 'full' })).status).toBe('published');
  return workspace;
}

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'coffee-'));
  const { makeCoffeeMaker } = (await import(path.join(SCENARIO, 'make.mjs'))) as {
    makeCoffeeMaker(directory: string): Promise<void>;
  };
  await makeCoffeeMaker(path.join(folder, 'made'));
  cpSync(path.join(folder, 'made'), path.join(folder, 'legacy'), { recursive: true });
  before = program(path.join(folder, 'legacy'));
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the coffee-maker scenario, refactored', () => {
  let workspace: string;
  let dry: RefactorResult;
  let done: RefactorResult;
  beforeAll(async () => {
    workspace = await migrated('written');
    dry = await pipeline.refactor({ workspace, write: false });
    cpSync(workspace, path.join(folder, 'patched'), { recursive: true });
    done = await pipeline.refactor({ workspace, write: true });
  }, 120_000);

  it('compiles, names no legacy path, and prints what it printed before', () => {
    expect(done).toMatchObject({ ok: true, written: true, left: [] });
    execFileSync('python3', ['-m', 'compileall', '-q', 'coffee_maker'], { cwd: workspace });
    for (const file of sources(workspace)) {
      if (file.startsWith('tests/')) continue; // tests name databases of their own
      expect(readFileSync(path.join(workspace, file), 'utf8'), file).not.toMatch(LEGACY);
    }
    expect(program(workspace)).toBe(before);
  });

  it('is told beforehand as a patch that makes the same files', () => {
    const patched = path.join(folder, 'patched');
    execFileSync('patch', ['-p1', '-s', '--no-backup-if-mismatch'], { cwd: patched, input: dry.patch });
    for (const file of sources(workspace))
      expect(readFileSync(path.join(patched, file), 'utf8'), file).toBe(
        readFileSync(path.join(workspace, file), 'utf8'),
      );
  });

  it('has nothing left to change', async () => {
    const again = await pipeline.refactor({ workspace, write: true });
    expect(again).toMatchObject({ ok: true, edits: [], files: [], left: [] });
  });

  it('knows its databases: health, and a profile on every connection', () => {
    const script = [
      'from coffee_maker.databases import connect, health',
      'print(health(check=True)["roadmap"]["ok"], connect("roadmap").execute("PRAGMA journal_mode").fetchone())',
    ].join('\n');
    const shown = spawnSync('python3', ['-B', '-c', script], { cwd: workspace, encoding: 'utf8' });
    expect(shown.stdout, shown.stderr).toBe("True ('wal',)\n");
  });
});

it('goes back to the legacy files while the flag is off', async () => {
  const workspace = await migrated('flagged', ', "flag": true');
  await pipeline.refactor({ workspace, write: true });
  expect(program(workspace)).toBe(before);
  // Only what is read from the legacy files can change now.
  const change =
    "import sqlite3; c = sqlite3.connect('data/orchestrator.db'); c.execute('DELETE FROM orchestrator_tasks'); c.commit()";
  execFileSync('python3', ['-c', change], { cwd: workspace });
  expect(program(workspace)).toBe(before);
  const off = program(workspace, { USE_CONSOLIDATED_DBS: '0' });
  expect(off).not.toBe(before);
  expect(off.replace(/queued tasks: .*/, '')).toBe(before.replace(/queued tasks: .*/, ''));
  expect((await pipeline.refactor({ workspace, write: false })).edits).toEqual([]);
}, 120_000);
