import { count, size } from '../migration/steps';
import type { DatabaseResult, MigrateResult, TableFate, VerificationCheck } from '../results';

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
  lines.push(`- Time: ${seconds(result.milliseconds)}${phases(result)}`);
  if (result.error) lines.push(`- Error: \`${result.error.code}\` ${escape(result.error.message)}`);
  lines.push('', '## Targets', '');
  for (const target of result.targets) {
    lines.push(`### ${escape(target.name)} (${code(target.path)}, ${size(target.bytes)})`, '');
    if (target.sha256 !== undefined) lines.push(`SHA-256 when it was published: \`${target.sha256}\``, '');
    lines.push(
      ...table(
        ['Table', 'Rows', 'Way', 'From'],
        target.tables.map((item) => [
          code(item.name),
          `${count(item.rows)}${item.defaultRows ? ', and default rows' : ''}`,
          item.strategy,
          item.sources
            .map((source) => `${code(source.database)} ${code(source.table)} (${count(source.rows)})`)
            .join('<br>'),
        ]),
      ),
    );
    lines.push('');
  }
  lines.push('## Legacy databases', '', 'Of each row one thing became; the figures add up to the rows.', '');
  lines.push(
    ...table(
      [
        'Database',
        'Disposition',
        'Rows',
        'Moved',
        'Superseded',
        'Retired or left out',
        'Quarantined',
        'Replayed WAL frames',
        'Reason',
      ],
      result.databases.map((database) => [
        code(database.path),
        database.action === 'keep' ? 'keep (stays where it is)' : database.action,
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
  lines.push(...tableFates(result.databases));
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
    lines.push(
      '',
      '## Verification',
      '',
      ...verdict(result.verification.checks),
      ...checks(result.verification.checks),
    );
  lines.push(...differences(result.verification.checks));
  return `${lines.join('\n')}\n`;
}

const seconds = (milliseconds: number) => `${(milliseconds / 1000).toFixed(2)} s`;

function phases({ phases: times = [] }: MigrateResult): string {
  if (times.length === 0) return '';
  return ` (${times.map(({ phase, milliseconds }) => `${phase} ${seconds(milliseconds)}`).join(', ')})`;
}

/** Every legacy table: how many rows went where, which gave way or were left out, and why. */
function tableFates(databases: readonly DatabaseResult[]): string[] {
  const fates = databases.flatMap(({ path, tables }) => tables.map((fate) => ({ path, fate })));
  if (fates.length === 0) return [];
  const dropped = fates.flatMap(({ path, fate }) =>
    fate.dropped.map(({ column, reason }) => [code(path), code(fate.table), code(column), escape(reason)]),
  );
  return [
    '',
    '## Where every row went',
    '',
    ...table(
      ['Database', 'Table', 'Rows', 'Moved', 'To', 'Superseded', 'Left out', 'Quarantined', 'Retired', 'Why'],
      fates.map(({ path, fate }) => [
        code(path),
        code(fate.table),
        ...[fate.rows, fate.moved].map(count),
        destination(fate),
        ...[fate.superseded, fate.leftOut, fate.rejected, fate.retired].map(count),
        escape(fate.reason ?? ''),
      ]),
    ),
    ...(dropped.length === 0
      ? []
      : ['', '## Columns that were not taken along', '', ...table(['Database', 'Table', 'Column', 'Why'], dropped)]),
  ];
}

const NOWHERE: Record<TableFate['action'], string> = {
  move: 'nowhere',
  retire: 'nowhere: retired',
  rebuild: 'nowhere: starts anew',
  'skip-empty': 'nowhere: it is empty',
};

function destination({ to, idsPlus, action }: TableFate): string {
  if (to === undefined) return NOWHERE[action];
  return idsPlus === undefined ? code(to) : `${code(to)}, every id + ${idsPlus}`;
}

function verdict(items: readonly VerificationCheck[]): string[] {
  const failed = items.filter(({ ok }) => !ok);
  if (failed.length === 0) return [`All ${items.length} checks passed.`, ''];
  return [
    `**${failed.length} of ${items.length} checks failed:** ${failed.map(({ name }) => escape(name)).join('; ')}.`,
    '',
  ];
}

/** The rows of which only one side of a comparison has so many. */
function differences(items: readonly VerificationCheck[]): string[] {
  return items.flatMap(({ name, differences: rows = [] }) =>
    rows.length === 0
      ? []
      : [
          '',
          `### Rows that differ: ${escape(name)}`,
          '',
          ...table(
            ['', 'Rows', 'Values'],
            rows.map((row) => [
              row.kind,
              count(row.rows),
              Object.entries(row.values)
                .map(([column, value]) => `${code(column)} = ${code(value)}`)
                .join(', '),
            ]),
          ),
        ],
  );
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
