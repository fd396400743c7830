import { PATHS } from '@argosy/executor-protocol';
import { kindOf, parseDuration } from '@argosy/workflow-engine';
import type { Container, ContainerSetTemplate, Template, VolumeMount } from '@argosy/workflow-spec';
import { MAIN_CONTAINER } from './labels.js';
import { PodPlanError } from './plan-error.js';

/** One program of a step: what a container of the pod runs under the supervisor. */
export interface Program {
  /** Of the container. */
  readonly name: string;
  /** The container as the user wrote it, without command and arguments. */
  readonly container: Omit<Container, 'name' | 'command' | 'args'>;
  readonly command: readonly string[];
  readonly args: readonly string[];
  readonly script: string | null;
  /** Set for the members of a container set. */
  readonly turn: Turn | null;
}

/** How a container takes its turn among those of its pod. */
export interface Turn {
  /** Containers that have to end well before it begins. */
  readonly after: readonly string[];
  /** Attempts after the first. */
  readonly retries: number;
  readonly pauseMs: number;
}

/** What a template runs, one program for each container. @throws PodPlanError when that cannot be told */
export function programsOf(template: Template): Program[] {
  const kind = kindOf(template);
  const name = template.name ?? '';
  switch (kind) {
    case 'container': {
      const { command, args, name: _name, ...container } = template.container ?? {};
      return [main(container, required(command, name), args ?? [], null)];
    }
    case 'script': {
      const { command, args, source, name: _name, ...container } = template.script ?? { source: '' };
      return [main(container, required(command, name), [...(args ?? []), PATHS.script], source)];
    }
    case 'containerSet':
      return membersOf(template, template.containerSet ?? { containers: [] });
    default:
      throw new PodPlanError(`template "${name}" is of kind ${kind}, which is not supported yet`);
  }
}

const main = (
  container: Program['container'],
  command: readonly string[],
  args: readonly string[],
  script: string | null,
): Program => ({ name: MAIN_CONTAINER, container, command, args, script, turn: null });

function membersOf(template: Template, set: ContainerSetTemplate): Program[] {
  const { containers, volumeMounts = [], retryStrategy } = set;
  const needsMain = (template.outputs?.parameters ?? []).some(({ valueFrom }) => valueFrom?.path);
  if (needsMain && !containers.some(({ name }) => name === MAIN_CONTAINER))
    throw new PodPlanError(`template "${template.name}" has outputs, so one of its containers must be named main`);
  const retries = Number(retryStrategy?.retries ?? 0);
  const pauseMs = retryStrategy?.duration ? parseDuration(retryStrategy.duration) : 0;
  if (!Number.isInteger(retries) || retries < 0 || pauseMs === null)
    throw new PodPlanError(`template "${template.name}" has an invalid containerSet.retryStrategy`);
  return containers.map(({ name, command, args, dependencies = [], ...container }) => ({
    name,
    container: withMounts(container, volumeMounts),
    command: required(command, `${template.name}.${name}`),
    args: args ?? [],
    script: null,
    turn: { after: dependencies, retries, pauseMs },
  }));
}

const withMounts = (container: Program['container'], mounts: readonly VolumeMount[]): Program['container'] => ({
  ...container,
  volumeMounts: [...mounts, ...(container.volumeMounts ?? [])],
});

/** The supervisor must know what to start. Argo asks the image's registry when the command is missing. */
function required(command: readonly string[] | undefined, template: string): readonly string[] {
  if (command && command.length > 0) return command;
  throw new PodPlanError(
    `template "${template}" has no command: set it, because the image's own entrypoint is not looked up`,
  );
}
