import type { MappingDatabase, MappingEdit, MappingState, MappingTable } from '../../src/protocol/mapping';
import { formatBytes, formatCount, plural } from '../../src/protocol/text';
import { button, element, replaceChildren } from '../shared/dom';
import { databaseEditor, tableEditor } from './editors';

export interface ListChoices {
  readonly filter: string;
  /** Paths whose tables are shown. */
  readonly expanded: readonly string[];
}

/** A few databases are shown open from the start. */
const openedAtFirst = 4;
const databasesAtOnce = 200;

/** Every legacy database with every table and its disposition, each of which can be changed in place. */
export class DatabaseList {
  readonly element: HTMLElement;
  private readonly groups = element('div');
  private readonly count = element('span', { class: 'count', attributes: { 'aria-live': 'polite' } });
  private readonly filterField: HTMLElement;
  private readonly expanded: Set<string>;
  private first: boolean;
  private filter: string;
  private limit = databasesAtOnce;
  private state: MappingState | undefined;
  /** The place that is being edited, so that a new state does not take it away. */
  private editing: { database: string; table?: string } | undefined;

  constructor(
    saved: Partial<ListChoices>,
    private readonly on: { changed: (choices: ListChoices) => void; edit: (edit: MappingEdit) => void },
  ) {
    this.expanded = new Set(Array.isArray(saved.expanded) ? saved.expanded : []);
    this.first = saved.expanded === undefined;
    this.filter = typeof saved.filter === 'string' ? saved.filter : '';
    this.filterField = element('vscode-text-field', {
      value: this.filter,
      attributes: { placeholder: 'Filter by path or table', 'aria-label': 'Filter by path or table' },
      on: {
        input: (event) => {
          this.filter = (event.target as HTMLInputElement).value;
          this.limit = databasesAtOnce;
          this.save();
          this.render();
        },
      },
    });
    const all = (open: boolean) => () => {
      this.expanded.clear();
      if (open) for (const { path } of this.state?.databases ?? []) this.expanded.add(path);
      this.save();
      this.render();
    };
    this.element = element(
      'section',
      { attributes: { 'aria-label': 'Legacy databases and their tables' } },
      element('h2', {}, 'Every table'),
      element(
        'div',
        { class: 'toolbar' },
        this.filterField,
        button('Expand All', all(true)),
        button('Collapse All', all(false)),
        this.count,
      ),
      this.groups,
    );
  }

  show(state: MappingState): void {
    this.state = state;
    if (this.first && state.databases.length > 0) {
      this.first = false;
      const moved = state.databases.filter(({ tables }) => tables.length > 0);
      for (const { path } of moved.slice(0, openedAtFirst)) this.expanded.add(path);
    }
    this.element.hidden = state.databases.length === 0;
    if (this.editing === undefined) this.render();
  }

  /** Opens a database and brings it into view. */
  reveal(database: string): void {
    this.filter = '';
    (this.filterField as HTMLInputElement).value = '';
    this.expanded.add(database);
    this.save();
    const index = this.state?.databases.findIndex(({ path }) => path === database) ?? 0;
    this.limit = Math.max(this.limit, index + 1);
    this.render();
    const group = [...this.groups.children].find((child) => (child as HTMLElement).dataset.path === database);
    group?.scrollIntoView({ block: 'start' });
    group?.querySelector<HTMLElement>('.toggle')?.focus();
  }

  private save(): void {
    this.on.changed({ filter: this.filter, expanded: [...this.expanded] });
  }

  private render(): void {
    const { state } = this;
    if (!state) return;
    const wanted = this.filter.trim().toLowerCase();
    const matches = (text: string | undefined) => text?.toLowerCase().includes(wanted) === true;
    const shown = state.databases
      .map((database) => {
        if (wanted === '' || matches(database.path)) return database;
        return { ...database, tables: database.tables.filter(({ table, name }) => matches(table) || matches(name)) };
      })
      .filter((database) => wanted === '' || matches(database.path) || database.tables.length > 0);
    const visible = shown.slice(0, this.limit);
    const rest = shown.length - visible.length;
    replaceChildren(
      this.groups,
      ...visible.map((database) => this.group(state, database, wanted !== '' && !matches(database.path))),
      shown.length === 0 && element('p', { class: 'muted' }, 'Nothing matches the filter.'),
      rest > 0 &&
        button(`Show ${formatCount(Math.min(rest, databasesAtOnce))} more of ${formatCount(rest)}`, () => {
          this.limit += databasesAtOnce;
          this.render();
        }),
    );
    const tables = shown.reduce((sum, { tables }) => sum + tables.length, 0);
    this.count.textContent = `${plural(shown.length, 'database')}, ${plural(tables, 'table')}`;
  }

