import type { LogRowFragment } from '../../../gql/operations.js';

/**
 * The lines of a log in their order, filled from both ends: its beginning and its end are there at once, however long it
 * is, and what lies between follows. Changed in place: a hundred thousand lines are not copied whenever another one comes.
 */
export class LogLines {
  private readonly slots: (LogRowFragment | undefined)[] = [];
  /** Lines known from the beginning on, without a hole. */
  private head = 0;
  /** Where the lines known from the end begin. */
  private tail = Infinity;

  /** Undefined where a line has not been read yet. */
  get rows(): readonly (LogRowFragment | undefined)[] {
    return this.slots;
  }

  get isWhole(): boolean {
    return this.head >= this.slots.length || this.head >= this.tail;
  }

  /** How many lines have been read. */
  get known(): number {
    return this.isWhole ? this.slots.length : this.head + Math.max(0, this.slots.length - this.tail);
  }

  /** The next lines from the beginning on; `total` are stored altogether. */
  addNext(rows: readonly LogRowFragment[], total: number): void {
    if (this.slots.length < total) this.slots.length = total;
    for (const row of rows) {
      if (this.head >= this.tail) return;
      this.slots[this.head++] = row;
    }
  }

  /** The last of `total` lines. */
  addLast(rows: readonly LogRowFragment[], total: number): void {
    this.slots.length = total;
    this.tail = Math.max(this.head, total - rows.length);
    const from = rows.length - (total - this.tail);
    rows.slice(from).forEach((row, index) => (this.slots[this.tail + index] = row));
  }

  /** A line that was just printed. After a broken connection lines come again; what is known is not added twice. */
  addLive(row: LogRowFragment): void {
    if (row.number <= (this.slots.at(-1)?.number ?? -1)) return;
    this.slots.push(row);
    if (this.head === this.slots.length - 1) this.head++;
  }
}
