import type { CommandBody } from '@argosy/link-protocol';
import type { RetryRunInput, SetRunNodeInput } from '../../graphql/generated/schema-types.js';
import type { Permission } from '../access/permissions.js';
import type { Labels } from './caller-labels.js';
import type { RunRow } from './runs.repository.js';

type Run = Pick<RunRow, 'name' | 'phase' | 'suspended'>;
interface RunRef {
  readonly runId: string;
  readonly namespace: string;
  readonly name: string;
  /** Put on the workflow; see RunAction.label. */
  readonly labels?: Labels;
}

/** What a person asks of a run. */
export interface RunAction {
  readonly name: 'stop' | 'terminate' | 'suspend' | 'resume' | 'retry' | 'set-node';
  readonly permission: Permission;
  /** What Argo calls it on the workflow, where who did it is told too; null: no word for it, absent: nothing is told. */
  readonly label?: 'Stop' | 'Terminate' | 'Suspend' | 'Resume' | null;
  /** Why the run is in no state for it; undefined when it is. */
  conflict(run: Run): string | undefined;
  /** How it is put to the agent. */
  command(run: RunRef): CommandBody;
}

const FINAL = new Set(['SUCCEEDED', 'FAILED', 'ERROR']);
export const hasEnded = ({ phase }: Pick<RunRow, 'phase'>): boolean => FINAL.has(phase);

const ended = (run: Run): string | undefined =>
  hasEnded(run) ? `${run.name} has ended already (${run.phase.toLowerCase()}).` : undefined;

export const stop = (message: string | null | undefined, nodeFieldSelector: string | null | undefined): RunAction => ({
  name: 'stop',
  permission: 'run:stop',
  label: 'Stop',
  conflict: ended,
  command: (run) => ({
    type: 'StopRun',
    ...run,
    ...(message ? { message } : {}),
    ...(nodeFieldSelector ? { nodeFieldSelector } : {}),
  }),
});

export const terminate: RunAction = {
  name: 'terminate',
  permission: 'run:stop',
  label: 'Terminate',
  conflict: ended,
  command: (run) => ({ type: 'TerminateRun', ...run }),
};

export const suspend: RunAction = {
  name: 'suspend',
  permission: 'run:suspend',
  label: 'Suspend',
  conflict: (run) => ended(run) ?? (run.suspended ? `${run.name} is suspended already.` : undefined),
  command: (run) => ({ type: 'SuspendRun', ...run }),
};

export const resume = (nodeFieldSelector: string | null | undefined, by: string): RunAction => ({
  name: 'resume',
  permission: 'run:suspend',
  label: 'Resume',
  conflict: ended,
  command: (run) => ({ type: 'ResumeRun', ...run, by, ...(nodeFieldSelector ? { nodeFieldSelector } : {}) }),
});

const NODE_PHASES = { SUCCEEDED: 'Succeeded', FAILED: 'Failed', ERROR: 'Error', SKIPPED: 'Skipped' } as const;

export const setNode = ({ nodeFieldSelector, phase, message, outputParameters }: SetRunNodeInput): RunAction => ({
  name: 'set-node',
  permission: 'run:suspend',
  label: null,
  conflict: ended,
  command: (run) => ({
    type: 'SetNode',
    ...run,
    nodeFieldSelector,
    ...(phase ? { phase: NODE_PHASES[phase] } : {}),
    ...(message ? { message } : {}),
    ...(outputParameters?.length
      ? { outputParameters: Object.fromEntries(outputParameters.map(({ name, value }) => [name, value])) }
      : {}),
  }),
});

export function retry(input: RetryRunInput | null | undefined): RunAction {
  const { restartSuccessful, nodeFieldSelector, parameters } = input ?? {};
  return {
    name: 'retry',
    permission: 'run:retry',
    conflict: (run) => {
      if (!hasEnded(run)) return `${run.name} has not ended yet.`;
      if (run.phase !== 'SUCCEEDED' || (restartSuccessful && nodeFieldSelector)) return undefined;
      return `${run.name} has succeeded. To run a part of it again, set restartSuccessful and nodeFieldSelector.`;
    },
    command: (run) => ({
      type: 'RetryRun',
      ...run,
      ...(restartSuccessful ? { restartSuccessful } : {}),
      ...(nodeFieldSelector ? { nodeFieldSelector } : {}),
      ...(parameters?.length ? { parameters: parameters.map(({ name, value }) => `${name}=${value}`) } : {}),
    }),
  };
}
