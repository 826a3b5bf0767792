import * as vscode from 'vscode';
import type { ProgressUpdate, WorkOptions } from '../core/ports';
import { ProgressRate, timeLeft } from '../core/progress-rate';
import { formatBytes, formatCount } from '../protocol/text';

/** Share of a whole migration that each phase takes, measured on large databases; the bar never runs backwards. */
const shares: Partial<Record<ProgressUpdate['phase'], readonly [start: number, length: number]>> = {
  scan: [0, 8],
  draft: [8, 2],
  check: [8, 2],
  preflight: [10, 5],
  snapshot: [15, 20],
  build: [35, 40],
  verify: [75, 20],
  publish: [95, 5],
};

const titles: Record<ProgressUpdate['phase'], string> = {
  scan: 'Reading databases',
  draft: 'Drafting the plan',
  check: 'Checking the plan',
  preflight: 'Checking the data',
  snapshot: 'Backing up',
  build: 'Building',
  verify: 'Verifying',
  publish: 'Publishing',
  rollback: 'Rolling back',
  references: 'Finding references',
  refactor: 'Preparing edits',
};

/** Runs long work under a notification that can be cancelled. */
export function withProgress<T>(
  title: string,
  task: (work: Required<Pick<WorkOptions, 'progress' | 'signal'>>) => Promise<T>,
): Thenable<T> {
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  return vscode.window.withProgress(options, (progress, token) => {
    const controller = new AbortController();
    token.onCancellationRequested(() => controller.abort());
    return task({ signal: controller.signal, progress: progressReporter(progress) });
  });
}

/** Runs work that nobody has to wait for, with a small sign in the status bar. */
export function withQuietProgress<T>(title: string, task: () => Promise<T>): Thenable<T> {
  return vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title }, task);
}

function progressReporter(progress: vscode.Progress<{ message?: string; increment?: number }>) {
  let reached = 0;
  const rates = new ProgressRate();
  return (update: ProgressUpdate): void => {
    const share = shares[update.phase];
    const part = update.total ? Math.min(1, (update.done ?? 0) / update.total) : 0;
    const now = share ? share[0] + share[1] * part : reached;
    const increment = Math.max(0, now - reached);
    reached += increment;
    const rate = rates.measure(update);
    progress.report({ message: progressText(update) + (rate ? `, ${timeLeft(rate)}` : ''), increment });
  };
}

/** `Building: roadmap.notification_user (120,000 of 450,000 rows)` */
export function progressText(update: ProgressUpdate): string {
  const head = update.message ? `${titles[update.phase]}: ${update.message}` : titles[update.phase];
  if (update.done === undefined || update.total === undefined || update.unit === undefined) return head;
  const figure = (value: number) => (update.unit === 'bytes' ? formatBytes(value) : formatCount(value));
  const unit = update.unit === 'bytes' ? '' : ` ${update.unit}`;
  return `${head} (${figure(update.done)} of ${figure(update.total)}${unit})`;
}
