import { ArgosyError, isFinished } from '@argosy/sdk';
import type { CliCommand } from '../command.js';
import { printLogs } from '../live/log-stream.js';

interface LogsFlags {
  follow?: boolean;
  container?: string;
  grep?: string;
  tail?: string;
  timestamps?: boolean;
}

export const logsCommand: CliCommand = (program, context) => {
  program
    .command('logs')
    .description('print the log of a run or of one of its steps')
    .argument('<run>', 'name or id')
    .argument('[step]', 'name, display name or id of a step, or name of its pod')
    .option('-f, --follow', 'go on until it has ended')
    .option('-c, --container <name>', 'container of the pod')
    .option('--grep <text>', 'only lines that contain this')
    .option('--tail <n>', 'only the last lines of the step')
    .option('--timestamps', 'begin lines with their time')
    .action(async (name: string, step: string | undefined, flags: LogsFlags) => {
      const client = context.client();
      const run = await client.findRun(name);
      const nodes = await client.listNodes(run.id);
      const node =
        step === undefined
          ? undefined
          : nodes.find(({ id, name: full, displayName, podName }) => [id, full, displayName, podName].includes(step));
      if (step !== undefined && !node) throw new ArgosyError('not-found', `Run ${run.name} has no step "${step}".`);
      if (flags.tail !== undefined && !node)
        throw new ArgosyError('invalid', '--tail needs the step whose last lines to print.');
      if (node && flags.tail !== undefined) {
        for (const line of await client.lastLogLines(run.id, node.id, Number(flags.tail), flags.container))
          context.output.out(line);
        if (!flags.follow) return;
      }
      // Without -f on a run that goes on, what is there now is printed, node by node.
      if (!flags.follow && !isFinished(run)) {
        for (const { id, displayName, type } of node ? [node] : nodes.filter(({ type: kind }) => kind === 'Pod')) {
          for (const line of await client.lastLogLines(run.id, id, 10_000, flags.container)) {
            if (flags.grep === undefined || line.includes(flags.grep))
              context.output.out(node && type ? line : `${displayName}: ${line}`);
          }
        }
        return;
      }
      await printLogs(
        client,
        run,
        { nodeId: node?.id, container: flags.container, grep: flags.grep, timestamps: flags.timestamps },
        context,
      );
    });
};
