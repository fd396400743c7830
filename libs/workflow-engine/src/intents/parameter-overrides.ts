import type { WorkflowSpec } from '@argosy/workflow-spec';
import type { IntentRefused } from '../model/intent.js';
import { refused } from './refusals.js';

/** The spec with arguments replaced by `name=value` texts, or what is wrong with them. */
export function overriddenArguments(spec: WorkflowSpec, parameters: readonly string[]): WorkflowSpec | IntentRefused {
  const values = new Map<string, string>();
  for (const parameter of parameters) {
    const at = parameter.indexOf('=');
    if (at <= 0) return refused('bad-parameters', `expected parameter of the form NAME=VALUE, not "${parameter}"`);
    values.set(parameter.slice(0, at), parameter.slice(at + 1));
  }
  if (values.size === 0) return spec;
  const kept = (spec.arguments?.parameters ?? []).filter(({ name }) => !values.has(name));
  const replaced = [...values].map(([name, value]) => ({ name, value }));
  return { ...spec, arguments: { ...spec.arguments, parameters: [...kept, ...replaced] } };
}
