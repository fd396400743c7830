import { describe, expect, it } from '@jest/globals';
import { edgesOf } from './graph-edges.js';
import { boxesOf } from './graph.js';
import type { Folds, GraphStep } from './graph.js';

const step = (name: string, type: string, children: string[] = [], phase = 'SUCCEEDED'): GraphStep =>
  ({
    id: name,
    name,
    displayName: name.split('.').at(-1),
    type,
    children,
    phase,
    startedAt: null,
    finishedAt: null,
  }) as GraphStep;

function drawn(steps: GraphStep[], folds: Folds = new Map()) {
  const boxes = boxesOf(steps, folds);
  return {
    ids: boxes.boxes.map(({ id }) => id),
    boxes: boxes.boxes,
    edges: edgesOf(steps, boxes).map(({ from, to }) => `${from} > ${to}`),
  };
}
const loop = (count: number, phase = (_index: number): string => 'SUCCEEDED'): GraphStep[] => {
  const items = Array.from({ length: count }, (_, index) =>
    step(`w.loop(${index}:x)`, 'Pod', ['w.after'], phase(index)),
  );
  return [
    step('w', 'DAG', ['w.loop']),
    step(
      'w.loop',
      'TaskGroup',
      items.map(({ id }) => id),
    ),
    ...items,
    step('w.after', 'Pod'),
  ];
};

describe('the graph', () => {
  it('draws tasks, not the run that they are in', () => {
    const { ids, edges } = drawn([
      step('w', 'DAG', ['w.a']),
      step('w.a', 'Pod', ['w.b', 'w.c']),
      step('w.b', 'Pod', ['w.d']),
      step('w.c', 'Pod', ['w.d']),
      step('w.d', 'Pod'),
    ]);
    expect(ids).toEqual(['w.a', 'w.b', 'w.c', 'w.d']);
    expect(edges).toEqual(['w.a > w.b', 'w.a > w.c', 'w.b > w.d', 'w.c > w.d']);
  });

  it('passes through groups of steps', () => {
    const { ids, edges } = drawn([
      step('w', 'Steps', ['w[0]']),
      step('w[0]', 'StepGroup', ['w[0].a', 'w[0].b']),
      step('w[0].a', 'Pod', ['w[1]']),
      step('w[0].b', 'Pod', ['w[1]']),
      step('w[1]', 'StepGroup', ['w[2]']),
      step('w[2]', 'StepGroup', ['w[2].c']),
      step('w[2].c', 'Pod'),
    ]);
    expect(ids).toEqual(['w[0].a', 'w[0].b', 'w[2].c']);
    expect(edges).toEqual(['w[0].a > w[2].c', 'w[0].b > w[2].c']);
  });

  it('draws a run of a single step, and its exit handler behind it', () => {
    expect(drawn([step('w', 'Pod')]).ids).toEqual(['w']);
    const withExit = drawn([step('w', 'Pod', ['w.onExit']), step('w.onExit', 'Pod')]);
    expect([withExit.ids, withExit.edges]).toEqual([['w', 'w.onExit'], ['w > w.onExit']]);
  });
});

