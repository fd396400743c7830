import type { Pod } from '@argosy/workflow-spec';

/** What programs said of their own progress while they run, as whoever reads their logs has heard it. */
export class ReportedProgress {
  private readonly byPod = new Map<string, string>();

  /** Returns whether that is news. */
  report({ metadata }: Pod, progress: string): boolean {
    const uid = metadata?.uid ?? '';
    if (this.byPod.get(uid) === progress) return false;
    this.byPod.set(uid, progress);
    return true;
  }

  of({ metadata }: Pod): string | undefined {
    return this.byPod.get(metadata?.uid ?? '');
  }

  forget({ metadata }: Pod): void {
    this.byPod.delete(metadata?.uid ?? '');
  }
}
