/** Comma-separated values (RFC 4180), safe to open in a spreadsheet. */

/** Spreadsheets run a cell that begins so as a formula; an apostrophe before it says that it is text. */
const FORMULA = /^'*[=+\-@\t\r]/;
const GUARDED = /^'+[=+\-@\t\r]/;

export function csvLine(cells: readonly string[]): string {
  return cells
    .map((cell) => (FORMULA.test(cell) ? `'${cell}` : cell))
    .map((cell) => (/[",\r\n]|^\s|\s$/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell))
    .join(',');
}

/** @returns undefined when a quoted cell is never closed. */
export function parseCsv(text: string): string[][] | undefined {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = '';
  let quoted = false;
  let started = false;
  const endCell = () => {
    row.push(GUARDED.test(cell) ? cell.slice(1) : cell);
    cell = '';
    started = false;
  };
  const source = text.startsWith('\uFEFF') ? text.slice(1) : text;
  for (let at = 0; at < source.length; at++) {
    const character = source[at]!;
    if (quoted) {
      if (character !== '"') cell += character;
      else if (source[at + 1] === '"') {
        cell += '"';
        at++;
      } else quoted = false;
    } else if (character === '"' && !started) {
      quoted = true;
      started = true;
    } else if (character === ',') endCell();
    else if (character === '\n' || (character === '\r' && source[at + 1] === '\n')) {
      if (character === '\r') at++;
      endCell();
      rows.push(row);
      row = [];
    } else {
      cell += character;
      started = true;
    }
  }
  if (quoted) return undefined;
  if (cell !== '' || row.length > 0) {
    endCell();
    rows.push(row);
  }
  return rows.filter((cells) => cells.length > 1 || cells[0] !== '');
}
