/** A manifest as it was written, before anybody says what it means: YAML and JSON read to the same tree. */
export type SourceNode = SourceScalar | SourceSequence | SourceMapping;

/** Offsets in the text, in UTF-16 units; `end` is exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}
export interface SourceScalar extends Span {
  readonly kind: 'scalar';
  /** The text that the scalar stands for, escapes and folding undone. */
  readonly text: string;
  /** Only a plain scalar can be anything but a string. */
  readonly plain: boolean;
}
export interface SourceSequence extends Span {
  readonly kind: 'sequence';
  readonly items: readonly SourceNode[];
}
export interface SourceEntry {
  readonly key: SourceScalar;
  readonly value: SourceNode;
}
export interface SourceMapping extends Span {
  readonly kind: 'mapping';
  readonly entries: readonly SourceEntry[];
}

export interface SyntaxProblem extends Span {
  readonly severity: 'error' | 'warning';
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}

export interface SourceDocument {
  /** Undefined when the document is empty or cannot be read. */
  readonly root: SourceNode | undefined;
  readonly problems: readonly SyntaxProblem[];
}

/** No manifest of any use is nested deeper; deeper ones only want to exhaust the stack. */
export const MAX_DEPTH = 150;

/** A list or map is pointed at by its beginning, not underlined over many lines. */
export function headOf(node: SourceNode): Span {
  let first = node;
  // A loop: aliases make chains that are longer than a stack. What an alias stands for was written elsewhere.
  for (let item = firstItem(first); item && isWithin(item, node); item = firstItem(item)) first = item;
  if (first.kind === 'mapping' && first.entries[0]) return first.entries[0].key;
  return first.kind === 'scalar' ? first : { start: first.start, end: first.start };
}

const firstItem = (node: SourceNode): SourceNode | undefined => (node.kind === 'sequence' ? node.items[0] : undefined);
const isWithin = (inner: Span, outer: Span): boolean => inner.start >= outer.start && inner.end <= outer.end;
