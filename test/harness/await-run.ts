import type { ArgosyClient, RunNode, RunSummary } from '@argosy/sdk';

/** Follows a run to its end. Over crashes of the control plane too: the client connects again. */
export async function ended(
  client: ArgosyClient,
  run: Pick<RunSummary, 'id'>,
): Promise<RunSummary & { nodes: RunNode[] }> {
  let last: RunSummary | undefined;
  for await (const current of client.watchRun(run.id)) last = current;
  if (!last) throw new Error(`Nothing was heard of run ${run.id}.`);
  return { ...last, nodes: await client.listNodes(run.id) };
}

/** Waits until the run satisfies the condition. Fails when it ends before. */
export async function reaches(
  client: ArgosyClient,
  run: Pick<RunSummary, 'id'>,
  condition: (nodes: RunNode[], run: RunSummary) => boolean,
): Promise<RunNode[]> {
  for await (const current of client.watchRun(run.id)) {
    const nodes = await client.listNodes(run.id);
    if (condition(nodes, current)) return nodes;
  }
  throw new Error(`Run ${run.id} ended before it reached the condition.`);
}

/** Every line of a node's main container, in order, by following its log to the end. */
export async function logOf(client: ArgosyClient, runId: string, nodeId: string): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of client.followLogs(runId, { nodeId, container: 'main' })) {
    if (line.missingBefore > 0) lines.push(`(${line.missingBefore} lines missing)`);
    lines.push(line.text);
  }
  return lines;
}

export const nodeNamed = (nodes: readonly RunNode[], displayName: string): RunNode => {
  const found = nodes.find((node) => node.displayName === displayName);
  if (!found) throw new Error(`No node "${displayName}" among ${nodes.map((node) => node.displayName).join(', ')}.`);
  return found;
};
