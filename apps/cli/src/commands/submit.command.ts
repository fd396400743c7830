import type { CliCommand } from '../command.js';
import { formatStructured } from '../output/print.js';
import { collect, readManifest, readParameters } from './arguments.js';
import { followRun } from './following.js';
import { formatRun } from './run-output.js';

interface SubmitFlags {
  parameter?: string[];
  parameterFile?: string;
  cluster: string;
  namespace?: string;
  labels?: string;
  idempotencyKey?: string;
  output?: 'json' | 'yaml' | 'name' | 'wide';
  watch?: boolean;
  wait?: boolean;
  log?: boolean;
}

const readLabels = (text: string | undefined): Record<string, string> | undefined =>
  text === undefined
    ? undefined
    : Object.fromEntries(text.split(',').map((pair) => pair.split('=', 2) as [string, string]));

export const submitCommand: CliCommand = (program, context) => {
  program
    .command('submit')
    .description('submit workflows')
    .argument('<file...>', 'YAML or JSON files; - for standard input')
    .option('-p, --parameter <name=value>', 'set a workflow parameter (repeatable)', collect)
    .option('-f, --parameter-file <file>', 'YAML or JSON file of parameters')
    .option('-c, --cluster <name>', 'cluster to run on', 'any')
    .option('-n, --namespace <namespace>', 'namespace, when the manifest names none')
    .option('-l, --labels <a=b,c=d>', 'labels to add')
    .option('--idempotency-key <key>', 'submit at most once under this key')
    .option('-o, --output <format>', 'json|yaml|name|wide')
    .option('-w, --wait', 'wait until it has ended')
    .option('--watch', 'show the steps as a tree until it has ended')
    .option('--log', 'print what the steps print, instead of the tree, until it has ended')
    .action(async (files: string[], flags: SubmitFlags) => {
      const client = context.client();
      for (const file of files) {
        const run = await client.submitRun({
          manifest: readManifest(file),
          parameters: readParameters(flags),
          cluster: flags.cluster,
          namespace: flags.namespace,
          labels: readLabels(flags.labels),
          idempotencyKey: flags.idempotencyKey,
        });
        if (flags.output === 'json' || flags.output === 'yaml') context.output.out(formatStructured(run, flags.output));
        else if (flags.output === 'name') context.output.out(run.name);
        else if (!flags.watch) context.output.out(formatRun(run, context));
        await followRun(client, run, flags, context);
      }
    });
};
