import { afterEach, describe, expect, it } from '@jest/globals';
import type { KubeObject } from '@argosy/kube';
import { resources } from '@argosy/kube';
import { RecordingKube } from '../testing/recording-kube.js';
import { container, TestCluster } from '../testing/test-cluster.js';

let cluster: TestCluster;
afterEach(() => cluster.close());

const budgets = async (): Promise<KubeObject[]> =>
  (await cluster.kube.list<KubeObject>(resources.podDisruptionBudgets)).items;
const spec = { podDisruptionBudget: { minAvailable: '9999%' } };

describe('the pod disruption budget of a run', () => {
  it('is made once, belongs to the run and goes with its end', async () => {
    let endless = true;
    cluster = new TestCluster(() => ({ endless }));
    await cluster.controller();
    const { metadata } = await cluster.submit([container('main')], spec);
    await cluster.settle();
    expect(await budgets()).toMatchObject([
      {
        metadata: {
          name: 'wf',
          labels: { 'workflows.argoproj.io/workflow': 'wf' },
          ownerReferences: [{ kind: 'Workflow', name: 'wf', uid: metadata.uid, controller: true }],
        },
        spec: {
          minAvailable: '9999%',
          selector: { matchLabels: { 'workflows.argoproj.io/workflow': 'wf' } },
        },
      },
    ]);
    endless = false;
    expect((await cluster.ended()).status?.phase).toBe('Succeeded');
    await cluster.settle();
    expect(await budgets()).toEqual([]);
  });

  it('is made and deleted without being watched or listed, and found by another controller', async () => {
    let endless = true;
    cluster = new TestCluster(() => ({ endless }));
    const first = new RecordingKube(cluster.kube);
    const second = new RecordingKube(cluster.kube);
    const controller = await cluster.controller(first.api);
    await cluster.submit([container('main')], spec);
    await cluster.settle();
    await cluster.stop(controller);
    await cluster.controller(second.api);
    await cluster.settle();
    endless = false;
    await cluster.ended();
    await cluster.settle();
    const asked = (requests: readonly string[]) => requests.filter((request) => request.includes('disruption'));
    expect(asked(first.requests)).toEqual(['create poddisruptionbudgets']);
    expect(asked(second.requests)).toEqual([
      'create poddisruptionbudgets',
      'get poddisruptionbudgets',
      'get poddisruptionbudgets',
      'delete poddisruptionbudgets',
    ]);
    expect(await budgets()).toEqual([]);
  });

  it('of somebody else is in the way, is told of, and is not deleted', async () => {
    let endless = true;
    cluster = new TestCluster(() => ({ endless }));
    const metadata = { name: 'wf', namespace: 'default' };
    await cluster.kube.create<KubeObject>(resources.podDisruptionBudgets, { metadata });
    await cluster.controller();
    await cluster.submit([container('main')], spec);
    await cluster.until(async () => (await cluster.get()).status?.message !== undefined);
    expect((await cluster.get()).status?.message).toContain('poddisruptionbudget wf exists already');
    endless = false;
    await cluster.ended();
    await cluster.settle();
    expect(await budgets()).toHaveLength(1);
  });
});
