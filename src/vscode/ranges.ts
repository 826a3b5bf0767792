import * as vscode from 'vscode';
import type { Reference, TextRange } from '../core/references/reference';

/** The core counts lines and columns from one, the editor from zero. */
export function toRange(range: TextRange): vscode.Range {
  return new vscode.Range(
    Math.max(0, range.startLine - 1),
    Math.max(0, range.startColumn - 1),
    Math.max(0, range.endLine - 1),
    Math.max(0, range.endColumn - 1),
  );
}

export function referenceRange(reference: Reference): vscode.Range {
  return toRange({
    startLine: reference.line,
    startColumn: reference.column,
    endLine: reference.endLine,
    endColumn: reference.endColumn,
  });
}
