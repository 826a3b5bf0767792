import type { TextRange } from '../reference';

/**
 * Offsets (UTF-16 code units) to one-based lines and columns, with the line ends that a VS Code document has:
 * `\r\n`, `\n` and a lone `\r`. (tree-sitter counts `\n` only, so its rows are not used.)
 */
export class LineIndex {
  private readonly starts: number[] = [0];

  constructor(readonly text: string) {
    if (!text.includes('\r')) {
      for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) this.starts.push(at + 1);
      return;
    }
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index);
      if (code === 13 && text.charCodeAt(index + 1) === 10) index++;
      if (code === 10 || code === 13) this.starts.push(index + 1);
    }
  }

  /** Zero-based line that holds the offset. */
  lineAt(offset: number): number {
    let low = 0;
    let high = this.starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.starts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  range(start: number, end: number): TextRange {
    const first = this.lineAt(start);
    const last = this.lineAt(end);
    return {
      startLine: first + 1,
      startColumn: start - this.starts[first]! + 1,
      endLine: last + 1,
      endColumn: end - this.starts[last]! + 1,
    };
  }

  /** Text of a zero-based line without its line end. */
  line(index: number): string {
    const end = this.starts[index + 1] ?? this.text.length;
    return this.text.slice(this.starts[index] ?? this.text.length, end).replace(/[\r\n]+$/, '');
  }
}
