import * as vscode from 'vscode';
import type { Reference, TextEdit } from '../core/references/reference';
import type { RefactorResult } from '../core/results';
import { inform } from './commands/command';
import { refactor } from './commands/references';
import { applyEdit, exists, toWorkspaceEdit } from './edits';
import { diagnosticSource } from './diagnostics/references';
import { referenceRange } from './ranges';
import type { Services } from './services';
import type { WorkspaceSession } from './session';

const accessLayerCommand = 'sqliteConsolidator.writeAccessLayer';
const fixAllKind = vscode.CodeActionKind.SourceFixAll.append('sqliteConsolidator');

interface Fix extends vscode.CodeAction {
  readonly session: WorkspaceSession;
  readonly file: string;
  /** Absent: all of the file. */
  readonly reference?: Reference;
  readonly version: number;
}

/** Quick fixes for stale references, and "fix all" as a quick fix and on save. */
export function registerCodeActions(services: Services): void {
  if (!vscode.workspace.isTrusted) {
    services.context.subscriptions.push(vscode.workspace.onDidGrantWorkspaceTrust(() => registerCodeActions(services)));
    return;
  }
  const provider = new FixProvider(services);
  services.context.subscriptions.push(
    vscode.languages.registerCodeActionsProvider({ scheme: 'file' }, provider, {
      providedCodeActionKinds: [vscode.CodeActionKind.QuickFix, fixAllKind],
    }),
    vscode.commands.registerCommand(accessLayerCommand, (folder: string, file: string) =>
      provider.writeAccessLayer(folder, file),
    ),
  );
}

/**
 * Follows a fix: writes the files of the access layer that the fixed code calls, where they are missing or the plan has
 * changed. In an edit of its own, so that taking back the fix in one file stays a matter of that file.
 */
function writeAccessLayer(session: WorkspaceSession, file: string): vscode.Command {
  const title = 'Write the Access Layer';
  return { command: accessLayerCommand, title, arguments: [session.folder.uri.toString(), file] };
}

class FixProvider implements vscode.CodeActionProvider<Fix> {
  constructor(private readonly services: Services) {}

  /** Asked for by a person, the actions come with their edits; the light bulb that follows the cursor needs none yet. */
  async provideCodeActions(
    document: vscode.TextDocument,
    range: vscode.Range,
    context: vscode.CodeActionContext,
  ): Promise<Fix[]> {
    const actions = this.actionsAt(document, range, context);
    if (context.triggerKind === vscode.CodeActionTriggerKind.Invoke)
      for (const action of actions) await this.resolveCodeAction(action);
    return actions;
  }

  private actionsAt(
    document: vscode.TextDocument,
    range: vscode.Range,
    { only, diagnostics }: vscode.CodeActionContext,
  ): Fix[] {
    const session = this.services.sessions.at(document.uri);
    const file = session?.relative(document.uri);
    if (!session || file === undefined) return [];
    const fixable = session.inFile(file).filter((reference) => isFixable(reference, document));
    if (fixable.length === 0) return [];

    const wants = (kind: vscode.CodeActionKind) => !only || only.contains(kind);
    const base = { session, file, version: document.version, command: writeAccessLayer(session, file) };
    const actions: Fix[] = [];
    if (wants(vscode.CodeActionKind.QuickFix)) {
      const here = fixable.filter((reference) => referenceRange(reference).intersection(range));
      for (const reference of here) {
        const related = diagnostics.filter(
          (diagnostic) => diagnostic.source === diagnosticSource && diagnostic.range.isEqual(referenceRange(reference)),
        );
        const title = reference.fix!.title;
        actions.push(
          Object.assign(new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix), base, {
            reference,
            diagnostics: related,
            isPreferred: true,
          }),
        );
      }
      if (here.length > 0 && fixable.length > 1) {
        const title = `Fix all ${fixable.length} stale references in this file`;
        actions.push(Object.assign(new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix), base));
      }
    }
    if (only && wants(fixAllKind))
      actions.push(Object.assign(new vscode.CodeAction('Fix all stale references', fixAllKind), base));
    return actions;
  }

  /** The edits of the file itself. What they call is written by the command that follows. */
  async resolveCodeAction(action: Fix): Promise<Fix> {
    const { session, file, reference, version } = action;
    if (action.edit) return action;
    const result = await this.refactoring(session, file, version);
    const uri = session.uri(file).toString();
    const open = vscode.workspace.textDocuments.find((document) => document.uri.toString() === uri);
    if (open && open.version !== version) return action;
    const edits = reference?.fix ? reference.fix.edits : result.edits.filter((edit) => edit.file === file);
    action.edit = await toWorkspaceEdit(session.folder.uri, edits);
    return action;
  }

  /** Run after a fix: by then the file may have no reference left from which the need could be seen. */
  async writeAccessLayer(folder: string, file: string): Promise<void> {
    const session = this.services.sessions.all.find((candidate) => candidate.folder.uri.toString() === folder);
    const { last } = this;
    if (!session || last?.file !== file) return;
    try {
      const { files, edits } = await last.result;
      const created = new Set(files.filter((entry) => entry.created).map((entry) => entry.file));
      const missing: TextEdit[] = [];
      for (const edit of edits)
        if (edit.file !== file && !(created.has(edit.file) && (await exists(session.uri(edit.file)))))
          missing.push(edit);
      if (missing.length > 0) await applyEdit(await toWorkspaceEdit(session.folder.uri, missing));
    } catch (error) {
      inform('error', this.services.log.error(`access layer for ${file}`, error).message);
    }
  }

  private last: { references: unknown; file: string; version: number; result: Promise<RefactorResult> } | undefined;

  /** The edits of a file, computed once for its present text. */
  private refactoring(session: WorkspaceSession, file: string, version: number): Promise<RefactorResult> {
    const { last } = this;
    if (last?.references === session.references && last?.file === file && last.version === version) return last.result;
    const result = refactor(session, this.services, [file], {}).then((refactoring) => refactoring.result);
    const made = { references: session.references, file, version, result };
    this.last = made;
    result.catch(() => {
      if (this.last === made) this.last = undefined;
    });
    return result;
  }
}

/** Its place may have moved since the analysis; a fix is offered only where the text is still what was analysed. */
function isFixable(reference: Reference, document: vscode.TextDocument): boolean {
  if (!reference.stale || !reference.fix || reference.resolution !== 'certain') return false;
  const range = referenceRange(reference);
  return document.validateRange(range).isEqual(range) && sameText(document.getText(range), reference.text);
}

/** The editor normalises line ends. */
function sameText(a: string, b: string): boolean {
  return a === b || a.replaceAll('\r\n', '\n') === b.replaceAll('\r\n', '\n');
}
