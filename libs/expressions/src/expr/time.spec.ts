import { describe, expect, it } from '@jest/globals';
import { VariableScope } from '../scope/variable-scope.js';
import { substitute } from '../tags/substitute.js';
import { evaluateExpression } from './evaluate.js';

const now = Date.UTC(2026, 1, 3, 14, 5, 6, 70);
const scope = VariableScope.of({ last: '2026-02-03T14:00:00Z', none: null, word: 'noon' });
const value = (text: string) => evaluateExpression(text, scope, { now });

describe('times in expressions', () => {
  it.each([
    ['now()', '2026-02-03T14:05:06.07Z'],
    ['sprig.now() == now()', true],
    ['date("2026-01-31") == date("2026-01-31T00:00:00Z")', true],
    ['date("2026-01-31 10:00:00").Hour()', 10],
    ['date("2026-01-31T10:00:00+02:00")', '2026-01-31T08:00:00Z'],
    ['now() - last', 306_070_000_000],
    ['(now() - last).Seconds()', 306.07],
    ['(now() - last).Minutes() > 5', true],
    ['(now() - last).String()', '5m6.07s'],
    ['now() > last', true],
    ['last < now()', true],
    ['last == now()', false],
    ['now() - duration("1h30m")', '2026-02-03T12:35:06.07Z'],
    ['duration("1h") + now() > now()', true],
    ['duration("90m") == duration("1h") + duration("30m")', true],
    ['(duration("1h") - duration("1m")).String()', '59m0s'],
    ['duration("10s") * 2 < duration("21s")', true],
    ['3 * duration("250ms")', 750_000_000],
    ['map([duration("0s"), duration("-1h"), duration("3h1s")], {#.String()})', ['0s', '-1h0m0s', '3h0m1s']],
    ['string(duration("90s")) + sprig.toString(duration("2s"))', '1m30s2s'],
    ['now().Sub(date("2026-02-03")).Hours() | int()', 14],
    ['now().Add(duration("24h")).Day()', 4],
    ['[now().Year(), now().Month(), now().Weekday(), now().YearDay(), now().Unix()]', [2026, 2, 2, 34, 1770127506]],
    ['now().Before(date("2027-01-01")) && !now().After(date("2027-01-01"))', true],
    ['now().Format("2006-01-02T15:04:05Z07:00")', '2026-02-03T14:05:06Z'],
    ['now().Format("Mon Jan _2 3:4:5.000 PM 06 MST -0700")', 'Tue Feb  3 2:5:6.070 PM 26 UTC +0000'],
    ['now().Format("Monday, January 2 002 .999")', 'Tuesday, February 3 034 .07'],
    ['date("2026-01-31").String()', '2026-01-31 00:00:00 +0000 UTC'],
    ['type(now()) + " " + type(now() - now())', 'time duration'],
  ])('%s is %j', (text, expected) => expect(value(text)).toEqual(expected));

  it.each([
    ['now() + now()', 'mismatched types time and time'],
    ['now() - 5', 'mismatched types time and int'],
    ['now() - word', 'mismatched types time and string'],
    ['now() - none', 'mismatched types time and nil'],
    ['now().Nothing()', 'cannot fetch Nothing from time'],
    ['now().constructor', 'cannot fetch constructor from time'],
    ['now().Add(1)', 'expected a duration, got int'],
    ['now().Format()', 'expected a string, got nothing'],
    ['date("someday")', 'invalid date "someday"'],
    ['duration("2 days")', 'invalid duration "2 days"'],
    ['last.Year()', 'cannot fetch Year from string'],
  ])('%s is refused', (text, problem) => expect(() => value(text)).toThrow(problem));

  it('stand in texts as Go writes them to JSON', () =>
    expect(substitute('{{= now()}} {{= duration("1s")}}', scope, { now }).text).toBe(
      '2026-02-03T14:05:06.07Z 1000000000',
    ));
});
