import type { CliCommand } from '../command.js';
import { formatStructured } from '../output/print.js';
import { formatRunTree } from '../output/run-tree.js';
import { formatRun } from './run-output.js';

export const getCommand: CliCommand = (program, context) => {
  program
    .command('get')
    .description('show a run and its steps as a tree')
    .argument('<run>', 'name or id')
    .option('-o, --output <format>', 'json|yaml|name|wide')
    .action(async (name: string, flags: { output?: 'json' | 'yaml' | 'name' | 'wide' }) => {
      const client = context.client();
      const run = await client.findRun(name);
      if (flags.output === 'name') return context.output.out(run.name);
      const nodes = await client.listNodes(run.id);
      if (flags.output === 'json' || flags.output === 'yaml')
        return context.output.out(formatStructured({ ...run, nodes }, flags.output));
      context.output.out(formatRun(run, context));
      if (nodes.length > 0)
        context.output.out(`\n${formatRunTree(run, nodes, { paint: context.paint, nowMs: context.now() })}`);
      return undefined;
    });
};
