import type { DuplicateSet } from '../../src/core/inventory/inventory';
import type { InventoryRow } from '../../src/protocol/inventory';
import { formatBytes, formatCount, plural } from '../../src/protocol/text';
import { button, element, icon, replaceChildren } from '../shared/dom';

/** What the person chose; kept over reloads. */
export interface TableChoices {
  readonly sort: Column;
  readonly descending: boolean;
  readonly filter: string;
  readonly show: Selection;
}

type Selection = 'all' | 'problems' | 'wal' | 'unreferenced' | 'other';
type Column = 'path' | 'kind' | 'bytes' | 'rows' | 'tables' | 'journal' | 'references' | 'plan' | 'flags';

/** More rows than this are added on request: a table of 1,000 rows is laid out in an instant, one of 100,000 is not. */
const rowsAtOnce = 1000;

/** The sortable, filterable table of databases. Up and Down move, Enter or a click shows the details. */
export class DatabaseTable {
  readonly element: HTMLElement;
  private readonly body = element('tbody');
  private readonly head = element('tr');
  private readonly count = element('span', { class: 'count', attributes: { 'aria-live': 'polite' } });
  private readonly more = element('p', { class: 'more' });
  private rows: readonly InventoryRow[] = [];
  private duplicates: readonly DuplicateSet[] = [];
  private readonly lines = new Map<string, HTMLElement>();
  private selected: string | null = null;
  private limit = rowsAtOnce;
  private choices: TableChoices;

  constructor(
    saved: Partial<TableChoices>,
    private readonly on: { changed: (choices: TableChoices) => void; select: (path: string) => void },
  ) {
    this.choices = {
      sort: saved.sort !== undefined && saved.sort in columns ? saved.sort : 'path',
      descending: saved.descending === true,
      filter: typeof saved.filter === 'string' ? saved.filter : '',
      show: saved.show !== undefined && saved.show in selections ? saved.show : 'all',
    };
    this.body.addEventListener('keydown', (event) => this.key(event));
    this.element = element(
      'div',
      { class: 'databases' },
      this.toolbar(),
      element(
        'table',
        { attributes: { role: 'grid', 'aria-label': 'Databases' } },
        element('thead', {}, this.head),
        this.body,
      ),
      this.more,
    );
  }

  show(rows: readonly InventoryRow[], duplicates: readonly DuplicateSet[]): void {
    this.rows = rows;
    this.element.classList.toggle(
      'without-plan',
      rows.every(({ action }) => action === undefined),
    );
    this.duplicates = duplicates;
    this.lines.clear();
    this.render();
  }

  row(path: string): InventoryRow | undefined {
    return this.rows.find((row) => row.path === path);
  }

  mark(path: string | null): void {
    const before = this.selected === null ? undefined : this.lines.get(this.selected);
    before?.setAttribute('aria-selected', 'false');
    this.selected = path;
    const line = path === null ? undefined : this.lines.get(path);
    line?.setAttribute('aria-selected', 'true');
  }

  focus(path: string): void {
    this.lines.get(path)?.focus();
  }

  /** Brings a row into view, dropping a filter that hides it. */
  reveal(path: string): void {
    if (!this.lines.get(path)?.isConnected) {
      this.change({ filter: '', show: 'all' });
      this.element.querySelector<HTMLInputElement>('vscode-text-field')!.value = '';
    }
    this.lines.get(path)?.scrollIntoView({ block: 'nearest' });
  }

  private toolbar(): HTMLElement {
    const filter = element('vscode-text-field', {
      value: this.choices.filter,
      attributes: { placeholder: 'Filter by path', 'aria-label': 'Filter by path', type: 'search' },
      on: { input: (event) => this.change({ filter: (event.target as HTMLInputElement).value }) },
    });
    const show = element(
      'vscode-dropdown',
      {
        attributes: { 'aria-label': 'Which databases' },
        on: { change: (event) => this.change({ show: (event.target as HTMLSelectElement).value as Selection }) },
      },
      ...Object.entries(selections).map(([value, { title }]) =>
        element('vscode-option', { attributes: { value, selected: value === this.choices.show } }, title),
      ),
    );
    return element('div', { class: 'toolbar', attributes: { role: 'search' } }, filter, show, this.count);
  }

