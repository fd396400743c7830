import { argoFunctions } from '../argo/functions.js';
import type { ExpressionCache } from '../expression-cache.js';
import type { JsonValue } from '../json.js';
import type { VariableScope } from '../scope/variable-scope.js';
import type { ExprNode } from './ast.js';
import type { EvaluationSettings } from './evaluation-settings.js';
import { Evaluator } from './evaluator.js';
import { parseExpression } from './parser.js';
import { toJson } from './value.js';
import { ExpressionError } from '../expression-error.js';

export interface Evaluation {
  readonly value: JsonValue;
  /** Dotted names that were read. */
  readonly used: ReadonlySet<string>;
  /** Dotted names that were asked for and are not in scope. */
  readonly missing: ReadonlySet<string>;
  /** Set when evaluation failed; `value` is null then. */
  readonly error?: ExpressionError;
}
export interface ExpressionSettings extends EvaluationSettings {
  readonly cache?: ExpressionCache;
}

export function compileExpression(text: string, cache?: ExpressionCache): ExprNode {
  return cache === undefined ? parseExpression(text) : cache.compiled('expression', text, () => parseExpression(text));
}

/** Evaluates and tells what was read and what was missing. Throws ExpressionError only for what cannot be parsed. */
export function inspectExpression(text: string, scope: VariableScope, settings: ExpressionSettings = {}): Evaluation {
  const evaluator = new Evaluator(scope, argoFunctions(settings), settings);
  const { used, missing } = evaluator;
  const node = compileExpression(text, settings.cache);
  try {
    return { value: toJson(evaluator.evaluate(node)), used, missing };
  } catch (error) {
    if (error instanceof RangeError)
      return {
        value: null,
        used,
        missing,
        error: new ExpressionError('expression takes too much memory: it was stopped'),
      };
    if (!(error instanceof ExpressionError)) throw error;
    return { value: null, used, missing, error };
  }
}

/**
 * The value of an expr-lang expression; null when it is absent.
 * @throws ExpressionError when it is broken, or refers to a variable that is not there
 */
export function evaluateExpression(text: string, scope: VariableScope, settings: ExpressionSettings = {}): JsonValue {
  const { value, missing, error } = inspectExpression(text, scope, settings);
  if (error) throw error;
  const [name] = missing;
  if (value === null && name !== undefined)
    throw new ExpressionError(`variable ${name} is not available`, Math.max(0, text.indexOf(name)), name.length);
  return value;
}
