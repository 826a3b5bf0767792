import { spawnSync } from 'node:child_process';
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import type { ErrorCode } from '../../../src/core/errors';
import type { ConsolidatorApi } from '../../../src/vscode/api';
import type { CommandArgument, CommandName, CommandResults } from '../../../src/vscode/commands/command';

export const EXTENSION = 'sqlite-consolidator.sqlite-consolidator';

export async function api(): Promise<ConsolidatorApi> {
  const extension = vscode.extensions.getExtension<ConsolidatorApi>(EXTENSION);
  assert.ok(extension, 'the extension is not installed');
  return extension.activate();
}

/** Runs a command without its questions; what it throws reaches the test. */
export const run = <K extends CommandName>(command: K, argument: CommandArgument = {}) =>
  vscode.commands.executeCommand<CommandResults[K]>(`sqliteConsolidator.${command}`, { confirmed: true, ...argument });

/** The command has to be refused with this code and a sentence for people. */
export async function refused(command: CommandName, code: ErrorCode, argument: CommandArgument = {}): Promise<string> {
  try {
    await run(command, argument);
  } catch (error) {
    assert.equal((error as { code?: string }).code, code, String(error));
    const { message } = error as Error;
    assert.ok(message.length > 20, message);
    return message;
  }
  throw new assert.AssertionError({ message: `${command} was not refused` });
}

export function folder(): string {
  const [first] = vscode.workspace.workspaceFolders ?? [];
  assert.ok(first, 'no folder is open');
  return first.uri.fsPath;
}

export const uriOf = (file: string) => vscode.Uri.file(path.join(folder(), file));

/** Waits for what the extension does by itself after a change. */
export async function eventually<T>(what: string, look: () => T | undefined | Promise<T | undefined>): Promise<T> {
  const end = Date.now() + 20_000;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > end) throw new Error(`${what}: not within 20 s`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Our diagnostics of a file, once there are some that satisfy the condition. */
export function diagnostics(
  file: string,
  wanted: (diagnostics: vscode.Diagnostic[]) => boolean = (found) => found.length > 0,
): Promise<vscode.Diagnostic[]> {
  return eventually(`diagnostics of ${file}`, () => {
    const found = vscode.languages.getDiagnostics(uriOf(file)).filter(({ source }) => source === 'SQLite Consolidator');
    return wanted(found) ? found : undefined;
  });
}

export const codeOf = (diagnostic: vscode.Diagnostic) =>
  typeof diagnostic.code === 'object' ? String(diagnostic.code.value) : String(diagnostic.code);

/** The code actions on a range, with their edits. */
export const codeActions = (document: vscode.TextDocument, range: vscode.Range, kind: vscode.CodeActionKind) =>
  vscode.commands.executeCommand<vscode.CodeAction[]>(
    'vscode.executeCodeActionProvider',
    document.uri,
    range,
    kind.value,
    50, // that many are resolved
  );

/** Runs a program of the machine: the oracle is never the extension itself. */
export function execute(cwd: string, program: string, ...args: string[]): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, { cwd, encoding: 'utf8' });
  assert.equal(status, 0, `${program} ${args.join(' ')}: ${error?.message ?? stderr}`);
  return stdout.trim();
}

const copies: string[] = [];
after(() => {
  for (const copy of copies) rmSync(copy, { recursive: true, force: true });
});

/**
 * A copy of the workspace as it is now. Native SQLite changes a WAL-mode file by merely opening it, so programs are let at
 * copies only.
 */
export function copyOfWorkspace(): string {
  const copy = mkdtempSync(path.join(tmpdir(), 'workspace-copy-'));
  copies.push(copy);
  cpSync(folder(), copy, { recursive: true });
  return copy;
}

/** SHA-256 of every file of the workspace, hidden ones too; `leaveOut` are folders and files not looked at. */
export function fingerprint(leaveOut: readonly string[] = []): Record<string, string> {
  const result: Record<string, string> = {};
  for (const entry of readdirSync(folder(), { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const absolute = path.join(entry.parentPath, entry.name);
    const file = path.relative(folder(), absolute).split(path.sep).join('/');
    if (leaveOut.some((left) => file === left || file.startsWith(`${left}/`))) continue;
    result[file] = createHash('sha256').update(readFileSync(absolute)).digest('hex');
  }
  return result;
}

export interface Comparison {
  readonly pair: readonly [legacy: string, table: string, target: string, name: string];
  readonly rows: number;
  readonly missing: number;
  readonly surplus: number;
}

/** Compares tables of two copies of the workspace row by row, with Python's SQLite. */
export function compareRows(legacy: string, targets: string, pairs: readonly Comparison['pair'][]): Comparison[] {
  const script = path.join(
    vscode.extensions.getExtension(EXTENSION)!.extensionPath,
    'test/extension/compare_tables.py',
  );
  const input = JSON.stringify({ legacy, targets, pairs });
  const { status, stdout, stderr } = spawnSync('python3', ['-B', script], { input, encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout) as Comparison[];
}
