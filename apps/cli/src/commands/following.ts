import type { ArgosyClient, RunSummary } from '@argosy/sdk';
import { isFinished } from '@argosy/sdk';
import type { CliContext } from '../command.js';
import { EXIT_FAILED } from '../command.js';
import { watchRuns } from '../live/live-tree.js';
import { printLogs } from '../live/log-stream.js';

/** Argo's rule: waiting for a workflow that failed is a failure of the command. */
export function exitForPhase(run: RunSummary, context: CliContext): void {
  if (isFinished(run) && run.phase !== 'SUCCEEDED') context.exitWith(EXIT_FAILED);
}

export async function waitFor(client: ArgosyClient, run: RunSummary, context: CliContext): Promise<RunSummary> {
  let last = run;
  for await (const current of client.watchRun(run.id, context.signal)) last = current;
  return last;
}

/** Shows a run until it ends, as the flags ask, and sets the exit code by its result. */
export async function followRun(
  client: ArgosyClient,
  run: RunSummary,
  how: { watch?: boolean; log?: boolean; wait?: boolean },
  context: CliContext,
): Promise<void> {
  if (how.watch) {
    const [last] = await watchRuns(client, [run], context);
    if (last) exitForPhase(last, context);
  } else if (how.log) {
    const [last] = await Promise.all([waitFor(client, run, context), printLogs(client, run, {}, context)]);
    exitForPhase(last, context);
  } else if (how.wait) {
    const last = await waitFor(client, run, context);
    context.output.out(`${last.name} ${last.phase.toLowerCase()}${last.message ? `: ${last.message}` : ''}`);
    exitForPhase(last, context);
  }
}
