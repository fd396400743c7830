/** A step as the dashboard asks for it. */
export interface SyntheticStep {
  readonly id: string;
  readonly children: readonly string[];
  readonly [field: string]: unknown;
}

const step = (name: string, type: string, children: readonly string[], phase = 'SUCCEEDED'): SyntheticStep => ({
  __typename: 'RunNode',
  id: name,
  name,
  displayName: name.split('.').at(-1),
  type,
  templateName: 'work',
  phase,
  message: null,
  boundaryId: null,
  children,
  startedAt: '2026-01-01T00:00:00Z',
  finishedAt: '2026-01-01T00:00:05Z',
  podName: null,
  exitCode: null,
  result: null,
  inputs: [],
  outputs: [],
});

/** A run with one loop of so many items; every hundredth failed. */
export function wideLoop(count: number): SyntheticStep[] {
  const items = Array.from({ length: count }, (_, index) =>
    step(`w.loop(${index}:${index})`, 'Pod', ['w.after'], index % 100 === 0 ? 'FAILED' : 'SUCCEEDED'),
  );
  return [
    step('w', 'DAG', ['w.loop']),
    step(
      'w.loop',
      'TaskGroup',
      items.map(({ id }) => id),
    ),
    ...items,
    step('w.after', 'Pod', []),
  ];
}

/** Layers of tasks, each followed by two of the next layer. */
export function layeredDag(count: number, width = 50): SyntheticStep[] {
  const layers = Math.ceil(count / width);
  const name = (layer: number, index: number): string => `w.t${layer}-${index % width}`;
  const tasks = Array.from({ length: layers * width }, (_, at) => {
    const [layer, index] = [Math.floor(at / width), at % width];
    const next = layer + 1 < layers ? [name(layer + 1, index), name(layer + 1, index + 7)] : [];
    return step(name(layer, index), 'Pod', next);
  });
  return [
    step(
      'w',
      'DAG',
      Array.from({ length: width }, (_, index) => name(0, index)),
    ),
    ...tasks,
  ];
}
