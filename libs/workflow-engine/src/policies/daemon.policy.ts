import type { NodeStatus, Template } from '@argosy/workflow-spec';
import type { PodObservation } from '../model/observation.js';

/** A template whose pod runs beside the steps after it, for as long as the steps or DAG around it. */
export const isDaemon = (template: Template): boolean => template.daemon === true;

/** A daemon that others may use: nobody waits for its end any more, and it takes no place under a limit (ADR 0014). */
export const isUp = (node: NodeStatus | undefined): boolean => node?.daemoned === true && node.phase !== 'Pending';

/** What becomes of the node as its pod runs. Until the pod is ready the node stays as it is: Pending. */
export function whileRunning(node: NodeStatus, pod: PodObservation): Partial<NodeStatus> {
  if (isUp(node) || !pod.ready) return {};
  return { phase: 'Running', daemoned: true, message: undefined, ...(pod.podIP && { podIP: pod.podIP }) };
}

/** A daemon is there until it is ended; one that goes by itself has failed, however well it did. */
export const endPhase = (phase: 'Succeeded' | 'Failed' | 'Error'): 'Failed' | 'Error' =>
  phase === 'Succeeded' ? 'Failed' : phase;
