import { count, size } from '../migration/steps';
import type { MigrateResult, VerificationCheck } from '../results';

const HEADLINES: Record<MigrateResult['status'], string> = {
  published: 'Published: every target was verified and put into place.',
  'dry-run': 'Dry run: nothing was written.',
  'backed-up': 'Backed up: nothing else was done.',
  verified: 'Verified: the targets were built and verified, and not published.',
  failed: 'Failed: nothing was published.',
  unchanged: 'Nothing to do: the targets were published by an earlier run.',
};

/** The report of a run as Markdown. Names from databases are escaped: they can hold anything. */
export function renderReport(result: MigrateResult, workspace: string): string {
  const lines = [`# Migration of ${escape(workspace)}`, '', `${HEADLINES[result.status]}`, ''];
  if (result.run) lines.push(`- Run: \`${result.run}\``);
  if (result.backup) lines.push(`- Backup: \`${result.backup}\``);
  lines.push(`- Time: ${(result.milliseconds / 1000).toFixed(2)} s`);
  if (result.error) lines.push(`- Error: \`${result.error.code}\` ${escape(result.error.message)}`);
  lines.push('', '## Targets', '');
  for (const target of result.targets) {
    lines.push(`### ${escape(target.name)} (${code(target.path)}, ${size(target.bytes)})`, '');
    lines.push(
      ...table(
        ['Table', 'Rows', 'Way', 'From'],
        target.tables.map((item) => [
          code(item.name),
          count(item.rows),
          item.strategy,
          item.sources
            .map((source) => `${code(source.database)} ${code(source.table)} (${count(source.rows)})`)
            .join('<br>'),
        ]),
      ),
    );
    lines.push('');
  }
  lines.push('## Legacy databases', '');
  lines.push(
    ...table(
      [
        'Database',
        'Disposition',
        'Rows',
        'Moved',
        'Superseded',
        'Retired',
        'Quarantined',
        'Replayed WAL frames',
        'Reason',
      ],
      result.databases.map((database) => [
        code(database.path),
        database.action,
        count(database.rows.total),
        count(database.rows.moved),
        count(database.rows.superseded),
        count(database.rows.retired),
        count(database.rows.rejected),
        count(database.walFrames),
        escape(database.reason ?? ''),
      ]),
    ),
  );
  if (result.rejected.length > 0)
    lines.push(
      '',
      '## Rows in quarantine',
      '',
      'The unified tables refuse these rows; they are kept, as they were, in tables named `_rejected_…`.',
      '',
      ...table(
        ['Database', 'Table', 'Rows', 'Refused by', 'Why'],
        result.rejected.map((entry) => [
          code(entry.database),
          code(entry.table),
          count(entry.rows),
          code(entry.target),
          escape(entry.reason),
        ]),
      ),
    );
  if (result.warnings.length > 0)
    lines.push(
      '',
      '## Warnings',
      '',
      ...result.warnings.map((finding) => `- \`${finding.code}\` ${escape(finding.message)}`),
    );
  if (result.verification.checks.length > 0)
    lines.push('', '## Verification', '', ...checks(result.verification.checks));
  return `${lines.join('\n')}\n`;
}

function checks(items: readonly VerificationCheck[]): string[] {
  return table(
    ['', 'Check', 'Expected', 'Found'],
    items.map((item) => [item.ok ? 'ok' : '**FAILED**', escape(item.name), escape(item.expected), escape(item.actual)]),
  );
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)];
}

/** Text that cannot leave its table cell nor become HTML or Markdown. */
function escape(text: string): string {
  return text
    .replace(/[\\`*_[\]<>|#]/g, (character) => (character === '<' ? '&lt;' : `\\${character}`))
    .replace(/\s+/g, ' ');
}

function code(text: string): string {
  const clean = text.replace(/\s+/g, ' ').replaceAll('|', '\\|');
  return clean.includes('`') || clean.includes('<') ? escape(clean) : `\`${clean}\``;
}
