import { describe, expect, it } from '@jest/globals';
import type { LogChunk, RunDelta } from '@argosy/link-protocol';
import { chunkFrom, foldFacts, fromRunPhase, nodeColumns, toRunPhase } from './fact-batch.js';

const at = '2026-01-02T03:04:05.000Z';
const run = (fields: Partial<RunDelta>): RunDelta => ({
  kind: 'run',
  uid: 'u1',
  namespace: 'argo',
  name: 'wf',
  labels: {},
  annotations: {},
  createdAt: at,
  phase: 'Running',
  message: '',
  progress: '',
  startedAt: at,
  finishedAt: null,
  suspended: false,
  outputs: null,
  nodeCount: 0,
  nodes: [],
  full: false,
  epoch: 0,
  ...fields,
});
const log = (firstLine: number, count: number, final = false): LogChunk => ({
  kind: 'log',
  uid: 'u1',
  nodeId: 'n',
  podName: 'p',
  container: 'main',
  firstLine,
  lines: Array.from({ length: count }, (_, index) => ({ at, text: `${firstLine + index}` })),
  final,
  missingBefore: 0,
});

describe('folding facts', () => {
  it('makes one state of several', () => {
    const first = run({ manifest: { a: 1 }, full: true, nodes: [{ id: 'a', status: { phase: 'Running' } }] });
    const second = run({ phase: 'Succeeded', nodes: [{ id: 'a', status: { phase: 'Succeeded' } }] });
    expect(foldFacts([first, second]).runs).toEqual([{ ...second, full: true, manifest: { a: 1 } }]);
  });

  it('lets a finished run be opened again by a complete state only', () => {
    const ended = run({ phase: 'Failed', finishedAt: at });
    expect(foldFacts([ended, run({})]).runs).toMatchObject([{ phase: 'Failed' }]);
    expect(foldFacts([ended, run({ full: true })]).runs).toMatchObject([{ phase: 'Running' }]);
    expect(foldFacts([ended, run({ phase: 'Error' })]).runs).toMatchObject([{ phase: 'Error' }]);
  });
});

describe('a log chunk of which some lines are stored', () => {
  it('is cut to what is new', () => {
    expect(chunkFrom(log(5, 3), 5)).toEqual(log(5, 3));
    expect(chunkFrom(log(5, 3), 6)).toEqual(log(6, 2));
    expect(chunkFrom(log(5, 3), 8)).toBeUndefined();
    expect(chunkFrom(log(5, 3, true), 9)).toEqual({ ...log(9, 0, true) });
  });
});

describe('columns of a node', () => {
  it('come from its status, whatever is missing or wrong in it', () => {
    expect(
      nodeColumns({ id: 'n', status: { startedAt: 'soon', finishedAt: at, phase: 'Omitted', type: 'Pod' } }),
    ).toEqual({
      node_id: 'n',
      name: 'n',
      type: 'Pod',
      phase: 'OMITTED',
      started_at: null,
      finished_at: at,
      status: { startedAt: 'soon', finishedAt: at, phase: 'Omitted', type: 'Pod' },
    });
    expect(nodeColumns({ id: 'n', status: {} }).phase).toBe('PENDING');
  });

  it('write phases both ways', () => {
    expect(fromRunPhase(toRunPhase('Succeeded'))).toBe('Succeeded');
  });
});
