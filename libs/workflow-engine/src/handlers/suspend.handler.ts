import type { Inputs, Outputs, Parameter, Template } from '@argosy/workflow-spec';
import { endNode } from '../kernel/closing.js';
import { describeNode } from '../kernel/node-description.js';
import type { RunDraft } from '../kernel/run-draft.js';
import type { CallSite, SuspendFrame } from '../model/frame.js';
import { readDuration } from '../model/duration.js';
import { instant, parseTime } from '../model/instant.js';
import type { Instant } from '../model/instant.js';
import { hooksOf } from '../policies/hooks.policy.js';
import { accrueProgress, completeProgress } from '../policies/progress.policy.js';
import { isSuspended } from '../policies/suspension.policy.js';
import { withDefaults } from '../scope/supplied-outputs.js';
import type { TemplateHandler } from './handler.js';

/** Waits for a person, or for a time. */
export const suspendHandler: TemplateHandler<'suspend'> = {
  start(run, site, template) {
    const id = run.idOf(site.nodeName);
    const isNew = run.node(id) === undefined;
    const resumeAt = resumeAtOf(template, parseTime(run.node(id)?.startedAt) ?? run.now);
    if (isNew) createNode(run, site, template);
    const frame: SuspendFrame = {
      kind: 'suspend',
      id,
      name: site.nodeName,
      site,
      hooks: site.attempt ? null : hooksOf(site.call),
      startedHooks: [],
      openHooks: 0,
      template,
      resumeAt,
    };
    run.setFrame(frame);
    if (isNew) accrueProgress(run, frame, [0, 1]);
    if (resumeAt !== null) run.schedule(id, resumeAt);
  },

  on(run, frame) {
    // A suspended workflow does not move on by itself; resuming it walks the tree anew and comes by here again.
    if (frame.resumeAt === null || run.now < frame.resumeAt || isSuspended(run)) return;
    const filled = withDefaults(run.node(frame.id));
    if (filled.missing === null) {
      completeProgress(run, frame);
      endNode(run, frame, { phase: 'Succeeded', outputs: filled.outputs });
    } else endNode(run, frame, { phase: 'Error', message: filled.missing });
  },
};

function createNode(run: RunDraft, site: CallSite, template: Template): void {
  const supplied = (template.outputs?.parameters ?? []).filter((parameter) => parameter.valueFrom?.supplied);
  const outputs: Outputs | null = supplied.length > 0 ? { parameters: supplied } : null;
  run.create({
    ...describeNode(run, site, template),
    type: 'Suspend',
    phase: 'Running',
    progress: '0/1',
    ...(template.inputs && { inputs: withChoices(template.inputs) }),
    ...(outputs && { outputs }),
  });
}

/** An input whose value is `{"enum": […]}` offers these as choices to whoever answers, the first unless told otherwise. */
function withChoices(inputs: Inputs): Inputs {
  if (!inputs.parameters) return inputs;
  return { ...inputs, parameters: inputs.parameters.map((parameter) => ({ ...parameter, ...choicesIn(parameter) })) };
}

function choicesIn({ value, default: given }: Parameter): Pick<Parameter, 'enum' | 'default'> | undefined {
  if (!String(value).startsWith('{')) return undefined;
  try {
    const { enum: choices } = JSON.parse(String(value)) as { enum?: unknown };
    if (!Array.isArray(choices) || choices.length === 0) return undefined;
    return { enum: choices.map(String), default: given ?? String(choices[0]) };
  } catch {
    return undefined;
  }
}

function resumeAtOf(template: Template, startedAt: Instant): Instant | null {
  const duration = template.suspend?.duration;
  if (duration === undefined || duration === '') return null;
  return instant(startedAt + readDuration(duration));
}
