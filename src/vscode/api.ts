import type { Pipeline } from '../core/pipeline';
import type { WorkspaceSession } from './session';

/** What `activate` returns: for tests and other extensions. */
export interface ConsolidatorApi {
  /** The verbs, run in the worker. */
  readonly pipeline: Pipeline;
  /** What is known of the open workspace folders: inventory, check, references, status. */
  readonly sessions: () => readonly WorkspaceSession[];
  /** Resolves when no analysis is planned or running. */
  readonly whenIdle: () => Promise<void>;
  /** Milliseconds that `activate` took. */
  readonly activationMilliseconds: number;
}
