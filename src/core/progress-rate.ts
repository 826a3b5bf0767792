import type { ProgressUpdate } from './ports';

/** Before that long a rate says nothing. */
const SETTLED_MILLISECONDS = 1000;

/** How fast long work goes, and how long it takes yet, from the updates of its present phase. */
export class ProgressRate {
  #phase: ProgressUpdate['phase'] | undefined;
  #since = 0;
  #first = 0;

  /** @param now milliseconds of any clock that only goes forward */
  measure(update: ProgressUpdate, now = performance.now()): Rate | undefined {
    const { phase, done, total } = update;
    if (done === undefined || total === undefined) return undefined;
    if (phase !== this.#phase) {
      this.#phase = phase;
      this.#since = now;
      this.#first = done;
    }
    const milliseconds = now - this.#since;
    const gone = done - this.#first;
    if (milliseconds < SETTLED_MILLISECONDS || gone <= 0) return undefined;
    const perSecond = (gone * 1000) / milliseconds;
    return { perSecond, secondsLeft: Math.max(0, total - done) / perSecond };
  }
}

export interface Rate {
  /** In the unit of the update. */
  readonly perSecond: number;
  readonly secondsLeft: number;
}

/** `4 s left`, `2 min left` */
export function timeLeft({ secondsLeft }: Rate): string {
  return secondsLeft < 90 ? `${Math.ceil(secondsLeft)} s left` : `${Math.round(secondsLeft / 60)} min left`;
}

/** `120,000 rows/s`, `85 MB/s` */
export function speed({ perSecond }: Rate, unit: ProgressUpdate['unit']): string {
  if (unit === 'bytes') return `${(perSecond / 1e6).toLocaleString('en-US', { maximumSignificantDigits: 3 })} MB/s`;
  const figure = perSecond.toLocaleString('en-US', { maximumSignificantDigits: 2 });
  return `${figure} ${unit ?? 'steps'}/s`;
}
