import { restart } from '../policies/pod-restart.policy.js';
import type { TemplateHandler } from './handler.js';
import { createMembers, hasFailedMember, observeMembers } from './container-set-members.js';
import { podHandler } from './pod.js';

const pods = podHandler('containerSet');

/** One pod of several programs that wait for each other inside it; each has a node of its own, which only shows. */
export const containerSetHandler: TemplateHandler<'containerSet'> = {
  start(run, site, template) {
    pods.start(run, site, template);
    const frame = run.frame(run.idOf(site.nodeName));
    if (frame?.kind === 'containerSet') createMembers(run, frame);
  },

  on(run, frame, event) {
    const node = run.node(frame.id);
    // Of a pod that is made again nothing has happened yet.
    if (event.type === 'PodObserved' && !(node && restart(run, node, event.pod))) observeMembers(run, frame, event.pod);
    pods.on(run, frame, event);
  },

  desired(run, frame) {
    const commands = pods.desired?.(run, frame) ?? [];
    const { podName, id } = frame;
    // With one of them the step has failed; the others would be waited for in vain.
    if (!hasFailedMember(run, frame) || run.world.pod(podName)?.phase !== 'Running') return commands;
    return [...commands, { type: 'TerminatePod', key: `TerminatePod/${podName}`, podName, nodeId: id }];
  },
};
