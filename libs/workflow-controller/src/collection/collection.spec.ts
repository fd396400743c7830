import { afterEach, describe, expect, it } from '@jest/globals';
import { isKubeError, resources } from '@argosy/kube';
import type { PersistentVolumeClaim, Pod, WorkflowSpec } from '@argosy/workflow-spec';
import { container, TestCluster } from '../testing/test-cluster.js';
import { garbageAtMs } from './pod-gc.js';
import { expiryOf } from './time-to-live.js';

let cluster: TestCluster;
afterEach(() => cluster?.close());

const isGone = async (): Promise<boolean> => {
  try {
    await cluster.get();
    return false;
  } catch (error) {
    return isKubeError(error, 'NotFound');
  }
};
const podNames = async (): Promise<(string | undefined)[]> =>
  (await cluster.pods()).map(({ metadata }) => metadata?.name);

describe('the time to live of a workflow', () => {
  const finishedAt = '2026-01-01T00:00:00Z';
  const at = Date.parse(finishedAt);
  const of = (phase: 'Succeeded' | 'Failed' | 'Running', ttlStrategy: WorkflowSpec['ttlStrategy']) =>
    expiryOf({ spec: { ttlStrategy }, status: { phase, finishedAt } });

  it('counts from its end, the particular before the general', () => {
    const ttl = { secondsAfterCompletion: 10, secondsAfterSuccess: 20, secondsAfterFailure: 0 };
    expect(of('Succeeded', ttl)).toBe(at + 20_000);
    expect(of('Failed', ttl)).toBe(at);
    expect(of('Failed', { secondsAfterCompletion: 10 })).toBe(at + 10_000);
    expect(of('Failed', { secondsAfterSuccess: 10 })).toBeNull();
    expect(of('Running', ttl)).toBeNull();
  });

  it('deletes it with its pods, but not before their logs are safe', async () => {
    cluster = new TestCluster();
    let released = false;
    const deleted: string[] = [];
    await cluster.controller(cluster.kube, {
      isPodReleased: () => released,
      onRunDeleted: async ({ metadata }) => void deleted.push(metadata.name ?? ''),
    });
    await cluster.submit([container('main')], { ttlStrategy: { secondsAfterCompletion: 60 } });
    await cluster.ended();
    await cluster.pass(90_000);
    expect(await isGone()).toBe(false);
    released = true;
    await cluster.pass(2_000);
    expect(await isGone()).toBe(true);
    expect(await podNames()).toEqual([]);
    expect(deleted).toEqual(['wf']);
  });

  it('is kept by a controller that starts long after it', async () => {
    cluster = new TestCluster();
    const first = await cluster.controller();
    await cluster.submit([container('main')], { ttlStrategy: { secondsAfterSuccess: 60 } });
    await cluster.ended();
    await cluster.stop(first);
    await cluster.pass(120_000);
    const told: (string | undefined)[] = [];
    await cluster.controller(cluster.kube, { onRunChanged: async ({ status }) => void told.push(status.phase) });
    await cluster.settle();
    expect(told).toEqual(['Succeeded']);
    expect(await isGone()).toBe(true);
  });
});

