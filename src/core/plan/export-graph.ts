import type { ExportedFile } from './export-schema';
import { databaseLabel, planGraph, type DatabaseUse, type PlanGraph } from './graph';
import { graphPicture, shorten, type PictureBox } from './graph-picture';
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

/** `export graph` as a picture that needs nothing else: legacy databases left, targets right, foreign keys at the edge. */
export function exportSvg(plan: ResolvedPlan, uses: readonly DatabaseUse[] = []): ExportedFile {
  const { width, height, label: name, flows, boxes, keys } = graphPicture(plan, uses);
  const text = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${xml(name)}">`,
    `<style>text{font:12px system-ui,sans-serif;fill:#1b1f24}.title{font-weight:600}.note,.dim{fill:#6a737d}.box{fill:#fff;stroke:#8b949e}.merge{fill:#eef4fb}.target{fill:#edf7ee}.keep{fill:#fbf5e6}.retire,.rebuild{fill:#f3f3f3}.flow{fill:none;stroke:#4c78a8;stroke-opacity:.55}.key{fill:none;stroke:#b5532a}.planned{stroke-dasharray:4 3}</style>`,
    '<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z" fill="#b5532a"/></marker></defs>',
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    ...flows.map(({ points }) => `<path class="flow" d="${curve(points)}"/>`),
    ...boxes.map(boxSvg),
    ...keys.map(
      ({ points, planned, title }) =>
        `<path class="${planned ? 'key planned' : 'key'}" marker-end="url(#arrow)" d="${curve(points)}"><title>${xml(title)}</title></path>`,
    ),
    '</svg>',
  ].join('\n');
  return { file: 'dependency_graph.svg', text: `${text}\n` };
}

function curve([start, ...rest]: readonly (readonly [number, number])[]): string {
  return `M${start!.join(' ')}C${rest.map((point) => point.join(' ')).join(' ')}`;
}

function boxSvg(box: PictureBox): string {
  const title = shorten(box.title, box.note === '' ? 46 : 30);
  const note =
    box.note === ''
      ? ''
      : `<text class="note" x="${box.x + box.width - 8}" y="${box.y + 17}" text-anchor="end">${xml(box.note)}</text>`;
  const rows = box.rows.map(
    (row) =>
      `<text${row.dim ? ' class="dim"' : ''} x="${box.x + 16}" y="${row.baseline}">${xml(shorten(row.text, 44))}</text>`,
  );
  return [
    `<g><title>${xml(box.title)}</title><rect class="box ${box.kind}" x="${box.x}" y="${box.y}" width="${box.width}" height="${box.height}" rx="4"/>`,
    `<text class="title" x="${box.x + 8}" y="${box.y + 17}">${xml(title)}</text>${note}`,
    ...rows,
    '</g>',
  ].join('\n');
}

/** Text in XML; characters that XML 1.0 does not know become U+FFFD. */
function xml(text: string): string {
  return text
    .replace(/\p{Surrogate}/gu, '\uFFFD')
    .replace(/[\p{Cc}\uFFFE\uFFFF]/gu, '\uFFFD')
    .replace(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`);
}
