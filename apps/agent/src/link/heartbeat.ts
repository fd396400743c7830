import type { Clock } from '@argosy/kube';
import type { AgentMessage } from '@argosy/link-protocol';
import type { Outbox } from '../outbox/outbox.js';

/** Intervals without a word from the control plane before the connection counts as dead. */
const PATIENCE = 3;

export interface Load {
  readonly runningWorkflows: number;
  readonly runningPods: number;
  readonly pendingPods: number;
}
export interface HeartbeatOptions {
  readonly clock: Clock;
  readonly outbox: Outbox;
  readonly load: () => Load;
}

/** Says at intervals that the agent lives and how it is, and notices when the other side does not answer any more. */
export class Heartbeat {
  private cancel: (() => void) | undefined;
  private heardAt = 0;
  /** When facts became durable, oldest first; gives the lag. */
  private readonly writtenAt: { readonly seq: number; readonly at: number }[] = [];
  private lagMs = 0;

  constructor(private readonly options: HeartbeatOptions) {}

  get beating(): boolean {
    return this.cancel !== undefined;
  }

  start(intervalMs: number, send: (message: AgentMessage) => void, dead: () => void): void {
    const { clock } = this.options;
    this.stop();
    this.heardAt = clock.now();
    const beat = (): void => {
      if (clock.now() - this.heardAt > intervalMs * PATIENCE) return dead();
      send(this.message());
      this.cancel = clock.after(intervalMs, beat);
    };
    beat();
  }

  stop(): void {
    this.cancel?.();
    this.cancel = undefined;
  }

  heard(): void {
    this.heardAt = this.options.clock.now();
  }

  written(seq: number): void {
    if ((this.writtenAt.at(-1)?.seq ?? 0) < seq) this.writtenAt.push({ seq, at: this.options.clock.now() });
  }

  acknowledged(upTo: number): void {
    while (this.writtenAt[0] && this.writtenAt[0].seq <= upTo)
      this.lagMs = this.options.clock.now() - (this.writtenAt.shift()?.at ?? 0);
  }

  private message(): AgentMessage {
    const { clock, outbox, load } = this.options;
    const oldest = this.writtenAt[0];
    return {
      t: 'heartbeat',
      at: new Date(clock.now()).toISOString(),
      ...load(),
      outboxDepth: outbox.depth,
      // What waits now may be later than what was acknowledged last.
      lagMs: Math.max(this.lagMs, oldest ? clock.now() - oldest.at : 0),
    };
  }
}
