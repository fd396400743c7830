import type { NodeStatus, Outputs, Parameter } from '@argosy/workflow-spec';

export interface SuppliedOutputs {
  readonly outputs: Outputs | undefined;
  /** Why the node cannot go on; null when every output has a value. */
  readonly missing: string | null;
}

/** Outputs of a suspended node as it resumes: what was set, else the default, else the input of the same name. */
export function withDefaults(node: NodeStatus | undefined): SuppliedOutputs {
  let missing: string | null = null;
  const parameters = node?.outputs?.parameters?.map((parameter) => {
    if (parameter.value !== undefined) return parameter;
    const value = parameter.valueFrom?.default ?? inputNamed(node, parameter.name);
    if (value === undefined) {
      missing ??= `raw output parameter '${parameter.name}' has not been set and does not have a default value`;
      return parameter;
    }
    const { valueFrom: _valueFrom, ...rest } = parameter;
    return { ...rest, value: String(value) };
  });
  return { outputs: parameters ? { ...node?.outputs, parameters } : node?.outputs, missing };
}

/** The value of the input, or, when that value holds the choices, the one that stands for them. */
function inputNamed(node: NodeStatus, name: string): Parameter['value'] {
  const input = node.inputs?.parameters?.find((parameter) => parameter.name === name);
  return input?.enum && !input.enum.includes(input.value ?? '') ? input.default : input?.value;
}
