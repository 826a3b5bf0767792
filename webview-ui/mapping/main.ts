import { isToMapping } from '../../src/protocol/mapping';
import type { FromMapping, MappingCommand, MappingState } from '../../src/protocol/mapping';
import { formatCount, plural } from '../../src/protocol/text';
import { button, element, icon, replaceChildren } from '../shared/dom';
import { connect } from '../shared/host';
import { defineElements } from '../toolkit';
import '../shared/base.css';
import './main.css';
import { DatabaseList } from './databases';
import type { ListChoices } from './databases';
import { findingsView } from './findings';
import { flowPicture } from './flow';

/** The Mapping view: where every legacy table goes, what is undecided, and the means to decide it. */

defineElements();
const root = document.getElementById('root')!;
const host = connect<MappingState, FromMapping, ListChoices>(isToMapping, show);

const top = element('div');
const findings = element('section', { attributes: { 'aria-label': 'Findings' } });
const picture = element('section', { attributes: { 'aria-label': 'Where the databases go' } });
const list = new DatabaseList(host.state, {
  changed: (choices) => host.save(choices),
  edit: (edit) => host.post({ type: 'edit', edit }),
});
replaceChildren(root, top, findings, picture, list.element);

function show(state: MappingState): void {
  replaceChildren(top, header(state), notices(state));
  replaceChildren(
    findings,
    findingsView(state, {
      resolve: (finding, code, resolution) => host.post({ type: 'resolve', finding, code, resolution }),
      open: (line) => host.post({ type: 'openPlan', line }),
      showDatabase: (database) => list.reveal(database),
    }),
  );
  findings.hidden = state.findings.length === 0;
  picture.hidden = state.databases.length === 0 || state.targets.length === 0;
  if (!picture.hidden) replaceChildren(picture, ...flowPicture(state, (database) => list.reveal(database)));
  list.show(state);
}

function header(state: MappingState): HTMLElement {
  const run = (command: MappingCommand) => () => host.post({ type: 'command', command });
  const disabled = state.busy !== null;
  const stopped = !state.readable || state.findings.some(({ severity }) => severity === 'error');
  return element(
    'header',
    { class: 'header' },
    element(
      'div',
      {},
      element('h1', {}, state.name ? `Mapping of ${state.name}` : 'Mapping'),
      element('p', { class: 'summary' }, summary(state)),
    ),
    element(
      'div',
      { class: 'actions' },
      button('Inventory', run('openInventory'), { disabled }),
      button('Plan as Text', () => host.post({ type: 'openPlan', line: null })),
      button('Check', run('checkPlan'), { disabled }),
      button('Dry Run', run('dryRun'), { disabled: disabled || stopped }),
      button('Migrate …', run('migrate'), {
        appearance: 'primary',
        disabled: disabled || stopped || !state.trusted,
        title: stopped ? 'Settle the errors below first' : undefined,
      }),
    ),
  );
}

function notices(state: MappingState): HTMLElement {
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
  if (!state.readable)
    box.append(
      element(
        'div',
        { class: 'notice', attributes: { role: 'alert' } },
        icon('error', 'Error'),
        element(
          'div',
          {},
          `${state.planFile} cannot be read. The findings say where; open it as text to put it right.`,
        ),
      ),
    );
  return box;
}

function summary({ databases, targets, findings, planFile, readable }: MappingState): string {
  const merged = databases.filter(({ action }) => action === 'merge');
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  const unified = targets.reduce((sum, target) => sum + target.tables, 0);
  return [
    planFile,
    ...(databases.length > 0
      ? [
          `${formatCount(merged.length)} of ${plural(databases.length, 'legacy database')} into ${plural(targets.length, 'target')}`,
          plural(unified, 'unified table'),
        ]
      : []),
    ...(errors > 0 && readable ? [`${plural(errors, 'decision')} open`] : []),
  ].join('  ·  ');
}

host.post({ type: 'ready' });
