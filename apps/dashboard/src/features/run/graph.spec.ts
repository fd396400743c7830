import { describe, expect, it } from '@jest/globals';
import type { StepFragment } from '../../gql/operations.js';
import { graphOf } from './graph.js';

const step = (id: string, type: string, children: string[] = [], phase = 'SUCCEEDED'): StepFragment =>
  ({
    id,
    name: id,
    displayName: id,
    type,
    children,
    phase,
    startedAt: null,
    finishedAt: null,
  }) as unknown as StepFragment;

describe('the graph', () => {
  it('passes through groups of steps', () => {
    const { steps, edges } = graphOf([
      step('w', 'Steps', ['g0']),
      step('g0', 'StepGroup', ['a', 'b']),
      step('a', 'Pod', ['g1']),
      step('b', 'Pod', ['g1']),
      step('g1', 'StepGroup', ['c']),
      step('c', 'Pod'),
    ]);
    expect(steps.map(({ id }) => id)).toEqual(['w', 'a', 'b', 'c']);
    expect(edges).toEqual([
      ['w', 'a'],
      ['w', 'b'],
      ['a', 'c'],
      ['b', 'c'],
    ]);
  });

  it('draws a wide loop as one box with the most pressing phase, and goes on behind it', () => {
    const items = Array.from({ length: 100 }, (_, index) =>
      step(`i${index}`, 'Pod', ['after'], index === 50 ? 'FAILED' : 'SUCCEEDED'),
    );
    const { steps, edges } = graphOf([
      step(
        'loop',
        'TaskGroup',
        items.map(({ id }) => id),
      ),
      ...items,
      step('after', 'Pod'),
    ]);
    expect(steps).toHaveLength(2);
    expect(steps[0]).toMatchObject({ id: 'loop', phase: 'FAILED' });
    expect(edges).toEqual([['loop', 'after']]);
  });
});
