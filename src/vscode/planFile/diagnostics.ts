import * as vscode from 'vscode';
import type { Finding } from '../../core/ports';
import type { Services } from '../services';
import type { WorkspaceSession } from '../session';
import { diagnosticSource } from '../diagnostics/references';

/** What `check` found, at its place in the plan file. */
export function registerPlanDiagnostics({ context, sessions, log }: Services): void {
  const collection = vscode.languages.createDiagnosticCollection('sqliteConsolidator.plan');
  context.subscriptions.push(
    collection,
    sessions.onDidChange(({ session, change }) => {
      if (change === 'check')
        publish(collection, session).catch((error: unknown) => void log.error('plan diagnostics', error));
    }),
  );
}

async function publish(collection: vscode.DiagnosticCollection, session: WorkspaceSession): Promise<void> {
  const findings = session.checked?.findings ?? [];
  if (findings.length === 0) {
    collection.delete(session.planUri);
    return;
  }
  const document = await vscode.workspace.openTextDocument(session.planUri);
  collection.set(
    session.planUri,
    findings
      .filter((finding) => finding.file === undefined || finding.file === session.settings.planFile)
      .map((finding) => toDiagnostic(finding, document)),
  );
}

function toDiagnostic(finding: Finding, document: vscode.TextDocument): vscode.Diagnostic {
  const severity = {
    error: vscode.DiagnosticSeverity.Error,
    warning: vscode.DiagnosticSeverity.Warning,
    info: vscode.DiagnosticSeverity.Information,
  }[finding.severity];
  const diagnostic = new vscode.Diagnostic(rangeOf(finding, document), finding.message, severity);
  diagnostic.source = diagnosticSource;
  diagnostic.code = finding.code;
  return diagnostic;
}

/** The word at the place, or the rest of the line where there is none. */
function rangeOf(finding: Finding, document: vscode.TextDocument): vscode.Range {
  const start = new vscode.Position(Math.max(0, (finding.line ?? 1) - 1), Math.max(0, (finding.column ?? 1) - 1));
  if (start.line >= document.lineCount) return new vscode.Range(start, start.translate(0, 1));
  const jsonToken = /"(?:[^"\\]|\\.)*"|[\w.+-]+/;
  const line = document.lineAt(start.line);
  return (
    document.getWordRangeAtPosition(start, jsonToken) ??
    new vscode.Range(start.character < line.text.length ? start : line.range.start, line.range.end)
  );
}
