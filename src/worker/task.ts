import { parentPort } from 'node:worker_threads';
import { toErrorValue } from '../core/errors';
import { performTask } from '../core/migration/target-tasks';
import { sendable, throttle } from './messages';
import type { FromTask, ToTask } from './task-messages';

/** A thread that does one task after the other, and tells how each goes. */
const port = parentPort;
if (!port) throw new Error('This file is started as a worker thread.');
const send = (message: FromTask) => port.postMessage(message);
let controller = new AbortController();

async function perform(name: string, input: unknown): Promise<void> {
  controller = new AbortController();
  const progress = throttle((update) => send({ type: 'progress', update }));
  try {
    send({ type: 'result', value: await performTask(name, input, { progress, signal: controller.signal }) });
  } catch (error) {
    send({ type: 'failure', error: sendable(toErrorValue(error)) });
  }
}

port.on('message', (message: ToTask) => {
  if (message.type === 'cancel') controller.abort();
  else void perform(message.name, message.input);
});
