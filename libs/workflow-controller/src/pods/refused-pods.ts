import type { PodObservation } from '@argosy/workflow-engine';
import { instant } from '@argosy/workflow-engine';

/**
 * Pods that can never be: the plan is impossible, or the API refused it for good. To the engine they look like pods that
 * failed at once, so that retry policies and messages work as for any other. Lost with the process, which costs one more
 * refusal.
 */
export class RefusedPods {
  private readonly refused = new Map<string, Map<string, PodObservation>>();

  add(runKey: string, podName: string, nodeId: string, message: string, nowMs: number): void {
    const ofRun = this.refused.get(runKey) ?? new Map<string, PodObservation>();
    this.refused.set(runKey, ofRun);
    ofRun.set(podName, {
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
      containers: [],
      hostNodeName: '',
      podIP: '',
      ready: false,
      progress: '',
      neverStarted: null,
      lingers: false,
      isHeldInVain: false,
      resourcesDuration: null,
    });
  }

  get(runKey: string, podName: string): PodObservation | undefined {
    return this.refused.get(runKey)?.get(podName);
  }

  /** The pod may be tried again. Returns whether it was refused before. */
  forget(runKey: string, podName: string): boolean {
    return this.refused.get(runKey)?.delete(podName) ?? false;
  }

  forgetRun(runKey: string): void {
    this.refused.delete(runKey);
  }
}
