/** Resolves when the part works; throws an Error that says what is wrong. */
export type HealthCheck = () => Promise<void>;

export interface HealthReport {
  readonly healthy: boolean;
  /** `ok`, or what is wrong, for each part. */
  readonly parts: Readonly<Record<string, string>>;
}

const PATIENCE_MS = 5000;

/** What a program needs in order to do its work. A part that does not answer in time counts as broken. */
export class HealthRegistry {
  private readonly checks = new Map<string, HealthCheck>();

  constructor(private readonly patienceMs = PATIENCE_MS) {}

  register(part: string, check: HealthCheck): void {
    this.checks.set(part, check);
  }

  async report(): Promise<HealthReport> {
    const parts = await Promise.all(
      [...this.checks].map(async ([part, check]) => [part, await this.ask(check)] as const),
    );
    return { healthy: parts.every(([, state]) => state === 'ok'), parts: Object.fromEntries(parts) };
  }

  private ask(check: HealthCheck): Promise<string> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(`no answer within ${this.patienceMs} ms`), this.patienceMs);
      check()
        .then(
          () => resolve('ok'),
          (error: unknown) => resolve(error instanceof Error ? error.message : String(error)),
        )
        .finally(() => clearTimeout(timer));
    });
  }
}
