import type { Container, PodSpec, Template } from '@argosy/workflow-spec';
import type { PodPlanContext } from './context.js';
import { literally } from './literally.js';
import { PodPlanError } from './plan-error.js';

/** What a container without a command runs. Null while it is being looked up. @throws PodPlanError when it cannot be told */
export type OwnCommand = (container: Container) => Pick<Container, 'command' | 'args'> | null;

const ARCHITECTURE = 'kubernetes.io/arch';

/**
 * The supervisor must know what to start. Docker's rule: the image's arguments go with its entrypoint, unless there are
 * others.
 */
export const ownCommandOf =
  (template: Template, spec: PodSpec, { workflow, imageCommand }: PodPlanContext): OwnCommand =>
  ({ name, image = '', args }) => {
    const where = `template "${template.name ?? ''}${template.containerSet ? `.${name}` : ''}" has no command`;
    if (!imageCommand) throw new PodPlanError(`${where}: set it, because the image's own entrypoint is not looked up`);
    const answer = imageCommand({
      image,
      namespace: workflow.metadata.namespace ?? '',
      serviceAccountName: spec.serviceAccountName,
      pullSecrets: (spec.imagePullSecrets ?? []).flatMap((secret) => secret.name ?? []),
      architecture: spec.nodeSelector?.[ARCHITECTURE],
    });
    if (answer.state === 'pending') return null;
    if (answer.state === 'unknown')
      throw new PodPlanError(`${where}, and that of image "${image}" could not be looked up: ${answer.reason}; set it`);
    const { entrypoint, cmd } = answer.command;
    const own = { command: entrypoint.map(literally), args: args ?? cmd.map(literally) };
    if (own.command.length + own.args.length > 0) return own;
    throw new PodPlanError(`${where}, and image "${image}" has none either: set it`);
  };
