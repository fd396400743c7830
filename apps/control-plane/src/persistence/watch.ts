/** News that wait to be looked at by one loop. */
export class Watch<T> {
  private pending: T[] = [];
  private wake: (() => void) | undefined;
  private closed = false;

  constructor(private readonly onClose: () => void) {}

  push(news: T): void {
    this.pending.push(news);
    this.wake?.();
  }

  /** All that came since the last call; waits, at most `patienceMs`, when there is none. Undefined once it is closed. */
  async next(patienceMs: number): Promise<T[] | undefined> {
    if (this.pending.length === 0 && !this.closed) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, patienceMs);
        this.wake = () => (clearTimeout(timer), resolve());
      });
      this.wake = undefined;
    }
    if (this.closed) return undefined;
    const taken = this.pending;
    this.pending = [];
    return taken;
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.onClose();
    this.wake?.();
  }
}

/** The items of a loop over a watch. Ends at once when its reader goes, and not when the loop would look up next. */
export function endingWith<T, N>(
  watch: Watch<N>,
  items: AsyncGenerator<T, void, undefined>,
): AsyncGenerator<T, void, undefined> {
  return {
    next: async () => {
      const result = await items.next().catch((error: unknown) => {
        watch.close();
        throw error;
      });
      if (result.done) watch.close();
      return result;
    },
    return: (value) => {
      watch.close();
      return items.return(value);
    },
    throw: (error) => {
      watch.close();
      return items.throw(error);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
    [Symbol.asyncDispose]: async () => watch.close(),
  };
}
