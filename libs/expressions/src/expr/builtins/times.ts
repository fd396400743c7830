import { ExpressionError } from '../../expression-error.js';
import { Moment, parseMoment, parseSpan } from '../time.js';
import type { Builtin } from './builtin.js';
import { textArg } from './builtin.js';

export const timeBuiltins: Readonly<Record<string, Builtin>> = {
  now: (_args, { settings }) => {
    if (settings.now === undefined) throw new ExpressionError('the time is not known here');
    return new Moment(settings.now);
  },
  duration: ([text]) => parseSpan(textArg(text)),
  date: ([text]) => {
    const moment = parseMoment(textArg(text));
    if (moment) return moment;
    throw new ExpressionError(
      `invalid date "${textArg(text)}"`,
      0,
      0,
      'for example 2026-01-31 or 2026-01-31T12:00:00Z',
    );
  },
};
