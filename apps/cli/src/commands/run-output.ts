import type { RunSummary } from '@argosy/sdk';
import type { CliContext } from '../command.js';
import { formatSeconds, secondsBetween } from '../output/duration.js';
import { phaseText } from '../output/phase.js';
import { formatTable } from '../output/table.js';

/** A run as a block of `Name: value` lines, as `argo get` begins. */
export function formatRun(run: RunSummary, { paint, now }: CliContext): string {
  const seconds = secondsBetween(run.startedAt, run.finishedAt, now());
  const rows: [string, string | null][] = [
    ['Name:', run.name],
    ['Namespace:', run.namespace],
    ['Cluster:', `${run.cluster.name}${run.placementReason ? paint.dim(` (${run.placementReason})`) : ''}`],
    ['Id:', run.id],
    ['Status:', `${phaseText(run.phase, paint)}${run.suspended ? paint.yellow(' (suspended)') : ''}`],
    ['Message:', run.message],
    ['Submitted by:', run.submittedBy],
    ['Created:', run.createdAt],
    ['Started:', run.startedAt],
    ['Finished:', run.finishedAt],
    ['Duration:', seconds === null ? null : formatSeconds(seconds)],
    ['Progress:', run.progress],
    ...run.parameters.map(({ name, value }): [string, string | null] => [`  ${name}:`, value]),
    ...run.outputs.map(({ name, value }): [string, string | null] => [`  ${name} (output):`, value]),
  ];
  return formatTable(rows.filter((row): row is [string, string] => Boolean(row[1])));
}

export function formatRuns(
  runs: readonly RunSummary[],
  { paint, now }: CliContext,
  options: { wide?: boolean; header?: boolean },
): string {
  const header = [
    'NAME',
    'STATUS',
    'AGE',
    'DURATION',
    'CLUSTER',
    'NAMESPACE',
    ...(options.wide ? ['PROGRESS', 'SUBMITTED BY', 'ID', 'MESSAGE'] : ['MESSAGE']),
  ];
  const rows = runs.map((run) => {
    const seconds = secondsBetween(run.startedAt, run.finishedAt, now());
    return [
      run.name,
      phaseText(run.phase, paint),
      formatSeconds((now() - Date.parse(run.createdAt)) / 1000),
      seconds === null ? '' : formatSeconds(seconds),
      run.cluster.name,
      run.namespace,
      ...(options.wide ? [run.progress ?? '', run.submittedBy ?? '', run.id, run.message ?? ''] : [run.message ?? '']),
    ];
  });
  return formatTable(rows, options.header === false ? undefined : header);
}
