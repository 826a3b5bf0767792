import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ResolvedPlan } from '../../../src/core/plan/resolved';
import { openCodeFiles } from '../../../src/core/refactoring/code-files';
import { planRefactoring } from '../../../src/core/refactoring/refactor';
import { writeEdits } from '../../../src/core/refactoring/write-edits';
import type { ReferencesResult } from '../../../src/core/references/reference';
import { scanReferences } from '../../../src/core/references/scan';
import type { RefactorResult } from '../../../src/core/results';
import { moved, plan, target } from './support';

/** Shapes of real code bases, as the scan finds them: `before/` becomes `after/`. */
const FIXTURE = path.join(__dirname, 'shapes');
const DATABASES = [
  { path: 'data/jarvis.db', tables: ['notifications'] },
  { path: 'data/tax.db', tables: ['lots'] },
];

let workspace: string;
let found: ReferencesResult;
let done: RefactorResult;

function thePlan(): ResolvedPlan {
  return plan({
    targets: [target('core', 'data/core.db', ['notification_user', 'lots'])],
    databases: [
      { path: 'data/jarvis.db', action: 'merge', tables: [moved('notifications', 'core.notification_user')] },
      { path: 'data/tax.db', action: 'merge', tables: [moved('lots', 'core.lots')] },
    ],
    access: { python: { module: 'core.databases' }, go: { package: 'internal/databases' } },
  });
}

function filesIn(folder: string): string[] {
  const all = readdirSync(folder, { recursive: true, withFileTypes: true });
  return all
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.db') && !/databases\.(py|go|ts)$/.test(entry.name))
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .sort();
}

const scan = () => scanReferences({ workspace, databases: DATABASES, plan: thePlan() });

beforeAll(async () => {
  workspace = mkdtempSync(path.join(tmpdir(), 'shapes-'));
  cpSync(path.join(FIXTURE, 'before'), workspace, { recursive: true });
  mkdirSync(path.join(workspace, 'data'));
  const make = `
import sqlite3
for name, table in (("jarvis", "notifications"), ("tax", "lots")):
    connection = sqlite3.connect(f"data/{name}.db")
    connection.execute(f"CREATE TABLE {table} (id INTEGER PRIMARY KEY)")
    connection.close()`;
  execFileSync('python3', ['-c', make], { cwd: workspace });
  found = await scan();
  done = planRefactoring(found, thePlan(), openCodeFiles(workspace));
  await writeEdits(workspace, done.edits);
  if (process.env.UPDATE_SHAPES) {
    rmSync(path.join(FIXTURE, 'after'), { recursive: true, force: true });
    for (const file of filesIn(workspace)) {
      mkdirSync(path.dirname(path.join(FIXTURE, 'after', file)), { recursive: true });
      writeFileSync(path.join(FIXTURE, 'after', file), readFileSync(path.join(workspace, file)));
    }
  }
});
afterAll(() => rmSync(workspace, { recursive: true, force: true }));

describe('shapes of real code bases', () => {
  it('become what the folder says', () => {
    expect(filesIn(workspace)).toEqual(filesIn(path.join(FIXTURE, 'after')));
    for (const file of filesIn(workspace))
      expect(readFileSync(path.join(workspace, file), 'utf8'), file).toBe(
        readFileSync(path.join(FIXTURE, 'after', file), 'utf8'),
      );
  });

  it('compile', () => {
    execFileSync('python3', ['-m', 'compileall', '-q', '-f', workspace]);
  });

  it('are left alone the second time, but for what a person has to decide', async () => {
    const again = planRefactoring(await scan(), thePlan(), openCodeFiles(workspace));
    expect(again.edits).toEqual([]);
    expect(again.left.map(({ file, database }) => `${file} ${database}`)).toEqual(
      done.left.map(({ file, database }) => `${file} ${database}`),
    );
  });
});
