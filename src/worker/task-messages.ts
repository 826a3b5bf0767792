import type { ErrorValue } from '../core/errors';
import type { ProgressUpdate } from '../core/ports';

/** What a thread is told: a task when it has none, and to stop it. */
export type ToTask =
  { readonly type: 'task'; readonly name: string; readonly input: unknown } | { readonly type: 'cancel' };

export type FromTask =
  | { readonly type: 'progress'; readonly update: ProgressUpdate }
  | { readonly type: 'result'; readonly value: unknown }
  | { readonly type: 'failure'; readonly error: ErrorValue };
