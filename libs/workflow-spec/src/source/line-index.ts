import type { Span } from './source-node.js';

export interface Position {
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 units. */
  readonly column: number;
  readonly endColumn?: number;
}

/** Turns offsets of a text into lines and columns. */
export class LineIndex {
  readonly #starts: number[] = [0];

  constructor(text: string) {
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) this.#starts.push(at + 1);
  }

  position({ start, end }: Span): Position {
    const line = this.#lineOf(start);
    const lineStart = this.#starts[line] ?? 0;
    const column = start - lineStart + 1;
    const isOneLine = end > start && this.#lineOf(end - 1) === line;
    return { line: line + 1, column, ...(isOneLine && { endColumn: end - lineStart + 1 }) };
  }

  /** Index of the last line that starts at or before the offset. */
  #lineOf(offset: number): number {
    let [low, high] = [0, this.#starts.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
