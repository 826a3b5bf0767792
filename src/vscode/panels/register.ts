import * as vscode from 'vscode';
import type { Services, Views } from '../services';
import { InventoryPanels, inventoryViewType } from './inventory';
import { MappingEditor, mappingViewType } from './mapping';
import { readReport, reportViewType, ReportPanels } from './report';

/** Makes the webviews known, those too that VS Code brings back after a reload of the window. */
export function registerViews(services: Omit<Services, 'views'>): Views {
  const inventory = new InventoryPanels(services);
  const mapping = new MappingEditor(services);
  const report = new ReportPanels(services);
  const { context, sessions, log } = services;

  /** Gives the panel its session, or closes it when its folder is gone. */
  const restore = (
    viewType: string,
    fill: (folder: vscode.WorkspaceFolder, panel: vscode.WebviewPanel, state: Record<string, unknown>) => unknown,
  ) =>
    vscode.window.registerWebviewPanelSerializer(viewType, {
      async deserializeWebviewPanel(panel, saved: unknown) {
        const state = typeof saved === 'object' && saved !== null ? (saved as Record<string, unknown>) : {};
        const identity = typeof state.identity === 'object' && state.identity !== null ? state.identity : {};
        const values = identity as Record<string, unknown>;
        const folder = vscode.workspace.workspaceFolders?.find(({ uri }) => uri.toString() === values.folder);
        try {
          if (folder) await fill(folder, panel, values);
          else panel.dispose();
        } catch (error) {
          log.error(viewType, error);
          panel.dispose();
        }
      },
    });

  context.subscriptions.push(
    vscode.window.registerCustomEditorProvider(mappingViewType, mapping, { supportsMultipleEditorsPerDocument: true }),
    restore(inventoryViewType, (folder, panel) => inventory.restore(sessions.of(folder), panel)),
    restore(reportViewType, async (folder, panel, { run }) => {
      const session = sessions.of(folder);
      if (typeof run !== 'string' || run === '') panel.dispose();
      else report.restore(session, panel, await readReport(session, run));
    }),
  );
  return {
    showInventory: (session, database) => inventory.show(session, database),
    showMapping: (session) => mapping.show(session),
    showRun: (session, run) => report.showRun(session, run),
    showResult: (session, result) => report.showResult(session, result),
  };
}
