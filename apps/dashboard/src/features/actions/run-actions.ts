import { client } from '../../graphql/client.js';
import { faultText } from '../../graphql/fault.js';
import {
  DeleteFromDashboardDocument,
  ResubmitFromDashboardDocument,
  ResumeFromDashboardDocument,
  RetryFromDashboardDocument,
  StopFromDashboardDocument,
  SuspendFromDashboardDocument,
  TerminateFromDashboardDocument,
} from '../../gql/operations.js';
import type { RunRowFragment } from '../../gql/operations.js';
import { hasEnded } from '../../shell/phase.js';

export type RunActionName = 'suspend' | 'resume' | 'stop' | 'terminate' | 'retry' | 'resubmit' | 'delete';
export type ActionableRun = Pick<RunRowFragment, 'id' | 'name' | 'phase' | 'suspended' | 'deletedFromCluster'>;

export interface RunAction {
  readonly name: RunActionName;
  readonly verb: string;
  /** What has been reached once the server said yes. */
  readonly done: string;
  /** What it means, for the tooltip and before it is confirmed. */
  readonly meaning: string;
  /** Asked for twice, because it cannot be taken back. */
  readonly isFinal: boolean;
  /** Why the run is in no state for it; undefined when it is. */
  conflict(run: ActionableRun): string | undefined;
}

const gone = ({ deletedFromCluster }: ActionableRun): string | undefined =>
  deletedFromCluster ? 'It is not in its cluster any more; only its history is left.' : undefined;
const over = (run: ActionableRun): string | undefined =>
  gone(run) ?? (hasEnded(run.phase) ? 'It has ended already.' : undefined);

const ACTIONS: Readonly<Record<RunActionName, RunAction>> = {
  suspend: {
    name: 'suspend',
    verb: 'Suspend',
    done: 'will be suspended',
    meaning: 'Starts nothing new until it is resumed; what runs goes on.',
    isFinal: false,
    conflict: (run) => over(run) ?? (run.suspended ? 'It is suspended already.' : undefined),
  },
  resume: {
    name: 'resume',
    verb: 'Resume',
    done: 'will go on',
    meaning: 'Goes on with a suspended run, and with the steps that wait for somebody to say so.',
    isFinal: false,
    conflict: over,
  },
  stop: {
    name: 'stop',
    verb: 'Stop',
    done: 'will be stopped',
    meaning: 'Ends what runs; then exit handlers run.',
    isFinal: true,
    conflict: over,
  },
  terminate: {
    name: 'terminate',
    verb: 'Terminate',
    done: 'will be terminated',
    meaning: 'Ends everything at once. Exit handlers do not run.',
    isFinal: true,
    conflict: over,
  },
  retry: {
    name: 'retry',
    verb: 'Retry',
    done: 'will be retried',
    meaning: 'Runs the failed part again; what succeeded is kept.',
    isFinal: false,
    conflict: (run) =>
      gone(run) ??
      (!hasEnded(run.phase)
        ? 'It has not ended yet.'
        : run.phase === 'SUCCEEDED'
          ? 'It has succeeded: nothing is left to retry.'
          : undefined),
  },
  resubmit: {
    name: 'resubmit',
    verb: 'Resubmit',
    done: 'was submitted again',
    meaning: 'Submits the same workflow once more, as a new run.',
    isFinal: false,
    conflict: () => undefined,
  },
  delete: {
    name: 'delete',
    verb: 'Delete',
    done: 'will be deleted',
    meaning: 'Removes the workflow from its cluster and ends what runs of it. Its history stays here.',
    isFinal: true,
    conflict: () => undefined,
  },
};
export const RUN_ACTIONS: readonly RunAction[] = Object.values(ACTIONS);

interface Options {
  /** With delete: the history too. */
  readonly purge?: boolean;
  /** With resume: these steps alone. */
  readonly nodeFieldSelector?: string;
}

function mutate(name: RunActionName, id: string, { purge = false, nodeFieldSelector }: Options) {
  switch (name) {
    case 'suspend':
      return client.mutation(SuspendFromDashboardDocument, { id }).toPromise();
    case 'resume':
      return client
        .mutation(ResumeFromDashboardDocument, { id, nodeFieldSelector: nodeFieldSelector ?? null })
        .toPromise();
    case 'stop':
      return client.mutation(StopFromDashboardDocument, { id }).toPromise();
    case 'terminate':
      return client.mutation(TerminateFromDashboardDocument, { id }).toPromise();
    case 'retry':
      return client.mutation(RetryFromDashboardDocument, { id }).toPromise();
    case 'resubmit':
      return client.mutation(ResubmitFromDashboardDocument, { id }).toPromise();
    case 'delete':
      return client.mutation(DeleteFromDashboardDocument, { id, purge }).toPromise();
  }
}

export interface ActionOutcome {
  /** Why it was not done; undefined when it was. */
  readonly refused: string | undefined;
  /** The run that it started. */
  readonly started?: string;
}

export async function perform(name: RunActionName, run: ActionableRun, options: Options = {}): Promise<ActionOutcome> {
  const { data, error } = await mutate(name, run.id, options);
  if (error) return { refused: faultText(error) };
  const outcome = data?.outcome;
  if (outcome?.__typename === 'SubmitRunSuccess') return { refused: undefined, started: outcome.run.id };
  return { refused: outcome && 'message' in outcome ? outcome.message : undefined };
}
