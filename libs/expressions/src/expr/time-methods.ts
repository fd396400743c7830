import { ExpressionError } from '../expression-error.js';
import { formatLayout } from './go-layout.js';
import { Moment, Span } from './time.js';
import type { Time } from './time.js';
import { Callable, typeOf } from './value.js';
import type { Value } from './value.js';

type Method<T> = (time: T, args: readonly Value[]) => Value;

const date = ({ ms }: Moment): Date => new Date(ms);

function argument<T extends Value>(value: Value | undefined, is: (value: Value) => value is T, what: string): T {
  if (value !== undefined && is(value)) return value;
  throw new ExpressionError(`expected ${what}, got ${value === undefined ? 'nothing' : typeOf(value)}`);
}
const moment = (value: Value | undefined): Moment => argument(value, (v) => v instanceof Moment, 'a time');
const span = (value: Value | undefined): Span => argument(value, (v) => v instanceof Span, 'a duration');
const text = (value: Value | undefined): string => argument(value, (v) => typeof v === 'string', 'a string');

/** Methods of Go's time.Time that expressions are written with. */
const OF_MOMENT: Readonly<Record<string, Method<Moment>>> = {
  Year: (time) => date(time).getUTCFullYear(),
  Month: (time) => date(time).getUTCMonth() + 1,
  Day: (time) => date(time).getUTCDate(),
  Hour: (time) => date(time).getUTCHours(),
  Minute: (time) => date(time).getUTCMinutes(),
  Second: (time) => date(time).getUTCSeconds(),
  Weekday: (time) => date(time).getUTCDay(),
  YearDay: (time) => Number(formatLayout(time, '002')),
  Unix: ({ ms }) => Math.floor(ms / 1000),
  UnixMilli: ({ ms }) => ms,
  UnixNano: ({ ms }) => ms * 1e6,
  Format: (time, [layout]) => formatLayout(time, text(layout)),
  String: (time) => time.toString(),
  UTC: (time) => time,
  Add: ({ ms }, [more]) => new Moment(ms + span(more).ms),
  Sub: ({ ms }, [other]) => new Span(ms - moment(other).ms),
  Before: ({ ms }, [other]) => ms < moment(other).ms,
  After: ({ ms }, [other]) => ms > moment(other).ms,
  Equal: ({ ms }, [other]) => ms === moment(other).ms,
};

/** Methods of Go's time.Duration. */
const OF_SPAN: Readonly<Record<string, Method<Span>>> = {
  Hours: ({ ms }) => ms / 3_600_000,
  Minutes: ({ ms }) => ms / 60_000,
  Seconds: ({ ms }) => ms / 1000,
  Milliseconds: ({ ms }) => Math.trunc(ms),
  Microseconds: ({ ms }) => Math.trunc(ms * 1e3),
  Nanoseconds: ({ ms }) => Math.trunc(ms * 1e6),
  Abs: ({ ms }) => new Span(Math.abs(ms)),
  String: (time) => time.toString(),
};

/** The method of that name, bound to the time; undefined when there is none. */
export function timeMethod(time: Time, name: string): Callable | undefined {
  const bound = <T extends Time>(methods: Readonly<Record<string, Method<T>>>, self: T): Callable | undefined => {
    const method = Object.hasOwn(methods, name) ? methods[name] : undefined;
    return method && new Callable(name, (args) => method(self, args));
  };
  return time instanceof Moment ? bound(OF_MOMENT, time) : bound(OF_SPAN, time);
}
