/** Figures as a person reads them, the same in notifications, trees and webviews. */

const counts = new Intl.NumberFormat('en-US');

/** `1,204` */
export function formatCount(value: number): string {
  return counts.format(value);
}

/** `1 table`, `1,204 tables`; the plural is given where it is not the word with an s. */
export function plural(count: number, word: string, words = `${word}s`): string {
  return `${formatCount(count)} ${count === 1 ? word : words}`;
}

/** Bytes in units of 1,024 with at most one decimal: `96 KB`, `3.6 MB`. */
export function formatBytes(bytes: number): string {
  const units = ['bytes', 'KB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1023.95 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  if (unit === 0) return plural(bytes, 'byte');
  return `${value >= 99.95 ? formatCount(Math.round(value)) : value.toFixed(1).replace(/\.0$/, '')} ${units[unit]}`;
}

/** `840 ms`, `3.2 s`, `2 min 5 s` */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 60_000) return `${(milliseconds / 1000).toFixed(1)} s`;
  const seconds = Math.round(milliseconds / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** `migration_20251025_143005` as `2025-10-25 14:30:05`; any other text as it is. */
export function formatRun(run: string): string {
  const digits = run.replace('migration_', '').replace('_', '');
  if (digits.length < 14 || [...digits.slice(0, 14)].some((digit) => digit < '0' || digit > '9')) return run;
  const part = (start: number, length = 2) => digits.slice(start, start + length);
  return `${part(0, 4)}-${part(4)}-${part(6)} ${part(8)}:${part(10)}:${part(12)}`;
}

/** `a`, `a and b`, `a, b and c`, `a, b and 3 more` */
export function joinNames(names: readonly string[], atMost = 4): string {
  const shown = names.length > atMost ? names.slice(0, atMost - 1) : names;
  const rest = names.length - shown.length;
  const items = rest > 0 ? [...shown, `${formatCount(rest)} more`] : shown;
  return items.length < 2 ? (items[0] ?? '') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
}
