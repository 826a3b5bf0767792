import * as vscode from 'vscode';
import { ConsolidationError } from '../../core/errors';
import type { Inventory } from '../../core/inventory/inventory';
import type { ReferencesResult } from '../../core/references/reference';
import type {
  CheckResult,
  DraftResult,
  MigrateResult,
  RefactorResult,
  RollbackResult,
  VerifyResult,
} from '../../core/results';
import type { Services } from '../services';

/** What each command returns to a caller; undefined when the person said no. A command missing below does not compile. */
export interface CommandResults {
  scan: Inventory;
  openInventory: true;
  draftPlan: DraftResult;
  openMapping: true;
  openPlan: true;
  checkPlan: CheckResult;
  dryRun: MigrateResult;
  migrate: MigrateResult;
  verify: VerifyResult;
  rollback: RollbackResult;
  refreshReferences: ReferencesResult;
  fixAllInFile: RefactorResult;
  fixAllInWorkspace: RefactorResult;
  openReport: true;
  openReference: true;
  showLog: true;
}

export type CommandName = keyof CommandResults;

/** The optional argument of every command, for tests, tasks and key bindings. */
export interface CommandArgument {
  /** Skip the questions, and let errors reach the caller in place of a notification. */
  readonly confirmed?: boolean;
  /** Draft a plan with one target at this path. */
  readonly into?: string;
  /** Path, URI or name of the workspace folder. */
  readonly folder?: string;
  /** A run, `migration_YYYYMMDD_HHMMSS`. */
  readonly run?: string;
  /** A file: path relative to the folder, or URI. */
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  /** Database to select in the Inventory. */
  readonly database?: string;
}

export type CommandHandler<K extends CommandName> = (
  argument: CommandArgument,
  services: Services,
) => Promise<CommandResults[K] | undefined>;

export type CommandHandlers = { readonly [K in CommandName]: CommandHandler<K> };

export function commandId(name: CommandName): string {
  return `sqliteConsolidator.${name}`;
}

/** Arguments come from tests, key bindings, trees and URIs: what is not of the right type is not there. */
export function readArgument(value: unknown): CommandArgument {
  if (value instanceof vscode.Uri) return { file: value.toString() };
  if (typeof value !== 'object' || value === null) return {};
  const given = 'argument' in value && typeof value.argument === 'object' && value.argument ? value.argument : value;
  const fields = given as Record<string, unknown>;
  const text = (name: string) => (typeof fields[name] === 'string' ? fields[name] : undefined);
  const count = (name: string) => (typeof fields[name] === 'number' ? fields[name] : undefined);
  return {
    confirmed: typeof fields.confirmed === 'boolean' ? fields.confirmed : undefined,
    into: text('into'),
    folder: text('folder'),
    run: text('run'),
    file: text('file'),
    line: count('line'),
    column: count('column'),
    database: text('database'),
  };
}

/** @throws ConsolidationError `USAGE` in a workspace that is not trusted. */
export function requireTrust(): void {
  if (vscode.workspace.isTrusted) return;
  throw new ConsolidationError(
    'USAGE',
    'This workspace is not trusted, so SQLite Consolidator only reads. Trust it (command "Workspaces: Manage Workspace Trust") to write.',
  );
}

/** A modal question with one way to say yes. */
export async function confirm(message: string, detail: string, yes: string): Promise<boolean> {
  return (await vscode.window.showWarningMessage(message, { modal: true, detail }, yes)) === yes;
}

/** Shows a message with commands to go on with; never waited for, so that a command ends when its work is done. */
export function inform(
  kind: 'info' | 'warning' | 'error',
  message: string,
  actions: Readonly<Record<string, () => unknown>> = {},
): void {
  const show = {
    info: vscode.window.showInformationMessage,
    warning: vscode.window.showWarningMessage,
    error: vscode.window.showErrorMessage,
  }[kind];
  void show(message, ...Object.keys(actions)).then((picked) => picked && actions[picked]?.());
}

export function run(name: CommandName, argument: CommandArgument = {}): Thenable<unknown> {
  return vscode.commands.executeCommand(commandId(name), argument);
}
