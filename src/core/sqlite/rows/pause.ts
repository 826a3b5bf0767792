import { throwIfCancelled } from '../../ports';

/** Stretch of work on the thread that a person is waiting for. */
export const SHORT_STRETCH = 12;

/** Longest stretch of synchronous work, in milliseconds: after it messages (a cancel among them) are let in. */
const STRETCH = 40;

/** Lets long synchronous work on a worker thread be cancelled: call `ifDue` between units of work. */
export class Pause {
  #last = performance.now();

  constructor(
    private readonly signal: AbortSignal | undefined,
    private readonly stretch = STRETCH,
  ) {
    throwIfCancelled(signal);
  }

  /** True when it is time to `await take()`. Cheap enough for every page. */
  get due(): boolean {
    return performance.now() - this.#last > this.stretch;
  }

  /** @throws ConsolidationError `CANCELLED` */
  async take(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    throwIfCancelled(this.signal);
    this.#last = performance.now();
  }
}
