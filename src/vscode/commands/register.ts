import * as vscode from 'vscode';
import type { ErrorCode, ErrorValue } from '../../core/errors';
import type { Services } from '../services';
import { commandId, inform, readArgument, run } from './command';
import type { CommandArgument, CommandHandler, CommandHandlers, CommandName } from './command';
import { migrate, dryRun } from './migrate';
import { checkPlan, draftPlan, openPlan } from './plan';
import { fixAllInFile, fixAllInWorkspace, openReference, refreshReferences } from './references';
import { openReport, rollback, verify } from './runs';
import { openInventory, openMapping, scan, showLog } from './views';

const handlers: CommandHandlers = {
  scan,
  openInventory,
  draftPlan,
  openMapping,
  openPlan,
  checkPlan,
  dryRun,
  migrate,
  verify,
  rollback,
  refreshReferences,
  fixAllInFile,
  fixAllInWorkspace,
  openReport,
  openReference,
  showLog,
};

export function registerCommands(services: Services): void {
  for (const name of Object.keys(handlers) as CommandName[]) {
    const handler = handlers[name] as CommandHandler<CommandName>;
    services.context.subscriptions.push(
      vscode.commands.registerCommand(commandId(name), async (value: unknown) => {
        const argument = readArgument(value);
        try {
          return await handler(argument, services);
        } catch (error) {
          const shown = services.log.error(name, error);
          if (argument.confirmed) throw error;
          if (shown.code === 'CANCELLED') vscode.window.setStatusBarMessage(shown.message, 5000);
          else report(shown, argument);
          return undefined;
        }
      }),
    );
  }
}

/** The way on from an error, where a command leads there. */
const wayOn: Partial<Record<ErrorCode, Readonly<Record<string, CommandName>>>> = {
  PLAN_MISSING: { 'Draft Plan': 'draftPlan' },
  PLAN_SYNTAX: { 'Open Plan File': 'openPlan' },
  PLAN_INVALID: { 'Open Plan File': 'openPlan' },
  PLAN_VERSION: { 'Open Plan File': 'openPlan' },
  PATH_OUTSIDE_WORKSPACE: { 'Open Plan File': 'openPlan' },
  PLAN_CONFLICT: { 'Open Mapping': 'openMapping', 'Open Plan File': 'openPlan' },
  KEY_COLLISION: { 'Open Mapping': 'openMapping', 'Open Plan File': 'openPlan' },
  ROWS_REJECTED: { 'Open Mapping': 'openMapping', 'Open Plan File': 'openPlan' },
  RUN_INTERRUPTED: { 'Roll Back': 'rollback' },
  NO_RUN: { Migrate: 'migrate' },
  INTERNAL: { 'Show Log': 'showLog' },
};

function report(error: ErrorValue, { folder }: CommandArgument): void {
  const actions = Object.entries(wayOn[error.code] ?? { 'Show Log': 'showLog' as const });
  const { line, column } = error.details;
  inform(
    'error',
    error.message,
    Object.fromEntries(actions.map(([title, name]) => [title, () => run(name, { folder, line, column })])),
  );
}
