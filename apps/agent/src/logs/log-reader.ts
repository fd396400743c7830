import { isFrame, progressMarkOf } from '@argosy/executor-protocol';
import type { LogLine } from '@argosy/link-protocol';
import { advance, parseLogTime, PlaceFinder, toIso } from './log-position.js';
import type { LogPosition, LogTime } from './log-position.js';

/** Longest piece of a line, in UTF-16 units. */
export const MOST_LINE_UNITS = 64 * 1024;
/** Room for the time in front of a line. */
const STAMP_UNITS = 64;
const EPOCH: LogTime = { second: 0, key: '000000000000.000000000' };

/** The line being read, of which pieces may have been shipped. */
interface OpenLine {
  readonly time: LogTime;
  readonly known: boolean;
  readonly frame: boolean;
  /** Pieces that were shipped before. */
  toSkip: number;
}

export interface ReadLines {
  readonly lines: LogLine[];
  readonly firstLine: number;
  readonly missingBefore: number;
  /** After these lines. */
  readonly position: LogPosition;
}

/**
 * Bytes of a log, each line with its time in front, become numbered lines. Lines read before are skipped, frames of outputs
 * left out, very long lines cut into pieces that depend on nothing but the line.
 */
export class LogReader {
  private readonly decoder = new TextDecoder();
  private readonly finder: PlaceFinder;
  private rest = '';
  private open: OpenLine | undefined;
  private lines: LogLine[] = [];
  private firstLine: number;
  private units = 0;
  private reported = 0;
  private lastTime = EPOCH;

  /** @param onProgress what the program says of its own, line by line */
  constructor(
    private position: LogPosition,
    private readonly onProgress: (progress: string) => void = () => undefined,
  ) {
    this.finder = new PlaceFinder(position);
    this.firstLine = position.shipped;
  }

  /** Length of what waits to be taken. */
  get size(): number {
    return this.units;
  }
  get isEmpty(): boolean {
    return this.lines.length === 0;
  }

  add(bytes: Uint8Array): void {
    const parts = (this.rest + this.decoder.decode(bytes, { stream: true })).split('\n');
    this.rest = parts.pop() ?? '';
    for (const part of parts) this.endLine(part);
    if (this.rest.length > MOST_LINE_UNITS + STAMP_UNITS) this.rest = this.cut(this.begin(this.rest));
  }

  /** The log is over: what is behind the last line feed is a line too. */
  end(): void {
    const rest = this.rest + this.decoder.decode();
    this.rest = '';
    if (rest !== '' || this.open) this.endLine(rest);
  }

  take(): ReadLines {
    const { lines, firstLine, position } = this;
    const missingBefore = this.finder.missing - this.reported;
    this.reported += missingBefore;
    this.lines = [];
    this.units = 0;
    this.firstLine = position.shipped;
    return { lines, firstLine, missingBefore, position };
  }

  private endLine(raw: string): void {
    const rest = this.cut(this.begin(raw));
    const { time, known } = this.open as OpenLine;
    const mark = progressMarkOf(rest);
    if (mark && !known) this.onProgress(mark.progress);
    this.ship(mark?.before ?? rest, false);
    if (!known) this.position = advance(this.position, time);
    this.open = undefined;
  }

  /** Takes the time off the front of a new line; what follows is its text. */
  private begin(raw: string): string {
    if (this.open) return raw;
    const space = raw.indexOf(' ');
    const stamp = space < 0 ? raw : raw.slice(0, space);
    const parsed = parseLogTime(stamp);
    const time = parsed ?? this.lastTime;
    this.lastTime = time;
    const text = parsed ? raw.slice(stamp.length + 1) : raw;
    const known = this.finder.isKnown(time);
    this.open = { time, known, frame: isFrame(text), toSkip: known ? 0 : this.position.pieces };
    return text;
  }

  /** Ships pieces of the length of a piece, and gives the rest. */
  private cut(text: string): string {
    let rest = text;
    while (rest.length > MOST_LINE_UNITS) {
      // Not between the halves of a pair.
      const end = /[\ud800-\udbff]/.test(rest.charAt(MOST_LINE_UNITS - 1)) ? MOST_LINE_UNITS - 1 : MOST_LINE_UNITS;
      this.ship(rest.slice(0, end), true);
      rest = rest.slice(end);
    }
    return rest;
  }

  private ship(text: string, more: boolean): void {
    const line = this.open as OpenLine;
    if (line.known || line.frame) return;
    if (line.toSkip > 0) {
      line.toSkip -= 1;
      return;
    }
    this.lines.push({ at: toIso(line.time), text, ...(more && { more: true as const }) });
    this.units += text.length;
    this.position = {
      ...this.position,
      shipped: this.position.shipped + 1,
      pieces: this.position.pieces + 1,
    };
  }
}
