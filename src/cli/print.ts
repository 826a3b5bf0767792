import type { ErrorValue } from '../core/errors';
import type { Inventory } from '../core/inventory/inventory';
import { count, size } from '../core/migration/steps';
import type { Finding } from '../core/ports';
import type { ReferencesResult } from '../core/references/reference';
import type {
  CheckResult,
  DraftResult,
  ExportResult,
  ImportResult,
  MigrateResult,
  RefactorResult,
  RollbackResult,
  StatusResult,
  VerifyResult,
} from '../core/results';
import { plural } from '../protocol/text';
import { clean } from './progress';
import type { Output } from './progress';

/** The verbs' results as text for people. Every name is cleaned of control characters. */

export function printError(error: ErrorValue, stderr: Output): void {
  const findings = error.details.findings as readonly Finding[] | undefined;
  stderr.write(`${error.code}: ${clean(error.message)}\n`);
  if (findings && findings.length > 1) stderr.write(findingLines(findings));
}

export function inventory(value: Inventory): string {
  const unlisted = (value.unlisted ?? []).map(({ message }) => `  FOLDER_UNREADABLE: ${clean(message)}\n`).join('');
  if (value.databases.length === 0)
    return unlisted + 'NO_DATABASES: no SQLite database was found here. Name the folder with --workspace.\n';
  const rows = value.databases.map((database) => [
    clean(database.path),
    database.kind === 'sqlite'
      ? database.walFrames > 0
        ? `sqlite, ${count(database.walFrames)} WAL frames`
        : database.hotJournal
          ? 'sqlite, hot journal'
          : 'sqlite'
      : database.kind,
    size(database.bytes),
    count(database.tables.filter((table) => table.kind !== 'view').length),
    count(database.tables.reduce((sum, table) => sum + (table.rows ?? 0), 0)),
    count(database.references),
  ]);
  const problems = value.databases.flatMap((database) =>
    database.problems.map((problem) => `  ${clean(database.path)}: ${problem.code}: ${clean(problem.message)}\n`),
  );
  return `${columns(['Database', 'Kind', 'Size', 'Tables', 'Rows', 'References'], rows, [2, 3, 4, 5])}${problems.join('')}${unlisted}\n${plural(value.databases.length, 'database')}. Next: sqlite-consolidator draft\n`;
}

export function draft(value: DraftResult): string {
  const head = value.written ? `Wrote ${value.planFile}.\n` : value.text;
  const settled = value.settled.map(
    ({ code, table, resolution, why }) =>
      `settled ${code}${table === undefined ? '' : ` ${clean(table)}`}: ${clean(resolution.title)} (${clean(resolution.id)}; ${clean(why)})\n`,
  );
  return `${head}${settled.join('')}${findingLines(value.findings)}${value.written ? 'Next: sqlite-consolidator migrate --dry-run\n' : ''}`;
}

export function exported(value: ExportResult): string {
  return value.written.map((file) => `wrote ${clean(file)}\n`).join('');
}

/** What a reader of the document should know of the plan. */
export function exportNotes(value: ExportResult): string {
  const errors = value.findings.filter((finding) => finding.severity === 'error').length;
  return value.ok
    ? ''
    : `${value.planFile} has ${errors} open ${errors === 1 ? 'conflict' : 'conflicts'}, so this is not all of it. Next: sqlite-consolidator check\n`;
}

export function imported(value: ImportResult): string {
  const head = value.written
    ? `Wrote ${value.planFile} from ${clean(value.file)}.\n`
    : value.changed
      ? value.text
      : `${clean(value.file)} says what ${value.planFile} says already; nothing was written.\n`;
  return `${head}${findingLines(value.findings)}`;
}

export function check(value: CheckResult): string {
  const errors = value.findings.filter((finding) => finding.severity === 'error').length;
  return `${findingLines(value.findings)}${value.ok ? `${value.planFile} is ready. Next: sqlite-consolidator migrate --dry-run\n` : `${errors} to settle in ${value.planFile}.\n`}`;
}

