import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { AgentFact } from '@argosy/link-protocol';
import { runDigest } from '@argosy/link-protocol';
import type { RunSnapshot } from '@argosy/workflow-controller';
import type { NodeStatus, Workflow } from '@argosy/workflow-spec';
import { Outbox } from '../outbox/outbox.js';
import { ManualClock } from '../testing/manual-clock.js';
import { RunPublisher } from './run-publisher.js';

let dir: string;
let outbox: Outbox;
let publisher: RunPublisher;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'runs-'));
  start();
});
afterEach(async () => {
  await outbox.close();
  rmSync(dir, { recursive: true });
});
function start(): void {
  outbox = new Outbox({ dir });
  publisher = new RunPublisher({ outbox, clock: new ManualClock() });
}
async function restart(): Promise<void> {
  await outbox.close();
  start();
}
async function facts(): Promise<AgentFact[]> {
  const found: AgentFact[] = [];
  for (let seq = outbox.firstSeq; seq <= outbox.lastSeq; seq++)
    found.push(...(JSON.parse((await outbox.read(seq)) ?? '[]') as AgentFact[]));
  return found;
}

const workflow: Workflow = {
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'Workflow',
  metadata: {
    name: 'build',
    namespace: 'argo',
    uid: 'uid-1',
    labels: { 'argosy.io/run-id': 'run-1' },
    annotations: { 'argosy.io/epoch': '3' },
  },
  spec: { entrypoint: 'main' },
};
const node = (id: string, phase: NodeStatus['phase']): NodeStatus => ({
  id,
  name: `build.${id}`,
  type: 'Pod',
  templateName: 'work',
  phase,
});
const snapshot = (
  phase: 'Running' | 'Succeeded',
  nodes: NodeStatus[],
  rest: Partial<RunSnapshot> = {},
): RunSnapshot => ({
  workflow,
  status: { phase, ...(phase === 'Succeeded' && { finishedAt: '2026-01-01T00:00:09Z' }) },
  nodes,
  nodeCount: nodes.length,
  full: false,
  journal: [],
  ...rest,
});

describe('telling of runs', () => {
  it('sends what changed, with the pod of a node and the events of the pass', async () => {
    const entry = {
      reason: 'WorkflowNodeRunning' as const,
      nodeId: 'a',
      nodeName: 'build.a',
      before: null,
      after: 'Running',
      message: 'm',
    };
    await publisher.record(snapshot('Running', [node('a', 'Running')], { full: true, journal: [entry] }));
    expect(await facts()).toMatchObject([
      {
        kind: 'run',
        uid: 'uid-1',
        runId: 'run-1',
        epoch: 3,
        phase: 'Running',
        full: true,
        manifest: { spec: { entrypoint: 'main' } },
        nodes: [
          { id: 'a', status: { phase: 'Running', podName: expect.stringMatching(/^build-work-\d+$/) as unknown } },
        ],
      },
      { kind: 'event', uid: 'uid-1', nodeId: 'a', reason: 'WorkflowNodeRunning', message: 'm' },
    ]);
  });

  it('does not tell a finished run again at the next start, but one that changed while it was away', async () => {
    const ended = snapshot('Succeeded', [node('a', 'Succeeded')], { full: true });
    await publisher.record(ended);
    await restart();
    await publisher.record(ended);
    expect(await facts()).toHaveLength(1);
    await publisher.record(snapshot('Succeeded', [node('a', 'Failed')], { full: true }));
    expect(await facts()).toHaveLength(2);
  });

  it('tells of runs that were deleted, also while it was away', async () => {
    await publisher.record(snapshot('Running', [], { full: true }));
    await restart();
    await publisher.closeLost([workflow]);
    expect(await facts()).toHaveLength(1);
    await publisher.closeLost([]);
    await publisher.deleted(workflow);
    expect((await facts()).slice(1)).toMatchObject([{ kind: 'runDeleted', uid: 'uid-1', runId: 'run-1' }]);
    expect(outbox.marks.size).toBe(0);
  });

  it('lets logs pass once the run has been told of', async () => {
    let announced = false;
    const waiting = publisher.announced('uid-1').then(() => (announced = true));
    await Promise.resolve();
    expect(announced).toBe(false);
    await publisher.record(snapshot('Running', [], { full: true }));
    await waiting;
    await publisher.announced('uid-1');
  });

  it('knows the digest that the history must have', async () => {
    await publisher.record(snapshot('Running', [node('a', 'Running'), node('b', 'Running')], { full: true }));
    await publisher.record(snapshot('Running', [node('b', 'Succeeded')]));
    const told = new Map<string, Record<string, unknown>>();
    for (const fact of await facts())
      if (fact.kind === 'run') for (const { id, status } of fact.nodes) told.set(id, status);
    const nodes = [...told].map(([id, status]) => ({ id, status }));
    expect(publisher.knownRuns()).toEqual([{ uid: 'uid-1', digest: runDigest('Running', nodes) }]);
  });
});
