import { ExpressionError } from '../expression-error.js';

/**
 * How many functions may be called that are slow on purpose, such as hashes of passwords, by all evaluations that share this:
 * whoever waits for them waits a quarter of a second for each.
 */
export class SlowCalls {
  private left: number;

  constructor(private readonly most: number) {
    this.left = most;
  }

  /** @throws ExpressionError */
  take(name: string): void {
    if (this.left-- > 0) return;
    throw new ExpressionError(
      `${name} is slow on purpose, and not called more than ${this.most} times at once`,
      0,
      0,
      'do it in a step',
    );
  }
}
