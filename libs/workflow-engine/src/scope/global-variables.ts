import { VariableScope } from '@argosy/expressions';
import type { NodeStatus } from '@argosy/workflow-spec';
import { sortedByName, writeJson } from '../graph/spelt-json.js';
import type { RunDraft } from '../kernel/run-draft.js';
import { parseTime } from '../model/instant.js';
import { isUnsuccessful } from '../model/phases.js';
import { podNameOf } from '../model/ids.js';
import { parametersJson } from './parameters-json.js';
import { strftime, STRFTIME_CODES } from './strftime.js';

const SCHEDULED_TIME = 'workflows.argoproj.io/scheduled-time';
export const POD_NAME_FORMAT = 'workflows.argoproj.io/pod-name-format';

export const podNameFormat = (run: RunDraft): 'v1' | 'v2' =>
  run.workflow.metadata.annotations?.[POD_NAME_FORMAT] === 'v1' ? 'v1' : 'v2';

/** `workflow.*`: what every template may refer to. */
export function globalVariables(run: RunDraft): VariableScope {
  const { metadata } = run.workflow;
  const entries: Record<string, string | undefined> = {
    'workflow.name': run.name,
    'workflow.namespace': metadata.namespace ?? '',
    'workflow.mainEntrypoint': run.spec.entrypoint ?? '',
    'workflow.serviceAccountName': run.spec.serviceAccountName ?? '',
    'workflow.uid': metadata.uid ?? '',
    'workflow.priority': run.spec.priority === undefined ? undefined : String(run.spec.priority),
    'workflow.scheduledTime': metadata.annotations?.[SCHEDULED_TIME],
    ...creationTime(metadata.creationTimestamp),
    ...maps('workflow.labels', metadata.labels),
    ...maps('workflow.annotations', metadata.annotations),
    ...parameters(run),
    ...runtime(run),
  };
  for (const parameter of run.status.outputs?.parameters ?? []) {
    entries[`workflow.outputs.parameters.${parameter.name}`] = String(parameter.value ?? '');
  }
  const expressionTags = run.scope.rules?.expressionTemplates ?? true;
  return VariableScope.of(entries).read({ now: run.now, expressionTags, slowCalls: run.slowCalls });
}

function parameters(run: RunDraft): Record<string, string> {
  const entries: Record<string, string> = {};
  const list = [];
  for (const parameter of run.spec.arguments?.parameters ?? []) {
    const value = workflowParameter(run, parameter.name);
    if (value === undefined) continue;
    entries[`workflow.parameters.${parameter.name}`] = value;
    list.push({ ...parameter, value });
  }
  const json = parametersJson(list);
  // A parameter that is named `json` is the author's.
  return { 'workflow.parameters': json, 'workflow.parameters.json': json, ...entries };
}

/** Why an argument that is to come from a ConfigMap cannot be told; null when all can. */
export function missingParameter(run: RunDraft): string | null {
  for (const { name, valueFrom } of run.spec.arguments?.parameters ?? []) {
    const ref = valueFrom?.configMapKeyRef;
    if (!ref || workflowParameter(run, name) !== undefined) continue;
    const place = `configmap with name ${ref.name ?? ''} and key ${ref.key}`;
    return `failed to set global parameter ${name} from ${place}: ${missingKey(ref.name ?? '', ref.key)}`;
  }
  return null;
}

export const missingKey = (configMap: string, key: string): string =>
  `ConfigMap '${configMap}' does not have the key '${key}'`;

/** Value of a workflow argument: given, else default, else the ConfigMap key it names. */
export function workflowParameter(run: RunDraft, name: string): string | undefined {
  const parameter = run.spec.arguments?.parameters?.find((candidate) => candidate.name === name);
  if (parameter?.value !== undefined) return String(parameter.value);
  const ref = parameter?.valueFrom?.configMapKeyRef;
  const found = ref ? run.world.configMapKey?.(ref.name ?? '', ref.key) : undefined;
  const value = found ?? parameter?.valueFrom?.default ?? parameter?.default;
  return value === undefined ? undefined : String(value);
}

function runtime(run: RunDraft): Record<string, string | undefined> {
  const startedAt = parseTime(run.status.startedAt) ?? run.now;
  const root = run.nodeNamed(run.name);
  const ended = root && root.phase !== 'Running' && root.phase !== 'Pending' ? root : undefined;
  return {
    'workflow.duration': ((run.now - startedAt) / 1000).toFixed(6),
    'workflow.status': ended ? workflowPhaseOf(ended) : (run.status.phase ?? ''),
    'workflow.failures': ended ? failures(run) : undefined,
  };
}

/** Skipped and omitted entries count as success. */
export function workflowPhaseOf(root: NodeStatus): 'Succeeded' | 'Failed' | 'Error' {
  return root.phase === 'Failed' || root.phase === 'Error' ? root.phase : 'Succeeded';
}

/** Quoted twice, as in Argo: the quotes survive the substitution, so readers decode twice. */
function failures(run: RunDraft): string {
  const failed = [...run.allNodes()]
    .filter((node) => isUnsuccessful(node.phase))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((node) => ({
      displayName: node.displayName ?? '',
      message: node.message ?? '',
      templateName: node.templateName ?? '',
      phase: node.phase ?? '',
      podName: podNameOf(podNameFormat(run), run.name, node.name, node.templateName),
      finishedAt: node.finishedAt ?? null,
    }));
  return JSON.stringify(failed.length > 0 ? JSON.stringify(failed) : 'null');
}

function creationTime(created: string | undefined): Record<string, string> {
  const at = parseTime(created);
  if (at === null) return {};
  const iso = new Date(at).toISOString().replace('.000Z', 'Z');
  const entries: Record<string, string> = {
    'workflow.creationTimestamp': iso,
    'workflow.creationTimestamp.RFC3339': iso,
    'workflow.creationTimestamp.s': String(Math.floor(at / 1000)),
  };
  for (const code of STRFTIME_CODES) entries[`workflow.creationTimestamp.${code}`] = strftime(code, at);
  return entries;
}

function maps(prefix: string, values: Readonly<Record<string, string>> | undefined): Record<string, string> {
  const json = writeJson(sortedByName(values ?? {}));
  const entries: Record<string, string> = { [prefix]: json, [`${prefix}.json`]: json };
  for (const [key, value] of Object.entries(values ?? {})) entries[`${prefix}.${key}`] = value;
  return entries;
}
