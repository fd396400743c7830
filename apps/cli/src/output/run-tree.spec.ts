import { describe, expect, it } from '@jest/globals';
import type { RunNode, RunSummary } from '@argosy/sdk';
import { createPaint } from './paint.js';
import { formatRunTree } from './run-tree.js';

const nowMs = Date.parse('2026-01-01T00:01:00Z');

const run = (overrides: Partial<RunSummary> = {}): RunSummary => ({
  __typename: 'Run',
  id: 'run-1',
  name: 'wf',
  namespace: 'default',
  phase: 'RUNNING',
  message: null,
  progress: '1/3',
  suspended: false,
  createdAt: '2026-01-01T00:00:00Z',
  startedAt: '2026-01-01T00:00:00Z',
  finishedAt: null,
  durationSeconds: 60,
  submittedBy: 'admin',
  placementReason: null,
  labels: {},
  nodeCount: 1,
  deletedFromCluster: false,
  cluster: { __typename: 'Cluster', id: 'c', name: 'east' },
  parameters: [],
  outputs: [],
  ...overrides,
});

const node = (name: string, displayName: string, type: string, overrides: Partial<RunNode> = {}): RunNode => ({
  __typename: 'RunNode',
  id: name,
  name,
  displayName,
  type,
  templateName: null,
  phase: 'SUCCEEDED',
  message: null,
  boundaryId: null,
  children: [],
  startedAt: '2026-01-01T00:00:00Z',
  finishedAt: '2026-01-01T00:00:05Z',
  durationSeconds: 5,
  progress: null,
  podName: null,
  exitCode: null,
  hooked: false,
  inputs: [],
  outputs: [],
  result: null,
  ...overrides,
});

const tree = (nodes: RunNode[], maxLines?: number, of = run()): string[] =>
  formatRunTree(of, nodes, { paint: createPaint(false), nowMs, maxLines }).split('\n');

describe('the tree of a run', () => {
  it('begins with phase, name, cluster, progress and time', () => {
    expect(tree([])).toEqual(['● wf on east  Running · 1/3 · 1m00s']);
  });

  it('puts steps under what contains them and leaves step groups out', () => {
    expect(
      tree([
        node('wf', 'wf', 'Steps', { phase: 'RUNNING', finishedAt: null }),
        node('wf[0]', '[0]', 'StepGroup'),
        node('wf[0].a', 'a', 'Pod'),
        node('wf[1]', '[1]', 'StepGroup'),
        node('wf[1].b', 'b', 'Pod', { phase: 'RUNNING', startedAt: '2026-01-01T00:00:10Z', finishedAt: null }),
      ]).slice(1),
    ).toEqual(['├─ ✔ a 5s', '└─ ● b 50s']);
  });

  it('puts loop items under their loop and attempts under their retry', () => {
    expect(
      tree([
        node('wf', 'wf', 'DAG'),
        node('wf.loop', 'loop', 'TaskGroup'),
        node('wf.loop(0:a.b)', 'loop(0:a.b)', 'Pod'),
        node('wf.loop(1:c)', 'loop(1:c)', 'Retry', { startedAt: '2026-01-01T00:00:01Z' }),
        node('wf.loop(1:c)(0)', 'loop(1:c)(0)', 'Pod', { phase: 'FAILED', message: 'main: Error (exit code 1)' }),
        node('wf.loop(1:c)(1)', 'loop(1:c)(1)', 'Pod', {
          startedAt: '2026-01-01T00:00:07Z',
          finishedAt: '2026-01-01T00:00:09Z',
        }),
      ]).slice(1),
    ).toEqual([
      '└─ ✔ loop 5s',
      '   ├─ ✔ loop(0:a.b) 5s',
      '   └─ ✔ loop(1:c) 4s',
      '      ├─ ✖ loop(1:c)(0) 5s  main: Error (exit code 1)',
      '      └─ ✔ loop(1:c)(1) 2s',
    ]);
  });

  it('folds finished steps first when there is little room', () => {
    const steps = Array.from({ length: 10 }, (_, index) =>
      node(`wf.s${index}`, `s${index}`, 'Pod', { phase: index === 9 ? 'RUNNING' : 'SUCCEEDED' }),
    );
    const lines = tree([node('wf', 'wf', 'DAG'), ...steps], 4).slice(1);
    expect(lines).toHaveLength(4);
    expect(lines.join('\n')).toContain('● s9');
    expect(lines.at(-1)).toBe('   … and 7 more steps');
  });

  it('shows an exit handler and a hook under what they belong to', () => {
    const lines = tree([
      node('wf', 'wf', 'DAG'),
      node('wf.a', 'a', 'Pod'),
      node('wf.a.hooks.running', 'a.hooks.running', 'Pod'),
      node('wf.onExit', 'wf.onExit', 'Pod'),
    ]);
    expect(lines.slice(1)).toEqual(['├─ ✔ a 5s', '│  └─ ✔ a.hooks.running 5s', '└─ ✔ wf.onExit 5s']);
  });
});
