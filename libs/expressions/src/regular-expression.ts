import { RE2JS } from 're2js';
import { ExpressionError } from './expression-error.js';

/** Longest accepted pattern, in UTF-16 units. */
const MAX_PATTERN_LENGTH = 1_000;

/**
 * Patterns have Go's syntax and run in time linear in the input, so a hostile one costs nothing but its length.
 * Errors are Go's wording: `error parsing regexp: …`.
 */
export function compilePattern(pattern: string): RE2JS {
  if (pattern.length > MAX_PATTERN_LENGTH) {
    throw new ExpressionError(`regular expression is longer than ${MAX_PATTERN_LENGTH} characters`);
  }
  try {
    return RE2JS.compile(pattern);
  } catch (error) {
    throw new ExpressionError(error instanceof Error ? error.message : 'error parsing regexp');
  }
}
