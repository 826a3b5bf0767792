import { ConsolidationError } from './errors';

/** One line of progress. `done` and `total` share a unit; without `total` the length is not known yet. */
export interface ProgressUpdate {
  readonly phase:
    | 'scan'
    | 'draft'
    | 'check'
    | 'preflight'
    | 'snapshot'
    | 'build'
    | 'verify'
    | 'publish'
    | 'rollback'
    | 'references'
    | 'refactor';
  readonly message: string;
  readonly done?: number;
  readonly total?: number;
  readonly unit?: 'bytes' | 'rows' | 'files' | 'tables' | 'steps';
}

/** What long work is given: where to report, and when to stop. */
export interface WorkOptions {
  readonly progress?: (update: ProgressUpdate) => void;
  readonly signal?: AbortSignal;
  /** Does parts of the work elsewhere, several at once; without it they are done one after the other, here. */
  readonly tasks?: TaskRunner;
}

/** Runs parts of long work in threads of its own. */
export interface TaskRunner {
  /** How many run at once. */
  readonly parallel: number;
  /** Starting threads takes time: is it worth it for so many bytes? */
  worthwhile(bytes: number): boolean;
  /** A thread of its own, which starts at once. */
  start(): TaskThread;
}

/** Does one task after the other, in the order in which they are given. What it holds in memory is given back when it is closed. */
export interface TaskThread {
  /** `input` and the result survive a structured clone; an error comes back as it was thrown. */
  run(name: string, input: unknown, options: Pick<WorkOptions, 'progress' | 'signal'>): Promise<unknown>;
  /** Ends it, whatever it does. */
  close(): Promise<void>;
}

/** Something `check`, `draft` or `verify` found: a diagnostic with a place and a next step. Never thrown. */
export interface Finding {
  readonly code: string;
  readonly severity: 'error' | 'warning' | 'info';
  readonly message: string;
  /** The file to look at (the plan file, mostly), relative to the workspace. */
  readonly file?: string;
  /** One-based. */
  readonly line?: number;
  /** One-based. */
  readonly column?: number;
  readonly database?: string;
  readonly table?: string;
  readonly details?: Readonly<Record<string, unknown>>;
  /** Ways to settle it; `id` is what `draft --resolve` and the Mapping view send back. */
  readonly resolutions?: readonly { readonly id: string; readonly title: string }[];
}

/** @throws ConsolidationError `CANCELLED` once the signal is aborted. Call it between units of work. */
export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw cancelled();
}

/** What a cancelled piece of work ends with. */
export function cancelled(): ConsolidationError {
  return new ConsolidationError('CANCELLED', 'Cancelled. Nothing was published; run the command again to start over.');
}
