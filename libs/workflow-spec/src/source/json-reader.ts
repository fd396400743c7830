import type { SourceDocument, SourceEntry, SourceNode, SourceScalar, SyntaxProblem } from './source-node.js';
import { MAX_DEPTH } from './source-node.js';

/** Reads a JSON text, strictly. */
export function readJson(text: string): SourceDocument {
  try {
    return { root: new JsonReader(text).read(), problems: [] };
  } catch (error) {
    if (error instanceof JsonSyntaxError) return { root: undefined, problems: [error.problem] };
    throw error;
  }
}

class JsonSyntaxError extends Error {
  readonly problem: SyntaxProblem;

  constructor(message: string, start: number, end: number, code: string, hint?: string) {
    super(message);
    this.problem = { severity: 'error', code, message, start, end, ...(hint !== undefined && { hint }) };
  }
}

const LITERAL = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?|true|false|null/y;
/** A byte order mark counts as blank. */
const BLANK = /[ \t\r\n\uFEFF]*/y;
/** A string up to its closing quote; raw control characters are not allowed in it. */

const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"/y;

class JsonReader {
  #at = 0;

  constructor(private readonly text: string) {}

  read(): SourceNode {
    this.#blank();
    const root = this.#value(0);
    this.#blank();
    if (this.#at < this.text.length) throw this.#unexpected('nothing more');
    return root;
  }

  #value(depth: number): SourceNode {
    if (depth > MAX_DEPTH) throw this.#error(`nested more than ${MAX_DEPTH} levels deep`, 'too-deep');
    switch (this.text.charAt(this.#at)) {
      case '{':
        return this.#mapping(depth);
      case '[':
        return this.#sequence(depth);
      case '"':
        return this.#string();
      default:
        return this.#literal();
    }
  }

  #mapping(depth: number): SourceNode {
    const start = this.#at++;
    const entries: SourceEntry[] = [];
    this.#blank();
    while (this.text.charAt(this.#at) !== '}') {
      if (entries.length > 0) this.#expect(',', '"," or "}"');
      if (this.text.charAt(this.#at) !== '"') throw this.#unexpected('a key in double quotes');
      const key = this.#string();
      this.#blank();
      this.#expect(':');
      entries.push({ key, value: this.#value(depth + 1) });
      this.#blank();
    }
    return { kind: 'mapping', entries, start, end: ++this.#at };
  }

  #sequence(depth: number): SourceNode {
    const start = this.#at++;
    const items: SourceNode[] = [];
    this.#blank();
    while (this.text.charAt(this.#at) !== ']') {
      if (items.length > 0) this.#expect(',', '"," or "]"');
      items.push(this.#value(depth + 1));
      this.#blank();
    }
    return { kind: 'sequence', items, start, end: ++this.#at };
  }

  #string(): SourceScalar {
    const start = this.#at;
    STRING.lastIndex = start;
    const raw = STRING.exec(this.text)?.[0];
    if (raw === undefined) throw this.#error('a string that is not closed, or with an escape that does not exist');
    this.#at = start + raw.length;
    const text = raw.includes('\\') ? (JSON.parse(raw) as string) : raw.slice(1, -1);
    return { kind: 'scalar', text, plain: false, start, end: this.#at };
  }

  #literal(): SourceScalar {
    const start = this.#at;
    LITERAL.lastIndex = start;
    const text = LITERAL.exec(this.text)?.[0];
    if (text === undefined) throw this.#unexpected('a value');
    this.#at = start + text.length;
    return { kind: 'scalar', text, plain: true, start, end: this.#at };
  }

  #expect(sign: string, wanted = `"${sign}"`): void {
    if (this.text.charAt(this.#at) !== sign) throw this.#unexpected(wanted);
    this.#at++;
    this.#blank();
  }

  #blank(): void {
    BLANK.lastIndex = this.#at;
    BLANK.exec(this.text);
    this.#at = BLANK.lastIndex;
  }

  #unexpected(wanted: string): JsonSyntaxError {
    if (this.#at >= this.text.length) return this.#error(`the text ends where ${wanted} is expected`);
    return this.#error(`expected ${wanted}, found ${JSON.stringify(this.text.charAt(this.#at))}`);
  }

  #error(message: string, code = 'syntax'): JsonSyntaxError {
    const start = Math.min(this.#at, Math.max(0, this.text.length - 1));
    return new JsonSyntaxError(message, start, Math.min(start + 1, this.text.length), code);
  }
}
