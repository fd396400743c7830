import type { ArgosyClient, RunNode, RunSummary } from '@argosy/sdk';
import type { Pod } from '@argosy/workflow-spec';
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

/**
 * Containers of a pod whose logs tell why it failed: those that failed by themselves, those before main first. Where none
 * did, the programs that were cut off.
 */
export function failedContainers({ status }: Pod): string[] {
  const programs = status?.containerStatuses ?? [];
  const failed = [...(status?.initContainerStatuses ?? []), ...programs].filter(
    (container) => exitCodeOf(container) > 0 && !isCutOff(container),
  );
  return (failed.length > 0 ? failed : programs.filter(isCutOff)).map(({ name }) => name);
}

type ContainerStatus = NonNullable<NonNullable<Pod['status']>['containerStatuses']>[number];

const exitCodeOf = ({ state }: ContainerStatus): number => state?.terminated?.exitCode ?? 0;
const isCutOff = (container: ContainerStatus): boolean => [137, 143].includes(exitCodeOf(container));
