import type { Outputs, Parameter, Template } from '@argosy/workflow-spec';
import type { RunDraft } from '../kernel/run-draft.js';
import type { SiblingScope } from './sibling-variables.js';
import { resolveArtifacts } from './resolve-artifacts.js';
import { evaluate, replaceTags, textOf } from './tags.js';

/**
 * Outputs that a steps or DAG template takes from what ran inside it.
 * @throws when one cannot be told and has no default
 */
export function templateOutputs(run: RunDraft, template: Template, siblings: SiblingScope): Outputs | undefined {
  const declared = template.outputs;
  if (!declared?.parameters?.length && !declared?.artifacts?.length) return undefined;
  const scope = run.globals.extend(siblings.variables);
  const outputs: Outputs = {};
  const parameters = (declared.parameters ?? []).map((parameter) => ({
    ...parameter,
    value: valueOf(parameter, scope),
  }));
  if (parameters.length > 0) outputs.parameters = parameters;
  const artifacts = (declared.artifacts ?? []).flatMap((artifact) => {
    const [found] = resolveArtifacts([artifact], siblings.artifacts, scope);
    return found ? [{ ...found, ...(artifact.globalName && { globalName: artifact.globalName }) }] : [];
  });
  if (artifacts.length > 0) outputs.artifacts = artifacts;
  return outputs;
}

const tagIn = (text: string): string => /\{\{\s*(.*?)\s*\}\}/s.exec(text)?.[1] ?? text;

function valueOf(parameter: Parameter, scope: RunDraft['globals']): string {
  const source = parameter.valueFrom;
  if (!source) throw new Error('output parameters must have a valueFrom specified');
  try {
    if (source.expression) return textOf(evaluate(source.expression, scope));
    if (source.parameter) {
      const { value, unresolved } = replaceTags(source.parameter, scope);
      const [missing] = unresolved;
      if (missing) throw new Error(`Unable to resolve: ${JSON.stringify(tagIn(source.parameter))}`);
      return value;
    }
  } catch (error) {
    if (source.default === undefined) throw error;
  }
  const fallback = source.default ?? parameter.default;
  if (fallback === undefined) throw new Error(`output parameter '${parameter.name}' has no value`);
  return String(fallback);
}
