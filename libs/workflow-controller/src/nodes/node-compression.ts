import type { NodeStatus, Workflow } from '@argosy/workflow-spec';
import type { Compression } from './compression.js';
import { compress, decompress } from './compression.js';
import { NodesUnreadable } from './nodes-unreadable.js';

/** All nodes as Argo writes them when they are too many: their JSON, compressed, in base64. */
export async function compressNodes(
  nodes: Iterable<readonly [string, NodeStatus]>,
  compression: Compression = { algorithm: 'gzip' },
): Promise<string> {
  return (await compress(compression, JSON.stringify(Object.fromEntries(nodes)))).toString('base64');
}

/** The object with its compressed nodes in place. Throws NodesUnreadable. */
export function withNodes(object: Workflow): Workflow {
  const { compressedNodes, ...status } = object.status ?? {};
  if (!compressedNodes) return object;
  return { ...object, status: { ...status, nodes: decompressNodes(compressedNodes) } };
}

function decompressNodes(base64: string): Record<string, NodeStatus> {
  try {
    return JSON.parse(decompress(Buffer.from(base64, 'base64'))) as Record<string, NodeStatus>;
  } catch (cause) {
    throw new NodesUnreadable(`the compressed nodes cannot be read: ${(cause as Error).message}`, { cause });
  }
}
