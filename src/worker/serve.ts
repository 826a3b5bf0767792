import type { MessagePort } from 'node:worker_threads';
import { toErrorValue } from '../core/errors';
import type { Pipeline, PipelineOptions } from '../core/pipeline';
import type { ProgressUpdate } from '../core/ports';
import { isToWorker } from '../protocol/worker';
import type { Call, FromWorker } from '../protocol/worker';

/** At most this many progress messages a second for one call: more than that nobody can read, and each costs the host a turn. */
const progressPerSecond = 20;

/** Answers the calls that arrive at `port` with the pipeline, several at a time, until the port closes. */
export function serve(port: MessagePort, pipeline: Pipeline): void {
  const running = new Map<number, AbortController>();
  const send = (message: FromWorker) => port.postMessage(message);

  port.on('message', (message: unknown) => {
    if (!isToWorker(message)) return;
    if (message.type === 'cancel') running.get(message.id)?.abort();
    else void run(message);
  });

  async function run({ id, verb, options }: Call): Promise<void> {
    const controller = new AbortController();
    running.set(id, controller);
    const progress = throttle((update) => send({ type: 'progress', id, update }));
    try {
      const method = pipeline[verb] as (options: PipelineOptions) => Promise<unknown>;
      const value = await method.call(pipeline, { ...options, progress, signal: controller.signal });
      send({ type: 'result', id, value: value ?? null });
    } catch (error) {
      const stack = error instanceof Error ? describe(error) : undefined;
      send({ type: 'failure', id, error: sendable(toErrorValue(error)), stack });
    } finally {
      running.delete(id);
    }
  }
}

/** Lets the first update of a phase through at once, later ones at intervals, and the last one (`done === total`) always. */
function throttle(report: (update: ProgressUpdate) => void): (update: ProgressUpdate) => void {
  let last = -Infinity;
  let phase: string | undefined;
  return (update) => {
    const now = performance.now();
    const finished = update.total !== undefined && update.done === update.total;
    if (update.phase === phase && !finished && now - last < 1000 / progressPerSecond) return;
    last = now;
    phase = update.phase;
    report(update);
  };
}

/** Details may hold what a structured clone refuses (functions, class instances with handles); their JSON form never does. */
function sendable(error: ReturnType<typeof toErrorValue>): ReturnType<typeof toErrorValue> {
  const plain = (_key: string, value: unknown) => (typeof value === 'bigint' ? String(value) : value);
  return { ...error, details: JSON.parse(JSON.stringify(error.details, plain)) as typeof error.details };
}

function describe(error: Error): string {
  const cause = error.cause instanceof Error ? `\nCaused by: ${describe(error.cause)}` : '';
  return `${error.stack ?? error.message}${cause}`;
}
