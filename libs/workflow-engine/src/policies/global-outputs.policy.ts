import type { Outputs } from '@argosy/workflow-spec';
import type { RunDraft } from '../kernel/run-draft.js';

/** Outputs with a `globalName` become outputs of the workflow; the last writer wins. */
export function publishGlobalOutputs(run: RunDraft, outputs: Outputs | undefined): void {
  const parameters = (outputs?.parameters ?? []).filter((parameter) => parameter.globalName);
  const artifacts = (outputs?.artifacts ?? []).filter((artifact) => artifact.globalName);
  if (parameters.length === 0 && artifacts.length === 0) return;
  const before = run.status.outputs ?? {};
  const next: Outputs = { ...before };
  if (parameters.length > 0) {
    const named = parameters.map(({ globalName, value }) => ({ name: globalName ?? '', value: String(value ?? '') }));
    next.parameters = merged(before.parameters, named);
  }
  if (artifacts.length > 0) {
    const named = artifacts.map(({ globalName, ...artifact }) => ({ ...artifact, name: globalName ?? '' }));
    next.artifacts = merged(before.artifacts, named);
  }
  run.status = { ...run.status, outputs: next };
  run.forgetGlobals();
}

function merged<T extends { name: string }>(before: readonly T[] | undefined, added: readonly T[]): T[] {
  const names = new Set(added.map((item) => item.name));
  return [...(before ?? []).filter((item) => !names.has(item.name)), ...added];
}
