import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { ConsolidationError } from '../core/errors';
import { cancelled } from '../core/ports';
import type { TaskRunner, TaskThread, WorkOptions } from '../core/ports';
import type { FromTask, ToTask } from './task-messages';

/** How long a cancelled task may take to end by itself. */
const PATIENCE_MS = 1000;

/** Less than this is done before a second thread has started. */
const WORTHWHILE_BYTES = 32 * 2 ** 20;

/**
 * Runs tasks in threads of their own.
 * @param jobs how many at most, asked for by the user: then even small work is spread; else as many as there are cores
 * @returns undefined where one thread is all there is
 */
export function taskThreads(jobs?: number): TaskRunner | undefined {
  // Beside the bundle that this code is part of.
  const script = path.join(__dirname, 'task.js');
  const parallel = jobs ?? availableParallelism();
  if (parallel < 2 || !existsSync(script)) return undefined;
  return {
    parallel,
    worthwhile: (bytes) => jobs !== undefined || bytes >= WORTHWHILE_BYTES,
    start: () => new Thread(script),
  };
}

class Thread implements TaskThread {
  readonly #worker: Worker;
  /** Set when it ended by itself. */
  #ended: string | undefined;
  #tasks = 0;

  constructor(script: string) {
    this.#worker = new Worker(script, { name: 'sqlite-consolidator task' });
    // How it ends is of interest to the task at hand alone.
    this.#worker.on('error', (error) => (this.#ended ??= error.message));
    this.#worker.on('exit', (code) => (this.#ended ??= `exit code ${code}`));
  }

  run(name: string, input: unknown, { progress, signal }: Pick<WorkOptions, 'progress' | 'signal'>): Promise<unknown> {
    const worker = this.#worker;
    const id = this.#tasks++;
    return new Promise((resolve, reject) => {
      let patience: NodeJS.Timeout | undefined;
      const cancel = () => {
        worker.postMessage({ type: 'cancel', id } satisfies ToTask);
        // In the middle of one long statement it does not hear. What a task writes is thrown away with the run.
        patience = setTimeout(() => settle(() => void this.close().finally(() => reject(cancelled()))), PATIENCE_MS);
      };
      const settle = (how: () => void) => {
        clearTimeout(patience);
        signal?.removeEventListener('abort', cancel);
        worker.off('message', hear).off('error', fall).off('exit', fall);
        how();
      };
      const hear = (message: FromTask) => {
        if (message.id !== id) return;
        if (message.type === 'progress') progress?.(message.update);
        else if (message.type === 'result') settle(() => resolve(message.value));
        else {
          const { code, message: sentence, details } = message.error;
          settle(() => reject(new ConsolidationError(code, sentence, details)));
        }
      };
      const fall = () => settle(() => reject(crashed(this.#ended)));
      worker.on('message', hear).on('error', fall).on('exit', fall);
      signal?.addEventListener('abort', cancel, { once: true });
      if (this.#ended !== undefined) fall();
      else worker.postMessage({ type: 'task', id, name, input } satisfies ToTask);
      if (signal?.aborted) cancel();
    });
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }
}

const crashed = (reason: string | undefined) =>
  new ConsolidationError('INTERNAL', `A background thread ended unexpectedly (${reason}). Run the command again.`);
