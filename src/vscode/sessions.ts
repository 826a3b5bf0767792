import * as vscode from 'vscode';
import { createHash } from 'node:crypto';
import { ConsolidationError } from '../core/errors';
import type { Pipeline } from '../core/pipeline';
import { WorkspaceSession } from './session';
import type { SessionChange } from './session';

/** One session for each workspace folder, made when it is first asked for. */
export class Sessions implements vscode.Disposable {
  private readonly sessions = new Map<string, WorkspaceSession>();
  private readonly changed = new vscode.EventEmitter<{ session: WorkspaceSession; change: SessionChange }>();
  readonly onDidChange = this.changed.event;
  private readonly folders: vscode.Disposable;

  /** @param storage folder that VS Code keeps for this workspace; undefined when there is none. */
  constructor(
    private readonly pipeline: Pipeline,
    private readonly storage: vscode.Uri | undefined,
  ) {
    this.folders = vscode.workspace.onDidChangeWorkspaceFolders(({ removed }) => {
      for (const folder of removed) {
        const key = folder.uri.toString();
        const session = this.sessions.get(key);
        if (!session) continue;
        this.sessions.delete(key);
        for (const change of ['inventory', 'references', 'check', 'status'] as const)
          this.changed.fire({ session, change });
        session.dispose();
      }
    });
  }

  /** Those that exist, in the order of the workspace folders. */
  get all(): readonly WorkspaceSession[] {
    return (vscode.workspace.workspaceFolders ?? [])
      .map((folder) => this.sessions.get(folder.uri.toString()))
      .filter((session) => session !== undefined);
  }

  of(folder: vscode.WorkspaceFolder): WorkspaceSession {
    const key = folder.uri.toString();
    let session = this.sessions.get(key);
    if (!session) {
      const name = createHash('sha256').update(key).digest('hex').slice(0, 16);
      const cache = this.storage && vscode.Uri.joinPath(this.storage, name).fsPath;
      const made = new WorkspaceSession(folder, this.pipeline, cache);
      made.onDidChange((change) => this.changed.fire({ session: made, change }));
      this.sessions.set(key, made);
      session = made;
    }
    return session;
  }

  /** The session a document belongs to, when its folder is open. */
  at(uri: vscode.Uri): WorkspaceSession | undefined {
    const folder = vscode.workspace.getWorkspaceFolder(uri);
    return folder && this.of(folder);
  }

  /**
   * The session a command is for: the folder it names, the only folder, the active editor's, or the one the person picks.
   * @returns undefined when nothing was picked.
   * @throws ConsolidationError `USAGE` without an open folder.
   */
  async choose(named?: string): Promise<WorkspaceSession | undefined> {
    const folders = vscode.workspace.workspaceFolders ?? [];
    if (folders.length === 0)
      throw new ConsolidationError('USAGE', 'Open a folder first: SQLite Consolidator works on a workspace folder.');
    if (named !== undefined) {
      const folder = folders.find(
        ({ uri, name }) => uri.fsPath === named || uri.toString() === named || name === named,
      );
      if (!folder) throw new ConsolidationError('USAGE', `The workspace has no folder ${named}.`);
      return this.of(folder);
    }
    if (folders.length === 1) return this.of(folders[0]!);
    const active = vscode.window.activeTextEditor?.document.uri;
    const current = active && vscode.workspace.getWorkspaceFolder(active);
    const items = [...folders]
      .sort((a, b) => Number(b === current) - Number(a === current))
      .map((folder) => ({ label: folder.name, description: folder.uri.fsPath, folder }));
    const picked = await vscode.window.showQuickPick(items, {
      title: 'SQLite Consolidator',
      placeHolder: 'Which folder?',
      matchOnDescription: true,
    });
    return picked && this.of(picked.folder);
  }

  dispose(): void {
    this.folders.dispose();
    for (const session of this.sessions.values()) session.dispose();
    this.changed.dispose();
  }
}
