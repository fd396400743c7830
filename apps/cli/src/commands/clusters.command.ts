import type { CliCommand } from '../command.js';
import { formatSeconds } from '../output/duration.js';
import { formatStructured } from '../output/print.js';
import { formatTable } from '../output/table.js';

export const clustersCommand: CliCommand = (program, context) => {
  const clusters = program.command('clusters').description('list clusters, or register one');
  clusters
    .command('list', { isDefault: true })
    .description('list clusters')
    .option('-o, --output <format>', 'json|yaml|name|wide')
    .action(async ({ output: format }: { output?: 'json' | 'yaml' | 'name' | 'wide' }) => {
      const { output, paint, now } = context;
      const found = await context.client().listClusters();
      if (format === 'json' || format === 'yaml') return output.out(formatStructured(found, format));
      if (format === 'name') return found.forEach(({ name }) => output.out(name));
      if (found.length === 0) return output.err('No clusters yet. Register one with "argosy clusters register NAME".');
      const state = { CONNECTED: paint.green, DISCONNECTED: paint.red, PENDING: paint.yellow };
      const rows = found.map((cluster) => [
        cluster.name,
        state[cluster.state](cluster.state.toLowerCase()),
        cluster.lastSeenAt ? `${formatSeconds((now() - Date.parse(cluster.lastSeenAt)) / 1000)} ago` : '',
        String(cluster.runningWorkflows),
        String(cluster.runningPods),
        ...(format === 'wide'
          ? [
              cluster.lagMs === null ? '' : `${cluster.lagMs} ms`,
              String(cluster.pendingCommands),
              cluster.kubernetesVersion ?? '',
              cluster.agentVersion ?? '',
            ]
          : []),
      ]);
      const header = [
        'NAME',
        'STATE',
        'SEEN',
        'WORKFLOWS',
        'PODS',
        ...(format === 'wide' ? ['LAG', 'COMMANDS', 'KUBERNETES', 'AGENT'] : []),
      ];
      return output.out(formatTable(rows, header));
    });
  clusters
    .command('register')
    .description('make a cluster known and print the token with which its agent joins')
    .argument('<name>', 'lower-case letters, digits and hyphens')
    .option('-o, --output <format>', 'json|yaml|name')
    .action(async (name: string, { output: format }: { output?: 'json' | 'yaml' | 'name' }) => {
      const registered = await context.client().registerCluster({ name });
      if (format === 'json' || format === 'yaml') return context.output.out(formatStructured(registered, format));
      if (format === 'name') return context.output.out(registered.joinToken);
      context.output.out(
        `Cluster ${name} is registered. Its agent joins once with:\n\n  ARGOSY_JOIN_TOKEN=${registered.joinToken}\n`,
      );
      context.output.err(
        context.paint.dim(`The token is shown this once, works once, and expires ${registered.joinTokenExpiresAt}.`),
      );
      return undefined;
    });
};
