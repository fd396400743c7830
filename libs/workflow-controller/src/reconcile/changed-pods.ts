/** Names of pods that the next pass over a run has to look at; null: all of them. */
export type Changes = readonly string[] | null;

/** What has changed since the last pass over each run. */
export class ChangedPods {
  private readonly changes = new Map<string, Set<string> | null>();

  add(key: string, pods: Changes): void {
    const known = this.changes.get(key);
    if (pods === null || known === null) this.changes.set(key, null);
    else if (known === undefined) this.changes.set(key, new Set(pods));
    else for (const pod of pods) known.add(pod);
  }

  /** Hands the changes over; whoever takes them and fails puts them back. */
  take(key: string): Changes {
    const changes = this.changes.get(key);
    this.changes.delete(key);
    return changes === null ? null : [...(changes ?? [])];
  }

  forget(key: string): void {
    this.changes.delete(key);
  }
}
