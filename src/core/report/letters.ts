import { inflateSync } from 'node:zlib';
import { GLYPH_ASCENT, GLYPH_CHARACTERS, GLYPH_ROWS, GLYPHS } from './glyphs';

/** One letter at 24 pixels: coverage 0 to 15, row by row. */
export interface Letter {
  /** Pixels to the next letter. */
  readonly advance: number;
  /** Pixels from the pen to the first column. */
  readonly left: number;
  readonly width: number;
  readonly coverage: Uint8Array;
}

export const LETTER_SIZE = 24;
export const LETTER_ROWS = GLYPH_ROWS;
export const LETTER_ASCENT = GLYPH_ASCENT;

interface Font {
  readonly letters: ReadonlyMap<string, Letter>;
  readonly unknown: Letter;
}

let fonts: { readonly regular: Font; readonly bold: Font } | undefined;

/** The letters of a text; a character that the font lacks is an empty box. */
export function lettersOf(text: string, bold: boolean): Letter[] {
  fonts ??= unpack();
  const { letters, unknown } = fonts[bold ? 'bold' : 'regular'];
  return [...text.normalize('NFC')].map((character) => letters.get(character) ?? unknown);
}

function unpack(): { regular: Font; bold: Font } {
  const bytes = inflateSync(Buffer.from(GLYPHS, 'base64'));
  let at = 0;
  const font = (): Font => ({
    letters: new Map(
      [...GLYPH_CHARACTERS].map((character): [string, Letter] => {
        const [advance = 0, left = 0, width = 0] = bytes.subarray(at, at + 3);
        const coverage = new Uint8Array(width * GLYPH_ROWS);
        at += 3;
        for (let pixel = 0; pixel < coverage.length; pixel += 2) {
          const pair = bytes[at++]!;
          coverage[pixel] = pair >> 4;
          if (pixel + 1 < coverage.length) coverage[pixel + 1] = pair & 15;
        }
        return [character, { advance: advance / 4, left: left - 8, width, coverage }];
      }),
    ),
    unknown: box(),
  });
  return { regular: font(), bold: font() };
}

function box(): Letter {
  const width = 12;
  const top = GLYPH_ASCENT - 17;
  const coverage = Uint8Array.from({ length: width * GLYPH_ROWS }, (_, at) => {
    const x = at % width;
    const y = Math.floor(at / width);
    if (y < top || y > GLYPH_ASCENT) return 0;
    return x < 2 || x >= width - 2 || y < top + 2 || y > GLYPH_ASCENT - 2 ? 12 : 0;
  });
  return { advance: width + 3, left: 1, width, coverage };
}
