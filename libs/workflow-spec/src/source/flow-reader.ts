import { behindColon, readLineScalar } from './line-scalar.js';
import { BRACE, BRACE_END, BRACKET, BRACKET_END, COMMA, skipSpaces, Uncertain } from './signs.js';
import type { SourceEntry, SourceMapping, SourceNode, SourceSequence } from './source-node.js';

export const isFlowStart = (code: number): boolean => code === BRACE || code === BRACKET;

/** A list in brackets or a map in braces, if it is on one line and every key has a value. */
export function readFlow(text: string, start: number, depth: number): SourceSequence | SourceMapping {
  if (depth < 0) throw new Uncertain();
  return text.charCodeAt(start) === BRACE ? flowMapping(text, start, depth) : flowSequence(text, start, depth);
}

function flowSequence(text: string, start: number, depth: number): SourceSequence {
  const items: SourceNode[] = [];
  let at = skipSpaces(text, start + 1);
  while (text.charCodeAt(at) !== BRACKET_END) {
    const item = flowValue(text, at, depth);
    items.push(item);
    at = behindComma(text, item.end, BRACKET_END);
  }
  return { kind: 'sequence', items, start, end: at + 1 };
}

function flowMapping(text: string, start: number, depth: number): SourceMapping {
  const entries: SourceEntry[] = [];
  let at = skipSpaces(text, start + 1);
  while (text.charCodeAt(at) !== BRACE_END) {
    const key = readLineScalar(text, at, true);
    const colon = behindColon(text, key, true);
    if (colon === undefined || (key.plain && key.text === '<<')) throw new Uncertain();
    const value = flowValue(text, skipSpaces(text, colon), depth);
    entries.push({ key, value });
    at = behindComma(text, value.end, BRACE_END);
  }
  return { kind: 'mapping', entries, start, end: at + 1 };
}

function flowValue(text: string, at: number, depth: number): SourceNode {
  return isFlowStart(text.charCodeAt(at)) ? readFlow(text, at, depth - 1) : readLineScalar(text, at, true);
}

/** Where the next member begins, or the closing sign is. */
function behindComma(text: string, from: number, close: number): number {
  const at = skipSpaces(text, from);
  const code = text.charCodeAt(at);
  if (code === close) return at;
  const next = skipSpaces(text, at + 1);
  // A comma behind the last member is allowed, but who writes one?
  if (code !== COMMA || text.charCodeAt(next) === close) throw new Uncertain();
  return next;
}
