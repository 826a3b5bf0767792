import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { cli, cliJson } from '../support/cli';
import { fingerprint, makeDatabase, temporaryWorkspace, writeText } from '../support/workspace';

const plan = (path: string) =>
  JSON.stringify({
    version: 1,
    name: 'test',
    targets: { core: { path } },
    sources: { 'a.db': { action: 'merge', tables: { t: { to: 'core.t' } } } },
  });

/** Runs a command that must be refused: this status, this code, and not one byte written. */
async function refused(workspace: string, exit: number, code: string, ...args: string[]) {
  const before = fingerprint(workspace);
  const result = await cliJson(workspace, ...args);
  expect([result.exit, result.value.error?.code]).toEqual([exit, code]);
  expect(result.value.error.message.length).toBeGreaterThan(20);
  expect(fingerprint(workspace)).toEqual(before);
  const text = await cli(workspace, ...args);
  expect([text.exit, text.stdout]).toEqual([exit, '']);
  expect(text.stderr).toContain(code);
  expect(text.stderr).not.toMatch(/\n\s+at /);
  return result.value.error;
}

describe('bad input', () => {
  it('usage', async () => {
    const workspace = temporaryWorkspace();
    for (const args of [
      ['frobnicate'],
      ['scan', '--into', 'x'],
      ['migrate', '--dry-run', '--verify-only'],
      ['scan', '--nonsense'],
      ['status', 'x'],
      ['scan', '--jobs', '0'],
    ]) {
      await refused(workspace, 2, 'USAGE', ...args);
    }
    await refused(path.join(workspace, 'nowhere'), 2, 'USAGE', 'scan').catch(() => undefined);
    expect((await cli(workspace, '--help')).exit).toBe(0);
  });

  it('no databases', async () => {
    const workspace = temporaryWorkspace({ 'main.py': 'print(1)\n' });
    const scan = await cliJson(workspace, 'scan');
    expect([scan.exit, scan.value.databases]).toEqual([1, []]);
    await refused(workspace, 2, 'NO_DATABASES', 'draft');
    await refused(workspace, 2, 'PLAN_MISSING', 'migrate');
    await refused(workspace, 2, 'NO_RUN', 'rollback');
    await refused(workspace, 2, 'NO_RUN', 'verify');
  });

  it('a plan file that is broken, each error with its line', async () => {
    const workspace = temporaryWorkspace({ 'consolidation.jsonc': '{\n  "version": 1,\n  "name": \n}\n' });
    makeDatabase(workspace, 'a.db', 'CREATE TABLE t(a)');
    const syntax = await refused(workspace, 2, 'PLAN_SYNTAX', 'migrate');
    expect(syntax.details.findings[0]).toMatchObject({ file: 'consolidation.jsonc', line: 4 });
    writeText(
      workspace,
      'consolidation.jsonc',
      '{\n  "version": 1,\n  "name": "x",\n  "targets": { "core": { "path": 5 } },\n  "sources": { "a.db": { "action": "burn" } }\n}\n',
    );
    const format = await refused(workspace, 2, 'PLAN_INVALID', 'check');
    expect(format.details.findings.map((finding: { line: number }) => finding.line).sort()).toEqual([4, 5]);
    writeText(workspace, 'consolidation.jsonc', '{ "version": 9 }');
    await refused(workspace, 2, 'PLAN_VERSION', 'migrate');
  });

  it.each(['../outside.db', '/etc/outside.db', 'C:\\outside.db', 'data/../../outside.db', 'link/outside.db'])(
    'a target at %s',
    async (target) => {
      const workspace = temporaryWorkspace({ 'consolidation.jsonc': plan(target) });
      symlinkSync(temporaryWorkspace(), path.join(workspace, 'link'));
      makeDatabase(workspace, 'a.db', 'CREATE TABLE t(a)');
      await refused(workspace, 2, 'PATH_OUTSIDE_WORKSPACE', 'migrate');
      await refused(workspace, 2, 'PATH_OUTSIDE_WORKSPACE', 'migrate', '--dry-run');
    },
  );

  it('a corrupt database', async () => {
    const workspace = temporaryWorkspace({ 'consolidation.jsonc': plan('core.db') });
    makeDatabase(
      workspace,
      'a.db',
      'CREATE TABLE t(a); INSERT INTO t WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) SELECT i FROM n',
    );
    truncateSync(path.join(workspace, 'a.db'), 8192);
    const scan = await cliJson(workspace, 'scan');
    expect([scan.exit, scan.value.databases[0].kind]).toEqual([1, 'truncated']);
    const before = fingerprint(workspace);
    const result = await cliJson(workspace, 'migrate');
    expect(result.exit).toBeGreaterThan(0);
    expect(['DATABASE_TRUNCATED', 'PLAN_CONFLICT']).toContain(result.value.error.code);
    expect(fingerprint(workspace)).toEqual(before);
  });

  it('files that are no databases are told apart', async () => {
    const workspace = temporaryWorkspace({ 'notes.db': 'this is a text file, not a database at all' });
    writeFileSync(path.join(workspace, 'empty.db'), '');
    writeFileSync(path.join(workspace, '._x.db'), Buffer.from([0, 5, 0x16, 7, 0, 2, 0, 0]));
    mkdirSync(path.join(workspace, 'folder.db'));
    const { value } = await cliJson(workspace, 'scan');
    expect(value.databases.map((database: { path: string; kind: string }) => [database.path, database.kind])).toEqual([
      ['._x.db', 'apple-double'],
      ['empty.db', 'empty'],
      ['notes.db', 'encrypted-or-unknown'],
    ]);
  });

  it('a file that stands where a target is to be published', async () => {
    const workspace = temporaryWorkspace({ 'consolidation.jsonc': plan('core.db'), 'core.db': 'mine' });
    makeDatabase(workspace, 'a.db', 'CREATE TABLE t(a)');
    const before = fingerprint(workspace);
    const result = await cliJson(workspace, 'migrate');
    expect(result.exit).toBeGreaterThan(0);
    expect(fingerprint(workspace)).toEqual(before);
  });
});
