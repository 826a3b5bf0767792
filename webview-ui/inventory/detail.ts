import type { InventoryTable } from '../../src/core/inventory/inventory';
import type { InventoryDetail, InventoryRow } from '../../src/protocol/inventory';
import { formatBytes, formatCount, plural } from '../../src/protocol/text';
import { element, icon, link } from '../shared/dom';
import { kindTitles } from './table';

interface DetailActions {
  readonly open: (file: string, line: number, column: number) => void;
  readonly close: () => void;
}

/** One database: facts, problems, tables with their columns, and who names it. */
export function databaseDetail(
  detail: InventoryDetail,
  row: InventoryRow | undefined,
  { open, close }: DetailActions,
): HTMLElement[] {
  const closeButton = element(
    'vscode-button',
    {
      class: 'close',
      title: 'Close',
      attributes: { appearance: 'icon', 'aria-label': 'Close details' },
      on: { click: close },
    },
    '✕',
  );
  const sections = [
    element('div', { class: 'detail-title' }, element('h2', {}, detail.path), closeButton),
    facts(detail, row),
  ];
  for (const { message } of row?.problems ?? [])
    sections.push(element('div', { class: 'notice' }, icon('warning', 'Problem'), element('div', {}, message)));
  if (detail.tables.length > 0) sections.push(tables(detail.tables));
  sections.push(references(detail, row, open));
  return sections;
}

function facts(detail: InventoryDetail, row: InventoryRow | undefined): HTMLElement {
  const list = element('dl', { class: 'facts' });
  const fact = (name: string, value: string, className?: string) =>
    list.append(element('dt', {}, name), element('dd', { class: className }, value));
  if (row) fact('Kind', kindTitles[row.kind]);
  if (row && row.kind !== 'absent') fact('Size', formatBytes(row.bytes));
  if (row?.kind === 'sqlite') {
    fact('Pages', `${formatCount(detail.pageSize)} bytes each, ${detail.encoding}`);
    const frames =
      row.walFrames > 0 ? `, ${plural(row.walFrames, 'committed frame')} not in the file yet (counted here)` : '';
    fact('Journal', row.journalMode === 'wal' ? `WAL${frames}` : `rollback${row.hotJournal ? ', hot' : ''}`);
    if (detail.userVersion !== 0) fact('user_version', String(detail.userVersion));
  }
  if (detail.sidecars.length > 0) fact('Beside it', detail.sidecars.join(', '));
  if (detail.sha256) fact('SHA-256', detail.sha256, 'code hash');
  return list;
}

function tables(all: readonly InventoryTable[]): HTMLElement {
  const ordinary = all.filter((table) => table.shadowOf === undefined);
  return element(
    'section',
    {},
    element('h3', {}, plural(ordinary.length, 'table or view', 'tables and views')),
    ...ordinary.map((table) => {
      const rows = table.rows === null ? (table.module ?? table.kind) : plural(table.rows, 'row');
      const flags = [
        table.strict && 'strict',
        table.withoutRowid && 'without rowid',
        table.autoincrement && 'autoincrement',
      ];
      const summary = element(
        'summary',
        {},
        element('span', { class: 'table-name' }, table.name),
        element('span', { class: 'muted' }, [rows, ...flags.filter(Boolean)].join(', ')),
      );
      const content = element('details', {}, summary);
      // A database can have thousands of columns; they are laid out when somebody looks.
      content.addEventListener('toggle', () => content.append(...columns(table)), { once: true });
      return content;
    }),
  );
}

function columns(table: InventoryTable): HTMLElement[] {
  const lines = table.columns.map((column) => {
    const notes = [
      column.primaryKey > 0 && 'primary key',
      column.notNull && 'not null',
      column.default !== null && `default ${column.default}`,
      column.generated !== '' && column.generated,
    ].filter((note) => note !== false);
    return element(
      'tr',
      {},
      element('td', {}, column.name),
      element('td', { class: 'code' }, column.type),
      element('td', { class: 'muted' }, notes.join(', ')),
    );
  });
  const extras = [
    ...table.indexes.filter((index) => index.origin === 'c').map((index) => `Index ${index.name}`),
    ...table.triggers.map((trigger) => `Trigger ${trigger.name}`),
    ...table.foreignKeys.map((key) => `Foreign key ${key.columns.join(', ')} → ${key.table}`),
  ];
  const made = [
    element(
      'table',
      { class: 'columns', attributes: { 'aria-label': `Columns of ${table.name}` } },
      element('tbody', {}, ...lines),
    ),
  ];
  if (extras.length > 0)
    made.push(element('ul', { class: 'muted' }, ...extras.map((extra) => element('li', {}, extra))));
  return made;
}

function references(detail: InventoryDetail, row: InventoryRow | undefined, open: DetailActions['open']): HTMLElement {
  const total = row?.references ?? detail.references.length;
  const list = detail.references.map(({ file, line, column, text, stale }) =>
    element(
      'li',
      {},
      link(`${file}:${line}`, () => open(file, line, column), text),
      stale ? element('span', { class: 'tag quiet' }, 'stale') : null,
    ),
  );
  const note =
    total === 0
      ? 'Nothing in the workspace names it.'
      : list.length === 0
        ? `${plural(total, 'place names', 'places name')} it. They are listed once there is a plan.`
        : null;
  return element(
    'section',
    {},
    element('h3', {}, 'Named in'),
    note === null ? null : element('p', { class: 'muted' }, note),
    element('ul', { class: 'places' }, ...list),
  );
}
