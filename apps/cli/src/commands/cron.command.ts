import { backfill } from '@argosy/cron';
import type { ArgosyClient } from '@argosy/sdk';
import { ArgosyError } from '@argosy/sdk';
import type { Instant } from '@argosy/workflow-engine';
import { formatTime, instant } from '@argosy/workflow-engine';
import { parseManifests, toYaml } from '@argosy/workflow-spec';
import type { CronWorkflow, Workflow } from '@argosy/workflow-spec';
import type { CliCommand, CliContext } from '../command.js';
import { readManifest } from './arguments.js';
import { refuse } from './manifest.js';

interface BackfillFlags {
  start: string;
  end: string;
  name?: string;
  argname?: string;
  parallel?: boolean;
  maxworkflowcount: string;
  cluster: string;
  dryRun?: boolean;
}

export const cronCommand: CliCommand = (program, context) => {
  const cron = program.command('cron').description('work with CronWorkflows');
  cron
    .command('backfill')
    .description('make up for the scheduled times of a CronWorkflow between two moments')
    .argument('<file>', 'YAML or JSON file of the CronWorkflow; - for standard input')
    .requiredOption('--start <time>', 'after this time (RFC 3339), such as 2026-01-01T00:00:00Z')
    .requiredOption('--end <time>', 'up to and including this time')
    .option('--name <name>', 'name of the backfill (default: made from the time)')
    .option('--argname <name>', 'workflow argument that gets the scheduled time (default: cronScheduleTime)')
    .option('--parallel', 'all at once instead of one after the other')
    .option('--maxworkflowcount <n>', 'most workflows that one monitoring workflow makes', '1000')
    .option('-c, --cluster <name>', 'cluster to run on', 'any')
    .option('--dry-run', 'print the monitoring workflows as YAML instead of submitting them')
    .action((file: string, flags: BackfillFlags) => run(file, flags, context));
};

async function run(file: string, flags: BackfillFlags, context: CliContext): Promise<void> {
  const { output } = context;
  const planned = backfill(readCronWorkflow(file), {
    name: flags.name ?? `backfill-${context.now().toString(36)}`,
    start: timeOf('--start', flags.start),
    end: timeOf('--end', flags.end),
    now: instant(context.now()),
    argName: flags.argname,
    parallel: flags.parallel,
    maxWorkflowCount: Number(flags.maxworkflowcount),
  });
  if (!planned.ok) throw new ArgosyError('invalid', `The backfill cannot be made: ${planned.problem}.`);
  const { times, workflows } = planned;
  if (times.length === 0) return output.err('No scheduled time lies between the two.');
  if (flags.dryRun) return output.out(workflows.map(toYaml).join('---\n').trimEnd());
  output.err(`${times.length} scheduled times, from ${told(times[0])} to ${told(times.at(-1))}`);
  await submitAll(context.client(), workflows, flags.cluster, context);
}

async function submitAll(
  client: ArgosyClient,
  workflows: readonly Workflow[],
  cluster: string,
  { output }: CliContext,
): Promise<void> {
  for (const workflow of workflows) {
    const run = await client.submitRun({ manifest: toYaml(workflow), cluster });
    output.out(`${run.name} on ${run.cluster.name}`);
  }
}

const told = (time: Instant | undefined): string => (time === undefined ? '' : formatTime(time));

function readCronWorkflow(file: string): CronWorkflow {
  const { documents, problems } = parseManifests(readManifest(file));
  refuse(problems, file);
  const [document] = documents;
  if (document?.kind !== 'CronWorkflow' || documents.length > 1)
    throw new ArgosyError('invalid', `${file} must hold one CronWorkflow and nothing else.`);
  return document.value;
}

function timeOf(flag: string, text: string): Instant {
  const time = Date.parse(text);
  if (Number.isNaN(time))
    throw new ArgosyError('invalid', `${flag} "${text}" is not a time; write it as 2026-01-01T00:00:00Z.`);
  return instant(time);
}
