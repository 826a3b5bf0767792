import { ConsolidationError } from '../errors';
import type { DatabaseUse } from '../plan/graph';
import { graphPicture, shorten, type GraphPicture, type PictureBox, type Point } from '../plan/graph-picture';
import type { ResolvedPlan } from '../plan/resolved';
import { Canvas, type Colour } from './canvas';

const INK: Colour = [0x1b, 0x1f, 0x24];
const DIM: Colour = [0x6a, 0x73, 0x7d];
const EDGE: Colour = [0x8b, 0x94, 0x9e];
const FLOW: Colour = [0x4c, 0x78, 0xa8];
const KEY: Colour = [0xb5, 0x53, 0x2a];
const FILLS: Readonly<Record<PictureBox['kind'], Colour>> = {
  merge: [0xee, 0xf4, 0xfb],
  target: [0xed, 0xf7, 0xee],
  keep: [0xfb, 0xf5, 0xe6],
  retire: [0xf3, 0xf3, 0xf3],
  rebuild: [0xf3, 0xf3, 0xf3],
};

/** Pixels from which a picture is drawn at its plain size, and from which it is too large for a PNG. */
const LARGE = 40_000_000;
const LARGEST = 60_000_000;

/**
 * `export graph` as a PNG: the picture of the SVG, at twice its size where that is not too large. Characters outside of
 * Latin-1 are boxes; the SVG shows them all.
 * @throws ConsolidationError `UNSUPPORTED` when the picture is too large
 */
export function exportPng(
  plan: ResolvedPlan,
  uses: readonly DatabaseUse[] = [],
): { readonly file: string; readonly bytes: Uint8Array } {
  const picture = graphPicture(plan, uses);
  const { width, height } = picture;
  if (width * height > LARGEST)
    throw new ConsolidationError(
      'UNSUPPORTED',
      `The graph is ${width} by ${height} pixels, too large for a PNG. Export it as SVG: \`export graph --format svg\`.`,
      { width, height },
    );
  const canvas = new Canvas(width, height, width * height * 4 > LARGE ? 1 : 2);
  for (const { points } of picture.flows) canvas.line(flattened(points), FLOW, 0.55);
  for (const box of picture.boxes) drawBox(canvas, box);
  for (const key of picture.keys) drawKey(canvas, key);
  return { file: 'dependency_graph.png', bytes: canvas.png() };
}

function drawBox(canvas: Canvas, box: PictureBox): void {
  canvas.box(box.x, box.y, box.width, box.height, 4, FILLS[box.kind], EDGE);
  // Bold letters are wider here than the system's own in the SVG.
  canvas.text(box.x + 8, box.y + 17, shorten(box.title, box.note === '' ? 36 : 24), INK, { bold: true });
  if (box.note !== '') canvas.text(box.x + box.width - 8, box.y + 17, box.note, DIM, { end: true });
  for (const row of box.rows) canvas.text(box.x + 16, row.baseline, shorten(row.text, 40), row.dim ? DIM : INK);
}

function drawKey(canvas: Canvas, { points, planned }: GraphPicture['keys'][number]): void {
  const line = flattened(points);
  if (planned) for (const dash of dashes(line)) canvas.line(dash, KEY);
  else canvas.line(line, KEY);
  // The curve arrives from the right.
  const [x, y] = points[3];
  canvas.triangle(
    [
      [x - 6, y],
      [x + 1, y - 3.5],
      [x + 1, y + 3.5],
    ],
    KEY,
  );
}

/** A cubic Bézier curve as short straight pieces. */
function flattened([a, b, c, d]: readonly [Point, Point, Point, Point]): Point[] {
  const length =
    Math.hypot(b[0] - a[0], b[1] - a[1]) + Math.hypot(c[0] - b[0], c[1] - b[1]) + Math.hypot(d[0] - c[0], d[1] - c[1]);
  const pieces = Math.max(8, Math.ceil(length / 8));
  return Array.from({ length: pieces + 1 }, (_, index): Point => {
    const t = index / pieces;
    const along = (axis: 0 | 1) =>
      (1 - t) ** 3 * a[axis] + 3 * (1 - t) ** 2 * t * b[axis] + 3 * (1 - t) * t ** 2 * c[axis] + t ** 3 * d[axis];
    return [along(0), along(1)];
  });
}

/** Every other piece of about four units. */
function dashes(line: readonly Point[]): Point[][] {
  const found: Point[][] = [];
  let run = 0;
  let dash: Point[] = [];
  line.forEach((point, index) => {
    const before = line[index - 1];
    if (before) run += Math.hypot(point[0] - before[0], point[1] - before[1]);
    if (Math.floor(run / 8) % 2 === 0) dash.push(point);
    else if (dash.length > 0) {
      found.push([...dash, point]);
      dash = [];
    }
  });
  if (dash.length > 1) found.push(dash);
  return found;
}
