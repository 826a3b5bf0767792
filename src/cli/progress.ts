import type { ProgressUpdate } from '../core/ports';
import { ProgressRate, speed, timeLeft } from '../core/progress-rate';

/** The part of a stream that printing needs. */
export interface Output {
  write(text: string | Uint8Array): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** Progress on standard error: one line that is rewritten on a terminal, a line for each phase elsewhere. */
export function progressLine(
  stderr: Output,
  quiet: boolean,
): { report: (update: ProgressUpdate) => void; clear: () => void } {
  let phase = '';
  let last = 0;
  const rates = new ProgressRate();
  const clear = () => {
    if (!quiet && stderr.isTTY && last > 0) stderr.write('\r\x1b[2K');
    last = 0;
  };
  return {
    clear,
    report(update) {
      if (quiet) return;
      const rate = rates.measure(update);
      if (!stderr.isTTY) {
        if (update.phase !== phase) stderr.write(`${update.phase}: ${update.message}\n`);
        phase = update.phase;
        return;
      }
      const now = Date.now();
      if (update.phase === phase && now - last < 80) return;
      phase = update.phase;
      last = now;
      const share = update.total
        ? `${String(Math.floor((100 * (update.done ?? 0)) / update.total)).padStart(3)} % `
        : '';
      const pace = rate && hasPace(update) ? `  ${speed(rate, update.unit)}, ${timeLeft(rate)}` : '';
      const room = (stderr.columns ?? 80) - 1 - pace.length;
      stderr.write(`\r\x1b[2K${`${share}${clean(update.message)}`.slice(0, Math.max(0, room))}${pace}`);
    },
  };
}

/** A handful of tables, one large and one small, goes at no rate. */
const hasPace = ({ unit, total = 0 }: ProgressUpdate) => unit !== 'tables' || total >= 20;

/** Names from the disk can hold control characters, which a terminal would obey. */
export function clean(text: string): string {
  return text.replace(
    /[\u0000-\u001f\u007f-\u009f]/g,
    (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}
