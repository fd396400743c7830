import { ExpressionError } from '../expression-error.js';
import type { EvaluationSettings } from '../expr/evaluation-settings.js';
import { formatLayout } from '../expr/go-layout.js';
import { readLayout } from '../expr/read-layout.js';
import { UTC, zoneAt } from '../expr/zone.js';
import { Moment, parseMoment, parseSpan, Span } from '../expr/time.js';
import { show } from '../expr/value.js';
import type { Value } from '../expr/value.js';
import type { SprigFunction } from './sprig-function.js';

/** Go's zero time, which sprig gives for what it cannot read. */
const ZERO = new Moment(Date.parse('0001-01-01T00:00:00Z'));

function present({ now }: EvaluationSettings): Moment {
  if (now === undefined) throw new ExpressionError('the time is not known here');
  return new Moment(now);
}

/** A time, seconds since 1970, or a text that is a time; sprig takes anything else for the present. */
function momentOf(value: Value | undefined, settings: EvaluationSettings): Moment {
  if (value instanceof Moment) return value;
  if (typeof value === 'number') return new Moment(value * 1000);
  const read = typeof value === 'string' ? parseMoment(value) : undefined;
  return read ?? present(settings);
}

/** Sprig takes a zone it does not know for UTC. */
const inZone: SprigFunction = ([layout = '', value, zone = 'UTC'], settings) => {
  const moment = momentOf(value, settings);
  return formatLayout(moment, show(layout), zoneAt(moment.ms, show(zone)) ?? UTC);
};

/** Milliseconds: of a duration, its text, nanoseconds, or since a time. */
function passed(value: Value | undefined, settings: EvaluationSettings): number {
  if (value instanceof Span) return value.ms;
  if (typeof value === 'number') return value / 1e6;
  if (value instanceof Moment) return present(settings).ms - value.ms;
  return typeof value === 'string' ? parseSpan(value).ms : 0;
}

const SECOND = 1000;
const HOUR = 3600 * SECOND;
const UNITS: readonly (readonly [ms: number, unit: string])[] = [
  [365 * 24 * HOUR, 'y'],
  [30 * 24 * HOUR, 'm'],
  [24 * HOUR, 'd'],
  [HOUR, 'h'],
  [60 * SECOND, 'm'],
  [SECOND, 's'],
];

/** Only the greatest unit it is more than one of. */
function roundedSpan(ms: number): string {
  const [length, unit] = UNITS.find(([unitMs]) => Math.abs(ms) > unitMs) ?? [Infinity, 's'];
  return `${Math.floor(Math.abs(ms) / length)}${unit}`;
}

const modified: SprigFunction = ([change = '', value], settings) =>
  new Moment(momentOf(value, settings).ms + parseSpan(show(change)).ms);

export const dateFunctions: Readonly<Record<string, SprigFunction>> = {
  date: ([layout = '', value], settings) => formatLayout(momentOf(value, settings), show(layout)),
  htmlDate: ([value], settings) => formatLayout(momentOf(value, settings), '2006-01-02'),
  dateInZone: inZone,
  date_in_zone: inZone,
  htmlDateInZone: ([value = null, zone = 'UTC'], settings) => inZone(['2006-01-02', value, zone], settings),
  ago: ([value], settings) =>
    new Span(Math.round((present(settings).ms - momentOf(value, settings).ms) / 1000) * 1000).toString(),
  toDate: ([layout = '', text = '']) => readLayout(show(layout), show(text)) ?? ZERO,
  mustToDate: ([layout = '', text = '']) => {
    const read = readLayout(show(layout), show(text));
    if (read) return read;
    throw new ExpressionError(`"${show(text)}" is no time in the layout "${show(layout)}"`);
  },
  durationRound: ([value], settings) => roundedSpan(passed(value, settings)),
  unixEpoch: ([value], settings) => String(Math.floor(momentOf(value, settings).ms / 1000)),
  dateModify: modified,
  date_modify: modified,
  must_date_modify: modified,
  duration: ([seconds = 0]) => new Span(Math.trunc(Number(show(seconds))) * 1000).toString(),
};
