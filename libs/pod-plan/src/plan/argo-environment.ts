import { ENV, PATHS, SCRIPT_PART_BYTES } from '@argosy/executor-protocol';
import type { EnsurePod } from '@argosy/workflow-engine';
import type { EnvVar, Template } from '@argosy/workflow-spec';
import type { PodPlanContext, ProgressTicks } from './context.js';
import { LABELS } from './labels.js';
import { literally } from './literally.js';

/** The kernel takes no longer variable, name and final zero included. */
const VARIABLE_LIMIT_BYTES = 128 * 1024;
/** Most bytes that the copies for all containers of a pod may add to its object, of which a cluster stores 1.5 MB. */
const COPIES_LIMIT_BYTES = 512 * 1024;

const DEFAULT_TICKS: ProgressTicks = { file: '3s', patch: '1m0s' };

/** What Argo tells every container of a step. */
export function argoEnvironment(command: EnsurePod, { workflow }: PodPlanContext, containerName: string): EnvVar[] {
  const variables: EnvVar[] = [
    { name: ENV.containerName, value: containerName },
    { name: ENV.nodeId, value: command.nodeId },
    { name: ENV.workflowName, value: workflow.metadata.name ?? '' },
    { name: ENV.workflowUid, value: workflow.metadata.uid ?? '' },
    { name: ENV.podName, valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
    { name: ENV.podUid, valueFrom: { fieldRef: { fieldPath: 'metadata.uid' } } },
    { name: ENV.instanceId, value: workflow.metadata.labels?.[LABELS.instanceId] ?? '' },
    { name: ENV.includeScriptOutput, value: String(command.includeScriptOutput) },
    { name: ENV.progressFile, value: PATHS.progress },
    ...templateVariable(command.template),
  ];
  if (command.deadline !== null)
    variables.push({ name: ENV.deadline, value: new Date(command.deadline).toISOString().replace(/\.\d+Z$/, 'Z') });
  return variables;
}

/** Says to the supervisor of a program of the step how often to ask that for its progress. */
export function progressEnvironment({ supervisor: { progressTicks = DEFAULT_TICKS } }: PodPlanContext): EnvVar[] {
  return [
    { name: ENV.progressFileTick, value: progressTicks.file },
    { name: ENV.progressPatchTick, value: progressTicks.patch },
  ];
}

/** The template as it is run, where it fits. */
function templateVariable(template: Template): EnvVar[] {
  const value = literally(JSON.stringify(template));
  const bytes = new TextEncoder().encode(value).length;
  const copies = 1 + (template.sidecars?.length ?? 0) + (template.initContainers?.length ?? 0);
  const all = bytes * (copies + (template.containerSet?.containers.length ?? 0));
  const fits = bytes + ENV.template.length + 2 <= VARIABLE_LIMIT_BYTES && all <= COPIES_LIMIT_BYTES;
  return fits ? [{ name: ENV.template, value }] : [];
}

/** A script travels in the environment, in parts that the kernel takes: no ConfigMap, no further container. */
export function scriptEnvironment(script: string | null): EnvVar[] {
  if (script === null) return [];
  return partsOf(script).map((part, index) => ({ name: `${ENV.scriptPart}${index}`, value: literally(part) }));
}

/** At least one part, each of at most SCRIPT_PART_BYTES, never cut within a character. */
function partsOf(script: string): string[] {
  const bytes = new TextEncoder().encode(script);
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const parts: string[] = [];
  let from = 0;
  do {
    let to = Math.min(from + SCRIPT_PART_BYTES, bytes.length);
    while (to < bytes.length && ((bytes[to] ?? 0) & 0xc0) === 0x80) to--;
    parts.push(decoder.decode(bytes.subarray(from, to)));
    from = to;
  } while (from < bytes.length);
  return parts;
}
