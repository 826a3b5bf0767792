import { isToInventory } from '../../src/protocol/inventory';
import type { FromInventory, InventoryDetail, InventoryState, ToInventory } from '../../src/protocol/inventory';
import { element, replaceChildren } from '../shared/dom';
import { connect } from '../shared/host';
import { defineElements } from '../toolkit';
import '../shared/base.css';
import './main.css';
import { databaseDetail } from './detail';
import { emptyView, header, notices } from './header';
import { DatabaseTable } from './table';
import type { TableChoices } from './table';

/** The Inventory view: what SQLite files there are, what is in them, what is wrong with them, and what to do next. */
export interface InventoryChoices extends TableChoices {
  readonly selected: string | null;
}

defineElements();
const root = document.getElementById('root')!;
const host = connect<ToInventory, FromInventory, InventoryChoices>(isToInventory, receive);

const top = element('div');
const table = new DatabaseTable(host.state, {
  changed: (choices) => host.save(choices),
  select: (path) => select(path),
});
const aside = element('aside', { attributes: { 'aria-label': 'Details of the selected database' }, hidden: true });
const body = element('div', { class: 'body' }, table.element, aside);
const empty = element('div');
replaceChildren(root, top, body, empty);
body.hidden = true;

function receive(message: ToInventory): void {
  if (message.type === 'state') show(message);
  else if (message.type === 'detail') showDetail(message);
  else {
    table.reveal(message.path);
    select(message.path);
  }
}

function show(state: InventoryState): void {
  const run = (command: Extract<FromInventory, { type: 'command' }>['command']) =>
    host.post({ type: 'command', command });
  replaceChildren(top, header(state, run), notices(state));
  body.hidden = state.rows.length === 0;
  replaceChildren(empty, state.rows.length === 0 && emptyView(state, run));
  table.show(state.rows, state.duplicates);
  const selected = host.state.selected;
  if (selected && state.rows.some(({ path }) => path === selected)) select(selected);
  else select(null);
}

function select(path: string | null): void {
  host.save({ selected: path });
  table.mark(path);
  if (path === null) {
    aside.hidden = true;
    body.classList.remove('with-detail');
  } else host.post({ type: 'detail', path });
}

function showDetail(detail: InventoryDetail): void {
  if (detail.path !== host.state.selected) return;
  aside.hidden = false;
  body.classList.add('with-detail');
  const open = (file: string, line: number, column: number) => host.post({ type: 'open', file, line, column });
  const close = () => {
    select(null);
    table.focus(detail.path);
  };
  const scrolled = aside.dataset.path === detail.path ? aside.scrollTop : 0;
  aside.dataset.path = detail.path;
  replaceChildren(aside, ...databaseDetail(detail, table.row(detail.path), { open, close }));
  aside.scrollTop = scrolled;
}

host.post({ type: 'ready' });
