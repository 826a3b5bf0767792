import type { ErrorValue } from '../core/errors';
import type { ProgressUpdate } from '../core/ports';

/** What a thread is told: a task, and to stop it. `id` tells one task of a thread from another. */
export type ToTask =
  | { readonly type: 'task'; readonly id: number; readonly name: string; readonly input: unknown }
  | { readonly type: 'cancel'; readonly id: number };

export type FromTask =
  | { readonly type: 'progress'; readonly id: number; readonly update: ProgressUpdate }
  | { readonly type: 'result'; readonly id: number; readonly value: unknown }
  | { readonly type: 'failure'; readonly id: number; readonly error: ErrorValue };
