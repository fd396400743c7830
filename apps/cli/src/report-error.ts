import type { ArgosyError } from '@argosy/sdk';
import type { CliContext } from './command.js';

/** An error as the user sees it: the sentence, then one line per positioned problem. */
export function reportError(error: ArgosyError, { output, paint }: CliContext): void {
  output.err(`${paint.red('error:')} ${error.message}`);
  for (const { line, column, path, message, hint } of error.problems) {
    const where =
      line === null
        ? (path ?? '')
        : `line ${line}${column === null ? '' : `, column ${column}`}${path ? ` (${path})` : ''}`;
    output.err(`  ${where ? `${paint.bold(where)}: ` : ''}${message}${hint ? paint.dim(` – ${hint}`) : ''}`);
  }
}
