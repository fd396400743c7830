import { Injectable } from '@nestjs/common';
import { Clock } from '@argosy/platform';

const WINDOW_MS = 5 * 60_000;
const MOST_PER_ACCOUNT = 10;
const MOST_PER_ADDRESS = 50;
/** Enough for an attack to be seen; beyond it the oldest are forgotten. */
const MOST_KEYS = 10_000;

interface Failures {
  readonly since: number;
  count: number;
}

/** Slows down guessing: after too many failures for one account, or from one address, nothing is checked for a while. */
@Injectable()
export class LoginLimiter {
  private readonly failures = new Map<string, Failures>();

  constructor(private readonly clock: Clock) {}

  /** Seconds to wait before the next try; 0 when it may be made now. */
  waitSeconds(email: string, address: string): number {
    return Math.max(
      this.waitFor(accountKey(email), MOST_PER_ACCOUNT),
      this.waitFor(addressKey(address), MOST_PER_ADDRESS),
    );
  }

  failed(email: string, address: string): void {
    for (const key of [accountKey(email), addressKey(address)]) {
      const known = this.current(key) ?? { since: this.clock.now().getTime(), count: 0 };
      known.count += 1;
      this.failures.delete(key);
      this.failures.set(key, known);
    }
    for (const key of this.failures.keys()) {
      if (this.failures.size <= MOST_KEYS) break;
      this.failures.delete(key);
    }
  }

  succeeded(email: string): void {
    this.failures.delete(accountKey(email));
  }

  private waitFor(key: string, most: number): number {
    const known = this.current(key);
    if (!known || known.count < most) return 0;
    return Math.ceil((known.since + WINDOW_MS - this.clock.now().getTime()) / 1000);
  }

  private current(key: string): Failures | undefined {
    const known = this.failures.get(key);
    return known && known.since + WINDOW_MS > this.clock.now().getTime() ? known : undefined;
  }
}

const accountKey = (email: string): string => `account:${email.trim().toLowerCase()}`;
const addressKey = (address: string): string => `address:${address}`;
