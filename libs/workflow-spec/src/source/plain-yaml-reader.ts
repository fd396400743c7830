import { readBlockText } from './block-text.js';
import { isFlowStart, readFlow } from './flow-reader.js';
import { behindColon, readLineScalar } from './line-scalar.js';
import { BAR, DASH, GREATER, HASH, isBlank, LINE_END, skipSpaces, TAB, Uncertain } from './signs.js';
import type {
  SourceDocument,
  SourceEntry,
  SourceMapping,
  SourceNode,
  SourceScalar,
  SourceSequence,
} from './source-node.js';

/** Deeper ones are the library's: it knows where to stop. */
const MAX_PLAIN_DEPTH = 100;
/** Longer keys, or so much space before one, are the library's too: it refuses keys that end too far from where it looks. */
const MAX_KEY = 500;
/** Carriage returns, control characters and byte order marks. */
const STRANGE = /[\0-\x08\x0b-\x1f\x7f\ufeff]/;
/** The column of what is not there. */
const NONE = -1;

/**
 * Reads the YAML that people write manifests in, in one pass and several times faster than the library. Undefined
 * where anything is unusual or wrong: then the library reads the text, and tells what is wrong. What it does read is
 * exactly what the library makes of it, offsets included; the spec next to this file compares them.
 */
export function readPlainYaml(text: string): SourceDocument[] | undefined {
  if (STRANGE.test(text)) return undefined;
  try {
    return new PlainYamlReader(text).read();
  } catch (error) {
    if (error instanceof Uncertain) return undefined;
    throw error;
  }
}

class PlainYamlReader {
  /** Where the next content begins, and in which column; none at the end of a document. */
  #at = 0;
  #column = NONE;
  /**
   * To the library a list or map ends behind the last line of its last member, with comments that are indented further
   * than its members. This is where the node just read ends in that sense.
   */
  #reached = 0;
  /** The deepest comment between there and the next content: a list or map of that column ends behind it. */
  #comments = NONE;

  constructor(private readonly text: string) {}

