import type { ErrorValue } from '../core/errors';
import type { ProgressUpdate } from '../core/ports';

/** At most this many progress messages a second for one call: more than that nobody can read, and each costs the host a turn. */
const progressPerSecond = 20;

/** Lets the first update of a phase through at once, later ones at intervals, and the last one (`done === total`) always. */
export function throttle(report: (update: ProgressUpdate) => void): (update: ProgressUpdate) => void {
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
export function sendable(error: ErrorValue): ErrorValue {
  const plain = (_key: string, value: unknown) => (typeof value === 'bigint' ? String(value) : value);
  return { ...error, details: JSON.parse(JSON.stringify(error.details, plain)) as typeof error.details };
}
