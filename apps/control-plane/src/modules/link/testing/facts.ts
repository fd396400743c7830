import type { LogChunk, NodeDelta, RunDelta } from '@argosy/link-protocol';

export const AT = '2026-01-02T03:04:05.000Z';

export const runDelta = (fields: Partial<RunDelta> = {}): RunDelta => ({
  kind: 'run',
  uid: 'uid-1',
  namespace: 'argo',
  name: 'build-1',
  labels: { app: 'web' },
  annotations: {},
  createdAt: AT,
  phase: 'Running',
  message: '',
  progress: '0/1',
  startedAt: AT,
  finishedAt: null,
  suspended: false,
  outputs: null,
  nodeCount: fields.nodes?.length ?? 0,
  nodes: [],
  full: false,
  epoch: 0,
  ...fields,
});

export const nodeDelta = (id: string, phase = 'Running'): NodeDelta => ({
  id,
  status: { id, name: `build-1.${id}`, type: 'Pod', phase, startedAt: AT },
});

export const logChunk = (firstLine: number, texts: readonly string[], fields: Partial<LogChunk> = {}): LogChunk => ({
  kind: 'log',
  uid: 'uid-1',
  nodeId: 'n1',
  podName: 'pod-1',
  container: 'main',
  firstLine,
  lines: texts.map((text) => ({ at: AT, text })),
  final: false,
  missingBefore: 0,
  ...fields,
});
