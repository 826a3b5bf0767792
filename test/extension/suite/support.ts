import { spawnSync } from 'node:child_process';
import assert from 'node:assert/strict';
import path from 'node:path';
import * as vscode from 'vscode';
import type { ConsolidatorApi } from '../../../src/vscode/api';

export const EXTENSION = 'sqlite-consolidator.sqlite-consolidator';

export async function api(): Promise<ConsolidatorApi> {
  const extension = vscode.extensions.getExtension<ConsolidatorApi>(EXTENSION);
  assert.ok(extension, 'the extension is not installed');
  return extension.activate();
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

/** Runs a program of the machine in the workspace: the oracle is never the extension itself. */
export function execute(program: string, ...args: string[]): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, { cwd: folder(), encoding: 'utf8' });
  assert.equal(status, 0, `${program} ${args.join(' ')}: ${error?.message ?? stderr}`);
  return stdout.trim();
}
