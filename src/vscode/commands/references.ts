import * as vscode from 'vscode';
import { ConsolidationError } from '../../core/errors';
import type { WorkOptions } from '../../core/ports';
import { recordRefactoring } from '../../core/refactoring/record';
import type { RefactorResult } from '../../core/results';
import { joinNames, plural } from '../../protocol/text';
import { applyEdit, openVersions, toWorkspaceEdit } from '../edits';
import { withProgress } from '../progress';
import type { Services } from '../services';
import type { WorkspaceSession } from '../session';
import { confirm, inform, requireTrust, run } from './command';
import type { CommandArgument, CommandHandler } from './command';

export const refreshReferences: CommandHandler<'refreshReferences'> = async (argument, { sessions }) => {
  const session = await sessions.choose(argument.folder);
  if (!session) return undefined;
  const result = await withProgress('Finding references', (work) => session.findReferences(work));
  const stale = session.staleReferences.length;
  if (stale > 0)
    inform('info', `${plural(stale, 'stale reference')} in ${plural(staleFiles(session).length, 'file')}.`, {
      'Fix All': () => run('fixAllInWorkspace', argument),
    });
  else
    inform('info', `No stale reference: ${plural(result.references.length, 'reference')} found, none has to change.`);
  return result;
};

export const fixAllInFile: CommandHandler<'fixAllInFile'> = async (argument, services) => {
  requireTrust();
  const target = await fileOf(argument, services);
  if (!target) throw new ConsolidationError('USAGE', 'Open the file whose references are to be fixed first.');
  const { session, file } = target;
  const work = (options: WorkOptions) => refactor(session, services, [file], options);
  const { result, apply } = await withProgress('Fixing references', work);
  if (result.edits.length > 0) {
    await apply();
    await session.findReferences();
  }
  if (result.edits.length === 0) inform('info', `Nothing to fix with certainty in ${file}.${left(result)}`);
  else if (result.left.length > 0) inform('warning', `Fixed.${left(result)}`);
  return { ...result, written: result.edits.length > 0 };
};

export const fixAllInWorkspace: CommandHandler<'fixAllInWorkspace'> = async (argument, services) => {
  requireTrust();
  const session = await services.sessions.choose(argument.folder);
  if (!session) return undefined;
  const { result, apply } = await withProgress('Preparing the edits', (work) =>
    refactor(session, services, undefined, work),
  );
  if (result.edits.length === 0) {
    inform('info', `Nothing to fix with certainty.${left(result)}`);
    return result;
  }
  if (!argument.confirmed) {
    const created = result.files.filter((file) => file.created).map((file) => file.file);
    const changed = result.files.filter((file) => !file.created);
    const edits = changed.reduce((sum, file) => sum + file.edits, 0);
    const detail = [
      `${plural(edits, 'edit')} in ${plural(changed.length, 'file')}: ${joinNames(
        changed.map((file) => file.file),
        6,
      )}.`,
      ...(created.length > 0 ? [`New: ${joinNames(created)}.`] : []),
      ...(result.left.length > 0
        ? [`${plural(result.left.length, 'reference')} without a certain fix stay for you to look at.`]
        : []),
      'The files are saved. Roll Back returns them together with the data.',
    ].join('\n');
    if (!(await confirm(`Fix ${plural(edits, 'stale reference')}?`, detail, 'Fix All'))) return undefined;
  }
  await recorded(session, result, apply);
  await session.findReferences();
  inform('info', `Fixed ${plural(result.files.length, 'file')}.${left(result)}`);
  return { ...result, written: true };
};

export const openReference: CommandHandler<'openReference'> = async (argument, services) => {
  const session = await services.sessions.choose(argument.folder);
  if (!session || argument.file === undefined) return undefined;
  const position = new vscode.Position(Math.max(0, (argument.line ?? 1) - 1), Math.max(0, (argument.column ?? 1) - 1));
  const known = session
    .inFile(argument.file)
    .find((reference) => reference.line === argument.line && reference.column === argument.column);
  const end = known ? new vscode.Position(known.endLine - 1, known.endColumn - 1) : position;
  await vscode.window.showTextDocument(session.uri(argument.file), { selection: new vscode.Range(position, end) });
  return true;
};

/** The edits for some files or all, and how to apply them: refused when a document changed after they were computed. */
export async function refactor(
  session: WorkspaceSession,
  { pipeline }: Services,
  files: readonly string[] | undefined,
  work: WorkOptions,
): Promise<{ result: RefactorResult; apply: () => Promise<void> }> {
  const before = new Map(vscode.workspace.textDocuments.map((document) => [document.uri.toString(), document.version]));
  const result = await pipeline.refactor({ ...session.options(work), write: false, files });
  const apply = async () => {
    const touched = result.edits.map((edit) => edit.file);
    for (const [uri, version] of openVersions(session.folder.uri, touched)) {
      if (version === (before.get(uri) ?? version)) continue;
      throw new ConsolidationError(
        'WRITE_FAILED',
        'A file was changed while its edits were prepared. Run the command again.',
      );
    }
    await applyEdit(await toWorkspaceEdit(session.folder.uri, result.edits));
  };
  return { result, apply };
}

/**
 * Applies and saves the edits, and notes what the files held before, so that Roll Back can return the code together with
 * the data. Unsaved text is saved first: the note is made from what is on the disk.
 */
async function recorded(session: WorkspaceSession, result: RefactorResult, apply: () => Promise<void>): Promise<void> {
  const files = result.files.map(({ file }) => file);
  const uris = new Set(files.map((file) => session.uri(file).toString()));
  const save = async (): Promise<void> => {
    for (const document of vscode.workspace.textDocuments)
      if (document.isDirty && uris.has(document.uri.toString()) && !(await document.save()))
        throw new ConsolidationError('WRITE_FAILED', `${document.fileName} could not be saved. Save it and try again.`);
  };
  await save();
  await recordRefactoring(session.folder.uri.fsPath, files, async () => {
    await apply();
    await save();
  });
}

function staleFiles(session: WorkspaceSession): string[] {
  return [...new Set(session.staleReferences.map((reference) => reference.file))];
}

function left({ left }: RefactorResult): string {
  if (left.length === 0) return '';
  const first = left[0]!;
  return ` ${plural(left.length, 'reference')} left to you: ${first.file}:${first.line} ${first.note}`;
}

/** Editor menus give a URI, trees and tests a path relative to the folder; without either it is the active editor's file. */
async function fileOf(
  argument: CommandArgument,
  { sessions }: Services,
): Promise<{ session: WorkspaceSession; file: string } | undefined> {
  if (argument.file !== undefined && !argument.file.includes('://')) {
    const session = await sessions.choose(argument.folder);
    return session && { session, file: argument.file };
  }
  const uri = argument.file ? vscode.Uri.parse(argument.file, true) : vscode.window.activeTextEditor?.document.uri;
  const session = uri && sessions.at(uri);
  const file = uri && session?.relative(uri);
  return session && file !== undefined ? { session, file } : undefined;
}
