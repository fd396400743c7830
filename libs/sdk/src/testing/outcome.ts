import { durationMs } from '@argosy/workflow-spec';
import type { Artifact } from '@argosy/workflow-spec';
import type { PodOutcome } from '@argosy/workflow-engine/testing';

/** How long a pod takes for it, for example `90s`, `1h30m`, or 5 for five seconds. */
interface Timing {
  /** Time in phase Pending. Default 1 s. */
  readonly pending?: string | number;
  /** Time in phase Running. Default 1 s, or as long as its longest container. */
  readonly runs?: string | number;
  /** From its start until its readiness probe succeeds: what a daemon is waited for. Default: at once. */
  readonly ready?: string | number;
  /** Node of the cluster that it runs on. Default `node-1`. */
  readonly host?: string;
  /** What it says of itself while Pending, for example `ImagePullBackOff: no such image`. */
  readonly waits?: string;
  /** `N/M`, as reported by the program while it runs. */
  readonly progress?: string;
}
/** How one container of a container set ends. One that is not named ends with its pod. */
export interface ContainerEnd {
  /** Time from the start of the pod. Default 1 s. */
  readonly runs?: string | number;
  /** Default 0. */
  readonly exitCode?: number;
}
export interface Outputs extends Timing {
  /** Standard output of a script. */
  readonly result?: string;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly artifacts?: readonly Artifact[];
  /** Those of a container set, by name. */
  readonly containers?: Readonly<Record<string, ContainerEnd>>;
}
export interface Failure extends Outputs {
  /** Default 1. */
  readonly exitCode?: number;
  /** Default `main: Error (exit code N)`. */
  readonly message?: string;
}

/** The pod's program ends with exit code 0. */
export const succeeds = ({ result, parameters, artifacts, containers, ...timing }: Outputs = {}): PodOutcome => ({
  ...(containers ? withContainers(timing, containers) : timed(timing)),
  ...(result !== undefined && { result }),
  ...(parameters && { parameters }),
  ...(artifacts && { artifacts }),
});

/** The pod's program ends with another exit code: the node's phase is Failed. */
export const fails = ({ exitCode, message, ...rest }: Failure = {}): PodOutcome => ({
  ...succeeds(rest),
  phase: 'Failed',
  ...(exitCode !== undefined && { exitCode }),
  ...(message !== undefined && { message }),
});

/** The platform's fault, not the program's: the node's phase is Error. */
export const errors = ({ message, ...timing }: Timing & { readonly message?: string } = {}): PodOutcome => ({
  ...timed(timing),
  phase: 'Error',
  ...(message !== undefined && { message }),
});

/** Runs until somebody or a deadline ends it. */
export const hangs = (timing: Omit<Timing, 'runs'> = {}): PodOutcome => ({ ...timed(timing), endsAfterMs: 'never' });

interface Eviction extends Omit<Timing, 'runs'> {
  /** Kubernetes' word for it. Default `Evicted`. */
  readonly reason?: 'Evicted' | 'NodeShutdown' | 'NodeAffinity' | 'UnexpectedAdmissionError';
  readonly message?: string;
  /** Other containers of the pod had begun, so that it was seen running. */
  readonly runs?: string | number;
}

/** The cluster takes the pod away before the step's program begins. */
export const evicted = ({ reason = 'Evicted', message = '', runs, ...timing }: Eviction = {}): PodOutcome => ({
  ...timed({ ...timing, runs: runs ?? 0 }),
  neverStarted: { reason, message, beside: runs !== undefined },
});

/** The pod object is gone instead of telling how it ended, as after the loss of a machine. */
export const vanishes = (timing: Timing = {}): PodOutcome => ({ ...timed(timing), vanishes: true });

function withContainers(timing: Timing, containers: Readonly<Record<string, ContainerEnd>>): PodOutcome {
  const runsAfterMs = milliseconds(timing.pending ?? 1);
  const ends = Object.entries(containers).map(([name, { runs = 1, exitCode = 0 }]) => {
    return [name, { exitCode, endsAfterMs: runsAfterMs + milliseconds(runs) }] as const;
  });
  const last = Math.max(...ends.map(([, { endsAfterMs }]) => endsAfterMs));
  const pod = timed(timing);
  return { ...pod, ...(timing.runs === undefined && { endsAfterMs: last }), containers: Object.fromEntries(ends) };
}

function timed({ pending = 1, runs = 1, ready, host, waits, progress }: Timing): PodOutcome {
  const runsAfterMs = milliseconds(pending);
  return {
    runsAfterMs,
    endsAfterMs: runsAfterMs + milliseconds(runs),
    ...(ready !== undefined && { readyAfterMs: runsAfterMs + milliseconds(ready) }),
    ...(host !== undefined && { hostNodeName: host }),
    ...(waits !== undefined && { pendingMessage: waits }),
    ...(progress !== undefined && { progress }),
  };
}

/** @throws RangeError when it is no duration */
export function milliseconds(duration: string | number): number {
  const ms = durationMs(duration);
  if (ms === null || ms < 0) throw new RangeError(`"${duration}" is no duration; write for example "90s" or "1h30m"`);
  return ms;
}
