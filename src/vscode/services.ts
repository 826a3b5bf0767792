import type * as vscode from 'vscode';
import type { Pipeline } from '../core/pipeline';
import type { MigrateResult } from '../core/results';
import type { Log } from './log';
import type { WorkspaceSession } from './session';
import type { Sessions } from './sessions';

/** What the features are built from; made once in `activate`. */
export interface Services {
  readonly context: vscode.ExtensionContext;
  readonly pipeline: Pipeline;
  readonly sessions: Sessions;
  readonly log: Log;
  readonly views: Views;
}

/** The webviews, as the commands know them. */
export interface Views {
  showInventory(session: WorkspaceSession, database?: string): void;
  showMapping(session: WorkspaceSession): Promise<void>;
  /** Shows a run from its report on disk. */
  showRun(session: WorkspaceSession, run: string): Promise<void>;
  /** Shows a result that is at hand. */
  showResult(session: WorkspaceSession, result: MigrateResult): void;
}
