import { databaseLabel, planGraph, type DatabaseUse, type GraphDatabase } from './graph';
import type { ResolvedPlan } from './resolved';

/** The graph laid out, in pixels: what the SVG and the PNG both draw. Legacy databases left, targets right. */
export interface GraphPicture {
  readonly width: number;
  readonly height: number;
  readonly label: string;
  readonly flows: readonly PictureCurve[];
  readonly boxes: readonly PictureBox[];
  /** Foreign keys and relations, with an arrow at their end. */
  readonly keys: readonly (PictureCurve & { readonly planned: boolean; readonly title: string })[];
}

export interface PictureBox {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly title: string;
  /** Right of the title. */
  readonly note: string;
  readonly rows: readonly { readonly text: string; readonly dim: boolean; readonly baseline: number }[];
  readonly kind: GraphDatabase['action'] | 'target';
}

/** A cubic Bézier curve: start, two control points, end. */
export interface PictureCurve {
  readonly points: readonly [Point, Point, Point, Point];
}
export type Point = readonly [number, number];

const ROW = 18;
const HEAD = 26;
const GAP = 18;
const BOX = 300;
const LEFT = 20;
const RIGHT = 620;
const WIDTH = RIGHT + BOX + 90;

export function graphPicture(plan: ResolvedPlan, uses: readonly DatabaseUse[] = []): GraphPicture {
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
      kind: 'target' as const,
    })),
  );
  const targetAt = new Map(
    graph.targets.map((target, index) => [
      target.name,
      { box: right[index]!, rows: new Map(target.tables.map((table, row) => [table, row])) },
    ]),
  );
  const middle = (target: string, table: string) => {
    const { box, rows } = targetAt.get(target)!;
    return rowMiddle(box, rows.get(table) ?? 0);
  };
  const flows = graph.flows.map((flow): PictureCurve => {
    const row = graph.databases[flow.database]!.tables.findIndex((table) => table.name === flow.table);
    const from = rowMiddle(left[flow.database]!, row);
    const to = middle(flow.target, flow.unified);
    const bend = (LEFT + BOX + RIGHT) / 2;
    return {
      points: [
        [LEFT + BOX, from],
        [bend, from],
        [bend, to],
        [RIGHT, to],
      ],
    };
  });
  const keys = graph.references.map((reference) => {
    // A table that refers to itself gets a loop.
    const loop = reference.from === reference.to ? 5 : 0;
    const from = middle(reference.target, reference.from) - loop;
    const to = middle(reference.target, reference.to) + loop;
    const edge = RIGHT + BOX;
    const reach = edge + 14 + Math.min(64, Math.abs(to - from) / 4);
    return {
      points: [
        [edge, from],
        [reach, from],
        [reach, to],
        [edge + 6, to],
      ] as const,
      planned: !reference.declared,
      title: `${reference.from} (${reference.columns.join(', ')}) → ${reference.to}`,
    };
  });
  return {
    width: WIDTH,
    height: Math.max(bottom(left), bottom(right)) + GAP,
    label: `Consolidation of ${plan.name}`,
    flows,
    boxes: [...left, ...right],
    keys,
  };
}

function noteOf(database: GraphDatabase): string {
  const used = database.usedBy.length;
  const files = used === 0 ? '' : `used by ${used} ${used === 1 ? 'file' : 'files'}`;
  return [database.action === 'merge' ? '' : database.action, files].filter((part) => part !== '').join(', ');
}

type Unplaced = Pick<PictureBox, 'title' | 'note' | 'kind'> & {
  readonly rows: readonly { readonly text: string; readonly dim: boolean }[];
};

function stack(x: number, boxes: readonly Unplaced[]): PictureBox[] {
  let y = GAP;
  return boxes.map((box) => {
    const top = y;
    const rows = box.rows.map((row, index) => ({ ...row, baseline: top + HEAD + index * ROW + 13 }));
    const height = HEAD + rows.length * ROW + (rows.length > 0 ? 6 : 0);
    y += height + GAP;
    return { ...box, rows, x, y: top, width: BOX, height };
  });
}

function bottom(boxes: readonly PictureBox[]): number {
  const last = boxes.at(-1);
  return last ? last.y + last.height : 0;
}

function rowMiddle(box: PictureBox, row: number): number {
  return box.y + HEAD + Math.max(row, 0) * ROW + ROW / 2;
}

/** At most so many characters, the last an ellipsis where some are left out. */
export function shorten(text: string, length: number): string {
  const characters = [...text];
  return characters.length <= length ? text : `${characters.slice(0, length - 1).join('')}…`;
}
