import type { KubeObject, LogOptions, PodLogSource } from '@argosy/kube';
import { KubeError } from '@argosy/kube';

/** Logs of containers, as a kubelet would give them, and the ways in which it may fail to. */
export class PodLogs {
  private readonly logs = new Map<string, { lines: string[]; ended: boolean }>();
  private changed: (() => void)[] = [];
  private cuts = 0;
  reads = 0;
  /** Every read breaks after this many lines. */
  breakAfter = Infinity;

  write(pod: string, ...lines: readonly (readonly [time: string, text: string])[]): void {
    this.of(pod).lines.push(...lines.map(([time, text]) => `${time} ${text}\n`));
    this.tell();
  }

  /** The container ends: whoever follows sees the end. */
  end(pod: string): void {
    this.of(pod).ended = true;
    this.tell();
  }

  /** The kubelet begins a new file: what is in the old one cannot be read any more. */
  rotate(pod: string, keep: number): void {
    const log = this.of(pod);
    log.lines = log.lines.slice(-keep);
  }

  /** All reads under way break off. */
  cut(): void {
    this.cuts += 1;
    this.tell();
  }

  readonly source: PodLogSource = (pod, options) => this.read(pod, options);

  private async *read(pod: KubeObject, { sinceTime, follow, signal }: LogOptions): AsyncGenerator<Uint8Array> {
    const log = this.of(pod.metadata?.name ?? '');
    const cuts = this.cuts;
    this.reads += 1;
    let given = 0;
    for (let index = 0; ;) {
      for (; index < log.lines.length; index++) {
        const line = log.lines[index] ?? '';
        if (sinceTime !== undefined && Date.parse(line.split(' ')[0] ?? '') < Date.parse(sinceTime)) continue;
        if (given++ >= this.breakAfter) throw new KubeError('Unavailable', 'the stream broke', 503);
        yield Buffer.from(line);
      }
      if (!follow || log.ended || signal?.aborted) return;
      await new Promise<void>((resolve) => {
        this.changed.push(resolve);
        signal?.addEventListener('abort', () => resolve(), { once: true });
      });
      if (this.cuts > cuts) throw new KubeError('Unavailable', 'the stream was cut', 503);
    }
  }

  private of(pod: string): { lines: string[]; ended: boolean } {
    const log = this.logs.get(pod) ?? { lines: [], ended: false };
    this.logs.set(pod, log);
    return log;
  }

  private tell(): void {
    for (const resolve of this.changed.splice(0)) resolve();
  }
}
