import type { Path, Problem, Severity } from '../problem.js';
import { formatPath } from '../problem.js';
import type { LineIndex, Position } from '../source/line-index.js';
import type { SourceNode, Span } from '../source/source-node.js';
import { headOf } from '../source/source-node.js';

/** Which part of a field is guilty: its name or what it holds. */
export type Part = 'key' | 'value';

/** A part of a text value: `length` UTF-16 units from `offset`. */
export interface Excerpt {
  readonly offset: number;
  readonly length: number;
}

export interface ProblemInput {
  readonly severity?: Severity;
  readonly code: string;
  readonly message: string;
  readonly hint?: string | undefined;
}

const NOWHERE: Position = { line: 0, column: 0 };

/** Where things are in one document. Looked up only when there is a problem to tell. */
export class Positions {
  constructor(
    private readonly text: string,
    private readonly lines: LineIndex | undefined,
    private readonly root: SourceNode | undefined,
  ) {}

  /** For a document that was given as an object. */
  static readonly none = new Positions('', undefined, undefined);

  /** Whether there is such a field in the text, even one that holds nothing. */
  has(path: Path): boolean {
    let node: SourceNode | undefined = this.root;
    for (const segment of path) {
      if (node?.kind === 'sequence' && typeof segment === 'number') node = node.items[segment];
      else node = node?.kind === 'mapping' ? node.entries.find(({ key }) => key.text === segment)?.value : undefined;
    }
    return node !== undefined;
  }

  of(path: Path, part: Part = 'value', excerpt?: Excerpt): Position {
    if (!this.lines || !this.root) return NOWHERE;
    return this.lines.position(this.#span(path, part, excerpt) ?? this.root);
  }

  problem(path: Path, input: ProblemInput, part?: Part, excerpt?: Excerpt): Problem {
    return toProblem(path, input, this.of(path, part, excerpt));
  }

  /** The span of the place, or of the nearest place around it that exists. */
  #span(path: Path, part: Part, excerpt: Excerpt | undefined): Span | undefined {
    let node: SourceNode | undefined = this.root;
    let span: Span | undefined = this.root && headOf(this.root);
    for (const [index, segment] of path.entries()) {
      const isLast = index === path.length - 1;
      if (node?.kind === 'sequence' && typeof segment === 'number') node = node.items[segment];
      else if (node?.kind === 'mapping') {
        const entry = node.entries.find(({ key }) => key.text === segment);
        if (entry && isLast && part === 'key') return entry.key;
        if (entry && entry.value.kind !== 'scalar') span = entry.key;
        node = entry?.value;
        if (entry && node?.kind !== 'scalar') {
          if (isLast) return entry.key;
          continue;
        }
      } else node = undefined;
      if (node === undefined) return span;
      span = headOf(node);
    }
    if (node?.kind === 'scalar') return excerpt ? this.#excerpt(node, node.text, excerpt) : node;
    return span;
  }

  /**
   * Quoting, escapes and folding shift what a text holds against its source. The guilty words themselves are in the
   * source as they are, so the n-th occurrence in the value is the n-th occurrence there.
   */
  #excerpt(span: Span, value: string, { offset, length }: Excerpt): Span {
    const words = value.slice(offset, offset + length);
    if (words === '') return span;
    let at = this.text.indexOf(words, span.start);
    for (let before = value.indexOf(words); before >= 0 && before < offset; before = value.indexOf(words, before + 1))
      at = this.text.indexOf(words, at + 1);
    return at < 0 || at >= span.end ? span : { start: at, end: at + words.length };
  }
}

export function toProblem(path: Path, { severity, code, message, hint }: ProblemInput, position: Position): Problem {
  return {
    severity: severity ?? 'error',
    code,
    message,
    path: formatPath(path),
    ...position,
    ...(hint !== undefined && { hint }),
  };
}
