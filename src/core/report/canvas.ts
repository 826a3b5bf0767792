import { LETTER_ASCENT, LETTER_ROWS, LETTER_SIZE, lettersOf } from './letters';
import { encodePng } from './png';

export type Colour = readonly [red: number, green: number, blue: number];
type Point = readonly [x: number, y: number];

/** A sheet of RGB pixels. What is drawn is given in units of the picture, of which each is `scale` pixels wide. */
export class Canvas {
  private readonly pixels: Uint8Array;
  private readonly columns: number;
  private readonly rows: number;

  constructor(
    width: number,
    height: number,
    private readonly scale: number,
  ) {
    this.columns = Math.ceil(width * scale);
    this.rows = Math.ceil(height * scale);
    this.pixels = new Uint8Array(this.columns * this.rows * 3).fill(255);
  }

  png(): Uint8Array {
    return encodePng(this.columns, this.rows, this.pixels);
  }

  /** A filled rectangle with round corners and an edge of one unit. */
  box(x: number, y: number, width: number, height: number, radius: number, fill: Colour, edge: Colour): void {
    const { scale } = this;
    const middle: Point = [(x + width / 2) * scale, (y + height / 2) * scale];
    const half: Point = [(width / 2) * scale, (height / 2) * scale];
    const round = radius * scale;
    this.each(x - 1, y - 1, x + width + 1, y + height + 1, (column, row) => {
      const dx = Math.abs(column + 0.5 - middle[0]) - half[0] + round;
      const dy = Math.abs(row + 0.5 - middle[1]) - half[1] + round;
      // Distance from the outline: negative inside.
      const distance = Math.hypot(Math.max(dx, 0), Math.max(dy, 0)) + Math.min(Math.max(dx, dy), 0) - round;
      this.blend(column, row, fill, clamp(0.5 - distance));
      this.blend(column, row, edge, clamp(scale / 2 + 0.5 - Math.abs(distance)));
    });
  }

  /** A line through points, one unit wide. */
  line(points: readonly Point[], colour: Colour, opacity = 1): void {
    const { scale } = this;
    const half = scale / 2;
    // Where two pieces of the line meet, the colour counts once.
    const coverage = new Map<number, number>();
    for (let index = 1; index < points.length; index++) {
      const [ax, ay] = points[index - 1]!;
      const [bx, by] = points[index]!;
      const length = Math.hypot(bx - ax, by - ay) * scale;
      this.each(
        Math.min(ax, bx) - 1,
        Math.min(ay, by) - 1,
        Math.max(ax, bx) + 1,
        Math.max(ay, by) + 1,
        (column, row) => {
          const px = column + 0.5 - ax * scale;
          const py = row + 0.5 - ay * scale;
          const along = length === 0 ? 0 : clamp((px * (bx - ax) * scale + py * (by - ay) * scale) / (length * length));
          const distance = Math.hypot(px - along * (bx - ax) * scale, py - along * (by - ay) * scale);
          const part = clamp(half + 0.5 - distance);
          const at = row * this.columns + column;
          if (part > (coverage.get(at) ?? 0)) coverage.set(at, part);
        },
      );
    }
    for (const [at, part] of coverage)
      this.blend(at % this.columns, Math.floor(at / this.columns), colour, part * opacity);
  }

  /** A filled triangle. */
  triangle(corners: readonly [Point, Point, Point], colour: Colour): void {
    const { scale } = this;
    const xs = corners.map(([x]) => x);
    const ys = corners.map(([, y]) => y);
    const sides = corners.map((corner, index) => [corner, corners[(index + 1) % 3]!] as const);
    const inside = (x: number, y: number) => {
      const signs = sides.map(([[ax, ay], [bx, by]]) => (bx - ax) * (y - ay) - (by - ay) * (x - ax));
      return signs.every((sign) => sign >= 0) || signs.every((sign) => sign <= 0);
    };
    this.each(Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys), (column, row) => {
      let hits = 0;
      for (let sample = 0; sample < 16; sample++)
        if (inside((column + ((sample % 4) + 0.5) / 4) / scale, (row + (Math.floor(sample / 4) + 0.5) / 4) / scale))
          hits++;
      this.blend(column, row, colour, hits / 16);
    });
  }

  /** Text of 12 units with its baseline at `y`. */
  text(x: number, y: number, text: string, colour: Colour, style: { bold?: boolean; end?: boolean } = {}): void {
    const letters = lettersOf(text, style.bold ?? false);
    // How many pixels of a letter make one of the picture, at 12 units of height.
    const step = LETTER_SIZE / (12 * this.scale);
    const width = letters.reduce((sum, letter) => sum + letter.advance, 0) / step;
    let pen = x * this.scale - (style.end ? width : 0);
    for (const letter of letters) {
      const left = Math.round(pen + letter.left / step);
      const top = Math.round(y * this.scale - LETTER_ASCENT / step);
      for (let row = 0; row < LETTER_ROWS / step; row++)
        for (let column = 0; column < letter.width / step; column++) {
          let sum = 0;
          for (let dy = 0; dy < step; dy++)
            for (let dx = 0; dx < step; dx++) {
              const across = column * step + dx;
              if (across < letter.width) sum += letter.coverage[(row * step + dy) * letter.width + across] ?? 0;
            }
          this.blend(left + column, top + row, colour, sum / (15 * step * step));
        }
      pen += letter.advance / step;
    }
  }

  private each(
    left: number,
    top: number,
    right: number,
    bottom: number,
    visit: (column: number, row: number) => void,
  ): void {
    const { scale, columns, rows } = this;
    for (let row = Math.max(0, Math.floor(top * scale)); row < Math.min(rows, Math.ceil(bottom * scale)); row++)
      for (
        let column = Math.max(0, Math.floor(left * scale));
        column < Math.min(columns, Math.ceil(right * scale));
        column++
      )
        visit(column, row);
  }

  private blend(column: number, row: number, [red, green, blue]: Colour, part: number): void {
    if (part <= 0 || column < 0 || row < 0 || column >= this.columns || row >= this.rows) return;
    const at = (row * this.columns + column) * 3;
    const mix = (below: number, above: number) => Math.round(below + (above - below) * part);
    this.pixels[at] = mix(this.pixels[at]!, red);
    this.pixels[at + 1] = mix(this.pixels[at + 1]!, green);
    this.pixels[at + 2] = mix(this.pixels[at + 2]!, blue);
  }
}

function clamp(value: number): number {
  return value < 0 ? 0 : value > 1 ? 1 : value;
}
