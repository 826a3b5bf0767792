import type { Finding } from '../../src/core/ports';
import type { MappingState } from '../../src/protocol/mapping';
import { formatCount, plural } from '../../src/protocol/text';
import { button, element, icon, link } from '../shared/dom';

export interface FindingActions {
  readonly resolve: (finding: number, code: string, resolution: string) => void;
  readonly open: (line: number) => void;
  readonly showDatabase: (database: string) => void;
}

/** What is open: errors and warnings with their resolutions; what was merely noted is folded away. */
export function findingsView(state: MappingState, actions: FindingActions): HTMLElement {
  const numbered = state.findings.map((finding, index) => ({ finding, index }));
  const of = (severity: Finding['severity']) => numbered.filter(({ finding }) => finding.severity === severity);
  const open = [...of('error'), ...of('warning')];
  const notes = of('info');
  const box = element('div');
  if (open.length > 0) {
    const errors = of('error').length;
    box.append(element('h2', {}, title(errors, open.length, state.readable)), list(open, state, actions));
  }
  if (notes.length > 0) {
    const folded = element('details', {}, element('summary', { class: 'muted' }, plural(notes.length, 'note')));
    folded.addEventListener('toggle', () => folded.append(list(notes, state, actions)), { once: true });
    box.append(folded);
  }
  return box;
}

function title(errors: number, open: number, readable: boolean): string {
  if (errors === 0) return plural(open, 'warning');
  return readable ? `${plural(errors, 'decision')} to take` : `${plural(errors, 'error')} in the plan file`;
}

/** More than this is a symptom; the first ones are settled first. */
const atOnce = 50;

function list(
  entries: readonly { finding: Finding; index: number }[],
  state: MappingState,
  actions: FindingActions,
): HTMLElement {
  const rest = entries.length - atOnce;
  return element(
    'ul',
    { class: 'findings' },
    ...entries.slice(0, atOnce).map((entry) => item(entry, state, actions)),
    rest > 0 && element('li', { class: 'muted' }, `… and ${formatCount(rest)} more, in the plan file.`),
  );
}

function item(
  { finding, index }: { finding: Finding; index: number },
  { planFile, trusted, busy }: MappingState,
  actions: FindingActions,
): HTMLElement {
  const { severity, message, line, database, table, code, resolutions = [] } = finding;
  const label = { error: 'Error', warning: 'Warning', info: 'Note' }[severity];
  const places = element('div', { class: 'places' });
  if (line !== undefined) places.append(link(`${finding.file ?? planFile}:${line}`, () => actions.open(line)));
  if (database !== undefined)
    places.append(link(table === undefined ? database : `${database}  ${table}`, () => actions.showDatabase(database)));
  places.append(element('span', { class: 'muted' }, code));
  return element(
    'li',
    {},
    icon(severity, label),
    element(
      'div',
      {},
      element('div', {}, message),
      places,
      resolutions.length > 0 &&
        element(
          'div',
          { class: 'actions' },
          ...resolutions.map(({ id, title }) =>
            button(title, () => actions.resolve(index, code, id), { disabled: !trusted || busy !== null }),
          ),
        ),
    ),
  );
}
