import { ConsolidationError } from '../errors';
import type { TextEdit, TextRange } from '../references/reference';
import { uniteImports } from './import-statement';

/** A text with its line starts, to go between ranges (one-based lines and UTF-16 columns) and offsets. */
export class TextIndex {
  private readonly starts: number[] = [0];

  constructor(readonly text: string) {
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) this.starts.push(at + 1);
  }

  /** Offset of a position; undefined when the text has no such line or column. */
  offset(line: number, column: number): number | undefined {
    const start = this.starts[line - 1];
    if (start === undefined || column < 1) return undefined;
    const offset = start + column - 1;
    const next = this.starts[line];
    return offset <= this.text.length && (next === undefined || offset < next) ? offset : undefined;
  }

  offsets(range: TextRange): { start: number; end: number } | undefined {
    const start = this.offset(range.startLine, range.startColumn);
    const end = this.offset(range.endLine, range.endColumn);
    return start === undefined || end === undefined || end < start ? undefined : { start, end };
  }

  range(start: number, end: number): TextRange {
    const from = this.position(start);
    const to = this.position(end);
    return { startLine: from.line, startColumn: from.column, endLine: to.line, endColumn: to.column };
  }

  position(offset: number): { line: number; column: number } {
    let low = 0;
    let high = this.starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.starts[middle] <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - this.starts[low] + 1 };
  }

  lineStart(offset: number): number {
    return this.starts[this.position(offset).line - 1];
  }

  /** Offset behind the line break that ends the line of `offset`, or the end of the text. */
  lineEnd(offset: number): number {
    return this.starts[this.position(offset).line] ?? this.text.length;
  }
}

/** The line break that the file uses most. */
export function lineBreakOf(text: string): '\n' | '\r\n' {
  let all = 0;
  let windows = 0;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) {
    all++;
    if (text[at - 1] === '\r') windows++;
  }
  return windows * 2 > all ? '\r\n' : '\n';
}

/**
 * The text with the edits of one file made.
 * @throws ConsolidationError `EDITS_OVERLAP` when two edits meet, `FILE_CHANGED` when a range lies outside the text.
 */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  const index = new TextIndex(text);
  const placed = edits.map((edit, order) => {
    const offsets = index.offsets(edit.range);
    if (!offsets)
      throw new ConsolidationError(
        'FILE_CHANGED',
        `${edit.file} no longer has the line that was to be changed. Scan the workspace again.`,
        { file: edit.file, line: edit.range.startLine },
      );
    return { ...offsets, order, edit };
  });
  placed.sort((a, b) => a.start - b.start || a.end - b.end || a.order - b.order);
  let result = '';
  let done = 0;
  for (const { start, end, edit } of placed) {
    if (start < done)
      throw new ConsolidationError(
        'EDITS_OVERLAP',
        `Two edits of ${edit.file} change the same text in line ${edit.range.startLine}. Apply them one after the other.`,
        { file: edit.file, line: edit.range.startLine },
      );
    result += text.slice(done, start) + edit.newText;
    done = end;
  }
  return result + text.slice(done);
}

/**
 * The edits of several fixes as one set: the same edit once, and import edits at one place as one import of all names.
 * Ordered by file and position. Edits that truly overlap stay, for `applyEdits` to refuse.
 */
export function mergeEdits(edits: readonly TextEdit[]): TextEdit[] {
  const merged = new Map<string, TextEdit>();
  for (const edit of edits) {
    const key = positionKey(edit);
    const same = merged.get(key);
    const united = same && (same.newText === edit.newText ? same.newText : uniteImports(same.newText, edit.newText));
    if (!same) merged.set(key, edit);
    else if (united !== undefined) merged.set(key, { ...same, newText: united });
    else merged.set(`${key}#${merged.size}`, edit);
  }
  return [...merged.values()].sort(compareEdits);
}

export function compareEdits(a: TextEdit, b: TextEdit): number {
  if (a.file !== b.file) return a.file < b.file ? -1 : 1;
  return (
    a.range.startLine - b.range.startLine ||
    a.range.startColumn - b.range.startColumn ||
    a.range.endLine - b.range.endLine ||
    a.range.endColumn - b.range.endColumn
  );
}

function positionKey({ file, range }: TextEdit): string {
  return JSON.stringify([file, range.startLine, range.startColumn, range.endLine, range.endColumn]);
}
