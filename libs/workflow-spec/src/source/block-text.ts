import { LINE_END, skipSpaces, SPACE, TAB, Uncertain } from './signs.js';
import type { SourceScalar } from './source-node.js';

interface Header {
  readonly isFolded: boolean;
  /** What happens to line ends at the end: all go, all stay, or one stays. */
  readonly chomping: '-' | '+' | '';
  /** 0 where the first line tells. */
  readonly indent: number;
  /** Where the first line begins. */
  readonly end: number;
}

const HEADER = /([|>])(?:([-+])([1-9]?)|([1-9])([-+]?))?(?: +#[^\n]*| *)\n/y;

/** A literal (`|`) or folded (`>`) text that belongs to a list or map in this column. */
export function readBlockText(text: string, start: number, column: number): SourceScalar {
  const header = readHeader(text, start);
  const first = skipBlankLines(text, header.end);
  const isInside = first.indent > column;
  const indent = header.indent > 0 ? column + header.indent : first.indent;
  let end = isInside ? endOfLines(text, first.lineEnd, indent) : first.lineEnd;
  if (text.charCodeAt(skipSpaces(text, end + 1)) === TAB) throw new Uncertain();
  if (header.chomping !== '+') end = withoutBlankLines(text, header.end, end, first.indent);
  end = Math.min(end + 1, text.length);
  if (end === text.length && text.charCodeAt(end - 1) === SPACE) throw new Uncertain();
  const content = end > header.end ? valueOf(text.slice(header.end, end).split('\n'), header, indent) : '';
  return { kind: 'scalar', text: content, plain: false, start, end };
}

function readHeader(text: string, start: number): Header {
  HEADER.lastIndex = start;
  const read = HEADER.exec(text);
  if (!read) throw new Uncertain();
  const [all, style, before, indentAfter, indentBefore, after] = read;
  const chomping = (before ?? after ?? '') as Header['chomping'];
  return {
    isFolded: style === '>',
    chomping,
    indent: Number(indentAfter || indentBefore || 0),
    end: start + all.length,
  };
}

/** The indentation of the first line that holds something, and where the line before it ends. */
function skipBlankLines(text: string, from: number): { lineEnd: number; indent: number } {
  let lineEnd = from - 1;
  for (;;) {
    const at = skipSpaces(text, lineEnd + 1);
    if (text.charCodeAt(at) !== LINE_END) return { lineEnd, indent: at - lineEnd - 1 };
    lineEnd = at;
  }
}

/** The end of the last line that is blank or indented as much as this. */
function endOfLines(text: string, before: number, indent: number): number {
  let lineEnd = before;
  for (;;) {
    const at = skipSpaces(text, lineEnd + 1);
    if (text.charCodeAt(at) !== LINE_END && at - lineEnd - 1 < indent) return lineEnd;
    lineEnd = text.indexOf('\n', at);
    if (lineEnd < 0) return text.length;
  }
}

/** Blank lines at the end are not part of the text, except those that stick out. */
function withoutBlankLines(text: string, from: number, end: number, indent: number): number {
  let lineEnd = end;
  for (;;) {
    let at = lineEnd - 1;
    while (text.charCodeAt(at) === SPACE) at--;
    if (text.charCodeAt(at) !== LINE_END || at < from || lineEnd - 1 - at > indent) return lineEnd;
    lineEnd = at;
  }
}

function valueOf(lines: readonly string[], header: Header, indent: number): string {
  const { chomping } = header;
  const begin = lines.findIndex((line) => !isBlankLine(line));
  if (begin < 0) return chomping === '+' ? '\n'.repeat(Math.max(1, lines.length - 1)) : '';
  const leading = lines.slice(0, begin);
  const isUnclear = header.indent === 0 && leading.some((line) => line.length > indent);
  if (isUnclear || indentOf(lines[begin]) < indent) throw new Uncertain();
  // A blank line that sticks out is content.
  const end = lines.findLastIndex((line) => line.length > indent || !isBlankLine(line)) + 1;
  const kept = lines.slice(begin, end).map((line) => line.slice(indent));
  const blank = leading.map((line) => `${line.slice(indent)}\n`).join('');
  const value = blank + (header.isFolded ? fold(kept) : kept.join('\n'));
  return value + lineEndsOf(chomping, lines.length - end);
}

/** The last line of a text may have no line end: then there is none to be kept. */
function lineEndsOf(chomping: Header['chomping'], found: number): string {
  if (chomping === '-' || found === 0) return '';
  return chomping === '+' ? '\n'.repeat(found) : '\n';
}

/** A line end between two lines becomes a space; not so around lines that are indented further. */
function fold(lines: readonly string[]): string {
  let value = '';
  let separator = '';
  let wasIndented = false;
  for (const line of lines) {
    const first = line.charCodeAt(0);
    if (first === SPACE || first === TAB) {
      if (separator === ' ') separator = '\n';
      else if (!wasIndented && separator === '\n') separator = '\n\n';
      value += separator + line;
      separator = '\n';
      wasIndented = true;
    } else if (line === '') {
      if (separator === '\n') value += '\n';
      else separator = '\n';
    } else {
      value += separator + line;
      separator = ' ';
      wasIndented = false;
    }
  }
  return value;
}

const isBlankLine = (line: string): boolean => skipSpaces(line, 0) === line.length;
const indentOf = (line = ''): number => skipSpaces(line, 0);
