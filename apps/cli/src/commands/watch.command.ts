import type { CliCommand } from '../command.js';
import { exitForPhase } from './following.js';
import { watchRuns } from '../live/live-tree.js';

export const watchCommand: CliCommand = (program, context) => {
  program
    .command('watch')
    .description('show a run live until it has ended')
    .argument('<run>', 'name or id')
    .action(async (name: string) => {
      const client = context.client();
      const [run] = await watchRuns(client, [await client.findRun(name)], context);
      if (run) exitForPhase(run, context);
    });
};
