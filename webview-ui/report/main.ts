import { isToReport } from '../../src/protocol/report';
import type { FromReport, ReportCommand, ReportState } from '../../src/protocol/report';
import { formatDuration, formatRun } from '../../src/protocol/text';
import { button, element, icon, link, replaceChildren } from '../shared/dom';
import type { IconName } from '../shared/dom';
import { connect } from '../shared/host';
import { defineElements } from '../toolkit';
import '../shared/base.css';
import './main.css';
import {
  databasesView,
  figures,
  rejectedView,
  stepsView,
  targetsView,
  verificationView,
  warningsView,
} from './sections';

/** The Report view: what one run did, how it was verified, where the backup is, and the way back. */

defineElements();
const root = document.getElementById('root')!;
const host = connect<ReportState, FromReport, { failedOnly: boolean }>(isToReport, show);

function show(state: ReportState): void {
  const { result } = state;
  if (!result) {
    replaceChildren(root, notice('error', 'Error', state.error ?? 'The report of this run cannot be read.'));
    return;
  }
  replaceChildren(
    root,
    header(state),
    result.error && notice('error', 'Error', result.error.message),
    state.error !== null && notice('error', 'Error', state.error),
    state.busy !== null &&
      element('div', { class: 'notice' }, element('vscode-progress-ring'), element('div', {}, state.busy)),
    next(state),
    figures(result),
    rejectedView(result),
    warningsView(result),
    targetsView(result),
    databasesView(result),
    verificationView(result, host.state.failedOnly === true, (failedOnly) => host.save({ failedOnly })),
    backup(state),
    stepsView(result),
  );
}

const outcomes: Record<ReportState['state'], { title: string; icon: IconName; text: string }> = {
  published: { title: 'Migrated', icon: 'pass', text: 'Published and verified.' },
  'rolled-back': {
    title: 'Rolled back',
    icon: 'info',
    text: 'The targets were taken away; the legacy databases are as before the run.',
  },
  failed: { title: 'Failed', icon: 'error', text: 'Nothing was published. The legacy databases are as they were.' },
  interrupted: { title: 'Interrupted', icon: 'warning', text: 'Roll it back, or migrate again.' },
  'backed-up': { title: 'Backed up', icon: 'pass', text: 'A backup was made and nothing else.' },
  'dry-run': { title: 'Dry run', icon: 'info', text: 'Nothing was written. A migration would do what follows.' },
  unchanged: { title: 'Nothing to do', icon: 'pass', text: 'The databases are consolidated already.' },
};

function header(state: ReportState): HTMLElement {
  const { result, trusted, busy } = state;
  const outcome = outcomes[state.state];
  const run = (command: ReportCommand) => () => host.post({ type: 'command', command });
  const published = state.state === 'published';
  const disabled = busy !== null;
  const name = result?.run ? [formatRun(result.run)] : [];
  const took = result?.run && result.milliseconds > 0 ? [`in ${formatDuration(result.milliseconds)}`] : [];
  return element(
    'header',
    { class: 'header' },
    element(
      'div',
      {},
      element('h1', {}, icon(outcome.icon, ''), ' ', `${outcome.title}: ${state.workspace}`),
      element('p', { class: 'summary' }, [outcome.text, ...name, ...took].join('  ·  ')),
    ),
    element(
      'div',
      { class: 'actions' },
      result?.reportFile ? button('Report as Markdown', () => host.post({ type: 'openFile', which: 'report' })) : null,
      published && button('Verify Again', run('verify'), { disabled }),
      (published || state.state === 'interrupted') &&
        button('Roll Back …', run('rollback'), { disabled: disabled || !trusted }),
      state.state === 'dry-run' && button('Open Mapping', run('openMapping'), { disabled }),
      state.state === 'dry-run' &&
        button('Migrate …', run('migrate'), { appearance: 'primary', disabled: disabled || !trusted }),
    ),
  );
}

/** After a migration the code is what is left to do. */
function next({ state, staleReferences, trusted }: ReportState): HTMLElement | null {
  if (state !== 'published' || staleReferences === 0) return null;
  const text =
    staleReferences === 1
      ? '1 place in the code still names a legacy database.'
      : `${staleReferences.toLocaleString('en-US')} places in the code still name legacy databases.`;
  return element(
    'div',
    { class: 'notice next' },
    icon('warning', 'Next'),
    element('div', {}, text),
    button('Fix References …', () => host.post({ type: 'command', command: 'fixAllInWorkspace' }), {
      appearance: 'primary',
      disabled: !trusted,
    }),
  );
}

function backup({ result, state }: ReportState): HTMLElement | null {
  if (!result?.backup) return null;
  return element(
    'section',
    {},
    element('h2', {}, 'The way back'),
    element(
      'p',
      {},
      'The backup with the legacy databases as they were, and their checksums, is in ',
      link(result.backup, () => host.post({ type: 'openFile', which: 'backup' }), 'Show in the Explorer'),
      state === 'published'
        ? '. Rolling back takes the targets away and leaves the legacy databases byte for byte as they were.'
        : '.',
    ),
  );
}

function notice(name: IconName, label: string, text: string): HTMLElement {
  return element(
    'div',
    { class: 'notice', attributes: { role: 'alert' } },
    icon(name, label),
    element('div', {}, text),
  );
}

host.post({ type: 'ready' });
