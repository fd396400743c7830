import { describe, expect, it } from '@jest/globals';
import { enclosingName, stepTree } from './step-tree.js';
import type { StepInTree, StepTreeNode } from './step-tree.js';

const step = (name: string, type = 'Pod', startedAt: string | null = '2026-01-01T00:00:00Z'): StepInTree => ({
  name,
  type,
  startedAt,
});
const outline = (nodes: readonly StepTreeNode<StepInTree>[]): unknown[] =>
  nodes.map(({ step: { name }, children }) => (children.length > 0 ? [name, outline(children)] : name));

describe('the tree of steps', () => {
  it.each([
    ['a', null],
    ['a[0].b', 'a[0]'],
    ['a[0]', 'a'],
    ['a.loop(0:x.y)', 'a.loop'],
    ['a.loop(0:x)(1)', 'a.loop(0:x)'],
  ])('the name above %s is %s', (name, above) => expect(enclosingName(name)).toBe(above));

  it('leaves step groups out and puts what started first above', () =>
    expect(
      outline(
        stepTree([
          step('w', 'Steps'),
          step('w[0]', 'StepGroup'),
          step('w[0].waits', 'Pod', null),
          step('w[0].b', 'Pod', '2026-01-01T00:00:02Z'),
          step('w[0].a', 'Pod', '2026-01-01T00:00:01Z'),
        ]),
      ),
    ).toEqual([['w', ['w[0].a', 'w[0].b', 'w[0].waits']]]));

  it('puts attempts and items below what they belong to, counting like a person', () =>
    expect(
      outline(
        stepTree([
          step('w', 'DAG'),
          step('w.loop', 'TaskGroup'),
          step('w.loop(10:c)'),
          step('w.loop(2:b)', 'Retry'),
          step('w.loop(2:b)(0)'),
        ]),
      ),
    ).toEqual([['w', [['w.loop', [['w.loop(2:b)', ['w.loop(2:b)(0)']], 'w.loop(10:c)']]]]]));

  it('puts what handles the end behind what began within the same second', () => {
    const at = '2026-01-01T00:00:01Z';
    const steps = [step('w', 'DAG', at), step('w.onExit', 'Pod', at), step('w.report', 'Pod', at)];
    expect(outline(stepTree(steps))).toEqual([['w', ['w.report', 'w.onExit']]]);
  });

  it('has several roots when several steps are below nothing', () =>
    expect(outline(stepTree([step('my.run'), step('my.run.onExit'), step('other')]))).toEqual([
      ['my.run', ['my.run.onExit']],
      'other',
    ]));
});
