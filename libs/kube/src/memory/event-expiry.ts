import type { KubeObject } from '../port/resource.js';
import { resources } from '../port/resource.js';
import type { Clock } from '../port/time.js';
import type { Lifecycle } from './lifecycle.js';
import type { Store } from './store.js';

/** As an API server does, unless told otherwise. */
const TIME_TO_LIVE_MS = 60 * 60_000;
const SWEEP_EVERY_MS = 60_000;

/** Events go after an hour: nobody ever deletes one. */
export class EventExpiry {
  private nextSweepAtMs = 0;

  constructor(
    private readonly store: Store,
    private readonly lifecycle: Lifecycle,
    private readonly clock: Clock,
  ) {}

  /** To be called when an event comes in. */
  sweep(): void {
    const now = this.clock.now();
    if (now < this.nextSweepAtMs) return;
    this.nextSweepAtMs = now + SWEEP_EVERY_MS;
    for (const event of this.store.table(resources.events).select(undefined))
      if (lastSeenMs(event) + TIME_TO_LIVE_MS <= now) this.lifecycle.delete(resources.events, event, {});
  }
}

const lastSeenMs = (event: KubeObject & { lastTimestamp?: string }): number =>
  Date.parse(event.lastTimestamp ?? event.metadata?.creationTimestamp ?? '') || 0;
