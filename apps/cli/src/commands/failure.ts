import type { ArgosyClient, RunNode, RunSummary } from '@argosy/sdk';
import type { CliContext } from '../command.js';

/** Lines of a failed step's log that are shown without having been asked for. */
export const LOG_TAIL_LINES = 20;

/** How a run ended, in a line; not every one has a reason of its own. */
export const endOf = (name: string, phase: string | undefined, message: string | null | undefined): string =>
  `${name} ${(phase ?? '').toLowerCase()}${message ? `: ${message}` : ''}`;

/** Why a run did not succeed: its message, and the end of the log of every step that failed for good. */
export async function printFailure(client: ArgosyClient, run: RunSummary, context: CliContext): Promise<void> {
  const { output, paint } = context;
  output.err(paint.red(`\n${endOf(`${run.name} on ${run.cluster.name}`, run.phase, run.message)}`));
  for (const node of failedForGood(await client.listNodes(run.id))) {
    output.err(`\n${paint.bold(node.displayName)}${node.message ? ` – ${node.message}` : ''}`);
    for (const line of await client.lastLogLines(run.id, node.id, LOG_TAIL_LINES)) output.err(`  ${line}`);
  }
}

/** Pods that failed, without attempts that a later one made up for. */
function failedForGood(nodes: readonly RunNode[]): RunNode[] {
  const madeUpFor = new Set(
    nodes.filter(({ type, phase }) => type === 'Retry' && phase === 'SUCCEEDED').flatMap(({ children }) => children),
  );
  return nodes.filter(
    ({ id, type, phase }) => type === 'Pod' && (phase === 'FAILED' || phase === 'ERROR') && !madeUpFor.has(id),
  );
}