  read(): SourceDocument[] {
    const documents: SourceDocument[] = [];
    this.#skip(0, Infinity);
    while (this.#at < this.text.length) {
      if (this.#column === NONE) this.#skip(this.#nextLine(this.#at + 3), Infinity);
      const root = this.#column === NONE ? undefined : this.#block(MAX_PLAIN_DEPTH);
      if (this.#column !== NONE) throw new Uncertain();
      documents.push({ root, problems: [] });
    }
    return documents;
  }

  /** A list or map that begins on its own line. */
  #block(depth: number): SourceNode {
    if (this.#isMember()) return this.#sequence(depth);
    return this.#mapping(readLineScalar(this.text, this.#at, false), depth);
  }

  #mapping(firstKey: SourceScalar, depth: number): SourceMapping {
    if (depth < 0) throw new Uncertain();
    const { start } = firstKey;
    const column = this.#column;
    const entries: SourceEntry[] = [];
    for (let key = firstKey; ; key = readLineScalar(this.text, this.#at, false)) {
      const colon = behindColon(this.text, key, false);
      if (colon === undefined || colon - key.start > MAX_KEY || (key.plain && key.text === '<<')) throw new Uncertain();
      entries.push({ key, value: this.#value(colon, column, true, depth - 1) });
      if (this.#column !== column) break;
    }
    return { kind: 'mapping', entries, start, end: this.#close(column) };
  }

  #sequence(depth: number): SourceSequence {
    if (depth < 0) throw new Uncertain();
    const start = this.#at;
    const column = this.#column;
    const items: SourceNode[] = [];
    do {
      const isCommented = items.length > 0 && this.#comments !== NONE;
      const item = this.#value(this.#at + 1, column, false, depth - 1);
      // To the library comments before a member that is nothing move its end.
      if (isCommented && item.start === item.end) throw new Uncertain();
      items.push(item);
    } while (this.#column === column && this.#isMember());
    return { kind: 'sequence', items, start, end: this.#close(column) };
  }

  /** The end of the list or map in this column, whose last member was just read. */
  #close(column: number): number {
    if (this.#column > column) throw new Uncertain();
    const end = this.#reached;
    if (column > 0 && this.#comments >= column) {
      this.#reached = this.#at;
      this.#comments = NONE;
    }
    return end;
  }

  /** What is behind the colon of a map or the dash of a list in this column. */
  #value(from: number, column: number, isInMap: boolean, depth: number): SourceNode {
    const { text } = this;
    const at = skipSpaces(text, from);
    const first = text.charCodeAt(at);
    if (isBlank(first) || first === HASH) return this.#valueBelow(at, column, isInMap, depth);
    if (first === BAR || first === GREATER) {
      const node = readBlockText(text, at, column);
      this.#skip(node.end, Infinity);
      return node;
    }
    if (isFlowStart(first)) return this.#ended(readFlow(text, at, depth), column);
    if (isInMap) return this.#ended(readLineScalar(text, at, false), column);
    return this.#member(at, column, depth);
  }

  /** A member of a list that may itself be a list or map, beginning on the same line. */
  #member(at: number, column: number, depth: number): SourceNode {
    const inner = column + at - this.#at;
    if (this.#isMember(at)) {
      this.#at = at;
      this.#column = inner;
      return this.#sequence(depth);
    }
    const scalar = readLineScalar(this.text, at, false);
    if (behindColon(this.text, scalar, false) === undefined) return this.#ended(scalar, column);
    this.#column = inner;
    return this.#mapping(scalar, depth);
  }

  /** A value that begins on a later line, or nothing. */
  #valueBelow(at: number, column: number, isInMap: boolean, depth: number): SourceNode {
    const isCommented = this.text.charCodeAt(at) === HASH;
    this.#skip(this.#nextLine(at), Infinity);
    if (this.#column > column) return this.#indented(column, depth);
    if (isInMap && this.#column === column && this.#isMember()) return this.#sequence(depth);
    const hasComments = isCommented || this.#comments !== NONE;
    const isBeforeMarker = this.#column === NONE && this.#at < this.text.length;
    if (this.#at - at > MAX_KEY || (hasComments && isBeforeMarker)) throw new Uncertain();
    this.#reached = hasComments ? this.#at : at;
    this.#comments = NONE;
    return { kind: 'scalar', text: '', plain: true, start: at, end: at };
  }

  #indented(column: number, depth: number): SourceNode {
    const { text } = this;
    if (isFlowStart(text.charCodeAt(this.#at))) return this.#ended(readFlow(text, this.#at, depth), column);
    if (this.#isMember()) return this.#sequence(depth);
    const scalar = readLineScalar(text, this.#at, false);
    if (behindColon(text, scalar, false) === undefined) return this.#ended(scalar, column);
    return this.#mapping(scalar, depth);
  }

  #ended<T extends SourceNode>(node: T, column: number): T {
    this.#skip(this.#nextLine(node.end), column);
    return node;
  }

  /** The beginning of the next line, if there is nothing but a comment up to it. */
  #nextLine(from: number): number {
    const { text } = this;
    const at = skipSpaces(text, from);
    const code = text.charCodeAt(at);
    const isComment = code === HASH && (at > from || isBlank(text.charCodeAt(at - 1)));
    if (!isComment && !isBlank(code)) throw new Uncertain();
    return behindLine(text, at);
  }

  /** Goes to the next content, past blank lines and comments; `owner` is the column that comments must exceed to be its. */
  #skip(from: number, owner: number): void {
    const { text } = this;
    this.#reached = from;
    this.#comments = NONE;
    let line = from;
    for (;;) {
      const at = skipSpaces(text, line);
      const code = text.charCodeAt(at);
      if (code === HASH) {
        const column = at - line;
        line = behindLine(text, at);
        if (this.#comments === NONE && column > owner) this.#reached = line;
        else this.#comments = Math.max(this.#comments, column);
      } else if (code === LINE_END) line = at + 1;
      else {
        if (code === TAB) throw new Uncertain();
        this.#at = at;
        this.#column = Number.isNaN(code) || (at === line && this.#isMarker(at)) ? NONE : at - line;
        return;
      }
    }
  }

  #isMember(at = this.#at): boolean {
    return this.text.charCodeAt(at) === DASH && isBlank(this.text.charCodeAt(at + 1));
  }

  /** Whether another document begins here. */
  #isMarker(at: number): boolean {
    if (!isBlank(this.text.charCodeAt(at + 3))) return false;
    if (this.text.startsWith('...', at)) throw new Uncertain();
    return this.text.startsWith('---', at);
  }
}

/** The beginning of the next line, or the end of the text. */
function behindLine(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : end + 1;
}
