import type { NodeStatus } from '@argosy/workflow-spec';
import type { RunDraft } from '../kernel/run-draft.js';
import type { NodeId } from '../model/ids.js';
import { isBroken } from '../model/phases.js';

/**
 * A hook of a call that could not be made: its expression or its arguments cannot be told, or its template is not there.
 * That is an error of whoever wrote the call, and breaks the steps or DAG that make it; a hook that ran and failed does not.
 */
export function brokenHook(run: RunDraft, owner: NodeStatus | undefined): NodeStatus | undefined {
  const children = (owner?.children ?? []).map((id) => run.node(id as NodeId));
  return children.find((child) => child?.nodeFlag?.hooked === true && isBroken(child));
}
