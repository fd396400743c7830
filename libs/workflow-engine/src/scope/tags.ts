import { evaluateExpression, LATE_BOUND_NAMES, substitute, VariableScope } from '@argosy/expressions';
import type { JsonValue, UnresolvedTag } from '@argosy/expressions';

export interface Replaced<T> {
  readonly value: T;
  /** Tags that stayed because nothing in the scope answers to them. */
  readonly unresolved: readonly UnresolvedTag[];
}

/**
 * Replaces the tags in a value as Argo does: on its JSON text, values escaped, so that a tag may stand anywhere.
 * Tags that cannot be resolved yet stay. @throws on a broken expression
 */
export function replaceTags<T>(value: T, scope: VariableScope): Replaced<T> {
  const text = JSON.stringify(value);
  if (!text?.includes('{{')) return { value, unresolved: [] };
  const replaced = substitute(text, scope, { lateBound: LATE_BOUND_NAMES });
  return { value: JSON.parse(replaced.text) as T, unresolved: replaced.unresolved };
}

/** Value of an expr-lang expression. @throws when it is broken or refers to nothing */
export const evaluate = (expression: string, scope: VariableScope): JsonValue => evaluateExpression(expression, scope);

/** @throws when the expression is broken or its value is no boolean */
export function evaluateBoolean(expression: string, scope: VariableScope): boolean {
  const value = evaluate(expression, scope);
  if (typeof value !== 'boolean') throw new Error(`expression '${expression}' did not evaluate to a boolean`);
  return value;
}

/** How a value of an expression is written into a parameter. @throws for null, which means absent */
export function textOf(value: JsonValue): string {
  if (value === null) throw new Error('expression evaluated to nil');
  return typeof value === 'string' ? value : JSON.stringify(value);
}
