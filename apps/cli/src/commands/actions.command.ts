import type { ArgosyClient, RunDetail, RunSummary } from '@argosy/sdk';
import type { CliCommand, CliContext } from '../command.js';
import { collect, readParameters } from './arguments.js';
import type { ParameterFlags } from './arguments.js';
import { followRun } from './following.js';

/** Does the same to every run named; the first refusal ends it. */
async function toEach(
  names: readonly string[],
  context: CliContext,
  act: (client: ArgosyClient, run: RunDetail) => Promise<RunSummary | void>,
  done: string,
): Promise<void> {
  const client = context.client();
  for (const name of names) {
    const run = await client.findRun(name);
    await act(client, run);
    context.output.out(`${run.name} ${done}`);
  }
}

export const stopCommand: CliCommand = (program, context) => {
  program
    .command('stop')
    .description('end what runs, then run exit handlers')
    .argument('<run...>', 'names or ids')
    .option('--message <text>', 'why, for the history')
    .option('--node-field-selector <selector>', 'fail only these suspended steps, such as displayName=approve')
    .action((names: string[], { message, nodeFieldSelector }: { message?: string; nodeFieldSelector?: string }) =>
      toEach(names, context, (client, { id }) => client.stopRun(id, message, nodeFieldSelector), 'stopping'),
    );
};

export const terminateCommand: CliCommand = (program, context) => {
  program
    .command('terminate')
    .description('end everything at once, exit handlers too')
    .argument('<run...>', 'names or ids')
    .action((names: string[]) => toEach(names, context, (client, { id }) => client.terminateRun(id), 'terminating'));
};

export const suspendCommand: CliCommand = (program, context) => {
  program
    .command('suspend')
    .description('start nothing new until resumed')
    .argument('<run...>', 'names or ids')
    .action((names: string[]) => toEach(names, context, (client, { id }) => client.suspendRun(id), 'suspended'));
};

export const resumeCommand: CliCommand = (program, context) => {
  program
    .command('resume')
    .description('continue suspended runs')
    .argument('<run...>', 'names or ids')
    .option('--node-field-selector <selector>', 'only these suspended steps, such as displayName=approve')
    .action((names: string[], { nodeFieldSelector }: { nodeFieldSelector?: string }) =>
      toEach(names, context, (client, { id }) => client.resumeRun(id, nodeFieldSelector), 'resumed'),
    );
};

interface RetryFlags extends ParameterFlags {
  restartSuccessful?: boolean;
  nodeFieldSelector?: string;
  watch?: boolean;
  log?: boolean;
  wait?: boolean;
}

export const retryCommand: CliCommand = (program, context) => {
  program
    .command('retry')
    .description('run the failed part of finished runs again')
    .argument('<run...>', 'names or ids')
    .option('--restart-successful', 'also what the selector names though it succeeded')
    .option('--node-field-selector <selector>', 'which steps to restart')
    .option('-p, --parameter <name=value>', 'change a workflow parameter (repeatable)', collect)
    .option('-w, --wait', 'wait until it has ended')
    .option('--watch', 'show the steps until it has ended')
    .option('--log', 'print the log until it has ended')
    .action(async (names: string[], flags: RetryFlags) => {
      const client = context.client();
      for (const name of names) {
        const { id } = await client.findRun(name);
        const { restartSuccessful, nodeFieldSelector } = flags;
        const run = await client.retryRun(id, {
          restartSuccessful,
          nodeFieldSelector,
          parameters: readParameters(flags),
        });
        if (!flags.watch) context.output.out(`${run.name} retried`);
        await followRun(client, run, flags, context);
      }
    });
};

interface ResubmitFlags extends ParameterFlags {
  memoized?: boolean;
  cluster?: string;
  watch?: boolean;
  log?: boolean;
  wait?: boolean;
}

export const resubmitCommand: CliCommand = (program, context) => {
  program
    .command('resubmit')
    .description('submit what runs did once more, as new runs')
    .argument('<run...>', 'names or ids')
    .option('--memoized', 'take over what succeeded instead of running it again; only of runs that failed')
    .option('-p, --parameter <name=value>', 'change a workflow parameter (repeatable)', collect)
    .option('-f, --parameter-file <file>', 'YAML or JSON file of parameters')
    .option('-c, --cluster <name>', "cluster to run on, or any (default: the run's own)")
    .option('-w, --wait', 'wait until it has ended')
    .option('--watch', 'show the steps as a tree until it has ended')
    .option('--log', 'print what the steps print, instead of the tree, until it has ended')
    .action(async (names: string[], flags: ResubmitFlags) => {
      const client = context.client();
      for (const name of names) {
        const { id } = await client.findRun(name);
        const { memoized, cluster } = flags;
        const run = await client.resubmitRun(id, { memoized, cluster, parameters: readParameters(flags) });
        if (!flags.watch) context.output.out(`${name} resubmitted as ${run.name} on ${run.cluster.name}`);
        await followRun(client, run, flags, context);
      }
    });
};

export const deleteCommand: CliCommand = (program, context) => {
  program
    .command('delete')
    .description('remove workflows from their clusters; the history stays')
    .argument('<run...>', 'names or ids')
    .option('--purge', 'remove the history too')
    .action((names: string[], { purge }: { purge?: boolean }) =>
      toEach(names, context, (client, { id }) => client.deleteRun(id, purge), 'deleted'),
    );
};
