import type { ArgosyClient, RunSummary } from '@argosy/sdk';
import { isFinished } from '@argosy/sdk';
import type { CliContext } from '../command.js';
import { EXIT_FAILED } from '../command.js';
import { watchRuns } from '../live/live-tree.js';
import { printLogs } from '../live/log-stream.js';
import { printFailure } from './failure.js';

/** Argo's rule: waiting for a workflow that failed is a failure of the command. */
export function exitForPhase(run: RunSummary, context: CliContext): void {
  if (isFinished(run) && run.phase !== 'SUCCEEDED') context.exitWith(EXIT_FAILED);
}

export async function waitFor(client: ArgosyClient, run: RunSummary, context: CliContext): Promise<RunSummary> {
  let last = run;
  for await (const current of client.watchRun(run.id, context.signal)) last = current;
  return last;
}

const ending = ({ name, phase, message }: RunSummary): string =>
  `${name} ${phase.toLowerCase()}${message ? `: ${message}` : ''}`;

/** Where the log was not seen, the end of it shows what went wrong. */
async function tellEnd(client: ArgosyClient, run: RunSummary, context: CliContext): Promise<void> {
  if (isFinished(run) && run.phase !== 'SUCCEEDED') await printFailure(client, run, context);
  exitForPhase(run, context);
}

/** Shows a run until it ends, as the flags ask, and sets the exit code by its result. */
export async function followRun(
  client: ArgosyClient,
  run: RunSummary,
  how: { watch?: boolean; log?: boolean; wait?: boolean },
  context: CliContext,
): Promise<void> {
  if (how.watch && !how.log) {
    const [last] = await watchRuns(client, [run], context);
    if (last) await tellEnd(client, last, context);
  } else if (how.log) {
    const [last] = await Promise.all([waitFor(client, run, context), printLogs(client, run, {}, context)]);
    context.output.err(ending(last));
    exitForPhase(last, context);
  } else if (how.wait) {
    const last = await waitFor(client, run, context);
    context.output.out(ending(last));
    await tellEnd(client, last, context);
  }
}
