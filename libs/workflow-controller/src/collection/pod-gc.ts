import { durationMs } from '@argosy/workflow-spec';
import type { LabelSelector, Pod, PodGC } from '@argosy/workflow-spec';

/** Argo's default between the end of a pod and its deletion. */
const DEFAULT_DELAY_MS = 5_000;

/**
 * When an ended pod that may go goes, in milliseconds since the epoch; null when its labels keep it. The delay counts from
 * what the strategy waits for: the end of the pod, or that of the run.
 */
export function garbageAtMs(pod: Pod, podGC: PodGC | undefined, finishedAtMs: number | null = null): number | null {
  if (!matches(pod.metadata?.labels ?? {}, podGC?.labelSelector)) return null;
  const delayMs =
    podGC?.deleteDelayDuration === undefined ? DEFAULT_DELAY_MS : (durationMs(podGC.deleteDelayDuration) ?? 0);
  const ends = (pod.status?.containerStatuses ?? []).flatMap(({ state }) => state?.terminated?.finishedAt ?? []);
  const waitsForRun = podGC?.strategy === 'OnWorkflowCompletion' || podGC?.strategy === 'OnWorkflowSuccess';
  const runEndedAt = waitsForRun ? (finishedAtMs ?? 0) : 0;
  const endedAt = Math.max(0, runEndedAt, ...ends.map((time) => Date.parse(time)));
  return endedAt + delayMs;
}

function matches(labels: Readonly<Record<string, string>>, selector: LabelSelector | undefined): boolean {
  const { matchLabels = {}, matchExpressions = [] } = selector ?? {};
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, operator, values = [] }) => {
      const value = labels[key];
      switch (operator) {
        case 'In':
          return value !== undefined && values.includes(value);
        case 'NotIn':
          return value === undefined || !values.includes(value);
        case 'Exists':
          return value !== undefined;
        case 'DoesNotExist':
          return value === undefined;
        default:
          return false;
      }
    })
  );
}
