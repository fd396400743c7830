/**
 * What a pass asked of the outside and nobody knew yet. Its decision is void; once the holes are filled the pass is
 * made again, and sees what it asked for.
 */
export class Holes {
  private readonly fillings = new Map<string, () => Promise<void>>();

  add(what: string, fill: () => Promise<void>): void {
    this.fillings.set(what, fill);
  }

  /** Throws what a look-up throws. */
  async fill(): Promise<void> {
    const fillings = [...this.fillings.values()];
    this.fillings.clear();
    await Promise.all(fillings.map((fill) => fill()));
  }

  get isEmpty(): boolean {
    return this.fillings.size === 0;
  }
}
