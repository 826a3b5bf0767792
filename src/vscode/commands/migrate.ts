import { ConsolidationError } from '../../core/errors';
import type { WorkOptions } from '../../core/ports';
import type { CheckResult, MigrateResult } from '../../core/results';
import { plural } from '../../protocol/text';
import { withProgress } from '../progress';
import type { Services } from '../services';
import type { WorkspaceSession } from '../session';
import { confirm, inform, requireTrust, run } from './command';
import type { CommandArgument, CommandHandler } from './command';
import { confirmationText } from './confirmation';
import { savePlan, writeDraft } from './plan';

export const dryRun: CommandHandler<'dryRun'> = async (argument, services) => {
  const session = await services.sessions.choose(argument.folder);
  if (!session) return undefined;
  const { result } = await withProgress('Dry run', (work) => prepare(session, services, argument, work));
  if (!argument.confirmed) services.views.showResult(session, result);
  return result;
};

/** One click: scan, draft when there is no plan, check, dry run, ask with the numbers, migrate, show the report. */
export const migrate: CommandHandler<'migrate'> = async (argument, services) => {
  requireTrust();
  const session = await services.sessions.choose(argument.folder);
  if (!session) return undefined;
  await savePlan(session);
  const prepared = await withProgress('Preparing the migration', (work) => prepare(session, services, argument, work));
  if (prepared.result.status === 'unchanged') {
    inform('info', 'Nothing to do: the databases are consolidated already, and nothing has changed since.');
    return prepared.result;
  }
  if (prepared.result.status === 'failed') return failed(session, services, argument, prepared.result);
  if (!argument.confirmed) {
    const { message, detail } = confirmationText(prepared.result, prepared.checked);
    if (!(await confirm(message, detail, 'Migrate'))) return undefined;
  }
  const result = await withProgress('Migrating', (work) =>
    services.pipeline.migrate({ ...session.options(work), mode: 'full' }),
  );
  await session.refreshStatus();
  if (result.status === 'failed') return failed(session, services, argument, result);
  services.views.showResult(session, result);
  await session.findReferences();
  const stale = session.staleReferences.length;
  const rows = result.databases.reduce((sum, database) => sum + database.rows.moved, 0);
  const done = `${plural(rows, 'row')} in ${plural(result.targets.length, 'target')}, verified.`;
  const folder = session.folder.uri.toString();
  if (stale > 0)
    inform(
      'info',
      `${done} ${plural(stale, 'place')} in the code still ${stale === 1 ? 'names' : 'name'} a legacy database.`,
      {
        'Fix References': () => run('fixAllInWorkspace', { folder }),
      },
    );
  else inform('info', done);
  return result;
};

/**
 * Everything up to the question, without writing anything but a plan file where there is none.
 * @throws ConsolidationError `NO_DATABASES`, `PLAN_CONFLICT` and whatever the verbs raise.
 */
async function prepare(
  session: WorkspaceSession,
  services: Services,
  argument: CommandArgument,
  work: WorkOptions,
): Promise<{ checked: CheckResult; result: MigrateResult }> {
  const inventory = await session.scan(work);
  if (inventory.databases.length === 0)
    throw new ConsolidationError(
      'NO_DATABASES',
      `No SQLite database was found in ${session.name}. Open the folder that holds them, or check the setting "SQLite Consolidator: Exclude".`,
    );
  if (!(await session.hasPlan())) {
    requireTrust();
    await writeDraft(session, services, argument, work);
  }
  const checked = await session.check(work);
  if (session.planError) throw session.planError;
  if (checked.error) throw new ConsolidationError(checked.error.code, checked.error.message, checked.error.details);
  if (!checked.ok) {
    const errors = checked.findings.filter((finding) => finding.severity === 'error');
    throw new ConsolidationError(
      'PLAN_CONFLICT',
      `The plan needs ${plural(errors.length, 'decision')} before it can be carried out. ${errors[0]?.message ?? ''}`.trim(),
      { file: checked.planFile, line: errors[0]?.line, findings: errors },
    );
  }
  const result = await services.pipeline.migrate({ ...session.options(work), mode: 'dry-run' });
  return { checked, result };
}

function failed(
  session: WorkspaceSession,
  services: Services,
  argument: CommandArgument,
  result: MigrateResult,
): MigrateResult {
  services.views.showResult(session, result);
  const message = result.error?.message ?? 'The migration failed and nothing was published. The report says why.';
  services.log.info(`migrate: ${result.error?.code ?? 'failed'}: ${message}`);
  if (!argument.confirmed) inform('error', message, { 'Show Log': () => services.log.show() });
  return result;
}
