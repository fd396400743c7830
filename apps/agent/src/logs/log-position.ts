/**
 * How far a container's log has been read. Lines have no names, and their times are neither unique nor strictly in order
 * (stdout and stderr are stamped by different threads). But asking for the lines since a given second always gives the same
 * lines in the same order, as long as the log is not rotated: so a line is "the n-th since that second". The second moves
 * on behind the newest line, far enough that no straggler is older.
 */
export interface LogPosition {
  /** Lines read, by second and in the order in which the seconds first appeared, with the time of the first line of each. */
  readonly seconds: readonly (readonly [second: number, count: number, first: string])[];
  /** Time of the last line read, and how many lines had it; for finding the place again in a rotated log. */
  readonly last: string;
  readonly lastCount: number;
  /** Lines shipped: the number of the next one. Lines that carry outputs are read and not shipped. */
  readonly shipped: number;
  /** Pieces shipped of the line after the last one. */
  readonly pieces: number;
}

export const LOG_START: LogPosition = { seconds: [], last: '', lastCount: 0, shipped: 0, pieces: 0 };
/** Lines are expected to be at most this much older than one before them. */
const STRAGGLER_SECONDS = 10;

/** From when to read to find the place again; undefined: from the start. */
export function sinceTimeOf({ seconds }: LogPosition): string | undefined {
  if (seconds.length === 0) return undefined;
  return new Date(oldestCounted(seconds) * 1000).toISOString().replace('.000Z', 'Z');
}

const oldestCounted = (seconds: LogPosition['seconds']): number =>
  Math.max(...seconds.map(([second]) => second)) - STRAGGLER_SECONDS;

/** One line more has been read. */
export function advance(position: LogPosition, time: LogTime): LogPosition {
  const { seconds, last, lastCount } = position;
  const index = seconds.findIndex(([second]) => second === time.second);
  const found = seconds[index];
  const counted = found
    ? seconds.with(index, [found[0], found[1] + 1, found[2]])
    : [...seconds, [time.second, 1, time.key] as const];
  const oldest = oldestCounted(counted);
  return {
    ...position,
    seconds: counted.filter(([second]) => second >= oldest),
    last: time.key,
    lastCount: time.key === last ? lastCount + 1 : 1,
    pieces: 0,
  };
}

export interface LogTime {
  readonly second: number;
  /** Sorts as time does, to the nanosecond. */
  readonly key: string;
}

const STAMP = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/;

/** Reads the time that Kubernetes puts before a line; undefined when it is none. */
export function parseLogTime(stamp: string): LogTime | undefined {
  const [, wall, fraction = '', zone] = STAMP.exec(stamp) ?? [];
  if (wall === undefined || zone === undefined) return undefined;
  const second = Date.parse(`${wall}${zone}`) / 1000;
  return { second, key: `${String(second).padStart(12, '0')}.${fraction.padEnd(9, '0')}` };
}

export const toIso = ({ second, key }: LogTime): string =>
  new Date(second * 1000 + Number(key.split('.')[1]?.slice(0, 3))).toISOString();

/** Tells which lines of a log that is read again have been read before. */
export class PlaceFinder {
  private mode: 'all-new' | 'counting' | 'rotated' | undefined;
  private toSkip: number;
  private sameAsLast = 0;
  /** 1 when lines may have been lost with a rotated log; how many cannot be known. */
  missing = 0;

  constructor(private readonly from: LogPosition) {
    this.toSkip = from.seconds.reduce((sum, [, count]) => sum + count, 0);
  }

  /** Called for each line in order. */
  isKnown(time: LogTime): boolean {
    this.mode ??= this.begin(time);
    if (this.mode === 'all-new') return false;
    if (this.mode === 'counting' ? this.toSkip-- > 0 : this.isBefore(time)) return true;
    this.mode = 'all-new';
    return false;
  }

  private begin(first: LogTime): 'all-new' | 'counting' | 'rotated' {
    const expected = this.from.seconds[0]?.[2];
    if (expected === undefined) return 'all-new';
    if (first.key === expected) return 'counting';
    if (first.key > this.from.last) this.missing = 1;
    return 'rotated';
  }

  private isBefore({ key }: LogTime): boolean {
    return key < this.from.last || (key === this.from.last && ++this.sameAsLast <= this.from.lastCount);
  }
}
