import type { InventoryCommand, InventoryState } from '../../src/protocol/inventory';
import { formatBytes, plural } from '../../src/protocol/text';
import { button, element, icon } from '../shared/dom';

type Run = (command: InventoryCommand) => void;

/** Title, one line of figures, and the next step as the primary button. */
export function header(state: InventoryState, run: Run): HTMLElement {
  const actions = element('div', { class: 'actions' });
  const disabled = state.busy !== null;
  if (state.rows.length > 0) {
    actions.append(button('Scan Again', () => run('scan'), { disabled }));
    if (state.hasPlan) {
      actions.append(
        button('Open Mapping', () => run('openMapping'), { disabled }),
        button('Dry Run', () => run('dryRun'), { disabled }),
        button('Migrate …', () => run('migrate'), { appearance: 'primary', disabled: disabled || !state.trusted }),
      );
    } else
      actions.append(
        button('Migrate …', () => run('migrate'), { disabled: disabled || !state.trusted }),
        button('Draft Plan', () => run('draftPlan'), {
          appearance: 'primary',
          disabled: disabled || !state.trusted,
          title: 'Propose which database goes where, for you to look through',
        }),
      );
  }
  return element(
    'header',
    { class: 'header' },
    element(
      'div',
      {},
      element('h1', {}, `Databases in ${state.workspace}`),
      element('p', { class: 'summary' }, summary(state)),
    ),
    actions,
  );
}

export function notices(state: InventoryState): HTMLElement {
  const box = element('div', { attributes: { 'aria-live': 'polite' } });
  if (state.busy !== null)
    box.append(element('div', { class: 'notice' }, element('vscode-progress-ring'), element('div', {}, state.busy)));
  if (state.error !== null)
    box.append(
      element(
        'div',
        { class: 'notice', attributes: { role: 'alert' } },
        icon('error', 'Error'),
        element('div', {}, state.error),
      ),
    );
  if (state.unlisted.length > 0)
    box.append(
      element(
        'div',
        { class: 'notice', attributes: { role: 'alert' } },
        icon('warning', 'Warning'),
        element('div', {}, ...state.unlisted.slice(0, 3).map((message) => element('div', {}, message)), more(state)),
      ),
    );
  if (!state.trusted)
    box.append(
      element(
        'div',
        { class: 'notice' },
        icon('info', 'Note'),
        element('div', {}, 'This workspace is not trusted: databases can be looked at, and nothing is written.'),
      ),
    );
  return box;
}

const more = ({ unlisted }: InventoryState) =>
  unlisted.length > 3 ? `and ${plural(unlisted.length - 3, 'folder')} more` : '';

export function emptyView(state: InventoryState, run: Run): HTMLElement | null {
  if (state.busy !== null) return null;
  const [title, text] = state.scanned
    ? [
        'No SQLite database here',
        'Files are found by their extension (.db, .sqlite, .sqlite3, …) or their content. Open the folder that holds ' +
          'them, or look at the setting “SQLite Consolidator: Exclude”.',
      ]
    : [
        'Not scanned yet',
        'A scan reads the SQLite files of the workspace and the code that names them. It changes none of them.',
      ];
  return element(
    'div',
    { class: 'empty' },
    element('h2', {}, title),
    element('p', {}, text),
    button(state.scanned ? 'Scan Again' : 'Scan Workspace', () => run('scan'), { appearance: 'primary' }),
  );
}

function summary({ rows }: InventoryState): string {
  if (rows.length === 0) return '';
  const total = (value: (row: InventoryState['rows'][number]) => number) =>
    rows.reduce((sum, row) => sum + value(row), 0);
  const unmerged = rows.filter((row) => row.walFrames > 0);
  const problems = total((row) => row.problems.length);
  return [
    plural(rows.length, 'database'),
    plural(
      total((row) => row.tables),
      'table',
    ),
    plural(
      total((row) => row.rows ?? 0),
      'row',
    ),
    formatBytes(total((row) => row.bytes)),
    plural(
      total((row) => row.references),
      'reference',
    ) + ' in code',
    ...(unmerged.length > 0 ? [`${unmerged.length} with rows only in the WAL`] : []),
    ...(problems > 0 ? [plural(problems, 'problem')] : []),
  ].join('  ·  ');
}
