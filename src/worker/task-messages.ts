import type { ErrorValue } from '../core/errors';
import type { ProgressUpdate } from '../core/ports';

/** What a task's thread is given when it starts. */
export interface TaskData {
  readonly name: string;
  readonly input: unknown;
}

export interface ToTask {
  readonly type: 'cancel';
}

export type FromTask =
  | { readonly type: 'progress'; readonly update: ProgressUpdate }
  | { readonly type: 'result'; readonly value: unknown }
  | { readonly type: 'failure'; readonly error: ErrorValue };
