import type { Excerpt, Part, Positions } from '../parse/positions.js';
import type { Path, Problem, Severity } from '../problem.js';
import { formatPath } from '../problem.js';

export interface Finding {
  readonly severity?: Severity;
  readonly hint?: string | undefined;
  readonly part?: Part;
  readonly excerpt?: Excerpt;
}

/** Collects what the rules find, with positions. */
export class Report {
  readonly problems: Problem[] = [];

  constructor(
    private readonly positions: Positions,
    private readonly damaged: ReadonlySet<string>,
    /** Whether `{{= expression}}` may be used. */
    readonly expressionTags = true,
  ) {}

  add(path: Path, code: string, message: string, { part, excerpt, ...rest }: Finding = {}): void {
    this.problems.push(this.positions.problem(path, { code, message, ...rest }, part, excerpt));
  }

  warn(path: Path, code: string, message: string, finding: Finding = {}): void {
    this.add(path, code, message, { ...finding, severity: 'warning' });
  }

  /** Something that should be in the map at `path`: not told when a misspelt key there may be what was meant. */
  missing(path: Path, message: string, hint?: string): void {
    if (!this.isDamaged(path)) this.add(path, 'missing', message, { hint });
  }

  /** Whether the field is in the text, even if there is nothing in it. */
  isWritten(path: Path): boolean {
    return this.positions.has(path);
  }

  isDamaged(path: Path): boolean {
    return this.damaged.has(formatPath(path));
  }
}
