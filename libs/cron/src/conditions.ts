import type { JsonValue } from '@argosy/expressions';
import { evaluateExpression, evaluateWhen, ExpressionError, substitute, VariableScope } from '@argosy/expressions';
import type { Instant } from '@argosy/workflow-engine';
import type { CronWorkflow } from '@argosy/workflow-spec';

export type Verdict = { readonly ok: true; readonly holds: boolean } | { readonly ok: false; readonly problem: string };

/** Whether a scheduled time is wanted: `{{= }}` and `{{ }}` over cronworkflow.*, then the dialect of `when`. */
export function isWanted(cron: CronWorkflow, now: Instant): Verdict {
  const { when } = cron.spec;
  if (!when) return { ok: true, holds: true };
  return verdict('', () => {
    // Tags first: one of them may stand in an expression.
    const tagged = substitute(when, namesOf(cron), { expressions: false });
    const { text, unresolved } = substitute(tagged.text, variablesOf(cron), { now });
    const [missing] = unresolved;
    if (missing) throw missing.reason;
    return evaluateWhen(text);
  });
}

/** Whether the CronWorkflow has reached its end: the expression of `stopStrategy`. */
export function isStopReached(cron: CronWorkflow, now: Instant): Verdict {
  const { expression } = cron.spec.stopStrategy ?? {};
  if (!expression) return { ok: true, holds: false };
  return verdict('failed to evaluate stop expression: ', () => {
    const value = evaluateExpression(expression, variablesOf(cron), { now });
    if (typeof value !== 'boolean') throw new ExpressionError(`'${expression}' is no boolean`);
    return value;
  });
}

function verdict(prefix: string, evaluate: () => boolean): Verdict {
  try {
    return { ok: true, holds: evaluate() };
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    return { ok: false, problem: `${prefix}${error.message}` };
  }
}

function fieldsOf({ metadata, status = {} }: CronWorkflow): Record<string, JsonValue> {
  const { name = '', namespace = '', labels = {}, annotations = {} } = metadata;
  const { lastScheduledTime = null, failed = 0, succeeded = 0 } = status;
  const json = { 'labels.json': JSON.stringify(labels), 'annotations.json': JSON.stringify(annotations) };
  return { name, namespace, labels, annotations, ...json, lastScheduledTime, failed, succeeded };
}

/** For expressions: one object, so that a label's dots do not split its name and an absent time is nil. */
const variablesOf = (cron: CronWorkflow): VariableScope => VariableScope.of({ cronworkflow: fieldsOf(cron) });

/** For tags: flat names. */
function namesOf(cron: CronWorkflow): VariableScope {
  const { labels, annotations, ...fields } = fieldsOf(cron);
  const maps = { labels, annotations } as Record<string, Record<string, string>>;
  const members = Object.entries(maps).flatMap(([map, entries]) =>
    Object.entries(entries).map(([key, value]): [string, JsonValue] => [`${map}.${key}`, value]),
  );
  const named = [...members, ...Object.entries(fields)];
  return VariableScope.of(named.map(([name, value]): [string, JsonValue] => [`cronworkflow.${name}`, value]));
}
