import * as vscode from 'vscode';
import { ConsolidationError } from '../../core/errors';
import type { WorkOptions } from '../../core/ports';
import type { DraftResult } from '../../core/results';
import { plural } from '../../protocol/text';
import { applyEdit } from '../edits';
import { withProgress } from '../progress';
import type { Services } from '../services';
import type { WorkspaceSession } from '../session';
import { confirm, inform, requireTrust, run } from './command';
import type { CommandArgument, CommandHandler } from './command';

export const draftPlan: CommandHandler<'draftPlan'> = async (argument, services) => {
  requireTrust();
  const session = await services.sessions.choose(argument.folder);
  if (!session) return undefined;
  const planFile = session.settings.planFile;
  if (!argument.confirmed && (await session.hasPlan())) {
    const detail =
      'What was decided by hand in it is replaced by a new proposal. The edit can be undone in the editor.';
    if (!(await confirm(`Replace the plan file ${planFile}?`, detail, 'Replace'))) return undefined;
  }
  const result = await withProgress('Drafting the plan', (work) => writeDraft(session, services, argument, work));
  await session.check();
  if (argument.confirmed) return result;
  await services.views.showMapping(session);
  const open = result.findings.filter((finding) => finding.severity === 'error').length;
  if (open > 0)
    inform('warning', `The plan needs ${plural(open, 'decision')} from you: see the conflicts in the Mapping.`);
  else inform('info', `The plan ${planFile} is ready.`, { Migrate: () => run('migrate', argument) });
  return result;
};

/** Has a plan proposed and writes it through the editor, so that an open plan file is not changed behind its back. */
export async function writeDraft(
  session: WorkspaceSession,
  { pipeline }: Services,
  { into }: CommandArgument,
  work: WorkOptions,
): Promise<DraftResult> {
  const result = await pipeline.draft({ ...session.options(work), into, force: true, dryRun: true });
  const edit = new vscode.WorkspaceEdit();
  if (await session.hasPlan()) {
    const document = await vscode.workspace.openTextDocument(session.planUri);
    edit.replace(document.uri, new vscode.Range(0, 0, document.lineCount, 0), result.text);
    await applyEdit(edit);
    await document.save();
  } else {
    edit.createFile(session.planUri, { ignoreIfExists: false, contents: new TextEncoder().encode(result.text) });
    await applyEdit(edit);
  }
  return { ...result, written: true };
}

export const checkPlan: CommandHandler<'checkPlan'> = async (argument, services) => {
  const session = await services.sessions.choose(argument.folder);
  if (!session) return undefined;
  const result = await withProgress('Checking the plan', (work) => session.check(work));
  const count = (severity: string) => result.findings.filter((finding) => finding.severity === severity).length;
  const [errors, warnings] = [count('error'), count('warning')];
  const open = {
    'Open Mapping': () => run('openMapping', argument),
    'Open Plan File': () => run('openPlan', argument),
  };
  if (errors > 0)
    inform('error', `The plan has ${plural(errors, 'error')} to settle before it can be carried out.`, open);
  else if (warnings > 0) inform('warning', `The plan can be carried out, with ${plural(warnings, 'warning')}.`, open);
  else inform('info', 'The plan can be carried out.', { 'Dry Run': () => run('dryRun', argument) });
  return result;
};

export const openPlan: CommandHandler<'openPlan'> = async (argument, services) => {
  const session = await services.sessions.choose(argument.folder);
  if (!session) return undefined;
  if (!(await session.hasPlan()))
    throw new ConsolidationError(
      'PLAN_MISSING',
      `There is no plan file ${session.settings.planFile} yet. Run "Draft Plan" to have one proposed.`,
    );
  const position = new vscode.Position(Math.max(0, (argument.line ?? 1) - 1), Math.max(0, (argument.column ?? 1) - 1));
  await vscode.window.showTextDocument(session.planUri, {
    selection: argument.line === undefined ? undefined : new vscode.Range(position, position),
  });
  return true;
};

/** A run works on what is on disk and in the editor alike, so an unsaved plan is saved first. */
export async function savePlan(session: WorkspaceSession): Promise<void> {
  const uri = session.planUri.toString();
  const open = vscode.workspace.textDocuments.find((document) => document.uri.toString() === uri && document.isDirty);
  if (open && !(await open.save()))
    throw new ConsolidationError(
      'WRITE_FAILED',
      'The plan file could not be saved. Save it and run the command again.',
    );
}
