import type { PodObservation } from '@argosy/workflow-engine';
import { instant } from '@argosy/workflow-engine';

/**
 * Pods that can never be: the plan is impossible, or the API refused it for good. To the engine they look like pods that
 * failed at once, so that retry policies and messages work as for any other.
 */
export class RefusedPods {
  private readonly refused = new Map<string, PodObservation>();

  add(namespace: string, podName: string, nodeId: string, message: string, nowMs: number): void {
    this.refused.set(`${namespace}/${podName}`, {
      podName,
      nodeId,
      uid: '',
      phase: 'Error',
      message,
      startedAt: instant(nowMs),
      finishedAt: instant(nowMs),
      exitCode: null,
      outputs: null,
      outputsPending: false,
      hostNodeName: '',
      podIP: '',
      ready: false,
      progress: '',
      resourcesDuration: null,
    });
  }

  get(namespace: string, podName: string): PodObservation | undefined {
    return this.refused.get(`${namespace}/${podName}`);
  }

  /** The engine has taken note, or the run is gone. */
  forget(namespace: string, podNames: Iterable<string>): void {
    for (const podName of podNames) this.refused.delete(`${namespace}/${podName}`);
  }

  forgetRun(namespace: string, workflowName: string): void {
    for (const key of this.refused.keys()) if (key.startsWith(`${namespace}/${workflowName}`)) this.refused.delete(key);
  }
}