export function migration(value: MigrateResult): string {
  const lines: string[] = [];
  if (value.status === 'dry-run') lines.push(...value.steps.map((step) => `  ${clean(step.text)}`), '');
  for (const target of value.targets) {
    const rows = target.tables.reduce((sum, table) => sum + table.rows, 0);
    lines.push(
      `${clean(target.name)} → ${clean(target.path)}: ${plural(target.tables.length, 'table')}, ${plural(rows, 'row')}, ${size(target.bytes)}`,
    );
  }
  for (const { database, table, rows, target, reason } of value.rejected.slice(0, 20))
    lines.push(
      `quarantine: ${plural(rows, 'row')} of ${clean(database)} ${clean(table)} that ${clean(target)} refuses: ${clean(reason)}`,
    );
  lines.push(...findingLines(value.warnings).split('\n').filter(Boolean));
  const failed = value.verification.checks.filter((item) => !item.ok);
  for (const item of failed.slice(0, 20))
    lines.push(`  FAILED ${clean(item.name)}: expected ${clean(item.expected)}, found ${clean(item.actual)}`);
  lines.push(conclusion(value));
  if (value.backup) lines.push(`Backup: ${value.backup}`);
  if (value.reportFile) lines.push(`Report: ${value.reportFile}`);
  return `${lines.join('\n')}\n`;
}

/** `2 s`, `3 min` */
const estimate = (seconds: number) =>
  seconds < 90 ? `${Math.max(1, Math.round(seconds))} s` : `${Math.round(seconds / 60)} min`;

function conclusion(value: MigrateResult): string {
  const seconds = (value.milliseconds / 1000).toFixed(2);
  switch (value.status) {
    case 'published':
      return `Published after ${count(value.verification.checks.length)} checks, all passed, in ${seconds} s. Next: sqlite-consolidator refactor --write`;
    case 'dry-run':
      return `Dry run: ${count(value.steps.length)} steps, ${size(value.bytesNeeded)} of disk space at most, about ${estimate(value.estimatedSeconds ?? 0)}; nothing was written. Next: sqlite-consolidator migrate`;
    case 'backed-up':
      return `Backed up in ${seconds} s; nothing else was done.`;
    case 'verified':
      return `Built and verified with ${count(value.verification.checks.length)} checks in ${seconds} s; nothing was published.`;
    case 'unchanged':
      return `Nothing to do: run ${value.run} published these targets.`;
    case 'failed':
      return `${value.error?.code ?? 'INTERNAL'}: ${clean(value.error?.message ?? 'failed')}`;
  }
}

export function verification(value: VerifyResult): string {
  const lines = value.verification.checks.map(
    (item) =>
      `${item.ok ? 'ok    ' : 'FAILED'} ${clean(item.name)}${item.ok ? '' : `: expected ${clean(item.expected)}, found ${clean(item.actual)}`}`,
  );
  const failed = value.verification.checks.filter((item) => !item.ok).length;
  return `${lines.join('\n')}\n${failed === 0 ? `All ${count(lines.length)} checks passed.` : `${failed} of ${count(lines.length)} checks failed.`}\n`;
}

export function rollback(value: RollbackResult): string {
  const lines = [
    ...value.removed.map((file) => `removed   ${clean(file)}`),
    ...value.restored.map((file) => `restored  ${clean(file)}`),
    ...value.keptAside.map((file) => `kept      ${clean(file)}`),
    ...value.changed.map((file) => `unchanged ${clean(file)} (it was written after the backup)`),
    ...(value.code?.returned ?? []).map((file) => `returned  ${clean(file)}`),
    ...(value.code?.edited ?? []).map((file) => `left      ${clean(file)} (it was edited after the refactoring)`),
  ];
  return `${lines.map((line) => `${line}\n`).join('')}Rolled back ${value.run}.\n`;
}

