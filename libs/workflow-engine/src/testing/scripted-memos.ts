import type { StoreMemo } from '../model/command.js';
import type { MemoEntry, MemoObservation } from '../model/observation.js';

/** Caches of outputs that outlive runs. */
export class ScriptedMemos {
  readonly entries = new Map<string, MemoEntry>();
  /** Caches that cannot be used, and why. */
  readonly problems = new Map<string, string>();
  /** Why nothing can be stored; null when it can. */
  storeProblem: string | null = null;
  readonly refusals = new Map<string, string>();

  observe(cacheName: string, key: string): MemoObservation {
    return { entry: this.entries.get(`${cacheName}/${key}`) ?? null, problem: this.problems.get(cacheName) ?? null };
  }

  /** @returns a name that is no pod's, so that there is a pass that sees what became of it */
  store({ key, cacheName, memoKey, entry, isCourtesy }: StoreMemo): string[] {
    if (this.storeProblem === null) this.entries.set(`${cacheName}/${memoKey}`, entry);
    else this.refusals.set(key, this.storeProblem);
    return isCourtesy ? [] : [key];
  }
}
