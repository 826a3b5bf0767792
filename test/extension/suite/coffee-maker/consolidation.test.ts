import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import type { Inventory } from '../../../../src/core/inventory/inventory';
import type { MigrateResult, RefactorResult, RollbackResult } from '../../../../src/core/results';
import { api, codeOf, diagnostics, execute, folder, uriOf } from '../support';

const run = <T>(command: string, argument: object = {}) =>
  vscode.commands.executeCommand<T>(`sqliteConsolidator.${command}`, { confirmed: true, ...argument });

function legacyDigests(): Record<string, string> {
  const files = ['coffee_maker.db', ...readdirSync(path.join(folder(), 'data')).map((name) => `data/${name}`)];
  const digest = (file: string) =>
    createHash('sha256')
      .update(readFileSync(path.join(folder(), file)))
      .digest('hex');
  return Object.fromEntries(files.filter((file) => /\.db(-wal)?$/.test(file)).map((file) => [file, digest(file)]));
}

const program = () => execute('python3', '-B', '-m', 'coffee_maker.report');

/** The steps of one consolidation, in their order: each test goes on where the one before it stopped. */
describe('consolidating the coffee-maker workspace in the editor', () => {
  let digests: Record<string, string>;
  let said: string;

  before(() => {
    digests = legacyDigests();
    said = program();
  });

  it('activates without loading an engine or a grammar', async () => {
    const { activationMilliseconds } = await api();
    assert.ok(activationMilliseconds < 500, `${activationMilliseconds} ms`);
  });

  it('scans', async () => {
    const inventory = await run<Inventory>('scan');
    assert.equal(inventory.databases.length, 9);
    const notifications = inventory.databases.find(({ path: file }) => file === 'data/notifications.db');
    assert.equal(notifications?.tables.find(({ name }) => name === 'notifications')?.rows, 5200);
  });

  it('marks stale paths, and the quick fix rewrites one', async () => {
    const document = await vscode.workspace.openTextDocument(uriOf('coffee_maker/messaging.py'));
    const found = await diagnostics('coffee_maker/messaging.py');
    const stale = found.find((diagnostic) => codeOf(diagnostic) === 'stale-path');
    assert.ok(stale, 'no stale-path diagnostic');
    assert.equal(document.getText(stale.range), 'Path("data") / "agent_messages.db"');
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      'vscode.executeCodeActionProvider',
      document.uri,
      stale.range,
      vscode.CodeActionKind.QuickFix.value,
    );
    const fix = actions.find(
      (action) => action.isPreferred && action.diagnostics?.some((one) => codeOf(one) === 'stale-path'),
    );
    assert.ok(fix?.edit, `no preferred fix among ${actions.map((action) => action.title).join(', ')}`);
    assert.ok(await vscode.workspace.applyEdit(fix.edit));
    assert.match(document.getText(), /^AGENT_MESSAGES_DB = database_path\("roadmap"\)$/m);
    assert.doesNotMatch(document.getText(), /agent_messages\.db/);
    await diagnostics('coffee_maker/messaging.py', (left) => !left.some((one) => codeOf(one) === 'stale-path'));
    await vscode.commands.executeCommand('workbench.action.files.revert');
    await vscode.window.showTextDocument(document);
    await vscode.commands.executeCommand('workbench.action.files.revert');
    assert.match(document.getText(), /agent_messages\.db/);
  });

  it('marks only what is stale: a kept database and a test of its own are left alone', async () => {
    await diagnostics('coffee_maker/messaging.py');
    const all = vscode.languages
      .getDiagnostics()
      .flatMap(([uri, found]) => found.map((diagnostic) => ({ uri, diagnostic })));
    const ours = all.filter(({ diagnostic }) => codeOf(diagnostic) === 'stale-path');
    assert.ok(!ours.some(({ uri }) => uri.path.endsWith('tests/test_notifications.py')));
    assert.ok(!ours.some(({ diagnostic }) => diagnostic.message.includes('metrics.db"')));
  });

  it('migrates with one command', async () => {
    const result = await run<MigrateResult>('migrate');
    assert.equal(result.status, 'published');
    assert.ok(result.verification.ok && result.verification.checks.length > 20);
    const query = (sql: string) => execute('sqlite3', '-readonly', 'data/roadmap.db', sql);
    assert.equal(query('PRAGMA integrity_check'), 'ok');
    // These rows were in the -wal only.
    assert.equal(query('SELECT count(*) FROM notification_user'), '5200');
    const after = legacyDigests();
    for (const [file, digest] of Object.entries(digests))
      if (file !== 'data/roadmap.db') assert.equal(after[file], digest, file);
    assert.equal((await run<MigrateResult>('migrate')).status, 'unchanged');
  });

  it('fixes all in a file, and all in the workspace; the program says the same', async () => {
    const file = 'coffee_maker/orchestrator/task_queue.py';
    const document = await vscode.workspace.openTextDocument(uriOf(file));
    await diagnostics(file);
    await run<RefactorResult>('fixAllInFile', { file });
    assert.doesNotMatch(document.getText(), /orchestrator\.db/);
    await document.save();
    await run<RefactorResult>('fixAllInWorkspace');
    await vscode.workspace.saveAll(false);
    assert.equal(program(), said);
    const named = execute(
      'sh',
      '-c',
      'grep -rlE "(orchestrator|notifications|agent_messages|task_metrics|coffee_maker)\\.db" coffee_maker --include=*.py || true',
    );
    assert.equal(named, '');
  });

  it('rolls the data back', async () => {
    const result = await run<RollbackResult>('rollback');
    assert.deepEqual(result.restored, ['data/roadmap.db']);
    assert.deepEqual(legacyDigests(), digests);
  });
});
