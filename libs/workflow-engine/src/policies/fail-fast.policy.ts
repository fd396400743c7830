import type { NodeStatus, NodeType } from '@argosy/workflow-spec';
import type { RunDraft } from '../kernel/run-draft.js';
import type { DagFrame, StepsFrame } from '../model/frame.js';
import type { NodeId } from '../model/ids.js';
import { isUnsuccessful } from '../model/phases.js';
import type { AdmissionPolicy } from './policy.js';
import { boundaryTemplate } from './parallelism.policy.js';

export const FAIL_FAST_MESSAGE = 'template has failed or errored children and failFast enabled';

/**
 * A template's `failFast` (not the DAG's): after a failed child nothing new starts directly inside it. Hooks do (an exit
 * handler is there for exactly that case), and so do further attempts of what has started.
 */
export const failFast: AdmissionPolicy = (run, site) =>
  site.hooked ||
  site.attempt !== null ||
  boundaryTemplate(run, site.boundary)?.failFast !== true ||
  run.tally.failedChildren(site.boundary) === 0;

/** With calls held back and nothing left running, a failed child ends the template. */
export const mustFailFast = (run: RunDraft, frame: StepsFrame | DagFrame): boolean =>
  frame.template.failFast === true &&
  run.tally.failedChildren(frame.id) > 0 &&
  run.tally.activeChildren(frame.id) === 0;

const LEAVES: ReadonlySet<NodeType> = new Set<NodeType>(['Pod', 'HTTP', 'Retry']);

/**
 * Whether such a template ends because of what failed directly inside it, before its steps or tasks are asked whether
 * they may fail: with `failFast` they may not. That holds for leaves; what fails with its own children, or could not be
 * made, is judged like anywhere else.
 */
export const hasFailedFast = (run: RunDraft, frame: StepsFrame | DagFrame, calls: () => readonly string[]): boolean =>
  mustFailFast(run, frame) && calls().some((name) => hasFailedLeaf(run, run.nodeNamed(name)));

function hasFailedLeaf(run: RunDraft, call: NodeStatus | undefined): boolean {
  if (!call || call.nodeFlag?.hooked) return false;
  if (call.type !== 'TaskGroup') return LEAVES.has(call.type) && isUnsuccessful(call.phase);
  return (call.children ?? []).some((item) => hasFailedLeaf(run, run.node(item as NodeId)));
}
