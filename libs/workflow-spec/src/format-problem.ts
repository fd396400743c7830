import type { Problem } from './problem.js';

/** Colours for a terminal; each takes a text and returns it painted. */
export interface ProblemPainter {
  readonly error: (text: string) => string;
  readonly warning: (text: string) => string;
  readonly emphasis: (text: string) => string;
  readonly faint: (text: string) => string;
}

const same = (text: string): string => text;
const PLAIN: ProblemPainter = { error: same, warning: same, emphasis: same, faint: same };

/** The text a problem is in; without `text` the guilty line is not shown. */
export interface ProblemSource {
  readonly name: string;
  readonly text?: string;
}

const MAX_WIDTH = 160;

/**
 * As compilers do:
 *
 *     hello.yaml:9:7: error: unknown key "imag" (did you mean "image"?)
 *      9 |       imag: alpine
 *        |       ^^^^
 */
export function formatProblem(problem: Problem, source: ProblemSource, painter: ProblemPainter = PLAIN): string {
  const { severity, message, line, column, hint } = problem;
  const where = line > 0 ? `${source.name}:${line}:${column}` : source.name;
  const place = line === 0 && problem.path !== '' ? `${problem.path}: ` : '';
  const headline = `${painter.emphasis(where)}: ${painter[severity](severity)}: ${place}${message}${hint ? ` (${hint})` : ''}`;
  const guilty = source.text === undefined ? undefined : source.text.split('\n')[line - 1];
  return line === 0 || guilty === undefined ? headline : `${headline}\n${excerpt(problem, guilty, painter)}`;
}

function excerpt({ line, column, endColumn, severity }: Problem, guilty: string, painter: ProblemPainter): string {
  // A long line is shown around the guilty part.
  const from = Math.max(0, column - 1 - (guilty.length > MAX_WIDTH ? MAX_WIDTH / 2 : MAX_WIDTH));
  const shown = guilty.replace(/\r$/, '').slice(from, from + MAX_WIDTH);
  const before = shown.slice(0, column - 1 - from).replace(/[^\t]/g, ' ');
  const length = Math.max(1, Math.min((endColumn ?? column + 1) - column, shown.length - before.length));
  const margin = String(line);
  const rule = painter.faint(`${' '.repeat(margin.length + 1)} |`);
  return `${painter.faint(` ${margin} |`)} ${shown}\n${rule} ${before}${painter[severity]('^'.repeat(length))}`;
}
