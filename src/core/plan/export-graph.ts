import type { ExportedFile } from './export-schema';
import { databaseLabel, planGraph, type DatabaseUse, type GraphDatabase, type PlanGraph } from './graph';
import type { ResolvedPlan } from './resolved';

/** `export graph` as a Mermaid flowchart (https://mermaid.js.org/syntax/flowchart.html). */
export function exportMermaid(plan: ResolvedPlan, uses: readonly DatabaseUse[] = []): ExportedFile {
  const graph = planGraph(plan, uses);
  const files = [...new Set(graph.databases.flatMap((database) => database.usedBy))].sort();
  const tableId = (target: string, table: string) => {
    const at = graph.targets.findIndex((candidate) => candidate.name === target);
    return `t${at}_${graph.targets[at]?.tables.indexOf(table) ?? 0}`;
  };
  const merged = mergeFlows(graph);
  const lines = [
    'flowchart LR',
    ...files.map((file, index) => `  f${index}[/${label(file)}/]`),
    '  subgraph legacy [Legacy databases]',
    ...graph.databases.map(
      (database, index) =>
        `    d${index}[(${label(`${databaseLabel(database)}${database.action === 'merge' ? '' : ` (${database.action})`}`)})]`,
    ),
    '  end',
    ...graph.targets.flatMap((target, at) => [
      `  subgraph t${at} [${label(`${target.name}: ${target.path}`)}]`,
      ...target.tables.map((table) => `    ${tableId(target.name, table)}[${label(table)}]`),
      '  end',
    ]),
    ...graph.databases.flatMap((database, index) =>
      database.usedBy.map((file) => `  f${files.indexOf(file)} --> d${index}`),
    ),
    ...merged.map(({ database, target, unified, names }) => {
      const renamed = names.filter((name) => name !== unified);
      return `  d${database} --${renamed.length > 0 ? `${label(renamed.join(', '))}--` : ''}> ${tableId(target, unified)}`;
    }),
    ...graph.references.map(
      ({ target, from, to, columns, declared }) =>
        `  ${tableId(target, from)} -.${label(columns.join(', '))}.-${declared ? '>' : 'o'} ${tableId(target, to)}`,
    ),
  ];
  return { file: 'dependency_graph.mmd', text: `${lines.join('\n')}\n` };
}

/** Text of a node: entity codes for whatever Mermaid would read. */
function label(text: string): string {
  const line = text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ');
  return `"${line.replace(/[#"<>&`|[\](){}\\;]/g, (character) => `#${character.codePointAt(0)};`)}"`;
}

function mergeFlows(graph: PlanGraph): { database: number; target: string; unified: string; names: string[] }[] {
  const merged = new Map<string, { database: number; target: string; unified: string; names: string[] }>();
  for (const flow of graph.flows) {
    const id = JSON.stringify([flow.database, flow.target, flow.unified]);
    const known = merged.get(id);
    if (known) known.names.push(flow.table);
    else merged.set(id, { ...flow, names: [flow.table] });
  }
  return [...merged.values()];
}

const ROW = 18;
const HEAD = 26;
const GAP = 18;
const BOX = 300;
const LEFT = 20;
const RIGHT = 620;
const WIDTH = RIGHT + BOX + 90;

interface Placed {
  readonly x: number;
  readonly y: number;
  readonly height: number;
  readonly title: string;
  readonly note: string;
  readonly rows: readonly { readonly text: string; readonly dim: boolean }[];
  readonly kind: string;
}

