import * as vscode from 'vscode';
import { ConsolidationError } from '../core/errors';
import type { TextEdit } from '../core/references/reference';
import { toRange } from './ranges';

/**
 * Text edits of the core as one workspace edit: undoable, and never behind the back of an open editor.
 * Files that do not exist are created with their text in the same edit.
 */
export async function toWorkspaceEdit(folder: vscode.Uri, edits: readonly TextEdit[]): Promise<vscode.WorkspaceEdit> {
  const result = new vscode.WorkspaceEdit();
  for (const [file, inFile] of byFile(edits)) {
    const uri = vscode.Uri.joinPath(folder, file);
    if (await exists(uri)) {
      result.set(
        uri,
        inFile.map((edit) => new vscode.TextEdit(toRange(edit.range), edit.newText)),
      );
    } else {
      // Not as the `contents` of the new file: an edit that has been to the window and back loses them.
      result.createFile(uri);
      result.insert(uri, new vscode.Position(0, 0), inFile.map((edit) => edit.newText).join(''));
    }
  }
  return result;
}

/** Applies an edit as a refactoring, so that files that were not open are saved where the user's settings say so. */
export async function applyEdit(edit: vscode.WorkspaceEdit): Promise<void> {
  const applied = await vscode.workspace.applyEdit(edit, { isRefactoring: true });
  if (!applied)
    throw new ConsolidationError(
      'WRITE_FAILED',
      'The editor refused the edit: a file is read-only or was changed meanwhile. Save open files and try again.',
    );
}

/** Versions of the open documents that the edits touch; edits computed from others must not be applied. */
export function openVersions(folder: vscode.Uri, files: Iterable<string>): ReadonlyMap<string, number> {
  const wanted = new Set([...files].map((file) => vscode.Uri.joinPath(folder, file).toString()));
  const open = vscode.workspace.textDocuments.filter((document) => wanted.has(document.uri.toString()));
  return new Map(open.map((document) => [document.uri.toString(), document.version]));
}

export async function exists(uri: vscode.Uri): Promise<boolean> {
  try {
    await vscode.workspace.fs.stat(uri);
    return true;
  } catch (error) {
    if (error instanceof vscode.FileSystemError && error.code === 'FileNotFound') return false;
    throw error;
  }
}

/** Edits of each file without repetitions: several fixes may bring the same import line. */
function byFile(edits: readonly TextEdit[]): Map<string, TextEdit[]> {
  const files = new Map<string, TextEdit[]>();
  const seen = new Set<string>();
  for (const edit of edits) {
    const key = JSON.stringify(edit);
    if (seen.has(key)) continue;
    seen.add(key);
    const inFile = files.get(edit.file) ?? [];
    inFile.push(edit);
    files.set(edit.file, inFile);
  }
  return files;
}
