import { copyFileSync, cpSync, existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { makeCoffeeMaker } from '../scenarios/coffee-maker/make.mjs';
import { cli, cliJson } from '../support/cli';
import { fingerprint, python, query, temporaryWorkspace } from '../support/workspace';

const OURS = ['.sqlite-consolidator', 'data/backups', 'consolidation.jsonc'];
const SCENARIO = path.join(import.meta.dirname, '../scenarios/coffee-maker');

describe('the coffee-maker scenario on the command line', () => {
  let workspace: string;
  let before: Record<string, string>;

  beforeEach(async () => {
    workspace = temporaryWorkspace();
    await makeCoffeeMaker(workspace);
    before = fingerprint(workspace);
    copyFileSync(path.join(SCENARIO, 'consolidation.jsonc'), path.join(workspace, 'consolidation.jsonc'));
  });

  /** What the project's own report prints, run in a copy: a program that opens a WAL-mode file changes it. */
  const program = () => {
    const copy = temporaryWorkspace();
    cpSync(workspace, copy, { recursive: true });
    return python(
      copy,
      'import runpy, sys\nsys.path.insert(0, ".")\nrunpy.run_module("coffee_maker.report", run_name="__main__")',
    );
  };

  it('scans nine databases, the rows in the -wal included', async () => {
    const { exit, value } = await cliJson(workspace, 'scan');
    expect(exit).toBe(0);
    expect(value.databases).toHaveLength(9);
    const notifications = value.databases.find(
      (database: { path: string }) => database.path === 'data/notifications.db',
    );
    expect(notifications.walFrames).toBeGreaterThan(0);
    expect(notifications.tables.find((table: { name: string }) => table.name === 'notifications').rows).toBe(5200);
    expect(fingerprint(workspace, OURS)).toEqual(before);
  });

  it('drafts a plan that check accepts', async () => {
    expect((await cli(workspace, 'draft', '--into', 'data/roadmap.db', '--force')).exit).toBe(0);
    expect((await cliJson(workspace, 'check')).value.ok).toBe(true);
    expect((await cli(workspace, 'draft')).stderr).toContain('USAGE');
  });

  it('dry run shows the figures of the run and writes nothing', async () => {
    const dry = await cliJson(workspace, 'migrate', '--dry-run');
    expect(dry.value.status).toBe('dry-run');
    expect(fingerprint(workspace, ['consolidation.jsonc'])).toEqual(before);
    const run = await cliJson(workspace, 'migrate');
    const figures = (value: typeof run.value) =>
      value.targets[0].tables.map((table: { name: string; rows: number }) => [table.name, table.rows]);
    expect(figures(run.value)).toEqual(figures(dry.value));
    expect(run.value.databases).toEqual(dry.value.databases);
  });

  it('migrates every row, verifies, has nothing to do a second time, and rolls back', async () => {
    const migrated = await cliJson(workspace, 'migrate');
    expect([migrated.exit, migrated.value.status]).toEqual([0, 'published']);
    const after = fingerprint(workspace, OURS);
    for (const [file, digest] of Object.entries(before))
      if (file !== 'data/roadmap.db') expect([file, after[file]]).toEqual([file, digest]);

    expect(query(workspace, 'data/roadmap.db', 'PRAGMA integrity_check')).toEqual([
      [`text:${Buffer.from('ok').toString('hex')}`],
    ]);
    // The legacy file has its rows in the -wal only; a copy is opened, since opening changes the file.
    const backup = migrated.value.backup as string;
    python(
      workspace,
      `import shutil\nfor s in ("", "-wal"): shutil.copy(${JSON.stringify(backup)} + "/data/notifications.db" + s, "copy.db" + s)`,
    );
    const rows = 'SELECT * FROM';
    expect(query(workspace, 'data/roadmap.db', `${rows} notification_user ORDER BY id`)).toEqual(
      query(workspace, 'copy.db', `${rows} notifications ORDER BY id`),
    );

    expect((await cliJson(workspace, 'verify')).value.ok).toBe(true);
    const again = await cliJson(workspace, 'migrate');
    expect([again.exit, again.value.status]).toEqual([0, 'unchanged']);
    const rolledBack = await cliJson(workspace, 'rollback');
    expect(rolledBack.value).toMatchObject({ ok: true, restored: ['data/roadmap.db'] });
    expect(fingerprint(workspace, [...OURS, 'copy.db', 'copy.db-wal', 'copy.db-shm'])).toEqual(before);
    expect((await cliJson(workspace, 'rollback')).exit).toBe(0);
  });

  it('rewrites the code, which then says the same, and returns it', async () => {
    const said = program();
    await cli(workspace, 'migrate');
    const refactored = await cliJson(workspace, 'refactor', '--write');
    expect(refactored.value.left).toEqual([]);
    expect(refactored.exit).toBe(0);
    expect(program()).toBe(said);
    expect(
      (await cliJson(workspace, 'references')).value.references.filter(
        (reference: { stale: boolean }) => reference.stale,
      ),
    ).toEqual([]);
    expect((await cliJson(workspace, 'refactor', '--write')).value.files).toEqual([]);
    const rolledBack = await cliJson(workspace, 'rollback');
    expect(rolledBack.value.code.edited).toEqual([]);
    expect(fingerprint(workspace, OURS)).toEqual(before);
  });

  it('keeps a target aside that was written, and says so first', async () => {
    await cli(workspace, 'migrate');
    python(
      workspace,
      'import sqlite3\nc = sqlite3.connect("data/roadmap.db")\nc.execute("DELETE FROM metrics_subtask")\nc.commit()\nc.close()',
    );
    const refused = await cliJson(workspace, 'rollback');
    expect([refused.exit, refused.value.error.code]).toEqual([3, 'TARGET_CHANGED']);
    const kept = await cliJson(workspace, 'rollback', '--keep-copy');
    expect(kept.value.keptAside).toHaveLength(1);
    expect(existsSync(path.join(workspace, kept.value.keptAside[0]))).toBe(true);
    expect(fingerprint(workspace, OURS)).toEqual(before);
  });

  it('says when a legacy database was written after it was migrated', async () => {
    await cli(workspace, 'migrate');
    expect((await cliJson(workspace, 'migrate')).value.warnings).toEqual([]);
    python(
      workspace,
      'import sqlite3\nc = sqlite3.connect("data/task_metrics.db")\nc.execute("DELETE FROM subtask_metrics")\nc.commit()\nc.close()',
    );
    const { value } = await cliJson(workspace, 'migrate');
    expect(value.status).toBe('unchanged');
    expect(value.warnings).toMatchObject([{ code: 'LEGACY_DATABASE_CHANGED', database: 'data/task_metrics.db' }]);
  });

  it('writes a report that names every table and check', async () => {
    const { value } = await cliJson(workspace, 'migrate');
    const report = readFileSync(path.join(workspace, value.reportFile), 'utf8');
    for (const table of value.targets[0].tables) expect(report).toContain(table.name);
    expect(report).not.toContain('FAILED');
  });
});
