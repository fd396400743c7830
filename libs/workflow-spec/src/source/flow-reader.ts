import { behindColon, readLineScalar } from './line-scalar.js';
import { BRACE, BRACE_END, BRACKET, BRACKET_END, COMMA, LINE_END, skipSpaces, Uncertain } from './signs.js';
import type { SourceEntry, SourceMapping, SourceNode, SourceSequence } from './source-node.js';

export const isFlowStart = (code: number): boolean => code === BRACE || code === BRACKET;

/**
 * A list in brackets or a map in braces that belongs to a list or map in this column. It may go over many lines; every
 * key has a value, and there are no comments.
 */
export function readFlow(text: string, start: number, column: number, depth: number): SourceSequence | SourceMapping {
  return new FlowReader(text, column).read(start, depth);
}

class FlowReader {
  #level = 0;

  constructor(
    private readonly text: string,
    private readonly column: number,
  ) {}

  read(start: number, depth: number): SourceSequence | SourceMapping {
    if (depth < 0) throw new Uncertain();
    this.#level++;
    const node = this.text.charCodeAt(start) === BRACE ? this.#mapping(start, depth) : this.#sequence(start, depth);
    this.#level--;
    return node;
  }

  #sequence(start: number, depth: number): SourceSequence {
    const items: SourceNode[] = [];
    let at = this.#skipBlank(start + 1);
    while (this.text.charCodeAt(at) !== BRACKET_END) {
      const item = this.#value(at, depth);
      items.push(item);
      at = this.#behindComma(item.end, BRACKET_END);
    }
    return { kind: 'sequence', items, start, end: at + 1 };
  }

  #mapping(start: number, depth: number): SourceMapping {
    const entries: SourceEntry[] = [];
    let at = this.#skipBlank(start + 1);
    while (this.text.charCodeAt(at) !== BRACE_END) {
      const key = readLineScalar(this.text, at, true);
      const colon = behindColon(this.text, key, true);
      if (colon === undefined || (key.plain && key.text === '<<')) throw new Uncertain();
      const value = this.#value(this.#skipBlank(colon), depth);
      entries.push({ key, value });
      at = this.#behindComma(value.end, BRACE_END);
    }
    return { kind: 'mapping', entries, start, end: at + 1 };
  }

  #value(at: number, depth: number): SourceNode {
    return isFlowStart(this.text.charCodeAt(at)) ? this.read(at, depth - 1) : readLineScalar(this.text, at, true);
  }

  /** Where the next member begins, or the closing sign is. */
  #behindComma(from: number, close: number): number {
    const at = this.#skipBlank(from);
    const code = this.text.charCodeAt(at);
    if (code === close) return at;
    if (code !== COMMA) throw new Uncertain();
    return this.#skipBlank(at + 1);
  }

  /** Goes past spaces and line ends. A line is indented further than what the whole belongs to, or is its closing sign. */
  #skipBlank(from: number): number {
    let at = skipSpaces(this.text, from);
    while (this.text.charCodeAt(at) === LINE_END) {
      const line = at + 1;
      at = skipSpaces(this.text, line);
      const code = this.text.charCodeAt(at);
      const isEnd = this.#level === 1 && (code === BRACE_END || code === BRACKET_END);
      if (at - line < this.column + (isEnd ? 0 : 1) && code !== LINE_END) throw new Uncertain();
    }
    return at;
  }
}