/** `export graph` as a picture that needs nothing else: legacy databases left, targets right, foreign keys at the edge. */
export function exportSvg(plan: ResolvedPlan, uses: readonly DatabaseUse[] = []): ExportedFile {
  const graph = planGraph(plan, uses);
  const left = stack(
    LEFT,
    graph.databases.map((database) => ({
      title: databaseLabel(database),
      note: noteOf(database),
      rows: database.tables.map((table) => ({
        text: table.action === 'move' ? table.name : `${table.name} (${table.action})`,
        dim: table.action !== 'move',
      })),
      kind: database.action,
    })),
  );
  const right = stack(
    RIGHT,
    graph.targets.map((target) => ({
      title: `${target.name}: ${target.path}`,
      note: '',
      rows: target.tables.map((text) => ({ text, dim: false })),
      kind: 'target',
    })),
  );
  const height = Math.max(bottom(left), bottom(right)) + GAP;
  const targetAt = new Map(
    graph.targets.map((target, index) => [target.name, { box: right[index]!, tables: target.tables }]),
  );
  const flows = graph.flows.map((flow) => {
    const box = left[flow.database]!;
    const row = graph.databases[flow.database]!.tables.findIndex((table) => table.name === flow.table);
    const target = targetAt.get(flow.target)!;
    const from = rowMiddle(box, row);
    const to = rowMiddle(target.box, target.tables.indexOf(flow.unified));
    const bend = (LEFT + BOX + RIGHT) / 2;
    return `<path class="flow" d="M${LEFT + BOX} ${from}C${bend} ${from} ${bend} ${to} ${RIGHT} ${to}"/>`;
  });
  const keys = graph.references.map((reference) => {
    const target = targetAt.get(reference.target)!;
    // A table that refers to itself gets a loop.
    const loop = reference.from === reference.to ? 5 : 0;
    const from = rowMiddle(target.box, target.tables.indexOf(reference.from)) - loop;
    const to = rowMiddle(target.box, target.tables.indexOf(reference.to)) + loop;
    const edge = RIGHT + BOX;
    const reach = edge + 14 + Math.min(64, Math.abs(to - from) / 4);
    const title = `${reference.from} (${reference.columns.join(', ')}) → ${reference.to}`;
    return `<path class="${reference.declared ? 'key' : 'key planned'}" marker-end="url(#arrow)" d="M${edge} ${from}C${reach} ${from} ${reach} ${to} ${edge + 6} ${to}"><title>${xml(title)}</title></path>`;
  });
  const text = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="${xml(`Consolidation of ${plan.name}`)}">`,
    `<style>text{font:12px system-ui,sans-serif;fill:#1b1f24}.title{font-weight:600}.note,.dim{fill:#6a737d}.box{fill:#fff;stroke:#8b949e}.merge{fill:#eef4fb}.target{fill:#edf7ee}.keep{fill:#fbf5e6}.retire,.rebuild{fill:#f3f3f3}.flow{fill:none;stroke:#4c78a8;stroke-opacity:.55}.key{fill:none;stroke:#b5532a}.planned{stroke-dasharray:4 3}</style>`,
    '<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z" fill="#b5532a"/></marker></defs>',
    `<rect width="${WIDTH}" height="${height}" fill="#fff"/>`,
    ...flows,
    ...[...left, ...right].map(boxSvg),
    ...keys,
    '</svg>',
  ].join('\n');
  return { file: 'dependency_graph.svg', text: `${text}\n` };
}

function noteOf(database: GraphDatabase): string {
  const used = database.usedBy.length;
  const files = used === 0 ? '' : `used by ${used} ${used === 1 ? 'file' : 'files'}`;
  return [database.action === 'merge' ? '' : database.action, files].filter((part) => part !== '').join(', ');
}

function stack(x: number, boxes: readonly Omit<Placed, 'x' | 'y' | 'height'>[]): Placed[] {
  let y = GAP;
  return boxes.map((box) => {
    const placed = { ...box, x, y, height: HEAD + box.rows.length * ROW + (box.rows.length > 0 ? 6 : 0) };
    y += placed.height + GAP;
    return placed;
  });
}

function bottom(boxes: readonly Placed[]): number {
  const last = boxes.at(-1);
  return last ? last.y + last.height : 0;
}

function rowMiddle(box: Placed, row: number): number {
  return box.y + HEAD + Math.max(row, 0) * ROW + ROW / 2;
}

function boxSvg(box: Placed): string {
  const title = shorten(box.title, box.note === '' ? 46 : 30);
  const note =
    box.note === ''
      ? ''
      : `<text class="note" x="${box.x + BOX - 8}" y="${box.y + 17}" text-anchor="end">${xml(box.note)}</text>`;
  const rows = box.rows.map(
    (row, index) =>
      `<text${row.dim ? ' class="dim"' : ''} x="${box.x + 16}" y="${box.y + HEAD + index * ROW + 13}">${xml(shorten(row.text, 44))}</text>`,
  );
  return [
    `<g><title>${xml(box.title)}</title><rect class="box ${box.kind}" x="${box.x}" y="${box.y}" width="${BOX}" height="${box.height}" rx="4"/>`,
    `<text class="title" x="${box.x + 8}" y="${box.y + 17}">${xml(title)}</text>${note}`,
    ...rows,
    '</g>',
  ].join('\n');
}

function shorten(text: string, length: number): string {
  const characters = [...text];
  return characters.length <= length ? text : `${characters.slice(0, length - 1).join('')}…`;
}

/** Text in XML; characters that XML 1.0 does not know become U+FFFD. */
function xml(text: string): string {
  return text
    .replace(/\p{Surrogate}/gu, '\uFFFD')
    .replace(/[\p{Cc}\uFFFE\uFFFF]/gu, '\uFFFD')
    .replace(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`);
}
