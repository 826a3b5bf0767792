import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import {
  api,
  codeActions,
  codeOf,
  compareRows,
  copyOfWorkspace,
  diagnostics,
  execute,
  fingerprint,
  run,
  uriOf,
} from '../support';
import type { Comparison } from '../support';

const stale = (found: readonly vscode.Diagnostic[]) => found.filter((one) => codeOf(one) === 'stale-path');
/** What the legacy program prints about its data. */
const report = (workspace: string) => execute(workspace, 'python3', '-B', '-m', 'coffee_maker.report');
/** What may come to the workspace in a migration beside the target. */
const traces = ['.sqlite-consolidator', 'data/backups', '.gitignore'];

async function revert(document: vscode.TextDocument): Promise<void> {
  await vscode.window.showTextDocument(document);
  await vscode.commands.executeCommand('workbench.action.files.revert');
}

/** The steps of one consolidation, in their order: each test goes on where the one before it stopped. */
describe('consolidating the coffee-maker workspace in the editor', () => {
  let legacy: string;
  let untouched: Record<string, string>;
  let said: string;

  before(() => {
    untouched = fingerprint();
    legacy = copyOfWorkspace();
    said = report(copyOfWorkspace());
  });

  it('activates without loading an engine or a grammar', async () => {
    const { activationMilliseconds } = await api();
    assert.ok(activationMilliseconds < 500, `${activationMilliseconds} ms`);
  });

  it('scans', async () => {
    const inventory = await run('scan');
    assert.equal(inventory.databases.length, 9);
    const notifications = inventory.databases.find(({ path: file }) => file === 'data/notifications.db');
    assert.equal(notifications?.journalMode, 'wal');
    assert.equal(notifications?.tables.find(({ name }) => name === 'notifications')?.rows, 5200);
  });

  it('marks stale paths, and the quick fix rewrites one', async () => {
    const document = await vscode.workspace.openTextDocument(uriOf('coffee_maker/messaging.py'));
    const [first] = stale(await diagnostics('coffee_maker/messaging.py', (found) => stale(found).length > 0));
    assert.equal(document.getText(first!.range), 'Path("data") / "agent_messages.db"');
    assert.match(first!.message, /data\/agent_messages\.db .*data\/roadmap\.db/);
    const actions = await codeActions(document, first!.range, vscode.CodeActionKind.QuickFix);
    const fix = actions.find(({ isPreferred }) => isPreferred);
    assert.ok(fix?.edit, `no preferred fix among ${actions.map((action) => action.title).join(', ')}`);
    // The content of a file that an edit creates does not survive this way out of the editor; the UI test has it.
    const edit = new vscode.WorkspaceEdit();
    for (const [uri, edits] of fix.edit.entries()) edit.set(uri, edits);
    assert.ok(await vscode.workspace.applyEdit(edit));
    assert.match(document.getText(), /^AGENT_MESSAGES_DB = database_path\("roadmap"\)$/m);
    assert.doesNotMatch(document.getText(), /agent_messages\.db/);
    await diagnostics('coffee_maker/messaging.py', (left) => stale(left).length === 0);
    await revert(document);
    assert.match(document.getText(), /agent_messages\.db/);
    await diagnostics('coffee_maker/messaging.py', (found) => stale(found).length > 0);
  });

  it('follows what is typed, before it is saved', async () => {
    const file = 'coffee_maker/messaging.py';
    const document = await vscode.workspace.openTextDocument(uriOf(file));
    const known = stale(await diagnostics(file)).length;
    const edit = new vscode.WorkspaceEdit();
    edit.insert(document.uri, new vscode.Position(document.lineCount, 0), '\nOTHER = "data/task_metrics.db"\n');
    assert.ok(await vscode.workspace.applyEdit(edit));
    const found = stale(await diagnostics(file, (now) => stale(now).length === known + 1));
    assert.ok(found.some(({ range }) => document.getText(range) === '"data/task_metrics.db"'));
    await revert(document);
    await diagnostics(file, (now) => stale(now).length === known);
  });

  it('marks only what is stale: a kept database and a test of its own are left alone', async () => {
    await run('refreshReferences');
    const marked = vscode.languages
      .getDiagnostics()
      .flatMap(([uri, found]) => stale(found).map(({ message }) => ({ file: uri.path, message })));
    assert.ok(marked.length > 5, `${marked.length} marked`);
    assert.deepEqual(
      marked.filter(
        ({ file, message }) => file.endsWith('tests/test_notifications.py') || /metrics\.db is /.test(message),
      ),
      [],
    );
  });

  it('shows where the data goes when one points at a path', async () => {
    const document = await vscode.workspace.openTextDocument(uriOf('coffee_maker/messaging.py'));
    const [first] = stale(await diagnostics('coffee_maker/messaging.py'));
    const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
      'vscode.executeHoverProvider',
      document.uri,
      first!.range.start,
    );
    const text = hovers.flatMap(({ contents }) => contents.map((one) => (typeof one === 'string' ? one : one.value)));
    assert.match(
      text.join('\n').replaceAll('&nbsp;', ' ').replaceAll('\\', ''),
      /agent_messages → roadmap\.messaging_agent_message/,
    );
  });

  it('dry-runs without writing anything', async () => {
    const result = await run('dryRun');
    assert.equal(result.status, 'dry-run');
    assert.equal(
      result.databases.reduce((sum, database) => sum + database.rows.moved, 0),
      11_230,
    );
    assert.deepEqual(fingerprint(), untouched);
  });

  it('migrates with one command, and every row arrives as it was', async () => {
    const result = await run('migrate');
    assert.equal(result.status, 'published');
    assert.ok(result.verification.ok && result.verification.checks.length > 20);

    const migrated = copyOfWorkspace();
    const query = (sql: string) => execute(migrated, 'sqlite3', 'data/roadmap.db', sql);
    assert.equal(query('PRAGMA integrity_check'), 'ok');
    assert.equal(query('PRAGMA foreign_key_check'), '');
    const pairs = result.targets.flatMap(({ path: target, tables }) =>
      tables
        .filter(({ sources }) => sources.length === 1)
        .map(({ name, sources: [source] }): Comparison['pair'] => [source!.database, source!.table, target, name]),
    );
    const compared = compareRows(legacy, migrated, pairs);
    assert.deepEqual(
      compared.filter(({ missing, surplus }) => missing > 0 || surplus > 0),
      [],
    );
    assert.ok(compared.length >= 15, `${compared.length} tables compared`);
    // All but a few of these rows are in the -wal alone.
    const user = compared.find(({ pair }) => pair[0] === 'data/notifications.db' && pair[1] === 'notifications');
    assert.equal(user?.rows, 5200);

    const after = fingerprint(traces);
    delete after['data/roadmap.db'];
    const expected = { ...untouched };
    delete expected['data/roadmap.db'];
    assert.deepEqual(after, expected);
  });

  it('has nothing to do the second time', async () => {
    const target = fingerprint();
    assert.equal((await run('migrate')).status, 'unchanged');
    assert.deepEqual(fingerprint(), target);
  });

  it('verifies the published target again', async () => {
    const result = await run('verify');
    assert.ok(result.ok && result.verification.checks.length > 20);
  });

  it('fixes all in a file, once', async () => {
    const file = 'coffee_maker/orchestrator/task_queue.py';
    const document = await vscode.workspace.openTextDocument(uriOf(file));
    await diagnostics(file);
    const fixed = await run('fixAllInFile', { file });
    assert.ok(fixed.edits.length > 0);
    assert.doesNotMatch(document.getText(), /orchestrator\.db/);
    const text = document.getText();
    assert.equal((await run('fixAllInFile', { file })).edits.length, 0);
    assert.equal(document.getText(), text);
    await document.save();
  });

  it('fixes all in the workspace: the program names no legacy path and says the same', async () => {
    await run('fixAllInWorkspace');
    await vscode.workspace.saveAll(false);
    const rewritten = copyOfWorkspace();
    execute(
      rewritten,
      'python3',
      '-B',
      '-c',
      'import ast, pathlib\nfor f in pathlib.Path(".").rglob("*.py"): ast.parse(f.read_text())',
    );
    assert.equal(report(rewritten), said);
    const named = execute(
      rewritten,
      'sh',
      '-c',
      'grep -rnE "(orchestrator|notifications|agent_messages|task_metrics|coffee_maker)\\.db" coffee_maker --include=*.py || true',
    );
    assert.equal(named, '');
  });

  it('rolls the data back, byte for byte', async () => {
    const result = await run('rollback');
    assert.deepEqual(result.restored, ['data/roadmap.db']);
    const databases = (all: Record<string, string>) =>
      Object.fromEntries(Object.entries(all).filter(([file]) => /\.db(-wal|-shm|-journal)?$/.test(file)));
    assert.deepEqual(databases(fingerprint(traces)), databases(untouched));
  });
});
