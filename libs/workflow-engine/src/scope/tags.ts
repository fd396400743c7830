import {
  evaluateExpression,
  ExpressionCache,
  inspectExpression,
  LATE_BOUND_NAMES,
  substituteTemplate,
} from '@argosy/expressions';
import type { EvaluationSettings, JsonValue, UnresolvedTag, VariableScope } from '@argosy/expressions';

export interface Replaced<T> {
  readonly value: T;
  /** Tags that stayed because nothing in the scope answers to them. */
  readonly unresolved: readonly UnresolvedTag[];
}

/**
 * Parsed texts by their source. It only saves time: what is in it follows from the text alone, so that passes stay
 * deterministic. Ten thousand items of a loop share one template.
 */
const CACHE = new ExpressionCache();
const SETTINGS = { lateBound: LATE_BOUND_NAMES, cache: CACHE };

/** Names that tell one place of a run from another: what is drawn at random there differs. */
const PLACE = ['workflow.uid', 'node.name', 'pod.name', 'steps.name', 'tasks.name', 'item'];

/** How texts are read in a scope. */
const settingsOf = (scope: VariableScope) => ({
  ...SETTINGS,
  expressions: scope.reading.expressionTags ?? true,
  ...world(scope),
});

/** What a pass gives its expressions of the world: its time, and random values that follow from it and the place. */
function world(scope: VariableScope): Pick<EvaluationSettings, 'now' | 'seed' | 'slowCalls'> {
  const { now, slowCalls } = scope.reading;
  if (now === undefined) return { slowCalls };
  return { now, slowCalls, seed: JSON.stringify([now, ...PLACE.map((name) => scope.get(name) ?? null)]) };
}

/** Replaces the tags in every text of a value; those that cannot be resolved yet stay. @throws on a broken expression */
export function replaceTags<T>(value: T, scope: VariableScope): Replaced<T> {
  return substituteTemplate(value, scope, settingsOf(scope));
}

export interface TriedReplacing<T> extends Replaced<T> {
  /** Why the first expression that failed did. */
  readonly failure: Error | null;
}

/** The same where it may turn out that the value is not needed: an expression that fails stays as it is. */
export function tryReplaceTags<T>(value: T, scope: VariableScope): TriedReplacing<T> {
  const failures: Error[] = [];
  const { value: replaced, unresolved } = substituteTemplate(value, scope, {
    ...settingsOf(scope),
    onFailure: (error) => failures.push(error),
  });
  return { value: replaced, unresolved, failure: failures[0] ?? null };
}

/** Value of an expr-lang expression. @throws when it is broken or refers to nothing */
export const evaluate = (expression: string, scope: VariableScope): JsonValue =>
  evaluateExpression(expression, scope, { cache: CACHE, ...world(scope) });

/** @throws when the expression is broken or its value is no boolean */
export const evaluateBoolean = (expression: string, scope: VariableScope): boolean =>
  boolean(expression, evaluate(expression, scope));

/** The same of what is looked at again and again: not true as long as what it reads is not there. */
export function isTrueByNow(expression: string, scope: VariableScope): boolean {
  const { value, missing, error } = inspectExpression(expression, scope, { cache: CACHE, ...world(scope) });
  if (missing.size > 0 && (error || value === null)) return false;
  if (error) throw error;
  return boolean(expression, value);
}

function boolean(expression: string, value: JsonValue): boolean {
  if (typeof value !== 'boolean') throw new Error(`expression '${expression}' did not evaluate to a boolean`);
  return value;
}

/** How a value of an expression is written into a parameter. @throws for null, which means absent */
export function textOf(value: JsonValue): string {
  if (value === null) throw new Error('expression evaluated to nil');
  return typeof value === 'string' ? value : JSON.stringify(value);
}
