import type { MappingDatabase, MappingState } from '../../src/protocol/mapping';
import { plural } from '../../src/protocol/text';
import { element, svg } from '../shared/dom';

/** More legacy databases than this make no picture; the smallest are drawn as one. */
const mostLines = 14;
const lineHeight = 26;
const width = 900;
const nameWidth = 330;

interface Side {
  readonly label: string;
  readonly note: string;
  readonly database?: string;
  /** Rows by target; the empty name stands for what stays behind. */
  readonly flows: ReadonlyMap<string, number>;
}

/** Legacy databases on the left, targets on the right, bands as wide as the number of rows (by its logarithm). */
export function flowPicture(state: MappingState, reveal: (database: string) => void): HTMLElement[] {
  const sources = sides(state.databases.filter((database) => database.action === 'merge'));
  const staying = state.databases.filter((database) => database.action !== 'merge');
  const targets = state.targets.filter((target) => sources.some(({ flows }) => flows.has(target.name)));
  const height = Math.max(sources.length, targets.length) * lineHeight + 12;
  const left = spread(sources.length, height, lineHeight);
  const right = spread(targets.length, height, (height - 12) / Math.max(1, targets.length));
  const ends = targets.map(
    (target) =>
      new Stack(
        sources.map(({ flows }) => flows.get(target.name)),
        right.step * 0.8,
      ),
  );

  const bands: SVGElement[] = [];
  const labels: SVGElement[] = [];
  sources.forEach((source, row) => {
    const y = left.at(row);
    const shown = { x: nameWidth - 12, y, 'text-anchor': 'end', 'dominant-baseline': 'middle' };
    const text = svg(
      'text',
      { ...shown, class: source.database === undefined ? 'node rest' : 'node' },
      svg('title', {}, `${source.label}: ${source.note}`),
      shorten(source.label),
    );
    if (source.database !== undefined) text.addEventListener('click', () => reveal(source.database!));
    labels.push(text);
    const starts = new Stack(
      targets.map((target) => source.flows.get(target.name)),
      lineHeight * 0.85,
    );
    targets.forEach((target, column) => {
      const rows = source.flows.get(target.name);
      if (rows === undefined) return;
      const [start, end] = [starts.at(column), ends[column]!.at(row)];
      const band = svg(
        'path',
        {
          d: bandPath(y + start.offset, start.width, right.at(column) + end.offset, end.width),
          class: `band band-${column % 6}`,
        },
        svg('title', {}, `${source.label} → ${target.name}: ${plural(rows, 'row')}`),
      );
      bands.push(band);
    });
  });
  targets.forEach((target, column) => {
    labels.push(
      svg(
        'text',
        { x: width - nameWidth + 12, y: right.at(column), 'dominant-baseline': 'middle', class: 'node target' },
        svg('title', {}, target.purpose || target.path),
        shorten(target.path),
        svg('tspan', { class: 'note', dx: 8 }, plural(target.tables, 'table')),
      ),
    );
  });

  const label = `${plural(sources.length, 'legacy database')} flow into ${plural(targets.length, 'target')}; the list below says the same in words.`;
  const picture = svg('svg', { class: 'flow', viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': label });
  picture.append(...bands, ...labels);
  const note =
    staying.length > 0
      ? [
          element(
            'p',
            { class: 'muted' },
            `Not moved: ${staying
              .map(({ path, action }) => `${path} (${action})`)
              .slice(0, 8)
              .join(', ')}${staying.length > 8 ? ` and ${staying.length - 8} more` : ''}.`,
          ),
        ]
      : [];
  return [
    element('h2', {}, 'Where the rows go'),
    element('div', { class: 'picture' }, picture as unknown as Node),
    ...note,
  ];
}

function sides(databases: readonly MappingDatabase[]): Side[] {
  const all = databases
    .map((database) => ({ database, flows: flowsOf(database), rows: total(flowsOf(database)) }))
    .sort((a, b) => b.rows - a.rows || (a.database.path < b.database.path ? -1 : 1));
  const few = all.length <= mostLines;
  const drawn: Side[] = all.slice(0, few ? mostLines : mostLines - 1).map(({ database, flows, rows }) => ({
    label: database.path,
    note: plural(rows, 'row'),
    database: database.path,
    flows,
  }));
  if (few) return drawn;
  const rest = all.slice(mostLines - 1);
  const flows = new Map<string, number>();
  for (const entry of rest)
    for (const [target, rows] of entry.flows) flows.set(target, (flows.get(target) ?? 0) + rows);
  return [...drawn, { label: `${plural(rest.length, 'more database')}`, note: plural(total(flows), 'row'), flows }];
}

function flowsOf(database: MappingDatabase): Map<string, number> {
  const flows = new Map<string, number>();
  for (const table of database.tables)
    if (table.action === 'move' && table.target !== undefined)
      flows.set(table.target, (flows.get(table.target) ?? 0) + (table.rows ?? 0));
  return flows;
}

function total(flows: ReadonlyMap<string, number>): number {
  return [...flows.values()].reduce((sum, rows) => sum + rows, 0);
}

/** Centres of `count` lines, `step` apart, in the middle of the picture. */
function spread(count: number, height: number, step: number): { at: (index: number) => number; step: number } {
  const first = (height - count * step) / 2;
  return { at: (index) => first + step * (index + 0.5), step };
}

/** Bands that leave or reach one node, one above the other, together no wider than `most`. */
class Stack {
  private readonly widths: readonly number[];

  constructor(rows: readonly (number | undefined)[], most: number) {
    const wanted = rows.map((count) => (count === undefined ? 0 : 1.5 + 2.2 * Math.log10(count + 1)));
    const sum = wanted.reduce((total, width) => total + width, 0);
    this.widths = wanted.map((width) => width * Math.min(1, most / Math.max(1, sum)));
  }

  at(index: number): { offset: number; width: number } {
    const sum = (widths: readonly number[]) => widths.reduce((total, width) => total + width, 0);
    const width = this.widths[index]!;
    return { offset: sum(this.widths.slice(0, index)) + width / 2 - sum(this.widths) / 2, width };
  }
}

/** A band from one side to the other that may be wider at one end. */
function bandPath(y1: number, width1: number, y2: number, width2: number): string {
  const [x1, x2, middle] = [nameWidth, width - nameWidth, width / 2];
  const [top1, bottom1] = [y1 - width1 / 2, y1 + width1 / 2];
  const [top2, bottom2] = [y2 - width2 / 2, y2 + width2 / 2];
  return (
    `M${x1} ${top1}C${middle} ${top1} ${middle} ${top2} ${x2} ${top2}` +
    `L${x2} ${bottom2}C${middle} ${bottom2} ${middle} ${bottom1} ${x1} ${bottom1}Z`
  );
}

/** The end of a path tells files apart. */
function shorten(text: string): string {
  return text.length > 44 ? `…${text.slice(text.length - 43)}` : text;
}
