import type { Pod } from '@argosy/workflow-spec';
import { runKeyOf } from './pod-watch.js';

/** A pass over a run for the sake of progress comes at most this often, however much its programs have to say. */
const INTERVAL_MS = 1_000;

/** What programs said of their own progress while they run, as whoever reads their logs has heard it. */
export class ReportedProgress {
  private readonly byPod = new Map<string, string>();
  /** By run, the time of the last look, or of the next one. */
  private readonly looks = new Map<string, number>();

  /** Returns when to look at the pod because of it; null when it is no news. */
  report(pod: Pod, progress: string, nowMs: number): number | null {
    const uid = pod.metadata?.uid ?? '';
    if (this.byPod.get(uid) === progress) return null;
    this.byPod.set(uid, progress);
    const last = this.looks.get(runKeyOf(pod)) ?? -Infinity;
    const next = last > nowMs ? last : Math.max(nowMs, last + INTERVAL_MS);
    this.looks.set(runKeyOf(pod), next);
    return next;
  }

  of({ metadata }: Pod): string | undefined {
    return this.byPod.get(metadata?.uid ?? '');
  }

  forget({ metadata }: Pod): void {
    this.byPod.delete(metadata?.uid ?? '');
  }

  forgetRun(runKey: string): void {
    this.looks.delete(runKey);
  }
}
