import { ExpressionError } from '../expression-error.js';

/** A point in time; shown in UTC. */
export class Moment {
  constructor(readonly ms: number) {}

  /** RFC 3339, as Go writes times to JSON. */
  toJSON(): string {
    return new Date(this.ms).toISOString().replace(/\.?0*Z$/, 'Z');
  }

  toString(): string {
    return this.toJSON().replace('T', ' ').replace('Z', ' +0000 UTC');
  }
}

/** A time that passes between two moments. */
export class Span {
  constructor(readonly ms: number) {}

  /** As Go writes durations: `1h30m0s`, `1.5s`, `250ms`. */
  toString(): string {
    const total = Math.abs(this.ms);
    const sign = this.ms < 0 ? '-' : '';
    if (total > 0 && total < 1000) return `${sign}${total}ms`;
    const [hours, minutes] = [Math.floor(total / HOUR), Math.floor((total % HOUR) / MINUTE)];
    const seconds = `${(total % MINUTE) / 1000}s`;
    if (hours > 0) return `${sign}${hours}h${minutes}m${seconds}`;
    return `${sign}${minutes > 0 ? `${minutes}m` : ''}${seconds}`;
  }
}

export type Time = Moment | Span;
export const isTime = (value: unknown): value is Time => value instanceof Moment || value instanceof Span;

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const UNITS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1000,
  m: MINUTE,
  h: HOUR,
};

/** @throws ExpressionError for a text that is no Go duration */
export function parseSpan(text: string): Span {
  if (text === '0') return new Span(0);
  if (!/^[+-]?((\d+\.?\d*|\.\d+)(ns|us|µs|ms|s|m|h))+$/.test(text))
    throw new ExpressionError(`invalid duration "${text}"`, 0, 0, 'for example 1h30m');
  let ms = 0;
  for (const [, value, unit] of text.matchAll(/(\d+\.?\d*|\.\d+)(ns|us|µs|ms|s|m|h)/g))
    ms += Number(value) * (UNITS[unit ?? ''] ?? 0);
  return new Span(text.startsWith('-') ? -ms : ms);
}

const RFC_3339 = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;
const PLAIN = /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d:\d\d)?$/;

/** A time as people and Kubernetes write it; undefined for another text. One without a zone is in UTC. */
export function parseMoment(text: string): Moment | undefined {
  const zoned = RFC_3339.test(text) ? text : PLAIN.test(text) ? `${text}${text.length > 10 ? 'Z' : 'T00:00:00Z'}` : '';
  const ms = zoned === '' ? Number.NaN : Date.parse(zoned.replace(' ', 'T'));
  return Number.isNaN(ms) ? undefined : new Moment(ms);
}

/**
 * Arithmetic and order of times; undefined when the operator means nothing for these. A text beside a moment is read as
 * one, since the times of Kubernetes objects are texts here.
 */
export function timeOperation(operator: string, a: unknown, b: unknown): Time | boolean | undefined {
  const left = typeof a === 'string' && b instanceof Moment ? parseMoment(a) : a;
  const right = typeof b === 'string' && a instanceof Moment ? parseMoment(b) : b;
  if (left instanceof Moment && right instanceof Moment)
    return operator === '-' ? new Span(left.ms - right.ms) : order(operator, left.ms, right.ms);
  if (left instanceof Span && right instanceof Span) {
    if (operator === '+') return new Span(left.ms + right.ms);
    return operator === '-' ? new Span(left.ms - right.ms) : order(operator, left.ms, right.ms);
  }
  if (left instanceof Moment && right instanceof Span) {
    if (operator === '+') return new Moment(left.ms + right.ms);
    return operator === '-' ? new Moment(left.ms - right.ms) : undefined;
  }
  if (operator === '+' && left instanceof Span && right instanceof Moment) return new Moment(left.ms + right.ms);
  if (operator === '*' && left instanceof Span && typeof right === 'number') return new Span(left.ms * right);
  if (operator === '*' && typeof left === 'number' && right instanceof Span) return new Span(left * right.ms);
  return undefined;
}

function order(operator: string, left: number, right: number): boolean | undefined {
  switch (operator) {
    case '<':
      return left < right;
    case '>':
      return left > right;
    case '<=':
      return left <= right;
    case '>=':
      return left >= right;
    default:
      return undefined;
  }
}
