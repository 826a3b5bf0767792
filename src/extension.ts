import * as vscode from 'vscode';
import { Analysis } from './vscode/analysis';
import type { ConsolidatorApi } from './vscode/api';
import { registerCodeActions } from './vscode/codeActions';
import { registerCommands } from './vscode/commands/register';
import { registerReferenceDiagnostics } from './vscode/diagnostics/references';
import { registerHover } from './vscode/hover';
import { Log } from './vscode/log';
import { registerViews } from './vscode/panels/register';
import { registerCodeLens } from './vscode/planFile/codeLens';
import { registerPlanCompletion } from './vscode/planFile/completion';
import { registerPlanDiagnostics } from './vscode/planFile/diagnostics';
import { registerPlanQuickFixes } from './vscode/planFile/quickFixes';
import type { Services } from './vscode/services';
import { Sessions } from './vscode/sessions';
import { registerStatusBar } from './vscode/statusBar';
import { registerTrees } from './vscode/trees/register';
import { WorkerPipeline } from './worker/client';

let pipeline: WorkerPipeline | undefined;

/** Builds the services and registers the features. No engine, grammar or worker is loaded before it is needed. */
export function activate(context: vscode.ExtensionContext): ConsolidatorApi {
  const started = performance.now();
  const log = new Log();
  const script = vscode.Uri.joinPath(context.extensionUri, 'dist', 'worker.js').fsPath;
  const worker = new WorkerPipeline({ script, log: (text) => log.info(text) });
  pipeline = worker;
  const sessions = new Sessions(worker, context.storageUri);
  const base = { context, pipeline: worker, sessions, log };
  const services: Services = { ...base, views: registerViews(base) };
  const analysis = new Analysis(services);
  context.subscriptions.push(log, sessions, analysis);

  registerCommands(services);
  registerTrees(services);
  registerReferenceDiagnostics(services);
  registerPlanDiagnostics(services);
  registerCodeActions(services);
  registerHover(services);
  registerCodeLens(services);
  registerPlanCompletion(services);
  registerPlanQuickFixes(services);
  registerStatusBar(services);
  return {
    pipeline: worker,
    sessions: () => sessions.all,
    whenIdle: () => analysis.whenIdle(),
    activationMilliseconds: performance.now() - started,
  };
}

export async function deactivate(): Promise<void> {
  await pipeline?.dispose();
}
