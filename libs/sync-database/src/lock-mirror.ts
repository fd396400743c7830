import type { LockRows } from './lock-rows.js';

/** What the database said last of the locks that somebody here asks for. */
export class LockMirror {
  private readonly known = new Map<string, LockRows>();
  private readonly asked = new Set<string>();
  private readonly dirty = new Set<string>();
  private reading: Promise<void> = Promise.resolve();

  constructor(
    private readonly read: (names: readonly string[]) => Promise<ReadonlyMap<string, LockRows>>,
    private readonly onChange: (name: string) => void,
  ) {}

  get(name: string): LockRows | undefined {
    this.asked.add(name);
    return this.known.get(name);
  }

  has(name: string): boolean {
    return this.known.has(name);
  }

  names(): string[] {
    return [...this.known.keys()];
  }

  /** Until somebody can tell: a lock without places. */
  assumeNothing(name: string): void {
    if (!this.known.has(name)) this.known.set(name, { limit: 0, rows: [] });
  }

  /** One reading after the other, so that no answer takes the place of a newer one. Throws what reading throws. */
  refresh(names: readonly string[]): Promise<void> {
    for (const name of names) this.dirty.add(name);
    const next = this.reading.catch(() => undefined).then(() => this.readDirty());
    this.reading = next;
    return next;
  }

  /** Forgets what nobody has asked for since the last time, but for what somebody here waits for or has. */
  forgetUnused(needed: ReadonlySet<string>): void {
    for (const name of this.known.keys()) if (!needed.has(name) && !this.asked.has(name)) this.known.delete(name);
    this.asked.clear();
  }

  private async readDirty(): Promise<void> {
    const names = [...this.dirty];
    this.dirty.clear();
    if (names.length === 0) return;
    try {
      for (const [name, rows] of await this.read(names)) this.set(name, rows);
    } catch (error) {
      for (const name of names) this.dirty.add(name);
      throw error;
    }
  }

  private set(name: string, rows: LockRows): void {
    const before = this.known.get(name);
    this.known.set(name, rows);
    if (before && JSON.stringify(before) !== JSON.stringify(rows)) this.onChange(name);
  }
}
