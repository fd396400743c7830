import type { NodeStatus } from '@argosy/workflow-spec';
import type { RunDraft } from '../kernel/run-draft.js';
import type { PodFrame } from '../model/frame.js';
import { formatTime } from '../model/instant.js';
import { isFulfilled, isUnsuccessful } from '../model/phases.js';
import type { PodObservation } from '../model/observation.js';

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
      boundaryID: set.id,
      ...(templateName && { templateName }),
      ...(templateRef && { templateRef }),
      ...(templateScope && { templateScope }),
      ...(nodeFlag && { nodeFlag }),
    });
  }
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
    const end = isFulfilled(phase) ? { finishedAt: formatTime(finishedAt ?? run.now) } : {};
    run.update(run.idOf(node.name), { phase, message: message || undefined, ...end });
  }
}

export const hasFailedMember = (run: RunDraft, set: PodFrame): boolean =>
  members(run, set).some(({ phase }) => isUnsuccessful(phase));

/** The pod is over, seen or not: so is everything in it. */
export function endMembers(run: RunDraft, set: PodFrame, end: Pick<NodeStatus, 'phase' | 'message'>): void {
  const message = end.message === 'pod deleted' ? 'container deleted' : end.message;
  for (const node of members(run, set)) {
    if (isFulfilled(node.phase)) continue;
    run.update(run.idOf(node.name), { phase: end.phase, message, finishedAt: formatTime(run.now) });
  }
}

const members = (run: RunDraft, set: PodFrame): NodeStatus[] =>
  (set.template.containerSet?.containers ?? []).flatMap(({ name }) => run.nodeNamed(memberName(set, name)) ?? []);