  private group(state: MappingState, database: MappingDatabase, forced: boolean): HTMLElement {
    const open = (forced || this.expanded.has(database.path)) && database.tables.length > 0;
    const empty = database.tables.length === 0;
    const toggle = element(
      'button',
      {
        class: 'toggle',
        disabled: empty,
        attributes: { 'aria-expanded': empty ? undefined : String(open) },
        on: {
          click: () => {
            if (open) this.expanded.delete(database.path);
            else this.expanded.add(database.path);
            this.save();
            this.render();
            this.focusGroup(database.path);
          },
        },
      },
      element('span', { class: 'twistie', attributes: { 'aria-hidden': 'true' } }, empty ? '' : open ? '▾' : '▸'),
      element('span', { class: 'group-path' }, database.path),
    );
    const editing = this.editing?.database === database.path && this.editing.table === undefined;
    const facts = [
      ...(database.absent ? ['no file here'] : [formatBytes(database.bytes)]),
      ...(empty ? [] : [plural(database.tables.length, 'table')]),
      ...(database.reason ? [database.reason] : []),
    ];
    return element(
      'div',
      { class: 'group', attributes: { 'data-path': database.path } },
      element(
        'div',
        { class: 'group-head' },
        toggle,
        element('span', { class: database.action === 'merge' ? 'tag' : 'tag quiet' }, database.action),
        element('span', { class: 'muted facts' }, facts.join('  ·  ')),
        state.trusted && this.editButton(`Change what becomes of ${database.path}`, { database: database.path }),
      ),
      editing && databaseEditor(database, this.closing(database.path)),
      open && this.tables(state, database),
    );
  }

  private tables(state: MappingState, database: MappingDatabase): HTMLElement {
    return element(
      'table',
      { attributes: { 'aria-label': `Tables of ${database.path}` } },
      element(
        'thead',
        {},
        element(
          'tr',
          {},
          element('th', { attributes: { scope: 'col' } }, 'Legacy table'),
          element('th', { class: 'number', attributes: { scope: 'col' } }, 'Rows'),
          element('th', { attributes: { scope: 'col' } }, 'Becomes'),
          element('th', { attributes: { scope: 'col' } }, element('span', { class: 'visually-hidden' }, 'Change')),
        ),
      ),
      element('tbody', {}, ...database.tables.flatMap((table) => this.tableRows(state, database, table))),
    );
  }

  private tableRows(state: MappingState, database: MappingDatabase, table: MappingTable): HTMLElement[] {
    const editing = this.editing?.database === database.path && this.editing.table === table.table;
    const row = element(
      'tr',
      { class: table.action === 'move' ? undefined : 'left-out', attributes: { 'data-table': table.table } },
      element('td', {}, table.table),
      element('td', { class: 'number' }, table.rows === null ? '–' : formatCount(table.rows)),
      element('td', {}, ...becomes(table)),
      element(
        'td',
        {},
        state.trusted &&
          this.editButton(`Change what becomes of ${table.table}`, { database: database.path, table: table.table }),
      ),
    );
    if (!editing) return [row];
    const editor = tableEditor(state, database, table, this.closing(database.path, table.table));
    return [row, element('tr', {}, element('td', { attributes: { colspan: 4 } }, editor))];
  }

  private editButton(label: string, place: { database: string; table?: string }): HTMLElement {
    const click = () => {
      this.editing = place;
      this.render();
      this.groups.querySelector<HTMLElement>('.editor vscode-dropdown')?.focus();
    };
    return element(
      'button',
      { class: 'link change', attributes: { type: 'button', 'aria-label': label }, on: { click } },
      'Change',
    );
  }

  private closing(database: string, table?: string): (edit: MappingEdit | undefined) => void {
    return (edit) => {
      this.editing = undefined;
      if (edit) this.on.edit(edit);
      this.render();
      this.focusGroup(database, table);
    };
  }

  private focusGroup(database: string, table?: string): void {
    const group = [...this.groups.children].find((child) => (child as HTMLElement).dataset.path === database);
    const rows = [...(group?.querySelectorAll<HTMLElement>('[data-table]') ?? [])];
    const row = table === undefined ? undefined : rows.find((candidate) => candidate.dataset.table === table);
    (row?.querySelector<HTMLElement>('.change') ?? group?.querySelector<HTMLElement>('.toggle'))?.focus();
  }
}

function becomes(table: MappingTable): (string | Node | null)[] {
  if (table.action !== 'move') {
    if (table.action === 'skip-empty') return ['left out, it has no rows'];
    const title = table.action === 'retire' ? 'retired' : 'starts empty';
    return [table.reason ? `${title}: ${table.reason}` : title];
  }
  const renamed = table.name !== table.table;
  return [
    element('span', { class: 'muted' }, `${table.target}.`),
    element('span', { class: renamed ? 'renamed' : undefined }, table.name),
    table.discriminator ? element('span', { class: 'tag quiet' }, table.discriminator) : null,
    table.sharedWith > 0
      ? element('span', { class: 'tag quiet' }, `with ${plural(table.sharedWith, 'other source')}`)
      : null,
  ];
}
