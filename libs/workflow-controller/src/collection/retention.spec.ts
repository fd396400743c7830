import { afterEach, describe, expect, it } from '@jest/globals';
import { resources } from '@argosy/kube';
import type { Workflow, WorkflowPhase } from '@argosy/workflow-spec';
import { container, TestCluster } from '../testing/test-cluster.js';
import { beyondRetention } from './retention.js';

let cluster: TestCluster | undefined;
afterEach(() => cluster?.close());

const ended = (name: string, phase: WorkflowPhase, minute: number): Workflow => ({
  apiVersion: '',
  kind: '',
  metadata: { name, uid: name, creationTimestamp: `2026-01-01T00:${String(minute).padStart(2, '0')}:00Z` },
  spec: {},
  status: { phase },
});
const names = (workflows: readonly Workflow[]): (string | undefined)[] =>
  workflows.map(({ metadata }) => metadata.name);

describe('the retention policy', () => {
  const workflows = [
    ended('s1', 'Succeeded', 1),
    ended('s3', 'Succeeded', 3),
    ended('s2', 'Succeeded', 2),
    ended('f1', 'Failed', 1),
    ended('f2', 'Failed', 2),
    ended('e1', 'Error', 1),
    ended('r1', 'Running', 0),
  ];

  it('keeps the newest of each outcome', () => {
    expect(names(beyondRetention(workflows, { completed: 1, failed: 1, errored: 1 }))).toEqual(['s2', 's1', 'f1']);
    expect(names(beyondRetention(workflows, { completed: 0, errored: 0 }))).toEqual(['s3', 's2', 's1', 'e1']);
    expect(beyondRetention(workflows, {})).toEqual([]);
  });

  it('is kept in a cluster as runs end, but nothing goes before it is told and its logs are safe', async () => {
    cluster = new TestCluster((pod) => ({ exitCode: pod.metadata?.name?.startsWith('bad') ? 1 : 0 }));
    let released = false;
    const told = new Set<string>();
    await cluster.controller(cluster.kube, {
      retentionPolicy: { completed: 2, failed: 0 },
      isPodReleased: () => released,
      onRunChanged: async ({ workflow, status }) => void (status.finishedAt && told.add(workflow.metadata.name ?? '')),
    });
    const left = async () => names((await cluster?.kube.list<Workflow>(resources.workflows))?.items ?? []).sort();
    for (const name of ['a', 'b', 'bad-c', 'd', 'e']) {
      await cluster.submit([container('main')], {}, name);
      await cluster.pass(10_000);
    }
    expect(await left()).toEqual(['a', 'b', 'bad-c', 'd', 'e']);
    released = true;
    await cluster.pass(2_000);
    expect(await left()).toEqual(['d', 'e']);
    expect([...told].sort()).toEqual(['a', 'b', 'bad-c', 'd', 'e']);
  });

  it('is kept by a controller that starts later', async () => {
    cluster = new TestCluster();
    const first = await cluster.controller();
    for (const name of ['a', 'b', 'c']) {
      await cluster.submit([container('main')], {}, name);
      await cluster.pass(1_000);
    }
    await cluster.stop(first);
    await cluster.controller(cluster.kube, { retentionPolicy: { completed: 1 } });
    await cluster.pass(3_000);
    expect(names((await cluster.kube.list<Workflow>(resources.workflows)).items)).toEqual(['c']);
  });
});