  private change(change: Partial<TableChoices>): void {
    this.choices = { ...this.choices, ...change };
    this.limit = rowsAtOnce;
    this.on.changed(this.choices);
    this.render();
  }

  private render(): void {
    replaceChildren(
      this.head,
      ...Object.entries(columns).map(([name, column]) => this.heading(name as Column, column)),
    );
    const { filter, show, sort, descending } = this.choices;
    const wanted = filter.trim().toLowerCase();
    const shown = this.rows.filter((row) => selections[show].test(row) && row.path.toLowerCase().includes(wanted));
    const order = columns[sort].compare;
    shown.sort((a, b) => (descending ? -1 : 1) * order(a, b) || byText(a.path, b.path));
    const visible = shown.slice(0, this.limit);
    this.body.replaceChildren(...visible.map((row) => this.line(row)));
    this.setTabStop(this.lines.get(this.selected ?? '')?.isConnected ? this.selected! : visible[0]?.path);
    this.count.textContent =
      shown.length === this.rows.length
        ? plural(this.rows.length, 'database')
        : `${formatCount(shown.length)} of ${plural(this.rows.length, 'database')}`;
    const rest = shown.length - visible.length;
    const add = () => {
      this.limit += rowsAtOnce;
      this.render();
    };
    replaceChildren(
      this.more,
      shown.length === 0 && 'No database matches the filter.',
      rest > 0 && button(`Show ${formatCount(Math.min(rest, rowsAtOnce))} more of ${formatCount(rest)}`, add),
    );
  }

  private heading(name: Column, { title, numeric, hint }: (typeof columns)[Column]): HTMLElement {
    const sorted = this.choices.sort === name;
    const direction = this.choices.descending ? 'descending' : 'ascending';
    const arrow = sorted ? (this.choices.descending ? ' ↓' : ' ↑') : '';
    const sort = () => this.change({ sort: name, descending: sorted ? !this.choices.descending : numeric === true });
    return element(
      'th',
      {
        class: numeric ? 'number' : undefined,
        attributes: { scope: 'col', 'aria-sort': sorted ? direction : undefined, 'data-column': name },
      },
      element('button', { title: hint, on: { click: () => this.keepFocus(name, sort) } }, title + arrow),
    );
  }

  /** The headings are made anew; the one that was pressed stays focused. */
  private keepFocus(name: Column, work: () => void): void {
    work();
    this.head.querySelector<HTMLElement>(`[data-column="${name}"] > button`)?.focus();
  }

  private line(row: InventoryRow): HTMLElement {
    const known = this.lines.get(row.path);
    if (known) return known;
    const made = element(
      'tr',
      {
        tabIndex: -1,
        attributes: { 'aria-selected': String(row.path === this.selected), 'data-path': row.path },
        on: { click: () => this.choose(row.path) },
      },
      ...Object.entries(columns).map(([name, { cell, numeric }]) =>
        element('td', { class: numeric ? `number ${name}` : name }, ...cell(row, this.duplicates)),
      ),
    );
    this.lines.set(row.path, made);
    return made;
  }

  private choose(path: string): void {
    this.setTabStop(path);
    this.on.select(path);
  }

  private setTabStop(path: string | undefined): void {
    this.body.querySelector('[tabindex="0"]')?.setAttribute('tabindex', '-1');
    if (path !== undefined) this.lines.get(path)?.setAttribute('tabindex', '0');
  }

  private key(event: KeyboardEvent): void {
    const line = (event.target as Element).closest('tr');
    if (!line) return;
    const page = 15;
    const siblings = [...this.body.children] as HTMLElement[];
    const at = siblings.indexOf(line);
    const steps: Record<string, number> = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      PageDown: at + page,
      PageUp: at - page,
      Home: 0,
      End: siblings.length - 1,
    };
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      this.choose(line.dataset.path!);
    } else if (event.key in steps) {
      event.preventDefault();
      const next = siblings[Math.max(0, Math.min(siblings.length - 1, steps[event.key]!))]!;
      this.setTabStop(next.dataset.path);
      next.focus();
    }
  }
}

const byText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

export const kindTitles: Record<InventoryRow['kind'], string> = {
  sqlite: 'SQLite',
  empty: 'Empty file',
  'apple-double': 'AppleDouble file',
  'encrypted-or-unknown': 'Not readable',
  truncated: 'Truncated',
  corrupt: 'Corrupt',
  absent: 'Named in code only',
};

