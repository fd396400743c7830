import { promisify } from 'node:util';
import { constants, gunzipSync, gzip } from 'node:zlib';
import type { NodeStatus, Workflow } from '@argosy/workflow-spec';
import { NodesUnreadable } from './nodes-unreadable.js';

const gzipAsync = promisify(gzip);
/** More than any workflow that fits into a cluster; a bomb does not get past it. */
const MOST_BYTES = 512 * 1024 * 1024;

/** All nodes as Argo writes them when they are too many: gzip of their JSON, in base64. */
export async function compressNodes(nodes: Iterable<readonly [string, NodeStatus]>): Promise<string> {
  const json = JSON.stringify(Object.fromEntries(nodes));
  return (await gzipAsync(json, { level: constants.Z_BEST_SPEED })).toString('base64');
}

/** The object with its compressed nodes in place. Throws NodesUnreadable. */
export function withNodes(object: Workflow): Workflow {
  const { compressedNodes, ...status } = object.status ?? {};
  if (!compressedNodes) return object;
  return { ...object, status: { ...status, nodes: decompressNodes(compressedNodes) } };
}

function decompressNodes(base64: string): Record<string, NodeStatus> {
  try {
    const json = gunzipSync(Buffer.from(base64, 'base64'), { maxOutputLength: MOST_BYTES });
    return JSON.parse(json.toString()) as Record<string, NodeStatus>;
  } catch (cause) {
    throw new NodesUnreadable(`the compressed nodes cannot be read: ${(cause as Error).message}`, { cause });
  }
}
