import { afterEach, describe, expect, it } from '@jest/globals';
import { kubeTime, resources } from '@argosy/kube';
import type { Workflow } from '@argosy/workflow-spec';
import type { WorkflowControllerOptions } from '../controller-options.js';
import { compressNodes } from '../nodes/node-compression.js';
import { container, TestCluster } from '../testing/test-cluster.js';

let cluster: TestCluster;
afterEach(() => cluster.close());

const CRON = 'workflows.argoproj.io/cron-workflow';
const MAIN = [container('main')];

const clusterWith = async (options: Partial<WorkflowControllerOptions> = {}): Promise<void> => {
  cluster = new TestCluster();
  await cluster.controller(cluster.kube, options);
};

/** A run that succeeded: it began that many minutes after midnight and took that many seconds. */
const succeeded = (name: string, minute: number, seconds: number, phase: 'Succeeded' | 'Failed' = 'Succeeded') => {
  const startedAt = Date.UTC(2025, 0, 1, 0, minute);
  const times = { startedAt: kubeTime(startedAt), finishedAt: kubeTime(startedAt + seconds * 1000) };
  const node = { id: name, name, displayName: name, type: 'Pod', phase, templateName: 'main', ...times } as const;
  return cluster.adopt({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Workflow',
    metadata: { name, labels: { [CRON]: 'nightly' } },
    spec: { entrypoint: 'main', templates: MAIN },
    status: { phase, ...times, nodes: { [name]: node } },
  });
};

const started = async (name: string, label = 'nightly', namespace = 'default'): Promise<Workflow> => {
  await cluster.kube.create<Workflow>(resources.workflows, {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Workflow',
    metadata: { name, namespace, labels: { [CRON]: label } },
    spec: { entrypoint: 'main', templates: MAIN },
  });
  await cluster.settle();
  return cluster.kube.get<Workflow>({ type: resources.workflows, namespace, name });
};
const replaceNodes = (name: string, status: object): Promise<Workflow> =>
  cluster.kube.patch<Workflow>({ type: resources.workflows, namespace: 'default', name }, 'merge', {
    status: { nodes: null, ...status },
  });
const estimateOf = ({ metadata: { name = '' }, status }: Workflow) => [
  status?.estimatedDuration,
  status?.nodes?.[name]?.estimatedDuration,
];

describe('the last success', () => {
  it('is the newest one of the schedule and the namespace', async () => {
    await clusterWith();
    await succeeded('a', 1, 100);
    await succeeded('b', 3, 300);
    await succeeded('c', 2, 200);
    await succeeded('d', 4, 400, 'Failed');
    expect(estimateOf(await started('next'))).toEqual([300, 300]);
    expect(estimateOf(await started('other', 'weekly'))).toEqual([undefined, undefined]);
    await cluster.kube.create(resources.namespaces, { metadata: { name: 'apart' } });
    expect(estimateOf(await started('elsewhere', 'nightly', 'apart'))).toEqual([undefined, undefined]);
  });

  it('gives way to a later one, and when it is deleted to an earlier one', async () => {
    await clusterWith();
    await succeeded('a', 1, 100);
    expect(estimateOf(await started('one'))[0]).toBe(100);
    await cluster.kube.delete({ type: resources.workflows, namespace: 'default', name: 'one' });
    await succeeded('b', 2, 200);
    expect(estimateOf(await started('two'))[0]).toBe(200);
    for (const name of ['two', 'b'])
      await cluster.kube.delete({ type: resources.workflows, namespace: 'default', name });
    await cluster.settle();
    expect(estimateOf(await started('three'))[0]).toBe(100);
  });

  it('may have its nodes compressed', async () => {
    await clusterWith();
    const { status } = await succeeded('b', 1, 100);
    const compressedNodes = await compressNodes(Object.entries(status?.nodes ?? {}));
    await replaceNodes('b', { compressedNodes });
    expect(estimateOf(await started('next'))).toEqual([100, 100]);
  });

  it('says nothing of nodes that are gone', async () => {
    await clusterWith();
    await succeeded('b', 1, 100);
    await replaceNodes('b', { offloadNodeStatusVersion: 'fnv:1' });
    expect(estimateOf(await started('next'))).toEqual([100, undefined]);
  });

  it('is not asked for when nothing is to be estimated', async () => {
    await clusterWith({ estimateDurations: false });
    await succeeded('a', 1, 100);
    expect(estimateOf(await started('next'))).toEqual([undefined, undefined]);
  });
});
