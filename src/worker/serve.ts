import type { MessagePort } from 'node:worker_threads';
import { toErrorValue } from '../core/errors';
import type { Pipeline } from '../core/pipeline';
import type { PipelineOptions } from '../core/pipeline-options';
import type { Reference, ReferencesResult } from '../core/references/reference';
import { sayList } from '../protocol/reference-list';
import { isToWorker } from '../protocol/worker';
import type { Call, FromWorker } from '../protocol/worker';
import { sendable, throttle } from './messages';
import { taskThreads } from './task-threads';

/** Answers the calls that arrive at `port` with the pipeline, several at a time, until the port closes. */
export function serve(port: MessagePort, pipeline: Pipeline): void {
  const running = new Map<number, AbortController>();
  /** The references that were sent last, by workspace. */
  const sent = new Map<string, readonly Reference[]>();
  const send = (message: FromWorker) => port.postMessage(message);

  port.on('message', (message: unknown) => {
    if (!isToWorker(message)) return;
    if (message.type === 'cancel') running.get(message.id)?.abort();
    else void run(message);
  });

  async function run({ id, verb, options, wantsReferences }: Call): Promise<void> {
    const controller = new AbortController();
    running.set(id, controller);
    const progress = throttle((update) => send({ type: 'progress', id, update }));
    const { workspace } = options;
    const sendReferences = ({ references, ...rest }: ReferencesResult, isResult: boolean) => {
      const list = sayList(sent.get(workspace) ?? [], references);
      send({ type: 'references', id, workspace, list, rest, isResult });
      sent.set(workspace, references);
    };
    try {
      const method = pipeline[verb] as (options: PipelineOptions) => Promise<unknown>;
      const value = await method.call(pipeline, {
        ...options,
        progress,
        signal: controller.signal,
        tasks: taskThreads(options.jobs),
        ...(wantsReferences ? { onReferences: (found: ReferencesResult) => sendReferences(found, false) } : {}),
      });
      if (verb === 'references') sendReferences(value as ReferencesResult, true);
      else send({ type: 'result', id, value: value ?? null });
    } catch (error) {
      const stack = error instanceof Error ? describe(error) : undefined;
      send({ type: 'failure', id, error: sendable(toErrorValue(error)), stack });
    } finally {
      running.delete(id);
    }
  }
}

function describe(error: Error): string {
  const cause = error.cause instanceof Error ? `\nCaused by: ${describe(error.cause)}` : '';
  return `${error.stack ?? error.message}${cause}`;
}
