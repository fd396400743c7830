import { ENV, PATHS, SCRIPT_PART_BYTES } from '@argosy/executor-protocol';
import type { EnsurePod } from '@argosy/workflow-engine';
import type { Container, EnvVar, Template, VolumeMount } from '@argosy/workflow-spec';
import { kindOf } from '@argosy/workflow-engine';
import type { PodPlanContext } from './context.js';
import { MAIN_CONTAINER } from './labels.js';
import { PodPlanError } from './plan-error.js';

interface UserProgram {
  /** The container as the user wrote it, without command and arguments. */
  readonly container: Omit<Container, 'name' | 'command' | 'args'>;
  readonly command: readonly string[];
  readonly args: readonly string[];
  readonly script: string | null;
}

/** Volumes of ours; `var-run-argo` and `argo-staging` are called as Argo calls them. */
export const VOLUMES = { supervisor: 'argosy', shared: 'var-run-argo', staging: 'argo-staging' } as const;

export const SUPERVISOR_MOUNT: VolumeMount = {
  name: VOLUMES.supervisor,
  mountPath: PATHS.supervisorVolume,
  readOnly: true,
};
const OWN_MOUNTS: readonly VolumeMount[] = [SUPERVISOR_MOUNT, { name: VOLUMES.shared, mountPath: PATHS.shared }];

/** The main container: the user's command under the supervisor. */
export function planMainContainer(command: EnsurePod, context: PodPlanContext): Container {
  const program = programOf(command.template);
  const { container } = program;
  return {
    ...container,
    name: MAIN_CONTAINER,
    command: [PATHS.supervisor, 'run', ...supervisorFlags(command, program), '--', ...program.command],
    ...(program.args.length > 0 ? { args: [...program.args] } : {}),
    env: [
      ...argoEnvironment(command, context, MAIN_CONTAINER),
      ...scriptEnvironment(program.script),
      ...(container.env ?? []),
    ],
    volumeMounts: [
      ...OWN_MOUNTS,
      ...(program.script === null ? [] : [{ name: VOLUMES.staging, mountPath: PATHS.staging }]),
      ...(container.volumeMounts ?? []),
    ],
    terminationMessagePath: PATHS.terminationMessage,
    terminationMessagePolicy: 'File',
  };
}

function programOf(template: Template): UserProgram {
  const kind = kindOf(template);
  const name = template.name ?? '';
  switch (kind) {
    case 'container': {
      const { command, args, name: _name, ...container } = template.container ?? {};
      return { container, command: required(command, name), args: args ?? [], script: null };
    }
    case 'script': {
      const { command, args, source, name: _name, ...container } = template.script ?? { source: '' };
      return { container, command: required(command, name), args: [...(args ?? []), PATHS.script], script: source };
    }
    default:
      throw new PodPlanError(`template "${name}" is of kind ${kind}, which is not supported yet`);
  }
}

/** The supervisor must know what to start. Argo asks the image's registry when the command is missing. */
function required(command: readonly string[] | undefined, template: string): readonly string[] {
  if (command && command.length > 0) return command;
  throw new PodPlanError(
    `template "${template}" has no command: set it, because the image's own entrypoint is not looked up`,
  );
}

function supervisorFlags({ template, includeScriptOutput }: EnsurePod, { script }: UserProgram): string[] {
  const flags = includeScriptOutput ? ['--result'] : [];
  if (script !== null) flags.push('--script', PATHS.script);
  for (const { name, valueFrom } of template.outputs?.parameters ?? []) {
    if (!valueFrom?.path) continue;
    flags.push('--parameter', `${name}=${valueFrom.path}`);
    if (valueFrom.default !== undefined) flags.push('--default', `${name}=${valueFrom.default}`);
  }
  return flags.map(literally);
}

export function argoEnvironment(command: EnsurePod, { workflow }: PodPlanContext, containerName: string): EnvVar[] {
  const variables: EnvVar[] = [
    { name: ENV.containerName, value: containerName },
    { name: ENV.nodeId, value: command.nodeId },
    { name: ENV.workflowName, value: workflow.metadata.name ?? '' },
    { name: ENV.workflowUid, value: workflow.metadata.uid ?? '' },
    { name: ENV.podName, valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
    { name: ENV.podUid, valueFrom: { fieldRef: { fieldPath: 'metadata.uid' } } },
    { name: ENV.includeScriptOutput, value: String(command.includeScriptOutput) },
  ];
  if (command.deadline !== null)
    variables.push({ name: ENV.deadline, value: new Date(command.deadline).toISOString().replace(/\.\d+Z$/, 'Z') });
  return variables;
}

/** A script travels in the environment, in parts that the kernel takes: no ConfigMap, no further container. */
function scriptEnvironment(script: string | null): EnvVar[] {
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

/** Kubernetes replaces `$(NAME)` and makes one dollar of two in what it hands to a container; doubling keeps text as it is. */
const literally = (text: string): string => text.replaceAll('$', '$$$$');
