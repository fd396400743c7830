import type { Clock, KubeApi, KubeObject, WatchEvent } from '@argosy/kube';
import { KubeError } from '@argosy/kube';
import type { Random } from '@argosy/workflow-engine/testing';

type Verb = Extract<keyof KubeApi, string>;

/** What may become of a request, besides being done at once. */
type Trouble = 'refused' | 'conflict' | 'answer-lost' | 'late' | 'late-answer';

const WRITES: readonly Verb[] = ['create', 'update', 'patch', 'delete', 'deleteCollection'];
const READS: readonly Verb[] = ['get', 'list'];
const LATEST_MS = 4_000;

export interface ChaosOptions {
  readonly random: Random;
  readonly clock: Clock;
  /** How likely something happens to a request or to the news of a change; 0 for a cluster as it should be. */
  readonly trouble: number;
  /** Counts everything that happens, so that the simulation knows when nothing happens any more. */
  readonly onActivity: () => void;
}

/**
 * One process' way to the Kubernetes API, as bad as networks get: requests are refused, collide, are carried out late or
 * without an answer; news of changes come late, twice, or not until the watch is opened again.
 */
export class ChaosKube {
  readonly api: KubeApi;
  private isDead = false;

  constructor(
    inner: KubeApi,
    private readonly options: ChaosOptions,
  ) {
    this.api = new Proxy(inner, { get: (target, verb: Verb) => this.wrap(target, verb) });
  }

  /** The process is gone: what it had sent still arrives, nothing comes after it. */
  kill(): void {
    this.isDead = true;
  }

  private wrap(target: KubeApi, verb: Verb): unknown {
    const method = target[verb].bind(target) as (...args: unknown[]) => unknown;
    if (verb === 'watch')
      return (...args: unknown[]) => this.news(method(...args) as AsyncIterable<WatchEvent<KubeObject>>);
    if (WRITES.includes(verb) || READS.includes(verb))
      return (...args: unknown[]) => this.request(verb, () => method(...args) as Promise<unknown>);
    return method;
  }

  private async request(verb: Verb, act: () => Promise<unknown>): Promise<unknown> {
    const { onActivity } = this.options;
    onActivity();
    if (this.isDead) throw away();
    try {
      switch (this.trouble(verb)) {
        case 'refused':
          throw away();
        case 'conflict':
          throw new KubeError('Conflict', 'the object has been modified', 409);
        case 'answer-lost':
          await act();
          throw new KubeError('Timeout', 'the answer was lost', 504);
        case 'late':
          await this.later();
          return await act();
        case 'late-answer': {
          const answer = await act();
          await this.later();
          return answer;
        }
        case null:
          return await act();
      }
    } finally {
      onActivity();
    }
  }

  private trouble(verb: Verb): Trouble | null {
    const { random, trouble } = this.options;
    if (!random.chance(trouble)) return null;
    if (READS.includes(verb)) return random.pick(['refused', 'late'] as const);
    const troubles = ['refused', 'answer-lost', 'late', 'late-answer'] as const;
    return verb === 'patch' || verb === 'update'
      ? random.pick([...troubles, 'conflict' as const])
      : random.pick(troubles);
  }

  private async *news(events: AsyncIterable<WatchEvent<KubeObject>>): AsyncIterable<WatchEvent<KubeObject>> {
    const { random, trouble, onActivity } = this.options;
    for await (const event of events) {
      onActivity();
      if (this.isDead) return;
      if (random.chance(trouble)) await this.later();
      yield event;
      if (random.chance(trouble)) yield event;
    }
  }

  private later(): Promise<void> {
    const { clock, random } = this.options;
    return new Promise((resolve) => clock.after(1 + random.below(LATEST_MS), resolve));
  }
}

const away = (): KubeError => new KubeError('Unavailable', 'the server is away', 503);
