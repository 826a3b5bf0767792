import * as vscode from 'vscode';
import type { Reference } from '../../core/references/reference';
import { sameList } from '../../core/same';
import { referenceRange } from '../ranges';
import type { Services } from '../services';
import type { WorkspaceSession } from '../session';
import { diagnosticCode, diagnosticMessage } from './messages';

export const diagnosticSource = 'SQLite Consolidator';

/** Milliseconds of work before the window gets its turn again. */
const stretch = 8;

/** Squiggles under stale references, published whenever a session has new references or a new plan. */
export function registerReferenceDiagnostics({ context, sessions }: Services): void {
  const collection = vscode.languages.createDiagnosticCollection('sqliteConsolidator.references');
  const documentation = vscode.Uri.joinPath(context.extensionUri, 'docs', 'diagnostics.md');
  /** What is published of each file, so that only what changed is sent to the window again. */
  const published = new Map<WorkspaceSession, Map<string, Published>>();
  /** Which publication of a session is the newest: an older one that is still under way ends. */
  const newest = new Map<WorkspaceSession, number>();
  context.subscriptions.push(
    collection,
    sessions.onDidChange(({ session, change }) => {
      if (change === 'inventory') return;
      void publish(session);
    }),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (!event.affectsConfiguration('sqliteConsolidator.diagnostics')) return;
      for (const session of sessions.all) void publish(session);
    }),
  );

  /** File by file, in turns with other work; few files are published at once. */
  async function publish(session: WorkspaceSession): Promise<void> {
    const turn = (newest.get(session) ?? 0) + 1;
    newest.set(session, turn);
    const shown = published.get(session) ?? new Map<string, Published>();
    published.set(session, shown);
    const left = new Set(shown.keys());
    const open = sessions.all.includes(session) && session.settings.diagnostics && session.checked?.resolved;
    let changes: [vscode.Uri, vscode.Diagnostic[] | undefined][] = [];
    let begun = performance.now();
    for (const file of open ? [...session.files] : []) {
      const stale = session.inFile(file).filter((reference) => reference.stale);
      if (stale.length === 0) continue;
      left.delete(file);
      const known = shown.get(file);
      const from = [session.checked?.resolved, session.status, session.awaitsFixes(file), ...stale];
      if (!known || !sameList(known.from, from)) {
        const messages = stale.map((reference) => messageOf(session, reference));
        const content = JSON.stringify(stale.map((each, index) => [messages[index], referencePlace(each), each.role]));
        shown.set(file, { from, content });
        if (known?.content !== content) {
          const diagnostics = stale.map((reference, index) => toDiagnostic(reference, messages[index]!, documentation));
          changes.push([session.uri(file), diagnostics]);
        }
      }
      if (performance.now() - begun < stretch) continue;
      collection.set(changes);
      changes = [];
      await new Promise((resolve) => setImmediate(resolve));
      if (newest.get(session) !== turn) return;
      begun = performance.now();
    }
    for (const file of left) {
      shown.delete(file);
      changes.push([session.uri(file), undefined]);
    }
    if (changes.length > 0) collection.set(changes);
  }
}

/** The diagnostics of a file, as they are in the window. */
interface Published {
  /** What they were made from. */
  readonly from: readonly unknown[];
  readonly content: string;
}

const referencePlace = ({ line, column, endLine, endColumn }: Reference) => [line, column, endLine, endColumn];

function messageOf(session: WorkspaceSession, reference: Reference): string {
  const done =
    session.status?.targets.some(({ name, state }) => name === reference.target && state !== 'absent') ?? false;
  return diagnosticMessage(reference, session.checked?.resolved, done, session.awaitsFixes(reference.file));
}

function toDiagnostic(reference: Reference, message: string, documentation: vscode.Uri): vscode.Diagnostic {
  const code = diagnosticCode(reference);
  const diagnostic = new vscode.Diagnostic(
    referenceRange(reference),
    message,
    reference.role === 'documentation' ? vscode.DiagnosticSeverity.Information : vscode.DiagnosticSeverity.Warning,
  );
  diagnostic.source = diagnosticSource;
  diagnostic.code = { value: code, target: documentation.with({ fragment: code }) };
  return diagnostic;
}
