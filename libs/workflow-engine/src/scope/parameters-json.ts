import type { Parameter } from '@argosy/workflow-spec';

/** Parameters as one text: members in Argo's order, not in that of the manifest, and every value a text. */
export const parametersJson = (parameters: readonly Parameter[]): string =>
  JSON.stringify(
    parameters.map(({ name, default: fallback, value, valueFrom, globalName, enum: choices, description }) => ({
      name,
      default: fallback?.toString(),
      value: value?.toString(),
      valueFrom,
      globalName,
      enum: choices?.map(String),
      description: description?.toString(),
    })),
  );
