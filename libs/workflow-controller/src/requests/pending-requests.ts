import type { RequestObservation } from '@argosy/workflow-engine';

interface Pending {
  observation: RequestObservation;
  /** It was this process that put on record that the request is made. */
  isOurs: boolean;
  readonly aborter: AbortController;
}
/** Never rejects. */
type Make = (signal: AbortSignal) => Promise<RequestObservation>;

/**
 * Requests of this process, by run and node. Lost with the process on purpose: a node that says its request was made,
 * while nobody here knows of it, is one that another process may have made it for.
 */
export class PendingRequests {
  private readonly runs = new Map<string, Map<string, Pending>>();

  /** @param onNews called when a node of a run has an answer */
  constructor(private readonly onNews: (runKey: string, nodeId: string) => void) {}

  observe(runKey: string, nodeId: string): RequestObservation | undefined {
    return this.runs.get(runKey)?.get(nodeId)?.observation;
  }

  /** From now on it is known here that the request has not been made. */
  prepare(runKey: string, nodeId: string): void {
    const ofRun = this.runs.get(runKey) ?? new Map<string, Pending>();
    this.runs.set(runKey, ofRun);
    if (!ofRun.has(nodeId)) {
      ofRun.set(nodeId, { observation: { state: 'ready' }, isOurs: false, aborter: new AbortController() });
    }
  }

  /** It was this process that has written that these nodes are Running: their requests are for it to make. */
  record(runKey: string, nodeIds: Iterable<string>): void {
    const ofRun = this.runs.get(runKey);
    for (const nodeId of ofRun ? nodeIds : []) {
      const pending = ofRun?.get(nodeId);
      if (pending) pending.isOurs = true;
    }
  }

  /** Forgets a request that somebody else has put on record. Returns whether it was one. */
  yield(runKey: string, nodeId: string): boolean {
    const pending = this.runs.get(runKey)?.get(nodeId);
    if (!pending || pending.isOurs) return false;
    return this.runs.get(runKey)?.delete(nodeId) ?? false;
  }

  /** Makes a request that is ready, and only such a one. */
  send(runKey: string, nodeId: string, make: Make): void {
    const pending = this.runs.get(runKey)?.get(nodeId);
    if (pending?.observation.state !== 'ready') return;
    pending.observation = { state: 'sent' };
    const { signal } = pending.aborter;
    void make(signal).then((observation) => {
      if (signal.aborted) return;
      pending.observation = observation;
      this.onNews(runKey, nodeId);
    });
  }

  /** Breaks off and forgets what nobody waits for any more. */
  settle(runKey: string, isOpen: (nodeId: string) => boolean): void {
    const ofRun = this.runs.get(runKey);
    for (const [nodeId, { aborter }] of ofRun ?? []) {
      if (isOpen(nodeId)) continue;
      aborter.abort();
      ofRun?.delete(nodeId);
    }
    if (ofRun?.size === 0) this.runs.delete(runKey);
  }

  forgetRun(runKey: string): void {
    this.settle(runKey, () => false);
  }

  forgetAll(): void {
    for (const runKey of [...this.runs.keys()]) this.forgetRun(runKey);
  }
}
