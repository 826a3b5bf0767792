import * as vscode from 'vscode';
import { toErrorValue } from '../../core/errors';
import { isFromMapping } from '../../protocol/mapping';
import type { FromMapping, ToMapping } from '../../protocol/mapping';
import { requireTrust, run } from '../commands/command';
import { applyEdit } from '../edits';
import type { Services } from '../services';
import type { WorkspaceSession } from '../session';
import { mappingState } from './mappingState';
import { connect } from './webview';

/** The plan's definition is large to load; activation does without it. */
const planEdits = () => import('../planEdits');

export const mappingViewType = 'sqliteConsolidator.mapping';

/**
 * The Mapping view is a custom editor of the plan file: undo, redo, save and the state after a reload are the editor's own,
 * and the same file can be edited as text beside it.
 */
export class MappingEditor implements vscode.CustomTextEditorProvider {
  constructor(private readonly services: Omit<Services, 'views'>) {}

  async show(session: WorkspaceSession): Promise<void> {
    await vscode.commands.executeCommand('vscode.openWith', session.planUri, mappingViewType);
  }

  resolveCustomTextEditor(document: vscode.TextDocument, panel: vscode.WebviewPanel): void {
    const { context, sessions } = this.services;
    const session = sessions.at(document.uri);
    const planFile = session?.relative(document.uri);
    let busy: string | null = null;
    let error: string | null = null;

    const view = connect<ToMapping, FromMapping>(panel.webview, context.extensionUri, {
      name: 'mapping',
      title: 'Mapping',
      identity: { plan: document.uri.toString() },
      guard: isFromMapping,
      receive: (message) => void receive(message),
    });
    const send = (): void => {
      const trusted = vscode.workspace.isTrusted;
      view.post(mappingState(planFile ?? '', session?.checked, session?.inventory, { busy, error, trusted }));
    };
    /** Keeps the last good picture while something runs or fails, and says so. */
    const attempt = async (title: string | null, work: () => Promise<unknown>): Promise<void> => {
      busy = title;
      error = null;
      if (title) send();
      try {
        await work();
      } catch (failure) {
        const value = toErrorValue(failure);
        if (value.code !== 'CANCELLED') error = this.services.log.error('mapping', failure).message;
      }
      busy = null;
      send();
    };
    const load = () =>
      attempt('Checking the plan …', async () => {
        if (session && !session.inventory) await session.scan();
        await session?.check();
      });
    const edit = (make: () => Promise<vscode.WorkspaceEdit | undefined>) =>
      attempt(null, async () => {
        requireTrust();
        const made = await make();
        if (!made) return;
        await applyEdit(made);
        await session?.check();
      });
    const receive = async (message: FromMapping): Promise<void> => {
      if (!session || planFile !== session.settings.planFile) {
        error =
          'This file is not the plan of an open workspace folder. Open its folder, or name the file in the setting ' +
          '"SQLite Consolidator: Plan File".';
        send();
        return;
      }
      const folder = session.folder.uri.toString();
      if (message.type === 'ready') {
        if (session.checked) send();
        if (!session.checked || !session.inventory) await load();
      } else if (message.type === 'command') await run(message.command, { folder });
      else if (message.type === 'openPlan') await run('openPlan', { folder, line: message.line ?? undefined });
      else if (message.type === 'edit') await edit(async () => (await planEdits()).planEdit(document, message.edit));
      else {
        const finding = session.checked?.findings[message.finding];
        if (finding?.code === message.code)
          await edit(async () => (await planEdits()).planResolution(document, session, finding, message.resolution));
      }
    };
    const subscription = sessions.onDidChange((event) => {
      if (event.session === session && (event.change === 'check' || event.change === 'inventory')) send();
    });
    panel.onDidDispose(() => subscription.dispose());
  }
}