const selections: Record<Selection, { title: string; test: (row: InventoryRow) => boolean }> = {
  all: { title: 'All databases', test: () => true },
  problems: { title: 'With problems', test: (row) => row.problems.length > 0 },
  wal: { title: 'Rows only in the WAL', test: (row) => row.walFrames > 0 },
  unreferenced: { title: 'Not named in code', test: (row) => row.references === 0 },
  other: { title: 'Not a SQLite database', test: (row) => row.kind !== 'sqlite' },
};

const count = (value: number | null) => [value === null ? '–' : formatCount(value)];

const columns: Record<
  Column,
  {
    readonly title: string;
    readonly hint?: string;
    readonly numeric?: boolean;
    readonly compare: (a: InventoryRow, b: InventoryRow) => number;
    readonly cell: (row: InventoryRow, duplicates: readonly DuplicateSet[]) => (string | Node)[];
  }
> = {
  path: { title: 'Path', compare: (a, b) => byText(a.path, b.path), cell: ({ path }) => [path] },
  kind: {
    title: 'Kind',
    compare: (a, b) => byText(kindTitles[a.kind], kindTitles[b.kind]),
    cell: ({ kind }) => [kindTitles[kind]],
  },
  bytes: {
    title: 'Size',
    numeric: true,
    compare: (a, b) => a.bytes - b.bytes,
    cell: ({ bytes, kind }) => [kind === 'absent' ? '–' : formatBytes(bytes)],
  },
  tables: {
    title: 'Tables',
    numeric: true,
    compare: (a, b) => a.tables - b.tables,
    cell: ({ tables, kind }) => count(kind === 'sqlite' || tables > 0 ? tables : null),
  },
  rows: {
    title: 'Rows',
    numeric: true,
    compare: (a, b) => (a.rows ?? -1) - (b.rows ?? -1),
    cell: ({ rows }) => count(rows),
  },
  references: {
    title: 'References',
    hint: 'Places in code and configuration that name it',
    numeric: true,
    compare: (a, b) => a.references - b.references,
    cell: ({ references }) => count(references),
  },
  journal: {
    title: 'Journal',
    hint: 'Journal mode, and committed frames of the WAL that are not in the file yet',
    compare: (a, b) => byText(a.journalMode, b.journalMode) || a.walFrames - b.walFrames,
    cell: ({ kind, journalMode, walFrames }) => {
      if (kind !== 'sqlite') return ['–'];
      if (journalMode !== 'wal') return ['rollback'];
      return [
        'WAL',
        ...(walFrames > 0 ? [element('span', { class: 'muted' }, `, ${plural(walFrames, 'frame')}`)] : []),
      ];
    },
  },
  plan: {
    title: 'Plan',
    hint: 'What the plan does with it',
    compare: (a, b) => byText(a.action ?? '', b.action ?? ''),
    cell: ({ action }) =>
      action === undefined ? [] : [element('span', { class: action === 'merge' ? 'tag' : 'tag quiet' }, action)],
  },
  flags: {
    title: 'Notes',
    compare: (a, b) => b.problems.length - a.problems.length,
    cell: (row, duplicates) => flags(row, duplicates),
  },
};

function flags(row: InventoryRow, duplicates: readonly DuplicateSet[]): Node[] {
  const tag = (text: string, title: string) => element('span', { class: 'tag quiet', title }, text);
  const notes: Node[] = [];
  if (row.problems.length > 0) {
    const [first] = row.problems;
    notes.push(
      element(
        'span',
        { class: 'problem', title: row.problems.map(({ message }) => message).join('\n') },
        icon('warning', 'Problem'),
        ' ',
        first!.message,
      ),
    );
  }
  if (row.hotJournal)
    notes.push(tag('hot journal', 'An interrupted transaction has to be rolled back; the copy read here is'));
  const same = duplicates.find(({ paths }) => paths.includes(row.path));
  if (same)
    notes.push(
      tag(
        same.reason === 'same-file' ? 'same file' : 'same content',
        `As ${same.paths.filter((path) => path !== row.path).join(', ')}`,
      ),
    );
  return notes;
}
