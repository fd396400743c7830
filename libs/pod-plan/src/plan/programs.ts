import { PATHS } from '@argosy/executor-protocol';
import { durationMs, requiredTemplateKind } from '@argosy/workflow-spec';
import type { Container, ContainerSetTemplate, Template, VolumeMount } from '@argosy/workflow-spec';
import type { PodPlanContext } from './context.js';
import { MAIN_CONTAINER } from './labels.js';
import { PodPlanError } from './plan-error.js';
import { resourceProgram } from './resource-program.js';

/** One program of a step: what a container of the pod runs under the supervisor. */
export interface Program {
  /** Of the container. */
  readonly name: string;
  /** The container as the user wrote it, without command and arguments. */
  readonly container: Omit<Container, 'name' | 'command' | 'args'>;
  /** Empty when it is the image's own. */
  readonly command: readonly string[];
  /** Undefined when they are the image's own, if the command is. */
  readonly args: readonly string[] | undefined;
  /** Written to a file before the program begins. */
  readonly script: Script | null;
  /** Files that outputs are read from besides those the template names, by parameter. */
  readonly outputFiles: ReadonlyMap<string, string>;
  /** Set for the members of a container set. */
  readonly turn: Turn | null;
}

export interface Script {
  readonly path: string;
  readonly text: string;
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
export function programsOf(template: Template, context: PodPlanContext): Program[] {
  const kind = requiredTemplateKind(template);
  const name = template.name ?? '';
  switch (kind) {
    case 'container': {
      const { command, args, name: _name, ...container } = template.container ?? {};
      return [main(container, command ?? [], args, null)];
    }
    case 'script': {
      const { command, args, source = '', name: _name, ...container } = template.script ?? {};
      return [main(container, command ?? [], [...(args ?? []), PATHS.script], { path: PATHS.script, text: source })];
    }
    case 'containerSet':
      return membersOf(template, template.containerSet ?? { containers: [] });
    case 'resource':
      return [resourceProgram(template, template.resource ?? { action: '' }, context)];
    case 'data':
      throw new PodPlanError(
        `template "${name}" is of kind data: what it lists are artifacts, and nothing reads artifacts yet`,
      );
    case 'steps':
    case 'dag':
    case 'suspend':
    case 'http':
    case 'plugin':
      throw new PodPlanError(`template "${name}" is of kind ${kind}, which makes no pod`);
  }
}

const main = (
  container: Program['container'],
  command: readonly string[],
  args: readonly string[] | undefined,
  script: Script | null,
): Program => ({ name: MAIN_CONTAINER, container, command, args, script, outputFiles: new Map(), turn: null });

function membersOf(template: Template, set: ContainerSetTemplate): Program[] {
  const { containers, volumeMounts = [], retryStrategy } = set;
  const needsMain = (template.outputs?.parameters ?? []).some(({ valueFrom }) => valueFrom?.path);
  if (needsMain && !containers.some(({ name }) => name === MAIN_CONTAINER))
    throw new PodPlanError(`template "${template.name}" has outputs, so one of its containers must be named main`);
  const retries = Number(retryStrategy?.retries ?? 0);
  const pauseMs = retryStrategy?.duration ? durationMs(retryStrategy.duration) : 0;
  if (!Number.isInteger(retries) || retries < 0 || pauseMs === null)
    throw new PodPlanError(`template "${template.name}" has an invalid containerSet.retryStrategy`);
  return containers.map(({ name, command, args, dependencies = [], ...container }) => ({
    name,
    container: withMounts(container, volumeMounts),
    command: command ?? [],
    args,
    script: null,
    outputFiles: new Map(),
    turn: { after: dependencies, retries, pauseMs },
  }));
}

const withMounts = (container: Program['container'], mounts: readonly VolumeMount[]): Program['container'] => ({
  ...container,
  volumeMounts: [...mounts, ...(container.volumeMounts ?? [])],
});
