import * as vscode from 'vscode';
import { parse } from 'jsonc-parser';
import { ConsolidationError } from '../core/errors';
import { editPlan } from '../core/plan/edit';
import type { Finding } from '../core/ports';
import type { MappingEdit } from '../protocol/mapping';
import { mappingEdits } from './mappingEdits';
import type { WorkspaceSession } from './session';

/** An edit of the Mapping view as an edit of the plan's text that keeps comments and order. */
export function planEdit(document: vscode.TextDocument, edit: MappingEdit): vscode.WorkspaceEdit {
  const text = document.getText();
  return replaceDocument(document, editPlan(text, mappingEdits(parse(text), edit)));
}

/**
 * A resolution of a finding as an edit of the plan; asks for the reason where the plan wants one.
 * @returns undefined when no reason was given.
 * @throws ConsolidationError `PLAN_CONFLICT` when the finding is not there any more
 */
export async function planResolution(
  document: vscode.TextDocument,
  session: WorkspaceSession,
  finding: Finding,
  resolution: string,
): Promise<vscode.WorkspaceEdit | undefined> {
  const title = finding.resolutions?.find(({ id }) => id === resolution)?.title ?? '';
  let reason: string | undefined;
  if (title.endsWith('(with a reason)')) {
    const prompt = 'Why? Nothing is left out without a reason; it is written into the plan.';
    reason = (await vscode.window.showInputBox({ title, prompt, ignoreFocusOut: true }))?.trim();
    if (!reason) return undefined;
  }
  // The plan's definition is loaded when the first resolution is applied, not with the extension.
  const [{ parsePlan }, { applyResolution }] = await Promise.all([
    import('../core/plan/read'),
    import('../core/plan/resolutions'),
  ]);
  const inventory = session.inventory ?? (await session.scan());
  const plan = parsePlan(document.getText(), session.settings.planFile);
  const text = applyResolution(plan, inventory, finding, resolution, reason);
  if (text !== plan.text) return replaceDocument(document, text);
  throw new ConsolidationError(
    'PLAN_CONFLICT',
    'The plan has changed and this resolution does not fit it any more. Check the plan again.',
  );
}

/** Replaces what differs and nothing else, so that the cursor and the undo stack of the text editor stay sensible. */
export function replaceDocument(document: vscode.TextDocument, text: string): vscode.WorkspaceEdit {
  const old = document.getText();
  let start = 0;
  while (start < old.length && start < text.length && old[start] === text[start]) start++;
  let tail = 0;
  const most = Math.min(old.length, text.length) - start;
  while (tail < most && old[old.length - 1 - tail] === text[text.length - 1 - tail]) tail++;
  const edit = new vscode.WorkspaceEdit();
  if (start === old.length && old.length === text.length) return edit;
  const range = new vscode.Range(document.positionAt(start), document.positionAt(old.length - tail));
  edit.replace(document.uri, range, text.slice(start, text.length - tail));
  return edit;
}
