import type { Clock, KubeApi } from '@argosy/kube';
import { isKubeError } from '@argosy/kube';
import type { ControllerLogger } from '../ports.js';

/** A write of an event that waits for its turn. */
export interface Outgoing {
  readonly namespace: string;
  /** There are few of these, and they matter most. */
  readonly isOfRun: boolean;
  readonly send: (kube: KubeApi) => Promise<void>;
}

export interface EventSenderOptions {
  readonly kube: KubeApi;
  readonly clock: Clock;
  readonly logger: ControllerLogger;
}

/** Written at once while there were none for a while, and from then on as many a second. */
const BURST = 100;
const PER_SECOND = 10;
/** What waits beyond this is lost. */
const MOST_OF_NODES = 1_000;
const MOST_OF_RUNS = 2_000;
/** How long nothing is written to a namespace that refuses events. */
const SILENCE_MS = 10 * 60_000;

/**
 * Writes events one after the other, no faster than the API server can be asked to bear. Nobody waits for it, and what
 * cannot be written is lost: events are for people who look on, the run's record is its status.
 */
export class EventSender {
  private waiting: Outgoing[] = [];
  private tokens = BURST;
  private refilledAtMs: number;
  private isSending = false;
  private isStopped = false;
  private cancelWait: (() => void) | undefined;
  private readonly silentUntilMs = new Map<string, number>();

  constructor(private readonly options: EventSenderOptions) {
    this.refilledAtMs = options.clock.now();
  }

  add(outgoing: Outgoing): void {
    const most = outgoing.isOfRun ? MOST_OF_RUNS : MOST_OF_NODES;
    if (this.isStopped || this.waiting.length >= most || this.isSilent(outgoing.namespace)) return;
    this.waiting.push(outgoing);
    void this.sendWaiting();
  }

  /** What still waits is lost. */
  stop(): void {
    this.isStopped = true;
    this.cancelWait?.();
    this.waiting = [];
  }

  private async sendWaiting(): Promise<void> {
    if (this.isSending || this.cancelWait) return;
    this.isSending = true;
    while (this.waiting.length > 0 && this.takeToken()) {
      const next = this.waiting.shift();
      if (next && !this.isSilent(next.namespace)) await this.send(next);
    }
    this.isSending = false;
    if (this.waiting.length > 0) this.waitForToken();
  }

  private async send({ namespace, send }: Outgoing): Promise<void> {
    const { kube, clock, logger } = this.options;
    try {
      await send(kube);
    } catch (error) {
      const isRefused = isKubeError(error, 'Forbidden') && !error.message.includes('being terminated');
      if (!isRefused) return logger.debug({ namespace, err: error }, 'An event was lost');
      this.silentUntilMs.set(namespace, clock.now() + SILENCE_MS);
      logger.warn({ namespace, err: error }, 'May not write events; leaving them out for a while');
    }
  }

  private takeToken(): boolean {
    const now = this.options.clock.now();
    this.tokens = Math.min(BURST, this.tokens + ((now - this.refilledAtMs) * PER_SECOND) / 1000);
    this.refilledAtMs = now;
    if (this.tokens < 1) return false;
    this.tokens -= 1;
    return true;
  }

  private waitForToken(): void {
    this.cancelWait = this.options.clock.after(1000 / PER_SECOND, () => {
      this.cancelWait = undefined;
      void this.sendWaiting();
    });
  }

  private isSilent(namespace: string): boolean {
    const until = this.silentUntilMs.get(namespace);
    if (until === undefined) return false;
    if (until > this.options.clock.now()) return true;
    this.silentUntilMs.delete(namespace);
    return false;
  }
}
