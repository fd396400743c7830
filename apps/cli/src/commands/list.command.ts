import type { RunPhase } from '@argosy/sdk';
import { ArgosyError } from '@argosy/sdk';
import type { CliCommand } from '../command.js';
import { formatStructured } from '../output/print.js';
import { formatRuns } from './run-output.js';

interface ListFlags {
  cluster?: string[];
  namespace?: string[];
  status?: string;
  running?: boolean;
  completed?: boolean;
  name?: string;
  selector?: string;
  since?: string;
  limit: string;
  output?: 'json' | 'yaml' | 'name' | 'wide';
  header: boolean;
}

const open: RunPhase[] = ['SUBMITTED', 'PENDING', 'RUNNING'];
const ended: RunPhase[] = ['SUCCEEDED', 'FAILED', 'ERROR'];

function phasesOf(flags: ListFlags): RunPhase[] | undefined {
  if (flags.running) return open;
  if (flags.completed) return ended;
  return flags.status?.split(',').map((word) => {
    const phase = [...open, ...ended].find((known) => known === word.trim().toUpperCase());
    if (!phase)
      throw new ArgosyError(
        'invalid',
        `There is no status "${word}". Known: ${[...open, ...ended].join(', ').toLowerCase()}.`,
      );
    return phase;
  });
}

/** `30m`, `2h`, `7d` before now. */
function before(text: string | undefined, nowMs: number): string | undefined {
  if (text === undefined) return undefined;
  const match = /^(\d+)([smhd])$/.exec(text);
  if (!match) throw new ArgosyError('invalid', `"${text}" is not a time span; write 30m, 2h or 7d.`);
  const unitMs = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }[match[2] as 's' | 'm' | 'h' | 'd'];
  return new Date(nowMs - Number(match[1]) * unitMs).toISOString();
}

export const listCommand: CliCommand = (program, context) => {
  program
    .command('list')
    .alias('ls')
    .description('list runs, newest first')
    .option('-c, --cluster <name...>', 'only on these clusters')
    .option('-n, --namespace <namespace...>', 'only in these namespaces')
    .option('--status <phases>', 'only in these phases, such as running,failed')
    .option('--running', 'only what has not ended')
    .option('--completed', 'only what has ended')
    .option('--name <part>', 'only with this in the name')
    .option('-l, --selector <selector>', 'only with these labels, such as app=web,tier!=db')
    .option('--since <span>', 'only younger than this, such as 2h')
    .option('--limit <n>', 'at most this many', '50')
    .option('-o, --output <format>', 'json|yaml|name|wide')
    .option('--no-header', 'leave out the header line')
    .action(async (flags: ListFlags) => {
      const limit = Number(flags.limit);
      if (!Number.isInteger(limit) || limit < 1)
        throw new ArgosyError('invalid', '--limit must be a whole number from 1.');
      const { runs, totalCount } = await context.client().listRuns({
        first: Math.min(limit, 500),
        filter: {
          clusters: flags.cluster,
          namespaces: flags.namespace,
          phases: phasesOf(flags),
          nameContains: flags.name,
          labelSelector: flags.selector,
          createdAfter: before(flags.since, context.now()),
        },
      });
      const { output, paint } = context;
      if (flags.output === 'json' || flags.output === 'yaml') return output.out(formatStructured(runs, flags.output));
      if (flags.output === 'name') return runs.forEach((run) => output.out(run.name));
      if (runs.length === 0) return output.err('No runs found.');
      output.out(formatRuns(runs, context, { wide: flags.output === 'wide', header: flags.header }));
      if (totalCount > runs.length) output.err(paint.dim(`${runs.length} of ${totalCount}; --limit shows more.`));
    });
};
