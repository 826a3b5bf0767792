import * as vscode from 'vscode';
import type { Finding } from '../../core/ports';
import { requireTrust } from '../commands/command';
import { applyEdit } from '../edits';
import type { Services } from '../services';

const command = 'sqliteConsolidator.applyResolution';

/** The resolutions of a finding as quick fixes at its place in the plan file. Internal command: they may ask for a reason. */
export function registerPlanQuickFixes({ context, sessions, log }: Services): void {
  context.subscriptions.push(
    vscode.languages.registerCodeActionsProvider(
      { scheme: 'file', pattern: '**/*.{json,jsonc}' },
      {
        provideCodeActions(document, range, { diagnostics }) {
          const session = sessions.at(document.uri);
          if (!session?.isPlan(document.uri) || !vscode.workspace.isTrusted) return [];
          const findings = session.checked?.findings ?? [];
          return findings
            .filter((finding) => finding.line !== undefined && touches(finding, range))
            .flatMap((finding) =>
              (finding.resolutions ?? []).map(({ id, title }) => {
                const action = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
                action.diagnostics = diagnostics.filter(({ message }) => message === finding.message);
                action.command = { command, title, arguments: [document.uri, finding, id] };
                return action;
              }),
            );
        },
      },
      { providedCodeActionKinds: [vscode.CodeActionKind.QuickFix] },
    ),
    vscode.commands.registerCommand(command, async (uri: vscode.Uri, finding: Finding, resolution: string) => {
      const session = sessions.at(uri);
      if (!session?.isPlan(uri)) return;
      try {
        requireTrust();
        const document = await vscode.workspace.openTextDocument(uri);
        const { planResolution } = await import('../planEdits'); // large, and activation does without it
        const edit = await planResolution(document, session, finding, resolution);
        if (edit) await applyEdit(edit);
      } catch (error) {
        void vscode.window.showErrorMessage(log.error('resolution', error).message);
      }
    }),
  );
}

function touches(finding: Finding, range: vscode.Range): boolean {
  const line = finding.line! - 1;
  return range.start.line <= line && line <= range.end.line;
}
