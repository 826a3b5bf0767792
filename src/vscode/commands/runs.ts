import * as vscode from 'vscode';
import { ConsolidationError } from '../../core/errors';
import type { RollbackResult, RunSummary } from '../../core/results';
import { formatRun, joinNames, plural } from '../../protocol/text';
import { withProgress } from '../progress';
import type { Services } from '../services';
import type { WorkspaceSession } from '../session';
import { confirm, inform, requireTrust, run } from './command';
import type { CommandHandler } from './command';

export const verify: CommandHandler<'verify'> = async (argument, services) => {
  const session = await services.sessions.choose(argument.folder);
  if (!session) return undefined;
  const result = await withProgress('Verifying', (work) =>
    services.pipeline.verify({ ...session.options(work), run: argument.run }),
  );
  const failures = result.verification.checks.filter((check) => !check.ok);
  const open = { 'Open Report': () => run('openReport', { ...argument, run: result.run }) };
  if (result.ok)
    inform(
      'info',
      `${plural(result.verification.checks.length, 'check')} passed: the targets hold what they should.`,
      open,
    );
  else inform('error', `${plural(failures.length, 'check')} failed: ${failures[0]?.name ?? result.run}.`, open);
  return result;
};

export const openReport: CommandHandler<'openReport'> = async (argument, services) => {
  const session = await services.sessions.choose(argument.folder);
  if (!session) return undefined;
  const { runs } = await session.refreshStatus();
  const chosen = argument.run ?? runs.find((entry) => entry.reportFile !== undefined)?.run;
  if (chosen === undefined)
    throw new ConsolidationError('NO_RUN', 'There is no report yet: nothing was migrated here. Run "Migrate" first.');
  await services.views.showRun(session, chosen);
  return true;
};

export const rollback: CommandHandler<'rollback'> = async (argument, services) => {
  requireTrust();
  const session = await services.sessions.choose(argument.folder);
  if (!session) return undefined;
  const chosen = argument.run
    ? { run: argument.run, targets: [] as readonly string[] }
    : await chooseRun((await session.refreshStatus()).runs, argument.confirmed === true);
  if (!chosen) return undefined;
  if (!argument.confirmed) {
    const summary = session.status?.runs.find((entry) => entry.run === chosen.run) ?? chosen;
    const detail =
      `${summary.targets.length > 0 ? `${joinNames(summary.targets)} will be taken away, and the` : 'The'} legacy databases ` +
      'are as they were before the run, byte for byte. Code that Fix All in Workspace changed is returned as well, unless it ' +
      'was edited since. Unsaved editors are saved first.';
    if (!(await confirm(`Roll back the migration of ${formatRun(chosen.run)}?`, detail, 'Roll Back'))) return undefined;
  }
  await vscode.workspace.saveAll(false);
  const result = await rollBack(session, services, chosen.run, argument.confirmed === true);
  if (!result) return undefined;
  await session.refreshStatus();
  await session.scan();
  await session.findReferences();
  const aside = result.keptAside.length > 0 ? ` Kept aside: ${joinNames(result.keptAside)}.` : '';
  const returned = result.code?.returned.length ?? 0;
  const edited = result.code?.edited ?? [];
  const code =
    (returned > 0 ? ` ${plural(returned, 'source file')} returned to what they were.` : '') +
    (edited.length > 0 ? ` Edited since and left as they are: ${joinNames(edited)}.` : '');
  inform(
    'info',
    `Rolled back: ${plural(result.removed.length, 'target')} taken away, ${plural(result.restored.length, 'legacy file')} restored.${aside}${code}`,
  );
  return result;
};

/** A target that was written since it was published is only taken away after a second question, and a copy is kept. */
async function rollBack(
  session: WorkspaceSession,
  { pipeline }: Services,
  chosen: string,
  unattended: boolean,
): Promise<RollbackResult | undefined> {
  const attempt = (keepCopy: boolean) =>
    withProgress('Rolling back', (work) => pipeline.rollback({ ...session.options(work), run: chosen, keepCopy }));
  try {
    return await attempt(false);
  } catch (error) {
    const changed = error instanceof ConsolidationError && error.code === 'TARGET_CHANGED';
    if (!changed || unattended) throw error;
    const yes = 'Keep a Copy and Roll Back';
    return (await confirm('A target was written since the migration.', error.message, yes)) ? attempt(true) : undefined;
  }
}

async function chooseRun(runs: readonly RunSummary[], unattended: boolean): Promise<RunSummary | undefined> {
  const candidates = runs.filter((entry) => entry.state === 'published' || entry.state === 'interrupted');
  if (candidates.length === 0)
    throw new ConsolidationError('NO_RUN', 'There is nothing to roll back: no migration is published here.');
  if (candidates.length === 1 || unattended) return candidates[0];
  const items = candidates.map((entry) => ({
    label: formatRun(entry.run),
    description: `${plural(entry.rows, 'row')} → ${joinNames(entry.targets)}`,
    detail: entry.state === 'interrupted' ? 'Interrupted' : undefined,
    entry,
  }));
  return (await vscode.window.showQuickPick(items, { title: 'Roll Back', placeHolder: 'Which run?' }))?.entry;
}
