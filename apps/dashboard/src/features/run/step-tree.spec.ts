import { describe, expect, it } from '@jest/globals';
import type { StepFragment } from '../../gql/operations.js';
import { enclosingName, stepTree } from './step-tree.js';

const step = (name: string, type: string, startedAt = '2026-01-01T00:00:00Z'): StepFragment =>
  ({ name, type, startedAt }) as StepFragment;

describe('the tree of steps', () => {
  it.each([
    ['a', null],
    ['a[0].b', 'a[0]'],
    ['a[0]', 'a'],
    ['a.loop(0:x.y)', 'a.loop'],
    ['a.loop(0:x)(1)', 'a.loop(0:x)'],
  ])('the name above %s is %s', (name, above) => expect(enclosingName(name)).toBe(above));

  it('leaves step groups out and puts what started first above', () => {
    const tree = stepTree([
      step('w', 'Steps'),
      step('w[0]', 'StepGroup'),
      step('w[0].b', 'Pod', '2026-01-01T00:00:02Z'),
      step('w[0].a', 'Pod', '2026-01-01T00:00:01Z'),
    ]);
    expect(tree.map(({ step: { name }, depth }) => [name, depth])).toEqual([
      ['w', 0],
      ['w[0].a', 1],
      ['w[0].b', 1],
    ]);
  });
});
