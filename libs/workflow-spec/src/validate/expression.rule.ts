import { compileExpression, ExpressionError } from '@argosy/expressions';
import type { Path } from '../problem.js';
import { hasTag } from './context.js';
import type { ValidationContext } from './context.js';

/** The syntax of a field that holds an expression. Tags in it are replaced before it is read. */
export function checkExpression({ report }: ValidationContext, path: Path, text: string): void {
  if (hasTag(text)) return;
  try {
    compileExpression(text);
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    const { offset, length, hint, message } = error;
    report.add(path, 'expression', message, { hint, excerpt: { offset, length } });
  }
}
