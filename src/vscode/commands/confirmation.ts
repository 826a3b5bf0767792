import type { CheckResult, MigrateResult } from '../../core/results';
import { formatBytes, formatCount, joinNames, plural } from '../../protocol/text';

/** The question before a migration, with the numbers of its dry run. */
export function confirmationText(
  result: MigrateResult,
  { resolved }: CheckResult,
): { readonly message: string; readonly detail: string } {
  const merged = result.databases.filter((database) => database.action === 'merge');
  const tables = result.targets.reduce((sum, target) => sum + target.tables.length, 0);
  const rows = merged.reduce((sum, database) => sum + database.rows.moved, 0);
  const bytes = merged.reduce((sum, database) => sum + database.bytes, 0);
  const frames = merged.reduce((sum, database) => sum + database.walFrames, 0);
  const replaced = (resolved?.targets ?? []).flatMap((target) => target.replaces ?? []);

  const lines = [
    `${plural(merged.length, 'database')} with ${plural(rows, 'row')} (${formatBytes(bytes)}) become ` +
      `${plural(tables, 'table')} in ${plural(result.targets.length, 'target')}:`,
    ...result.targets.map((target) => {
      const held = target.tables.reduce((sum, table) => sum + table.rows, 0);
      return `  • ${target.path}: ${plural(target.tables.length, 'table')}, ${plural(held, 'row')}, ${formatBytes(target.bytes)}`;
    }),
    '',
  ];
  if (replaced.length > 0) lines.push(`Takes the place of ${joinNames(replaced)}; the backup keeps the legacy file.`);
  if (frames > 0) lines.push(`${plural(frames, 'committed WAL frame')} not yet in the files are taken along.`);
  for (const [action, text] of Object.entries(leftAlone)) {
    const databases = result.databases.filter((database) => database.action === action);
    if (databases.length > 0) lines.push(`${text}: ${joinNames(databases.map((database) => database.path))}.`);
  }
  const retired = result.databases.reduce((sum, database) => sum + database.rows.retired, 0);
  if (retired > 0) lines.push(`Not taken along: ${plural(retired, 'row')} of retired tables; the backup has them.`);
  const rejected = result.rejected.reduce((sum, entry) => sum + entry.rows, 0);
  if (rejected > 0) lines.push(`${plural(rejected, 'row')} that the unified schema refuses go to quarantine tables.`);
  for (const warning of result.warnings.slice(0, 3)) lines.push(`Warning: ${warning.message}`);
  if (result.warnings.length > 3)
    lines.push(`… and ${formatCount(result.warnings.length - 3)} more warnings in the dry run.`);
  lines.push(
    `Needs ${formatBytes(result.bytesNeeded)} of disk space. A backup is made first, and the targets appear only ` +
      'after they are verified; Roll Back brings back today’s state.',
  );
  const names = joinNames(result.targets.map((target) => target.path));
  return { message: `Consolidate ${plural(merged.length, 'database')} into ${names}?`, detail: lines.join('\n') };
}

const leftAlone = {
  keep: 'Kept as they are',
  retire: 'Retired, their files stay where they are',
  rebuild: 'Rebuilt empty',
} as const;
