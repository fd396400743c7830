/**
 * The one error every entry of this library throws: bad syntax, a wrong type, an unknown name or an exhausted budget.
 * `offset` and `length` (UTF-16 code units) mark the guilty part of the text that was given to the entry.
 */
export class ExpressionError extends Error {
  override readonly name = 'ExpressionError';

  constructor(
    message: string,
    readonly offset: number = 0,
    readonly length: number = 0,
    /** What the author probably meant, as a sentence fragment such as `did you mean "inputs"?`. */
    readonly hint?: string,
  ) {
    super(message);
  }

  /** The same error for a text that holds the original one `by` code units further on. */
  shifted(by: number): ExpressionError {
    return by === 0 ? this : new ExpressionError(this.message, this.offset + by, this.length, this.hint);
  }

  /** The same error with words put before its message. */
  prefixed(prefix: string): ExpressionError {
    return new ExpressionError(prefix + this.message, this.offset, this.length, this.hint);
  }
}

/** Line and column, both from 1, of an offset in a text. */
export interface TextPosition {
  readonly line: number;
  readonly column: number;
}

export function locate(text: string, offset: number): TextPosition {
  const before = text.slice(0, Math.max(0, offset));
  const lastBreak = before.lastIndexOf('\n');
  let line = 1;
  for (let at = before.indexOf('\n'); at >= 0; at = before.indexOf('\n', at + 1)) line++;
  return { line, column: before.length - lastBreak };
}

/** The message with its position, the guilty line and a marker under it, as people read compilers. */
export function describeError(error: ExpressionError, text: string): string {
  const { line, column } = locate(text, error.offset);
  const source = text.split('\n')[line - 1] ?? '';
  const marker = ' '.repeat(column - 1) + '^'.repeat(Math.max(1, Math.min(error.length, source.length - column + 1)));
  const hint = error.hint === undefined ? '' : `\n${error.hint}`;
  return `${error.message} (${line}:${column})\n | ${source}\n | ${marker}${hint}`;
}
