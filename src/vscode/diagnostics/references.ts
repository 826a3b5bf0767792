import * as vscode from 'vscode';
import type { Reference } from '../../core/references/reference';
import { referenceRange } from '../ranges';
import type { Services } from '../services';
import type { WorkspaceSession } from '../session';
import { diagnosticCode, diagnosticMessage } from './messages';

export const diagnosticSource = 'SQLite Consolidator';

/** Squiggles under stale references, published whenever a session has new references or a new plan. */
export function registerReferenceDiagnostics({ context, sessions }: Services): void {
  const collection = vscode.languages.createDiagnosticCollection('sqliteConsolidator.references');
  /** What is published of each file, so that only what changed is sent to the window again. */
  const published = new Map<WorkspaceSession, ReadonlyMap<string, string>>();
  context.subscriptions.push(
    collection,
    sessions.onDidChange(({ session, change }) => {
      if (change === 'inventory') return;
      publish(session);
    }),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (!event.affectsConfiguration('sqliteConsolidator.diagnostics')) return;
      for (const session of sessions.all) publish(session);
    }),
  );

  function publish(session: WorkspaceSession): void {
    const before = published.get(session) ?? new Map<string, string>();
    const now = new Map<string, string>();
    const changes: [vscode.Uri, vscode.Diagnostic[] | undefined][] = [];
    const documentation = vscode.Uri.joinPath(context.extensionUri, 'docs', 'diagnostics.md');
    const open = sessions.all.includes(session) && session.settings.diagnostics && session.checked?.resolved;
    for (const file of open ? session.files : []) {
      const stale = session.inFile(file).filter((reference) => reference.stale);
      if (stale.length === 0) continue;
      const diagnostics = stale.map((reference) => toDiagnostic(session, reference, documentation));
      const content = JSON.stringify(diagnostics.map(({ message, range, severity }) => [message, range, severity]));
      now.set(file, content);
      if (before.get(file) !== content) changes.push([session.uri(file), diagnostics]);
    }
    for (const file of before.keys()) if (!now.has(file)) changes.push([session.uri(file), undefined]);
    published.set(session, now);
    if (changes.length > 0) collection.set(changes);
  }
}

function toDiagnostic(session: WorkspaceSession, reference: Reference, documentation: vscode.Uri): vscode.Diagnostic {
  const done =
    session.status?.targets.some(({ name, state }) => name === reference.target && state !== 'absent') ?? false;
  const code = diagnosticCode(reference);
  const diagnostic = new vscode.Diagnostic(
    referenceRange(reference),
    diagnosticMessage(reference, session.checked?.resolved, done, session.fixesPending),
    reference.role === 'documentation' ? vscode.DiagnosticSeverity.Information : vscode.DiagnosticSeverity.Warning,
  );
  diagnostic.source = diagnosticSource;
  diagnostic.code = { value: code, target: documentation.with({ fragment: code }) };
  return diagnostic;
}
