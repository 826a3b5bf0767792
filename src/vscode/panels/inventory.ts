import * as vscode from 'vscode';
import type { InventoryDatabase } from '../../core/inventory/inventory';
import { isFromInventory } from '../../protocol/inventory';
import type { FromInventory, InventoryDetail, InventoryState, ToInventory } from '../../protocol/inventory';
import { run } from '../commands/command';
import type { Services } from '../services';
import type { WorkspaceSession } from '../session';
import { connect } from './webview';

export const inventoryViewType = 'sqliteConsolidator.inventory';

/** The Inventory views, one for each workspace folder. */
export class InventoryPanels {
  private readonly panels = new Map<WorkspaceSession, { reveal: () => void; select: (database: string) => void }>();

  constructor(private readonly services: Omit<Services, 'views'>) {}

  show(session: WorkspaceSession, database?: string): void {
    const open = this.panels.get(session);
    if (open) open.reveal();
    else
      this.restore(session, vscode.window.createWebviewPanel(inventoryViewType, 'Inventory', vscode.ViewColumn.Active));
    if (database !== undefined) this.panels.get(session)?.select(database);
  }

  /** Fills a panel, a new one or one that VS Code brings back after a reload. */
  restore(session: WorkspaceSession, panel: vscode.WebviewPanel): void {
    const { context, sessions } = this.services;
    panel.title = `Inventory: ${session.name}`;
    panel.iconPath = vscode.Uri.joinPath(context.extensionUri, 'media', 'icon.png');
    let selected: string | undefined;
    let busy = false;
    let error: string | null = null;
    const receive = (message: FromInventory): void => {
      if (message.type === 'ready') {
        void sendState();
        if (!session.inventory) void scan();
        if (selected !== undefined) view.post({ type: 'select', path: selected });
      } else if (message.type === 'detail') {
        const database = session.inventory?.databases.find(({ path }) => path === message.path);
        if (database) view.post(detailOf(session, database));
      } else if (message.type === 'open') {
        const { file, line, column } = message;
        void run('openReference', { folder: session.folder.uri.toString(), file, line, column });
      } else if (message.command === 'scan') void scan();
      else void run(message.command, { folder: session.folder.uri.toString() });
    };
    const view = connect<ToInventory, FromInventory>(panel.webview, context.extensionUri, {
      name: 'inventory',
      title: panel.title,
      identity: { folder: session.folder.uri.toString() },
      guard: isFromInventory,
      receive,
    });
    const sendState = async () => {
      view.post(
        stateOf(session, { busy: busy ? 'Scanning the workspace …' : null, error, hasPlan: await session.hasPlan() }),
      );
    };
    const scan = async () => {
      if (busy) return;
      busy = true;
      error = null;
      void sendState();
      try {
        await session.scan();
      } catch (failure) {
        error = this.services.log.error('scan', failure).message;
      }
      busy = false;
      void sendState();
    };
    const subscription = sessions.onDidChange((event) => {
      if (event.session === session && event.change !== 'references') void sendState();
    });
    this.panels.set(session, {
      reveal: () => panel.reveal(),
      select: (database) => {
        selected = database;
        view.post({ type: 'select', path: database });
      },
    });
    panel.onDidDispose(() => {
      subscription.dispose();
      this.panels.delete(session);
    });
  }
}

function stateOf(
  session: WorkspaceSession,
  { busy, error, hasPlan }: { busy: string | null; error: string | null; hasPlan: boolean },
): InventoryState {
  const actions = new Map(session.checked?.resolved?.databases.map(({ path, action }) => [path, action]));
  return {
    type: 'state',
    workspace: session.name,
    scanned: session.inventory !== undefined,
    busy,
    error,
    rows: (session.inventory?.databases ?? []).map((database) => ({
      path: database.path,
      kind: database.kind,
      bytes: database.bytes,
      rows: rowsOf(database),
      tables: database.tables.filter(({ kind, shadowOf }) => kind !== 'view' && shadowOf === undefined).length,
      journalMode: database.journalMode,
      walFrames: database.walFrames,
      hotJournal: database.hotJournal,
      problems: database.problems.map(({ code, message }) => ({ code, message })),
      references: database.references,
      action: actions.get(database.path),
    })),
    duplicates: session.inventory?.duplicates ?? [],
    unlisted: (session.inventory?.unlisted ?? []).map(({ message }) => message),
    planFile: session.settings.planFile,
    hasPlan,
    trusted: vscode.workspace.isTrusted,
  };
}

function rowsOf({ kind, tables }: InventoryDatabase): number | null {
  if (kind !== 'sqlite') return null;
  return tables.filter(({ shadowOf }) => shadowOf === undefined).reduce((sum, table) => sum + (table.rows ?? 0), 0);
}

function detailOf(session: WorkspaceSession, database: InventoryDatabase): InventoryDetail {
  const references = (session.references?.references ?? []).filter((reference) => reference.database === database.path);
  return {
    type: 'detail',
    path: database.path,
    sha256: database.sha256,
    pageSize: database.pageSize,
    encoding: database.encoding,
    userVersion: database.userVersion,
    sidecars: database.sidecars,
    tables: database.tables,
    references: references
      .slice(0, 100)
      .map(({ file, line, column, text, stale }) => ({ file, line, column, text, stale })),
  };
}
