import { parentPort } from 'node:worker_threads';
import { toErrorValue } from '../core/errors';
import { performTask } from '../core/tasks';
import { sendable, throttle } from './messages';
import type { FromTask, ToTask } from './task-messages';

/** A thread that does one task after the other, and tells how each goes. */
const port = parentPort;
if (!port) throw new Error('This file is started as a worker thread.');
const send = (message: FromTask) => port.postMessage(message);
/** Those that have not ended, in the order in which they came. */
const controllers = new Map<number, AbortController>();
let last = Promise.resolve();

async function perform(id: number, name: string, input: unknown, signal: AbortSignal): Promise<void> {
  const progress = throttle((update) => send({ type: 'progress', id, update }));
  try {
    send({ type: 'result', id, value: await performTask(name, input, { progress, signal }) });
  } catch (error) {
    send({ type: 'failure', id, error: sendable(toErrorValue(error)) });
  }
  controllers.delete(id);
}

port.on('message', (message: ToTask) => {
  const { id } = message;
  if (message.type === 'cancel') {
    controllers.get(id)?.abort();
    return;
  }
  const controller = new AbortController();
  controllers.set(id, controller);
  last = last.then(() => perform(id, message.name, message.input, controller.signal));
});
