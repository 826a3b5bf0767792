// Draws the letters of the graph's PNG: `node scripts/glyphs.mjs` writes src/core/report/glyphs.ts anew (needs Chromium
// and DejaVu Sans). A letter is coverage in 16 steps at 24 pixels, so that a picture at twice its size needs no font.
import { existsSync, writeFileSync } from 'node:fs';
import { deflateSync } from 'node:zlib';
import { format, resolveConfig } from 'prettier';
import { chromium } from 'playwright-core';

const SIZE = 24;
const ASCENT = 23;
const HEIGHT = 30;
const range = (from, to) => Array.from({ length: to - from + 1 }, (_, index) => String.fromCodePoint(from + index));
const characters = [...range(0x20, 0x7e), ...range(0xa1, 0xff), ...'…→›–—‘’“”€•'];

const executablePath = ['/usr/bin/chromium', '/usr/bin/google-chrome'].find(existsSync);
const browser = await chromium.launch({ executablePath });
const page = await browser.newPage();
const fonts = await page.evaluate(
  ({ SIZE, ASCENT, HEIGHT, characters }) =>
    ['', 'bold '].map((weight) => {
      const canvas = document.createElement('canvas');
      canvas.width = 64;
      canvas.height = HEIGHT;
      const context = canvas.getContext('2d', { willReadFrequently: true });
      context.font = `${weight}${SIZE}px "DejaVu Sans"`;
      return characters.map((character) => {
        const { width } = context.measureText(character);
        context.clearRect(0, 0, 64, HEIGHT);
        context.fillText(character, 4, ASCENT);
        const { data } = context.getImageData(0, 0, 64, HEIGHT);
        const alpha = (x, y) => Math.round(data[(y * 64 + x) * 4 + 3] / 17);
        const columns = Array.from({ length: 64 }, (_, x) => x).filter((x) =>
          Array.from({ length: HEIGHT }, (__, y) => y).some((y) => alpha(x, y) > 0),
        );
        const left = columns[0] ?? 4;
        const cells = columns.length === 0 ? 0 : columns.at(-1) - left + 1;
        const pixels = Array.from({ length: HEIGHT * cells }, (_, at) =>
          alpha(left + (at % cells), Math.floor(at / cells)),
        );
        return { advance: Math.round(width * 4), left: left - 4, cells, pixels };
      });
    }),
  { SIZE, ASCENT, HEIGHT, characters },
);
await browser.close();

const bytes = [];
for (const font of fonts)
  for (const { advance, left, cells, pixels } of font) {
    bytes.push(advance, left + 8, cells);
    for (let at = 0; at < pixels.length; at += 2) bytes.push((pixels[at] << 4) | (pixels[at + 1] ?? 0));
  }
const packed = deflateSync(Buffer.from(bytes), { level: 9 }).toString('base64');
const text = `/**
 * Letters for pictures, written by scripts/glyphs.mjs from DejaVu Sans (regular, bold), which may be embedded freely
 * (https://dejavu-fonts.github.io/License.html). For each: advance in quarter pixels, left bearing + 8, width, then
 * coverage, two pixels a byte, ${HEIGHT} rows. Deflated, base64.
 */
export const GLYPH_ROWS = ${HEIGHT};
export const GLYPH_ASCENT = ${ASCENT};
export const GLYPH_CHARACTERS = ${JSON.stringify(characters.join(''))};
export const GLYPHS =
  '${packed}';
`;
const file = new URL('../src/core/report/glyphs.ts', import.meta.url);
writeFileSync(file, await format(text, { ...(await resolveConfig(file.pathname)), filepath: file.pathname }));
console.log(`${characters.length} characters, ${packed.length} bytes`);