describe('pod garbage', () => {
  it('goes some seconds after its end, when its log is safe', async () => {
    cluster = new TestCluster();
    let released = false;
    await cluster.controller(cluster.kube, { isPodReleased: () => released });
    await cluster.submit([container('main')], { podGC: { strategy: 'OnPodCompletion' } });
    await cluster.ended();
    await cluster.pass(4_000);
    released = true;
    expect(await podNames()).toEqual(['wf']);
    released = false;
    await cluster.pass(60_000);
    expect(await podNames()).toEqual(['wf']);
    released = true;
    await cluster.pass(1_000);
    expect(await podNames()).toEqual([]);
    expect((await cluster.get()).status?.phase).toBe('Succeeded');
  });

  it('is what its labels say', () => {
    const pod: Pod = { metadata: { labels: { tier: 'a' } }, status: {} };
    const at = (labelSelector: object, deleteDelayDuration?: string) =>
      garbageAtMs(pod, {
        strategy: 'OnPodCompletion',
        labelSelector,
        ...(deleteDelayDuration && { deleteDelayDuration }),
      });
    expect(at({})).toBe(5_000);
    expect(at({ matchLabels: { tier: 'a' } }, '1m')).toBe(60_000);
    expect(at({ matchLabels: { tier: 'b' } })).toBeNull();
    const expression = (operator: string, values?: string[], key = 'tier') =>
      at({ matchExpressions: [{ key, operator, values }] });
    expect([expression('In', ['a']), expression('In', ['b'])]).toEqual([5_000, null]);
    expect([expression('NotIn', ['a']), expression('NotIn', ['b'])]).toEqual([null, 5_000]);
    expect([expression('Exists'), expression('Exists', [], 'x')]).toEqual([5_000, null]);
    expect([expression('DoesNotExist'), expression('DoesNotExist', [], 'x')]).toEqual([null, 5_000]);
    expect(expression('Unknown')).toBeNull();
  });

  it('of the one strategy is not that of another', async () => {
    cluster = new TestCluster(() => ({ exitCode: 1 }));
    await cluster.controller();
    await cluster.submit([container('main')], { podGC: { strategy: 'OnPodSuccess' } });
    await cluster.ended();
    await cluster.pass(60_000);
    expect(await podNames()).toEqual(['wf']);
  });
});

describe('volume claims', () => {
  const spec: WorkflowSpec = { volumeClaimTemplates: [{ metadata: { name: 'work' }, spec: {} }] };
  const claims = async () => (await cluster.kube.list<PersistentVolumeClaim>(resources.persistentVolumeClaims)).items;

  it('live as long as a run that succeeds', async () => {
    let endless = true;
    cluster = new TestCluster(() => ({ endless }));
    await cluster.controller();
    const { metadata } = await cluster.submit([container('main')], spec);
    await cluster.settle();
    expect((await claims()).map((claim) => claim.metadata)).toMatchObject([
      {
        name: 'wf-work',
        labels: { 'workflows.argoproj.io/workflow': 'wf' },
        ownerReferences: [{ kind: 'Workflow', uid: metadata.uid, controller: true }],
      },
    ]);
    endless = false;
    expect((await cluster.ended()).status?.phase).toBe('Succeeded');
    await cluster.settle();
    expect(await claims()).toEqual([]);
    expect((await cluster.get()).status?.persistentVolumeClaims).toEqual([]);
  });

  it('lose the protection that only ended pods would still give them', async () => {
    cluster = new TestCluster();
    await cluster.controller();
    const template = { metadata: { name: 'work', finalizers: ['kubernetes.io/pvc-protection'] }, spec: {} };
    await cluster.submit([container('main')], { volumeClaimTemplates: [template] });
    await cluster.ended();
    await cluster.settle();
    expect(await claims()).toEqual([]);
  });

  it('that belong to somebody else stop the run and tell on it why, until they are out of the way', async () => {
    cluster = new TestCluster();
    const ref = { type: resources.persistentVolumeClaims, namespace: 'default', name: 'wf-work' };
    await cluster.kube.create<PersistentVolumeClaim>(ref.type, { metadata: { name: ref.name, namespace: 'default' } });
    await cluster.controller();
    await cluster.submit([container('main')], spec);
    const message =
      'cannot go on, and keeps trying: persistentvolumeclaim wf-work exists already and does not belong to this workflow';
    await cluster.until(async () => (await cluster.get()).status?.message === message);
    await cluster.kube.delete(ref);
    const ended = await cluster.ended();
    expect(ended.status?.phase).toBe('Succeeded');
    expect(ended.status?.message ?? '').toBe('');
  });
});