export function status(value: StatusResult): string {
  const lines = [
    ...value.runs
      .slice(0, 5)
      .map((run) => `${run.run}  ${run.state}  ${plural(run.rows, 'row')}  ${run.targets.map(clean).join(', ')}`),
    ...value.targets.map((target) => `target ${clean(target.path)}: ${target.state}`),
    ...value.databases
      .filter((database) => database.state !== 'unchanged')
      .map((database) => `legacy ${clean(database.path)}: ${database.state}`),
    `Stale references: ${count(value.staleReferences)}`,
    `Next: ${value.next}`,
  ];
  return `${lines.join('\n')}\n`;
}

export function references(value: ReferencesResult): string {
  const lines = value.references.map((reference) => {
    const what = reference.table === undefined ? reference.database : `${reference.database} ${reference.table}`;
    const state = reference.stale
      ? reference.fix
        ? `stale: ${reference.fix.title}`
        : 'stale'
      : (reference.note ?? 'not stale');
    return `${clean(reference.file)}:${reference.line}:${reference.column}  ${clean(what)}  ${reference.resolution}  ${clean(state)}`;
  });
  const stale = value.references.filter((reference) => reference.stale).length;
  const skipped = (value.skipped ?? []).map(
    ({ file, bytes, reason }) => `Not searched: ${file} (${count(bytes)} bytes, ${reason}).\n`,
  );
  const inPart = (value.searchedInPart ?? []).map(({ file, how }) => `Searched in part: ${clean(file)} (${how}).\n`);
  return `${lines.map((line) => `${line}\n`).join('')}${plural(value.references.length, 'reference')}, ${count(stale)} stale, in ${plural(value.filesScanned, 'file')} (${value.milliseconds} ms).\n${inPart.join('')}${skipped.join('')}`;
}

export function refactoring(value: RefactorResult): string {
  const left = value.left.map(
    (item) =>
      `${clean(item.file)}:${item.line}:${item.column}  ${clean(item.database)}${item.table ? ` ${clean(item.table)}` : ''}: ${clean(item.note)}\n`,
  );
  const edits = value.files.reduce((sum, file) => sum + file.edits, 0);
  const head = value.written
    ? value.files
        .map((file) => `${file.created ? 'created' : 'edited '} ${clean(file.file)} (${plural(file.edits, 'edit')})\n`)
        .join('')
    : value.patch;
  const end =
    value.files.length === 0
      ? 'Nothing to rewrite.'
      : `${plural(edits, 'edit')} in ${plural(value.files.length, 'file')}${value.written ? '' : ' (not made; say --write)'}.`;
  return `${head}${left.length > 0 ? `Left for you:\n${left.join('')}` : ''}${end}\n`;
}

function findingLines(findings: readonly Finding[]): string {
  return findings
    .map((finding) => {
      const where = place(finding);
      // What is only told needs no way out.
      const ways = (finding.severity === 'info' ? [] : (finding.resolutions ?? []))
        .map((way) => `      - ${clean(way.title)}  [${finding.code}=${clean(way.id)}]\n`)
        .join('');
      return `${finding.severity.padEnd(7)} ${finding.code}${where ? ` ${where}` : ''}: ${clean(finding.message)}\n${ways}`;
    })
    .join('');
}

function place(where: { readonly file?: string; readonly line?: number; readonly column?: number }): string {
  return [where.file === undefined ? undefined : clean(where.file), where.line, where.column]
    .filter((part) => part !== undefined)
    .join(':');
}

/** Left-aligned columns, but for the `right` ones. */
function columns(head: readonly string[], rows: readonly (readonly string[])[], right: readonly number[]): string {
  const widths = head.map((title, index) => Math.max(title.length, ...rows.map((row) => row[index]!.length)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, index) => (right.includes(index) ? cell.padStart(widths[index]!) : cell.padEnd(widths[index]!)))
      .join('  ')
      .trimEnd();
  return `${[head, ...rows].map(line).join('\n')}\n`;
}
