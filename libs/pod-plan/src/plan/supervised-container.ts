import { PATHS } from '@argosy/executor-protocol';
import type { EnsurePod } from '@argosy/workflow-engine';
import type { Container, VolumeMount } from '@argosy/workflow-spec';
import { ARGO_EXECUTOR } from '../observe/argo-pod.js';
import { argoEnvironment, progressEnvironment, scriptEnvironment } from './argo-environment.js';
import type { PodPlanContext } from './context.js';
import { MAIN_CONTAINER } from './labels.js';
import type { OwnCommand } from './own-command.js';
import { literally } from './literally.js';
import type { Program, Turn } from './programs.js';

/** Volumes of ours; `var-run-argo` and `argo-staging` are called as Argo calls them. */
export const VOLUMES = { supervisor: 'argosy', shared: 'var-run-argo', staging: 'argo-staging' } as const;

export const SUPERVISOR_MOUNT: VolumeMount = {
  name: VOLUMES.supervisor,
  mountPath: PATHS.supervisorVolume,
  readOnly: true,
};
const OWN_MOUNTS: readonly VolumeMount[] = [SUPERVISOR_MOUNT, { name: VOLUMES.shared, mountPath: PATHS.shared }];

/** Whether a container of a pod is one of the step's own programs, and not put there by somebody else. */
export const isSupervised = ({ name, command }: Container): boolean =>
  name === MAIN_CONTAINER || command?.[0] === PATHS.supervisor || command?.[0] === ARGO_EXECUTOR;

/** The container of a program, as it is before patches; what it runs is the user's and not yet under the supervisor. */
export function planContainer(program: Program, command: EnsurePod, context: PodPlanContext): Container {
  const { container, name } = program;
  return {
    ...container,
    name,
    ...(program.command.length > 0 && { command: [...program.command] }),
    ...(program.args && { args: [...program.args] }),
    env: [
      ...argoEnvironment(command, context, name),
      ...progressEnvironment(context),
      ...scriptEnvironment(program.script?.text ?? null),
      ...(container.env ?? []),
    ],
    volumeMounts: [
      ...OWN_MOUNTS,
      ...(program.script === null ? [] : [{ name: VOLUMES.staging, mountPath: PATHS.staging }]),
      ...(container.volumeMounts ?? []),
    ],
    terminationMessagePath: program.turn ? PATHS.terminationMessageOf(name) : PATHS.terminationMessage,
    terminationMessagePolicy: 'File',
  };
}

/** Puts what a container runs under the supervisor. Null while that is not known, because it is up to the image. */
export function supervised(
  container: Container,
  program: Program,
  command: EnsurePod,
  ownCommand: OwnCommand,
): Container | null {
  const found = container.command?.length ? container : ownCommand(container);
  if (found === null) return null;
  const flags = [...turnFlags(program.name, program.turn), ...outputFlags(program, command)].map(literally);
  const { args: _args, ...rest } = container;
  return {
    ...rest,
    command: [PATHS.supervisor, 'run', ...flags, '--', ...(found.command ?? [])],
    ...(found.args?.length && { args: found.args }),
  };
}

function turnFlags(name: string, turn: Turn | null): string[] {
  if (!turn) return [];
  const flags = ['--report', PATHS.terminationMessageOf(name), '--exit-code', PATHS.exitCodeOf(name)];
  for (const other of turn.after) flags.push('--after', `${other}=${PATHS.exitCodeOf(other)}`);
  if (turn.retries > 0) flags.push('--retries', String(turn.retries), '--retry-pause', String(turn.pauseMs));
  return flags;
}

/** Outputs are those of main. */
function outputFlags({ name, script, outputFiles }: Program, { template, includeScriptOutput }: EnsurePod): string[] {
  if (name !== MAIN_CONTAINER) return [];
  const flags = includeScriptOutput ? ['--result'] : [];
  if (script !== null) flags.push('--script', script.path);
  if (template.resource) flags.push('--reason', PATHS.reason);
  for (const { name: parameter, valueFrom } of template.outputs?.parameters ?? []) {
    const path = valueFrom?.path ?? outputFiles.get(parameter);
    if (!path) continue;
    flags.push('--parameter', `${parameter}=${path}`);
    if (valueFrom?.default !== undefined) flags.push('--default', `${parameter}=${valueFrom.default}`);
  }
  return flags;
}
