import type { KubeApi } from '@argosy/kube';
import { resources } from '@argosy/kube';
import { decodeOutputs } from '@argosy/executor-protocol';
import type { ReportedOutputs } from '@argosy/executor-protocol';
import { MAIN_CONTAINER, overflowOf } from '@argosy/pod-plan';
import type { Pod } from '@argosy/workflow-spec';

/** Reads of one pod's log before its outputs count as lost. With the queue's back-off that is about a minute. */
const MOST_READS = 10;

export type OverflowResult = { readonly outputs: ReportedOutputs } | { readonly error: string } | 'again';

/** Fetches outputs that did not fit a termination message from the end of the pod's log. Keeps what it found until the pod is gone. */
export class OverflowOutputs {
  private readonly found = new Map<string, ReportedOutputs>();
  private readonly lost = new Map<string, string>();
  private readonly reads = new Map<string, number>();

  constructor(private readonly kube: KubeApi) {}

  known(pod: Pod): ReportedOutputs | undefined {
    return this.found.get(pod.metadata?.uid ?? '');
  }

  /** Why the outputs of this pod will never come; undefined while there is hope. */
  lostReason(pod: Pod): string | undefined {
    return this.lost.get(pod.metadata?.uid ?? '');
  }

  /** Reads the log once. */
  async fetch(pod: Pod): Promise<OverflowResult> {
    const overflow = overflowOf(pod);
    const { uid = '', name = '', namespace } = pod.metadata ?? {};
    if (!overflow) return { outputs: {} };
    const log = await this.readTail(name, namespace, overflow.frames + 1);
    const outputs = log === undefined ? undefined : decodeOutputs(overflow, log);
    if (outputs) {
      this.found.set(uid, outputs);
      return { outputs };
    }
    const reads = (this.reads.get(uid) ?? 0) + 1;
    this.reads.set(uid, reads);
    if (reads < MOST_READS) return 'again';
    const error = `outputs of ${overflow.bytes} bytes are not in the log of pod ${name}: it was rotated or removed before it could be read`;
    this.lost.set(uid, error);
    return { error };
  }

  forget(pod: Pod): void {
    const { uid = '' } = pod.metadata ?? {};
    for (const memory of [this.found, this.lost, this.reads]) memory.delete(uid);
  }

  private async readTail(name: string, namespace: string | undefined, tailLines: number): Promise<string | undefined> {
    const decoder = new TextDecoder();
    let text = '';
    try {
      for await (const chunk of this.kube.logs(
        { type: resources.pods, namespace, name },
        { container: MAIN_CONTAINER, tailLines },
      )) {
        text += decoder.decode(chunk, { stream: true });
      }
      return text;
    } catch {
      return undefined;
    }
  }
}
