import type { ExpressionCache } from '../expression-cache.js';
import { ExpressionError } from '../expression-error.js';
import type { WhenNode } from './when-ast.js';
import { evaluateNode, show } from './when-evaluator.js';
import { WhenLexer } from './when-lexer.js';
import { checkOrder, WhenParser } from './when-parser.js';

/** A parsed `when` condition; an empty one (`root` undefined) is true. */
export interface WhenCondition {
  readonly text: string;
  readonly root: WhenNode | undefined;
}

/** Longest accepted condition after substitution, in UTF-16 units. */
const MAX_LENGTH = 1_048_576;

/**
 * Parses a `when` condition whose tags are already substituted. Words that are no operator, number or boolean are text.
 * @throws ExpressionError with Argo's message, `Invalid 'when' expression '…': …`
 */
export function parseWhen(text: string, cache?: ExpressionCache): WhenCondition {
  return cache === undefined ? compile(text) : cache.compiled('when', text, () => compile(text));
}

/**
 * Whether the condition holds.
 * @throws ExpressionError with Argo's message when it cannot be told or is not a boolean
 */
export function evaluateWhen(condition: WhenCondition | string, cache?: ExpressionCache): boolean {
  const { text, root } = typeof condition === 'string' ? parseWhen(condition, cache) : condition;
  if (root === undefined) return true;
  const value = explained(`Failed to evaluate 'when' expresion '${text}': `, () => evaluateNode(root));
  if (typeof value === 'boolean') return value;
  const message = `Expected boolean evaluation for '${text}'. Got ${show(value)}`;
  throw new ExpressionError(message, 0, text.length, 'compare it with something, for example == true');
}

function compile(text: string): WhenCondition {
  if (text === '') return { text, root: undefined };
  if (text.length > MAX_LENGTH) {
    throw new ExpressionError(`Invalid 'when' expression: it is longer than ${MAX_LENGTH} characters`);
  }
  const tokens = explained(`Invalid 'when' expression '${text}': `, () => {
    const read = new WhenLexer(text).tokens();
    checkOrder(read, text.length);
    return read;
  });
  if (tokens.length === 0)
    throw new ExpressionError(`Expected boolean evaluation for '${text}'. Got <nil>`, 0, text.length);
  // Words become text only now: where text may not stand (behind a prefix), a word may not either.
  const root = explained(`Failed to parse 'when' expression '${text}': `, () => {
    const words = tokens.map((token) => (token.kind === 'VARIABLE' ? { ...token, kind: 'STRING' as const } : token));
    checkOrder(words, text.length);
    return new WhenParser(words, text.length).parse();
  });
  return { text, root };
}

function explained<T>(prefix: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    const inMessage = error.message.startsWith('Invalid token') && error.hint !== undefined;
    const prefixed = error.prefixed(prefix);
    if (!inMessage) throw prefixed;
    throw new ExpressionError(`${prefixed.message} (hint: ${error.hint})`, error.offset, error.length, error.hint);
  }
}
