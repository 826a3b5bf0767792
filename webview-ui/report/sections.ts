import type { MigrateResult, VerificationCheck } from '../../src/core/results';
import { formatBytes, formatCount, plural } from '../../src/protocol/text';
import { button, element, icon, replaceChildren } from '../shared/dom';

/** The largest figures of a run, in a row. */
export function figures(result: MigrateResult): HTMLElement {
  const merged = result.databases.filter(({ action }) => action === 'merge');
  const tables = result.targets.reduce((sum, target) => sum + target.tables.length, 0);
  const moved = result.databases.reduce((sum, database) => sum + database.rows.moved, 0);
  const frames = result.databases.reduce((sum, database) => sum + database.walFrames, 0);
  const passed = result.verification.checks.filter(({ ok }) => ok).length;
  const entries: [string, string][] = [
    [formatCount(merged.length), merged.length === 1 ? 'legacy database' : 'legacy databases'],
    [formatCount(result.targets.length), result.targets.length === 1 ? 'target' : 'targets'],
    [formatCount(tables), tables === 1 ? 'unified table' : 'unified tables'],
    [formatCount(moved), `${moved === 1 ? 'row' : 'rows'} ${isDone(result) ? 'moved' : 'to move'}`],
    ...(frames > 0
      ? [[formatCount(frames), frames === 1 ? 'committed WAL frame' : 'committed WAL frames'] as [string, string]]
      : []),
    ...(result.verification.checks.length > 0
      ? [
          [`${formatCount(passed)} of ${formatCount(result.verification.checks.length)}`, 'checks passed'] as [
            string,
            string,
          ],
        ]
      : []),
    ...(result.status === 'dry-run'
      ? [[formatBytes(result.bytesNeeded), 'disk space needed'] as [string, string]]
      : []),
  ];
  return element(
    'dl',
    { class: 'figures' },
    ...entries.map(([value, name]) => element('div', {}, element('dt', {}, name), element('dd', {}, value))),
  );
}

export function rejectedView({ rejected }: MigrateResult): HTMLElement | null {
  if (rejected.length === 0) return null;
  const total = rejected.reduce((sum, entry) => sum + entry.rows, 0);
  return section(
    `${plural(total, 'row')} refused by the unified schema`,
    table(
      ['Legacy database', 'Table', '#Rows', 'Target', 'Reason'],
      rejected.map((entry) => [entry.database, entry.table, formatCount(entry.rows), entry.target, entry.reason]),
    ),
  );
}

export function warningsView({ warnings }: MigrateResult): HTMLElement | null {
  const shown = warnings.filter(({ severity }) => severity !== 'info');
  if (shown.length === 0) return null;
  return section(
    plural(shown.length, 'warning'),
    element(
      'ul',
      { class: 'warnings' },
      ...shown.map(({ message, severity }) =>
        element('li', {}, icon(severity, severity === 'error' ? 'Error' : 'Warning'), ' ', message),
      ),
    ),
  );
}

/** What each unified table holds and where it came from. */
export function targetsView({ targets, status }: MigrateResult): HTMLElement | null {
  if (targets.length === 0) return null;
  const dry = status === 'dry-run';
  const strategies = { graft: 'page by page', sql: 'by SQL', fts: 'index rebuilt' };
  return section(
    'Targets',
    ...targets.map((target) => {
      const rows = target.tables.reduce((sum, entry) => sum + entry.rows, 0);
      const content = element(
        'details',
        {},
        element(
          'summary',
          {},
          element('span', { class: 'target-path' }, target.path),
          element(
            'span',
            { class: 'muted' },
            `${plural(target.tables.length, 'table')}, ${plural(rows, 'row')}, ${dry ? 'about ' : ''}${formatBytes(target.bytes)}`,
          ),
        ),
        table(
          ['Unified table', '#Rows', 'From', 'Copied'],
          target.tables.map((entry) => [
            entry.name,
            formatCount(entry.rows),
            sources(entry.sources),
            strategies[entry.strategy],
          ]),
        ),
      );
      if (targets.length <= 3) content.setAttribute('open', '');
      return content;
    }),
  );
}

function sources(all: MigrateResult['targets'][number]['tables'][number]['sources']): string {
  const shown = all.slice(0, 3).map(({ database, table, rows }) => `${database} ${table} (${formatCount(rows)})`);
  return [...shown, ...(all.length > 3 ? [`${formatCount(all.length - 3)} more`] : [])].join(', ');
}

