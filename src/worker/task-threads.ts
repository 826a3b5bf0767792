import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { ConsolidationError } from '../core/errors';
import { cancelled } from '../core/ports';
import type { TaskRunner, WorkOptions } from '../core/ports';
import type { FromTask, ToTask } from './task-messages';

/** How long a cancelled task may take to end by itself. */
const PATIENCE_MS = 1000;

/** Less than this is done before a second thread has started. */
const WORTHWHILE_BYTES = 32 * 2 ** 20;

/**
 * Runs tasks in threads of their own, one for each.
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
    run: (name, input, options) => runInThread(script, name, input, options),
  };
}

function runInThread(
  script: string,
  name: string,
  input: unknown,
  { progress, signal }: Pick<WorkOptions, 'progress' | 'signal'>,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const thread = new Worker(script, { name: `sqlite-consolidator ${name}`, workerData: { name, input } });
    let patience: NodeJS.Timeout | undefined;
    const cancel = () => {
      thread.postMessage({ type: 'cancel' } satisfies ToTask);
      // In the middle of one long statement it does not hear. What a task writes is thrown away with the run.
      patience = setTimeout(() => end(() => reject(cancelled())), PATIENCE_MS);
    };
    const end = (settle: () => void) => {
      clearTimeout(patience);
      signal?.removeEventListener('abort', cancel);
      thread.removeAllListeners();
      // What the thread still says after this is of no interest, nor is how it ends.
      thread.on('error', () => undefined);
      // Nothing of it may still be at work when the result is told.
      void thread.terminate().finally(settle);
    };
    const crashed = (reason: string) =>
      end(() =>
        reject(
          new ConsolidationError(
            'INTERNAL',
            `A background thread ended unexpectedly (${reason}). Run the command again.`,
          ),
        ),
      );
    thread.on('message', (message: FromTask) => {
      if (message.type === 'progress') progress?.(message.update);
      else if (message.type === 'result') end(() => resolve(message.value));
      else {
        const { code, message: sentence, details } = message.error;
        end(() => reject(new ConsolidationError(code, sentence, details)));
      }
    });
    thread.on('error', (error) => crashed(error.message));
    thread.on('exit', (code) => crashed(`exit code ${code}`));
    signal?.addEventListener('abort', cancel, { once: true });
    if (signal?.aborted) cancel();
  });
}
