import type { KubeApi } from '@argosy/kube';
import { resources } from '@argosy/kube';
import { decodeOutputs, FRAME_PREFIX } from '@argosy/executor-protocol';
import type { ReportedOutputs, ReportOverflow } from '@argosy/executor-protocol';
import { MAIN_CONTAINER, overflowOf } from '@argosy/pod-plan';
import type { Pod } from '@argosy/workflow-spec';

/** Reads of one pod's log before its outputs count as lost. With the queue's back-off that is about half a minute. */
const MOST_READS = 10;
/** Lines read besides the frames at first; eight times as many with every further read. */
const FIRST_SLACK_LINES = 16;

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

  /** Reads the log once. Returns whether the outputs are found or given up, so that a pass can go on with them. */
  async fetch(pod: Pod): Promise<boolean> {
    const overflow = overflowOf(pod);
    const { uid = '', name = '' } = pod.metadata ?? {};
    if (!overflow) return true;
    const reads = (this.reads.get(uid) ?? 0) + 1;
    this.reads.set(uid, reads);
    // What the program wrote to standard error may come into the log behind the frames, however much it is.
    const tailLines = overflow.frames + FIRST_SLACK_LINES * 8 ** (reads - 1);
    const frames = await this.readFrames(pod, overflow, tailLines);
    const outputs = frames === undefined ? undefined : decodeOutputs(overflow, frames);
    if (outputs) this.found.set(uid, outputs);
    else if (reads >= MOST_READS) {
      const why = 'it was rotated or removed before it could be read';
      this.lost.set(uid, `outputs of ${overflow.bytes} bytes are not in the log of pod ${name}: ${why}`);
    }
    return outputs !== undefined || reads >= MOST_READS;
  }

  forget(pod: Pod): void {
    const { uid = '' } = pod.metadata ?? {};
    for (const memory of [this.found, this.lost, this.reads]) memory.delete(uid);
  }

  /** The frames alone, so that a long log is not held in memory. Undefined when it cannot be read now. */
  private async readFrames(pod: Pod, { nonce }: ReportOverflow, tailLines: number): Promise<string | undefined> {
    const { name = '', namespace } = pod.metadata ?? {};
    const decoder = new TextDecoder();
    const start = `${FRAME_PREFIX} ${nonce} `;
    let frames = '';
    let rest = '';
    const ref = { type: resources.pods, namespace, name };
    try {
      for await (const chunk of this.kube.logs(ref, { container: MAIN_CONTAINER, tailLines })) {
        const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) if (line.startsWith(start)) frames += `${line}\n`;
      }
    } catch {
      return undefined;
    }
    return rest.startsWith(start) ? frames + rest : frames;
  }
}
