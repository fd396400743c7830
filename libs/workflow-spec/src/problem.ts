export type Severity = 'error' | 'warning';

/** One thing that is wrong with a manifest, and where. */
export interface Problem {
  readonly severity: Severity;
  /** Stable, kebab-case name of the rule, such as `unknown-key`. */
  readonly code: string;
  readonly message: string;
  /** Where in the document, such as `spec.templates[0].container.image`; empty for the document itself. */
  readonly path: string;
  /** From 1; 0 when the document was given as an object, without its text. */
  readonly line: number;
  /** From 1, in UTF-16 units; 0 when there is no text. */
  readonly column: number;
  /** Where the guilty part ends, exclusive, when that is on the same line. */
  readonly endColumn?: number;
  /** What the author probably meant, as a sentence fragment such as `did you mean "image"?`. */
  readonly hint?: string;
}

export type PathSegment = string | number;
export type Path = readonly PathSegment[];

/** `spec.templates[0].metadata.labels["a.b/c"]` */
export function formatPath(path: Path): string {
  let text = '';
  for (const segment of path) {
    if (typeof segment === 'number') text += `[${segment}]`;
    else if (/^[\w-]+$/.test(segment)) text += text === '' ? segment : `.${segment}`;
    else text += `[${JSON.stringify(segment)}]`;
  }
  return text;
}

/** By position, errors before warnings at the same place. The order of rules does not show. */
export function byPosition(a: Problem, b: Problem): number {
  return (
    a.line - b.line ||
    a.column - b.column ||
    (a.severity === b.severity ? 0 : a.severity === 'error' ? -1 : 1) ||
    compareText(a.path, b.path) ||
    compareText(a.code, b.code) ||
    compareText(a.message, b.message)
  );
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

export const hasErrors = (problems: readonly Problem[]): boolean =>
  problems.some((problem) => problem.severity === 'error');
