import { fnv1a32 } from './fnv1a.js';

declare const nodeIdBrand: unique symbol;
/** Argo's node id: the workflow's name for the root, else `<workflow>-<FNV-1a 32 of the full node name, decimal>`. */
export type NodeId = string & { readonly [nodeIdBrand]: true };

/** Owner of what hangs on no node: the entry node, the exit handler and the workflow's own hooks. */
export const WORKFLOW_FRAME = '' as NodeId;

export function nodeIdOf(workflowName: string, nodeName: string): NodeId {
  return (nodeName === workflowName ? workflowName : `${workflowName}-${fnv1a32(nodeName)}`) as NodeId;
}

const MAX_POD_NAME_PREFIX = 242;

/** Pod names come in two formats; a workflow keeps the one it was started with (annotation `pod-name-format`). */
export function podNameOf(
  format: 'v1' | 'v2',
  workflowName: string,
  nodeName: string,
  templateName: string | undefined,
): string {
  if (nodeName === workflowName) return workflowName;
  if (format === 'v1' || !templateName) return nodeIdOf(workflowName, nodeName);
  const prefix = `${workflowName}-${templateName}`;
  return `${prefix.slice(0, MAX_POD_NAME_PREFIX)}-${fnv1a32(nodeName)}`;
}
