import type { MappingDatabase, MappingEdit, MappingState, MappingTable } from '../../src/protocol/mapping';
import { button, element } from '../shared/dom';

type Close = (edit: MappingEdit | undefined) => void;

/** Decides on one table: it moves (where, under which name), or it is retired with a reason. */
export function tableEditor(
  state: MappingState,
  database: MappingDatabase,
  table: MappingTable,
  close: Close,
): HTMLElement {
  const action = dropdown('What becomes of it', table.action === 'move' ? 'move' : 'retire', [
    ['move', 'Move to'],
    ['retire', 'Retire'],
  ]);
  const target = dropdown(
    'Target',
    table.target ?? state.targets[0]?.name ?? '',
    state.targets.map(({ name, path }) => [name, `${name} (${path})`]),
  );
  const name = field('Name there', table.name ?? table.table);
  const reason = field('Reason', table.action === 'move' ? '' : (table.reason ?? ''), 'Why it is not taken along');
  const update = (moves: boolean): void => {
    target.hidden = name.hidden = !moves;
    reason.hidden = moves;
  };
  // A dropdown has no value before it is on the page.
  action.addEventListener('change', () => update(action.value === 'move'));
  update(table.action === 'move');
  return form([action, target, name, reason], close, () => {
    const place = { database: database.path, table: table.table };
    if (action.value === 'move') {
      if (name.value.trim() === '') return name;
      return { kind: 'move', ...place, target: target.value, name: name.value.trim() };
    }
    if (reason.value.trim() === '') return reason;
    return { kind: 'retire', ...place, reason: reason.value.trim() };
  });
}

/** Decides on a whole database. */
export function databaseEditor(database: MappingDatabase, close: Close): HTMLElement {
  const action = dropdown('What becomes of it', database.action, [
    ['merge', 'Merge: its tables move'],
    ['keep', 'Keep: stays as it is'],
    ['retire', 'Retire: not taken along'],
    ['rebuild', 'Rebuild: starts empty'],
  ]);
  const reason = field('Reason', database.reason ?? '', 'Why');
  action.addEventListener('change', () => (reason.hidden = action.value === 'merge'));
  reason.hidden = database.action === 'merge';
  return form([action, reason], close, () => {
    const chosen = action.value as MappingDatabase['action'];
    if (chosen !== 'merge' && reason.value.trim() === '') return reason;
    return {
      kind: 'database',
      database: database.path,
      action: chosen,
      reason: chosen === 'merge' ? '' : reason.value.trim(),
    };
  });
}

/** `read` returns the edit, or the field that still lacks a value. Enter applies, Escape cancels. */
function form(fields: readonly HTMLElement[], close: Close, read: () => MappingEdit | HTMLElement): HTMLElement {
  const hint = element('span', { class: 'hint', attributes: { role: 'alert' } });
  const apply = (): void => {
    const result = read();
    if (!(result instanceof HTMLElement)) {
      close(result);
      return;
    }
    hint.textContent = `“${result.getAttribute('aria-label')}” is needed.`;
    result.focus();
  };
  return element(
    'div',
    {
      class: 'editor',
      attributes: { role: 'group', 'aria-label': 'Change' },
      on: {
        keydown: (event) => {
          const { key, target } = event as KeyboardEvent;
          if (key === 'Escape') close(undefined);
          else if (key === 'Enter' && (target as Element).tagName === 'VSCODE-TEXT-FIELD') {
            // Else the same key press would reach the button that gets the focus next.
            event.preventDefault();
            apply();
          }
        },
      },
    },
    ...fields,
    button('Apply', apply, { appearance: 'primary' }),
    button('Cancel', () => close(undefined)),
    hint,
  );
}

function dropdown(
  label: string,
  value: string,
  options: readonly (readonly [value: string, title: string])[],
): HTMLElement & { value: string } {
  const made = element(
    'vscode-dropdown',
    { attributes: { 'aria-label': label } },
    ...options.map(([option, title]) =>
      element('vscode-option', { attributes: { value: option, selected: option === value } }, title),
    ),
  );
  return made as HTMLElement & { value: string };
}

function field(label: string, value: string, placeholder?: string): HTMLElement & { value: string } {
  return element('vscode-text-field', {
    value,
    attributes: { 'aria-label': label, placeholder },
  }) as HTMLElement & { value: string };
}
