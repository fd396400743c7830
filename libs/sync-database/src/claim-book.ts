import type { SharedClaim } from '@argosy/workflow-controller';
import type { ClaimRow } from './claim-rows.js';
import { rowsOf, signature } from './claim-rows.js';
import type { Written } from './write-claim.js';

type Write = (run: string, claim: SharedClaim | null, mode: 'take' | 'restore') => Promise<Written>;

const UNKNOWN = 'unknown';

/** What the database is to say of the runs of this controller, and what it is known to say. One write of a run at a time. */
export class ClaimBook {
  private readonly wanted = new Map<string, SharedClaim>();
  private readonly written = new Map<string, string>();
  private readonly queues = new Map<string, Promise<unknown>>();

  constructor(private readonly write: Write) {}

  want(run: string, claim: SharedClaim | null): void {
    if (claim && rowsOf(claim).length > 0) this.wanted.set(run, claim);
    else this.wanted.delete(run);
  }

  isDue(run: string): boolean {
    return this.signatureOf(run) !== (this.written.get(run) ?? '');
  }

  /** @returns false when nothing was taken. Throws when nobody knows; then `flush` makes it right. */
  take(claim: SharedClaim): Promise<boolean> {
    const { run } = claim;
    return this.inTurn(run, async () => {
      const before = this.written.get(run) ?? '';
      this.written.set(run, UNKNOWN);
      const result = await this.write(run, claim, 'take');
      if (result) this.want(run, claim);
      this.written.set(run, result ? signature(rowsOf(claim)) : before);
      return result !== null;
    });
  }

  /** Writes what is wanted, if the database says something else. @returns names of locks that the run has lost */
  flush(run: string): Promise<readonly string[]> {
    return this.inTurn(run, async () => {
      if (!this.isDue(run)) return [];
      const due = this.signatureOf(run);
      const result = await this.write(run, this.wanted.get(run) ?? null, 'restore');
      if (!result) return [];
      if (due === '') this.written.delete(run);
      else this.written.set(run, result.lost.length > 0 ? UNKNOWN : due);
      return result.lost;
    });
  }

  /** The database says this. @returns runs of which it is to say something else */
  compare(rows: ReadonlyMap<string, readonly ClaimRow[]>): string[] {
    const differing = [...new Set([...rows.keys(), ...this.wanted.keys(), ...this.written.keys()])].filter(
      (run) => signature(rows.get(run) ?? []) !== this.signatureOf(run),
    );
    for (const run of differing) this.written.set(run, UNKNOWN);
    return this.due();
  }

  due(): string[] {
    return [...new Set([...this.wanted.keys(), ...this.written.keys()])].filter((run) => this.isDue(run));
  }

  /** Names of the locks that somebody here has or waits for. */
  names(): Set<string> {
    return new Set([...this.wanted.values()].flatMap((claim) => rowsOf(claim).map(({ name }) => name)));
  }

  async idle(): Promise<void> {
    await Promise.allSettled(this.queues.values());
  }

  private signatureOf(run: string): string {
    return signature(rowsOf(this.wanted.get(run) ?? null));
  }

  private inTurn<T>(run: string, work: () => Promise<T>): Promise<T> {
    const before = this.queues.get(run) ?? Promise.resolve();
    const next = before.catch(() => undefined).then(work);
    this.queues.set(run, next);
    const done = (): void => {
      if (this.queues.get(run) === next) this.queues.delete(run);
    };
    next.then(done, done);
    return next;
  }
}