describe('frames of the graph', () => {
  it('frames a loop; edges end at the frame', () => {
    const { ids, boxes, edges } = drawn(loop(3));
    expect(ids).toEqual(['w.after', 'w.loop', 'w.loop(0:x)', 'w.loop(1:x)', 'w.loop(2:x)']);
    expect(boxes[1]).toMatchObject({ fold: 'open', isLoop: true });
    expect(edges).toEqual(['w.loop > w.after']);
  });

  it('folds a wide loop into one box that tells the phases inside', () => {
    const { ids, boxes, edges } = drawn(loop(100, (index) => (index === 50 ? 'FAILED' : 'SUCCEEDED')));
    expect(ids).toEqual(['w.after', 'w.loop']);
    expect([...(boxes[1]?.inside ?? [])]).toEqual([
      ['SUCCEEDED', 99],
      ['FAILED', 1],
    ]);
    expect(edges).toEqual(['w.loop > w.after']);
  });

  it('folds and unfolds what it is told to', () => {
    expect(drawn(loop(3), new Map([['w.loop', true]])).ids).toEqual(['w.after', 'w.loop']);
    expect(drawn(loop(100), new Map([['w.loop', false]])).ids).toHaveLength(102);
  });

  it('gives a loop among groups of steps a frame too, with the most pressing phase', () => {
    const { ids, boxes, edges } = drawn([
      step('w', 'Steps', ['w[0]']),
      step('w[0]', 'StepGroup', ['w[0].a(0:x)', 'w[0].a(1:y)']),
      step('w[0].a(0:x)', 'Pod', ['w[1]']),
      step('w[0].a(1:y)', 'Pod', ['w[1]'], 'RUNNING'),
      step('w[1]', 'StepGroup', ['w[1].b(0:x)', 'w[1].b(1:y)']),
      step('w[1].b(0:x)', 'Pod'),
      step('w[1].b(1:y)', 'Pod'),
    ]);
    expect(ids.filter((id) => id.startsWith('loop:'))).toEqual(['loop:w[0].a', 'loop:w[1].b']);
    expect(boxes[0]).toMatchObject({ label: 'a', phase: 'RUNNING' });
    expect(edges).toEqual(['loop:w[0].a > loop:w[1].b']);
  });

  it('tells attempts in the box of what is tried again', () => {
    const { boxes, edges } = drawn([
      step('w', 'DAG', ['w.a']),
      step('w.a', 'Retry', ['w.a(0)', 'w.a(1)']),
      step('w.a(0)', 'Pod', [], 'FAILED'),
      step('w.a(1)', 'Pod', ['w.b']),
      step('w.b', 'Pod'),
    ]);
    expect(boxes.map(({ id, attempts }) => [id, attempts])).toEqual([
      ['w.a', 2],
      ['w.b', 1],
    ]);
    expect(edges).toEqual(['w.a > w.b']);
  });

  it('frames templates with steps of their own', () => {
    const { boxes, edges } = drawn([
      step('w', 'DAG', ['w.in']),
      step('w.in', 'DAG', ['w.in.a']),
      step('w.in.a', 'Pod', ['w.in.b']),
      step('w.in.b', 'Pod', ['w.next']),
      step('w.next', 'Pod'),
    ]);
    expect(boxes.map(({ id, frame }) => [id, frame])).toEqual([
      ['w.in', null],
      ['w.in.a', 'w.in'],
      ['w.in.b', 'w.in'],
      ['w.next', null],
    ]);
    expect(edges).toEqual(['w.in.a > w.in.b', 'w.in > w.next']);
  });
});

describe('hooks and large graphs', () => {
  it('puts hooks behind what they belong to, and the exit handler behind the end', () => {
    const { ids, edges } = drawn([
      step('w', 'DAG', ['w.a', 'w.onExit']),
      step('w.a', 'Pod', ['w.a.onExit', 'w.b']),
      step('w.a.onExit', 'Pod'),
      step('w.b', 'Pod'),
      step('w.onExit', 'Pod'),
    ]);
    expect(ids).toEqual(['w.a', 'w.a.onExit', 'w.b', 'w.onExit']);
    expect(edges).toEqual(['w.a > w.a.onExit', 'w.a > w.b', 'w.b > w.onExit']);
  });

  it('takes ten thousand items that lead to ten thousand others within a moment', () => {
    const count = 10_000;
    const items = (group: number, next: string[]): GraphStep[] =>
      Array.from({ length: count }, (_, index) => step(`w[${group}].s(${index}:x)`, 'Pod', next));
    const ids = (steps: GraphStep[]): string[] => steps.map(({ id }) => id);
    const [first, second] = [items(0, ['w[1]']), items(1, [])];
    const steps = [
      step('w', 'Steps', ['w[0]']),
      step('w[0]', 'StepGroup', ids(first)),
      ...first,
      step('w[1]', 'StepGroup', ids(second)),
      ...second,
    ];
    const startedAt = performance.now();
    const { edges } = drawn(steps, new Map([['loop:w[0].s', false]]));
    expect(edges).toEqual(['loop:w[0].s > loop:w[1].s']);
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });
});
