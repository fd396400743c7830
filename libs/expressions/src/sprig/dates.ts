import { ExpressionError } from '../expression-error.js';
import type { EvaluationSettings } from '../expr/evaluation-settings.js';
import { formatLayout } from '../expr/go-layout.js';
import { Moment, parseMoment, parseSpan, Span } from '../expr/time.js';
import { show } from '../expr/value.js';
import type { Value } from '../expr/value.js';
import type { SprigFunction } from './sprig-function.js';

/** A time, seconds since 1970, or a text that is a time; sprig takes anything else for the present. */
function momentOf(value: Value | undefined, { now }: EvaluationSettings): Moment {
  if (value instanceof Moment) return value;
  if (typeof value === 'number') return new Moment(value * 1000);
  const read = typeof value === 'string' ? parseMoment(value) : undefined;
  if (read) return read;
  if (now === undefined) throw new ExpressionError('the time is not known here');
  return new Moment(now);
}

const modified: SprigFunction = ([change = '', value], settings) =>
  new Moment(momentOf(value, settings).ms + parseSpan(show(change)).ms);

export const dateFunctions: Readonly<Record<string, SprigFunction>> = {
  date: ([layout = '', value], settings) => formatLayout(momentOf(value, settings), show(layout)),
  htmlDate: ([value], settings) => formatLayout(momentOf(value, settings), '2006-01-02'),
  dateInZone: ([layout = '', value, zone = 'UTC'], settings) => {
    if (!['UTC', 'GMT', ''].includes(show(zone)))
      throw new ExpressionError(`times are in UTC here, not in ${show(zone)}`);
    return formatLayout(momentOf(value, settings), show(layout));
  },
  unixEpoch: ([value], settings) => String(Math.floor(momentOf(value, settings).ms / 1000)),
  dateModify: modified,
  date_modify: modified,
  duration: ([seconds = 0]) => new Span(Math.trunc(Number(show(seconds))) * 1000).toString(),
};
