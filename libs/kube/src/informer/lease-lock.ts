import { isKubeError } from '../port/errors.js';
import type { KubeApi } from '../port/kube-api.js';
import type { KubeObject } from '../port/resource.js';
import { resources } from '../port/resource.js';
import type { Clock } from '../port/time.js';
import { sleep, systemClock } from '../port/time.js';

export interface LeaseLockOptions {
  readonly namespace: string;
  readonly name: string;
  /** Who holds the lease; unique per process. */
  readonly identity: string;
  /** How long others wait for a holder that went silent. Default 15 s. */
  readonly leaseSeconds?: number;
  /** How long a holder that cannot renew still counts as one; less than the lease. Default 10 s. */
  readonly renewWithinSeconds?: number;
  /** Pause between two attempts. Default 5 s. */
  readonly retrySeconds?: number;
  readonly onAcquired: () => void;
  /** After this nothing may be written any more. */
  readonly onLost: () => void;
  readonly onError?: (error: unknown) => void;
  readonly clock?: Clock;
}
export interface LeaseLock {
  readonly isHeld: boolean;
  /** Gives the lease up, so that another can take it at once. */
  stop(): Promise<void>;
}
type Lease = KubeObject & {
  spec?: {
    holderIdentity?: string | null;
    leaseDurationSeconds?: number;
    acquireTime?: string;
    renewTime?: string;
    leaseTransitions?: number;
  };
};

/** Makes one of several processes the leader by a Kubernetes lease, and tells it when it is not any more. */
export const createLeaseLock = (api: KubeApi, options: LeaseLockOptions): LeaseLock => new RunningLock(api, options);

class RunningLock implements LeaseLock {
  isHeld = false;
  private readonly clock: Clock;
  private readonly leaseMs: number;
  private readonly renewWithinMs: number;
  private readonly retryMs: number;
  private readonly stopped = new AbortController();
  private readonly running: Promise<void>;
  /** Another's lease as last seen, and when by our own clock: clocks of other machines are not trusted. */
  private observed: { readonly version: string; readonly atMs: number } | undefined;
  private cancelLoss: (() => void) | undefined;

  constructor(
    private readonly api: KubeApi,
    private readonly options: LeaseLockOptions,
  ) {
    this.clock = options.clock ?? systemClock;
    this.leaseMs = (options.leaseSeconds ?? 15) * 1000;
    this.renewWithinMs = (options.renewWithinSeconds ?? 10) * 1000;
    this.retryMs = (options.retrySeconds ?? 5) * 1000;
    if (this.renewWithinMs >= this.leaseMs) {
      throw new RangeError('renewWithinSeconds must be less than leaseSeconds, or two could lead at once');
    }
    this.running = this.run();
  }

  async stop(): Promise<void> {
    this.stopped.abort();
    await this.running;
    if (!this.isHeld) return;
    this.lose();
    await this.release().catch((error: unknown) => this.options.onError?.(error));
  }

  private async run(): Promise<void> {
    const { signal } = this.stopped;
    while (!signal.aborted) {
      const askedAtMs = this.clock.now();
      try {
        if (await this.tryHold()) this.hold(askedAtMs);
        else this.lose();
      } catch (error) {
        // A write that lost a race is what the lease is for.
        if (!isKubeError(error, 'Conflict', 'AlreadyExists')) this.options.onError?.(error);
      }
      await sleep(this.clock, this.retryMs, signal);
    }
  }

  private async tryHold(): Promise<boolean> {
    const { namespace, name, identity } = this.options;
    const type = resources.leases;
    const now = microTime(this.clock.now());
    const mine = { holderIdentity: identity, leaseDurationSeconds: Math.ceil(this.leaseMs / 1000), renewTime: now };
    const lease = await this.api.get<Lease>({ type, namespace, name }).catch((error: unknown) => {
      if (isKubeError(error, 'NotFound')) return undefined;
      throw error;
    });
    if (!lease) {
      const spec = { ...mine, acquireTime: now, leaseTransitions: 0 };
      await this.api.create<Lease>(type, { metadata: { namespace, name }, spec });
      return true;
    }
    const isMine = lease.spec?.holderIdentity === identity;
    if (!isMine && !this.isExpired(lease)) return false;
    const transitions = lease.spec?.leaseTransitions ?? 0;
    const taken = isMine ? {} : { acquireTime: now, leaseTransitions: transitions + 1 };
    await this.api.update<Lease>(type, { ...lease, spec: { ...lease.spec, ...mine, ...taken } });
    return true;
  }

  private isExpired(lease: Lease): boolean {
    if (!lease.spec?.holderIdentity) return true;
    const version = lease.metadata?.resourceVersion ?? '';
    const nowMs = this.clock.now();
    if (this.observed?.version !== version) this.observed = { version, atMs: nowMs };
    return nowMs - this.observed.atMs >= (lease.spec.leaseDurationSeconds ?? 0) * 1000;
  }

  /** `askedAtMs` is before the request went out: the lease may have begun to run as early as that. */
  private hold(askedAtMs: number): void {
    this.cancelLoss?.();
    const leftMs = askedAtMs + this.renewWithinMs - this.clock.now();
    if (leftMs <= 0) return this.lose();
    this.cancelLoss = this.clock.after(leftMs, () => this.lose());
    if (this.isHeld) return;
    this.isHeld = true;
    this.options.onAcquired();
  }

  private lose(): void {
    this.cancelLoss?.();
    if (!this.isHeld) return;
    this.isHeld = false;
    this.options.onLost();
  }

  private async release(): Promise<void> {
    const { namespace, name, identity } = this.options;
    const lease = await this.api.get<Lease>({ type: resources.leases, namespace, name });
    if (lease.spec?.holderIdentity !== identity) return;
    await this.api.update<Lease>(resources.leases, { ...lease, spec: { ...lease.spec, holderIdentity: '' } });
  }
}

/** Leases carry microseconds. */
const microTime = (epochMs: number): string => `${new Date(epochMs).toISOString().slice(0, -1)}000Z`;
