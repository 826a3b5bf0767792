import { parentPort, workerData } from 'node:worker_threads';
import { toErrorValue } from '../core/errors';
import { performTask } from '../core/migration/target-tasks';
import { sendable, throttle } from './messages';
import type { FromTask, TaskData, ToTask } from './task-messages';

/** A thread that does one task, tells how it goes, and ends. */
const port = parentPort;
if (!port) throw new Error('This file is started as a worker thread.');
const send = (message: FromTask) => port.postMessage(message);
const controller = new AbortController();
port.on('message', (message: ToTask) => {
  if (message.type === 'cancel') controller.abort();
});
const { name, input } = workerData as TaskData;
const progress = throttle((update) => send({ type: 'progress', update }));
performTask(name, input, { progress, signal: controller.signal }).then(
  (value) => send({ type: 'result', value }),
  (error: unknown) => send({ type: 'failure', error: sendable(toErrorValue(error)) }),
);