/** Did the run reach its end, so that the figures are what happened and not what was planned? */
function isDone({ status }: MigrateResult): boolean {
  return status === 'published' || status === 'verified' || status === 'unchanged';
}

/** Every legacy row in exactly one column. */
export function databasesView(result: MigrateResult): HTMLElement | null {
  const { databases } = result;
  if (databases.length === 0) return null;
  const moved = isDone(result) ? ['#Moved', '#Kept'] : ['#To move', '#Kept'];
  const action = { merge: 'merged', keep: 'kept', retire: 'retired', rebuild: 'rebuilt' };
  return section(
    isDone(result) ? 'What became of every row' : 'What becomes of every row',
    table(
      ['Legacy database', 'Disposition', '#Rows', ...moved, '#Retired', '#Refused', 'Reason'],
      databases.map((database) => [
        database.path,
        action[database.action],
        ...figuresOf(database.rows).map(formatCount),
        database.reason ?? '',
      ]),
    ),
  );
}

function figuresOf({ total, moved, retired, rejected }: MigrateResult['databases'][number]['rows']): number[] {
  return [total, moved, total - moved - retired - rejected, retired, rejected];
}

/** Checks, the failed ones first; more than a few hundred are shown on request. */
export function verificationView(
  { verification, status }: MigrateResult,
  failedOnly: boolean,
  changed: (failedOnly: boolean) => void,
): HTMLElement | null {
  if (verification.checks.length === 0) return null;
  const failed = verification.checks.filter(({ ok }) => !ok);
  const sorted = [...failed, ...verification.checks.filter(({ ok }) => ok)];
  const box = element('div', { class: 'checks' });
  let limit = 200;
  const render = (): void => {
    const wanted = failedOnly && failed.length > 0 ? failed : sorted;
    const rest = wanted.length - limit;
    replaceChildren(
      box,
      failed.length > 0 &&
        failed.length < sorted.length &&
        button(failedOnly ? 'Show All Checks' : 'Show Failed Checks Only', () => {
          failedOnly = !failedOnly;
          changed(failedOnly);
          render();
        }),
      table(['', 'Check', 'Expected', 'Found'], wanted.slice(0, limit).map(checkRow)),
      rest > 0 &&
        button(`Show ${formatCount(rest)} more`, () => {
          limit = Infinity;
          render();
        }),
    );
  };
  render();
  const title =
    failed.length > 0
      ? `Verification: ${plural(failed.length, 'check')} failed`
      : `Verification: all ${formatCount(sorted.length)} checks passed`;
  return section(status === 'dry-run' ? 'Checks of the dry run' : title, box);
}

function checkRow({ name, ok, expected, actual }: VerificationCheck): (string | Node)[] {
  return [icon(ok ? 'pass' : 'error', ok ? 'Passed' : 'Failed'), name, expected, actual];
}

export function stepsView({ steps }: MigrateResult): HTMLElement | null {
  if (steps.length === 0) return null;
  const folded = element(
    'details',
    {},
    element('summary', {}, `The ${plural(steps.length, 'step')} of the run, in order`),
  );
  folded.addEventListener(
    'toggle',
    () =>
      folded.append(
        element(
          'ol',
          { class: 'steps' },
          ...steps.map(({ text, sql }) =>
            element('li', {}, text, sql === undefined ? null : element('pre', { class: 'code' }, sql)),
          ),
        ),
      ),
    { once: true },
  );
  return element('section', {}, folded);
}

function section(title: string, ...children: Node[]): HTMLElement {
  return element('section', {}, element('h2', {}, title), ...children);
}

/** A heading that begins with # is a column of figures. */
function table(headings: readonly string[], rows: readonly (readonly (string | Node)[])[]): HTMLElement {
  const numeric = headings.map((heading) => heading.startsWith('#'));
  return element(
    'table',
    {},
    element(
      'thead',
      {},
      element(
        'tr',
        {},
        ...headings.map((heading, index) =>
          element(
            'th',
            { class: numeric[index] ? 'number' : undefined, attributes: { scope: 'col' } },
            heading.replace('#', ''),
          ),
        ),
      ),
    ),
    element(
      'tbody',
      {},
      ...rows.map((row) =>
        element(
          'tr',
          {},
          ...row.map((cell, index) => element('td', { class: numeric[index] ? 'number' : undefined }, cell)),
        ),
      ),
    ),
  );
}
