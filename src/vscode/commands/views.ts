import { ConsolidationError } from '../../core/errors';
import { plural } from '../../protocol/text';
import { withProgress } from '../progress';
import { inform, run } from './command';
import type { CommandHandler } from './command';

export const scan: CommandHandler<'scan'> = async (argument, { sessions, views }) => {
  const session = await sessions.choose(argument.folder);
  if (!session) return undefined;
  const inventory = await withProgress('Scanning for SQLite databases', (work) => session.scan(work));
  const folder = session.folder.uri.toString();
  if (inventory.databases.length === 0) {
    inform(
      'info',
      `No SQLite database was found in ${session.name}. Check the setting "SQLite Consolidator: Exclude".`,
    );
    return inventory;
  }
  if (!argument.confirmed) views.showInventory(session);
  const next: Record<string, () => unknown> = (await session.hasPlan())
    ? { Migrate: () => run('migrate', { folder }) }
    : { 'Draft Plan': () => run('draftPlan', { folder }) };
  inform('info', `${plural(inventory.databases.length, 'database')} found in ${session.name}.`, next);
  return inventory;
};

export const openInventory: CommandHandler<'openInventory'> = async (argument, { sessions, views }) => {
  const session = await sessions.choose(argument.folder);
  if (!session) return undefined;
  views.showInventory(session, argument.database);
  if (!session.inventory) await withProgress('Scanning for SQLite databases', (work) => session.scan(work));
  return true;
};

export const openMapping: CommandHandler<'openMapping'> = async (argument, { sessions, views }) => {
  const session = await sessions.choose(argument.folder);
  if (!session) return undefined;
  if (!(await session.hasPlan()))
    throw new ConsolidationError(
      'PLAN_MISSING',
      `There is no plan file ${session.settings.planFile} yet. Run "Draft Plan" to have one proposed.`,
    );
  await views.showMapping(session);
  return true;
};

export const showLog: CommandHandler<'showLog'> = async (_argument, { log }) => {
  log.show();
  return true;
};
