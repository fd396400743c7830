import { PATHS } from '@argosy/executor-protocol';
import { yamlValue } from '@argosy/workflow-spec';
import type { Parameter, ResourceTemplate, Template } from '@argosy/workflow-spec';
import type { PodPlanContext } from './context.js';
import { MAIN_CONTAINER } from './labels.js';
import { literally } from './literally.js';
import { PodPlanError } from './plan-error.js';
import type { Program } from './programs.js';

const KUBECTL_IMAGE = 'registry.k8s.io/kubectl:v1.33.4';

/** A resource template runs the supervisor's own resource program, which needs nothing but kubectl beside it. */
export function resourceProgram(template: Template, resource: ResourceTemplate, context: PodPlanContext): Program {
  const outputs = outputsOf(template);
  const command = [
    PATHS.supervisor,
    'resource',
    resource.action,
    ...['--manifest', PATHS.manifest, '--reason', PATHS.reason],
    ...(resource.mergeStrategy ? ['--strategy', resource.mergeStrategy] : []),
    ...(resource.successCondition ? ['--success', resource.successCondition] : []),
    ...(resource.failureCondition ? ['--failure', resource.failureCondition] : []),
    ...outputs.flatMap(({ flags }) => flags),
    ...(resource.flags?.length ? ['--', ...resource.flags] : []),
  ];
  const text = manifestOf(template, resource, context);
  return {
    name: MAIN_CONTAINER,
    container: { image: context.supervisor.kubectlImage ?? KUBECTL_IMAGE },
    command: command.map(literally),
    args: [],
    script: text === '' ? null : { path: PATHS.manifest, text },
    outputFiles: new Map(outputs.map(({ name, file }) => [name, file])),
    turn: null,
  };
}

interface ResourceOutput {
  readonly name: string;
  readonly file: string;
  readonly flags: readonly string[];
}

function outputsOf({ outputs }: Template): ResourceOutput[] {
  return (outputs?.parameters ?? []).flatMap(({ name, valueFrom }: Parameter, index): ResourceOutput[] => {
    const file = PATHS.outputOf(index);
    const source = valueFrom?.jsonPath
      ? ['--json-path', `${file}=${valueFrom.jsonPath}`]
      : valueFrom?.jqFilter
        ? ['--jq', `${file}=${valueFrom.jqFilter}`]
        : null;
    if (!source) return [];
    return [{ name, file, flags: [...source, ...(valueFrom?.default === undefined ? [] : ['--may-miss', file])] }];
  });
}

function manifestOf(
  { name }: Template,
  { manifest = '', manifestFrom, setOwnerReference }: ResourceTemplate,
  { workflow }: PodPlanContext,
): string {
  if (manifestFrom)
    throw new PodPlanError(`template "${name}" takes its manifest from an artifact, which is not supported yet`);
  if (!setOwnerReference || manifest === '') return manifest;
  let object: { metadata?: { ownerReferences?: unknown[] } } | null;
  try {
    object = yamlValue(manifest) as typeof object;
  } catch (cause) {
    throw new PodPlanError(`the manifest of template "${name}" is not YAML: ${(cause as Error).message}`, { cause });
  }
  if (typeof object !== 'object' || object === null)
    throw new PodPlanError(`the manifest of template "${name}" is not one object, so it can have no owner`);
  const owner = {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Workflow',
    name: workflow.metadata.name,
    uid: workflow.metadata.uid,
    controller: true,
    blockOwnerDeletion: true,
  };
  const ownerReferences = [...(object.metadata?.ownerReferences ?? []), owner];
  return JSON.stringify({ ...object, metadata: { ...object.metadata, ownerReferences } });
}
