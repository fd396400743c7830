import type { NodeStatus } from '@argosy/workflow-spec';
import type { RunDraft } from '../kernel/run-draft.js';
import type { PodFrame } from '../model/frame.js';
import { formatTime } from '../model/instant.js';
import type { Instant } from '../model/instant.js';
import { isFulfilled, isUnsuccessful } from '../model/phases.js';
import type { PodObservation } from '../model/observation.js';
import { accrueProgress, progressAtEnd } from '../policies/progress.policy.js';

const memberName = (set: Pick<PodFrame, 'name'>, container: string): string => `${set.name}.${container}`;

/** One node for each container of the pod, drawn below those it depends on. */
export function createMembers(run: RunDraft, set: PodFrame): void {
  const pod = run.node(set.id);
  const containers = set.template.containerSet?.containers ?? [];
  if (!pod || containers.some(({ name }) => run.nodeNamed(memberName(set, name)))) return;
  const { templateName, templateRef, templateScope, nodeFlag } = pod;
  for (const { name } of containers) {
    run.create({
      name: memberName(set, name),
      displayName: name,
      type: 'Container',
      phase: 'Pending',
      progress: '0/1',
      boundaryID: set.id,
      ...(templateName && { templateName }),
      ...(templateRef && { templateRef }),
      ...(templateScope && { templateScope }),
      ...(nodeFlag && { nodeFlag }),
    });
  }
  accrueProgress(run, set, [0, containers.length]);
  for (const { name, dependencies = [] } of containers) {
    const parents = dependencies.length > 0 ? dependencies.map((other) => memberName(set, other)) : [set.name];
    for (const parent of parents) run.addChild(run.idOf(parent), run.idOf(memberName(set, name)));
  }
}

/** Takes over what is seen of the containers. A node never goes back. */
export function observeMembers(run: RunDraft, set: PodFrame, pod: PodObservation): void {
  for (const { name, phase, message, finishedAt } of pod.containers) {
    const node = run.nodeNamed(memberName(set, name));
    if (!node || isFulfilled(node.phase) || phase === node.phase || phase === 'Pending') continue;
    if (isFulfilled(phase)) endMember(run, set, node, { phase, message }, finishedAt ?? run.now);
    else run.update(run.idOf(node.name), { phase, message: message || undefined });
  }
}

export const hasFailedMember = (run: RunDraft, set: PodFrame): boolean =>
  members(run, set).some(({ phase }) => isUnsuccessful(phase));

/** The pod is over, seen or not: so is everything in it. */
export function endMembers(run: RunDraft, set: PodFrame, end: End): void {
  const message = end.message === 'pod deleted' ? 'container deleted' : end.message;
  for (const node of members(run, set)) {
    if (!isFulfilled(node.phase)) endMember(run, set, node, { ...end, message }, run.now);
  }
}

type End = Pick<NodeStatus, 'phase' | 'message'>;

function endMember(run: RunDraft, set: PodFrame, { name }: NodeStatus, { phase, message }: End, at: Instant): void {
  const progress = progressAtEnd(phase);
  run.update(run.idOf(name), { phase, message: message || undefined, progress, finishedAt: formatTime(at) });
  if (progress === '1/1') accrueProgress(run, set, [1, 0]);
}

const members = (run: RunDraft, set: PodFrame): NodeStatus[] =>
  (set.template.containerSet?.containers ?? []).flatMap(({ name }) => run.nodeNamed(memberName(set, name)) ?? []);
