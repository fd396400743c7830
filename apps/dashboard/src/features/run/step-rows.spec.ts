import { describe, expect, it } from '@jest/globals';
import type { StepFragment } from '../../gql/operations.js';
import { spanOf, stepRows, ticks } from './step-rows.js';

const step = (name: string, startedAt: string | null = null, finishedAt: string | null = null): StepFragment =>
  ({ id: name, name, type: 'Pod', startedAt, finishedAt }) as StepFragment;

describe('the rows of steps', () => {
  const steps = [step('w'), step('w.a'), step('w.a(0)'), step('w.b')];

  it('are the tree from top to bottom', () =>
    expect(stepRows(steps, new Set()).map(({ step: { id }, depth, fold }) => [id, depth, fold])).toEqual([
      ['w', 0, 'open'],
      ['w.a', 1, 'open'],
      ['w.a(0)', 2, undefined],
      ['w.b', 1, undefined],
    ]));

  it('leave out what is folded', () =>
    expect(stepRows(steps, new Set(['w.a'])).map(({ step: { id }, fold }) => [id, fold])).toEqual([
      ['w', 'open'],
      ['w.a', 'folded'],
      ['w.b', undefined],
    ]));
});

describe('the axis of time', () => {
  const now = 60_000;
  const at = (ms: number): string => new Date(ms).toISOString();

  it('reaches from the first start to the last end, or to now while something runs', () => {
    expect(spanOf([step('a', at(1_000), at(9_000)), step('b', at(2_000), at(20_000))], now)).toEqual({
      from: 1_000,
      to: 20_000,
    });
    expect(spanOf([step('a', at(1_000))], now)).toEqual({ from: 1_000, to: now });
    expect(spanOf([step('a')], now)).toEqual({ from: now, to: now + 1_000 });
  });

  it.each([
    [3_000, [0, 1, 2, 3]],
    [11_000, [0, 2, 4, 6, 8, 10]],
    [3_700_000, [0, 900, 1_800, 2_700, 3_600]],
  ])('has round marks for %s ms', (span, marks) => expect(ticks(span)).toEqual(marks));
});
