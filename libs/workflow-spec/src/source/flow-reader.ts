import { behindColon, readLineScalar } from './line-scalar.js';
import { BRACE, BRACE_END, BRACKET, BRACKET_END, COMMA, LINE_END, skipSpaces, Uncertain } from './signs.js';
import type { SourceEntry, SourceMapping, SourceNode, SourceSequence } from './source-node.js';

const DOCUMENT_MARKERS = ['---', '...'];

export const isFlowStart = (code: number): boolean => code === BRACE || code === BRACKET;

/**
 * A list in brackets or a map in braces. It may go over many lines, indented or not; every key has a value, and there
 * are no comments.
 */
export const readFlow = (text: string, start: number, depth: number): SourceSequence | SourceMapping =>
  new FlowReader(text).read(start, depth);

class FlowReader {
  constructor(private readonly text: string) {}

  read(start: number, depth: number): SourceSequence | SourceMapping {
    if (depth < 0) throw new Uncertain();
    return this.text.charCodeAt(start) === BRACE ? this.#mapping(start, depth) : this.#sequence(start, depth);
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

  /** Goes past spaces and line ends. */
  #skipBlank(from: number): number {
    let at = skipSpaces(this.text, from);
    while (this.text.charCodeAt(at) === LINE_END) {
      if (DOCUMENT_MARKERS.some((marker) => this.text.startsWith(marker, at + 1))) throw new Uncertain();
      at = skipSpaces(this.text, at + 1);
    }
    return at;
  }
}
