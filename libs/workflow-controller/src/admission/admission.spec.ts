import { afterEach, describe, expect, it } from '@jest/globals';
import type { KubeApi } from '@argosy/kube';
import { KubeError, resources } from '@argosy/kube';
import type { Workflow, WorkflowPhase } from '@argosy/workflow-spec';
import { container, TestCluster } from '../testing/test-cluster.js';
import { Admission } from './admission.js';

const workflow = (run: string, priority: number, age: number, phase: WorkflowPhase = ''): Workflow => {
  const [namespace = '', name = ''] = run.split('/');
  const creationTimestamp = `2026-01-01T00:00:0${9 - age}Z`;
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Workflow',
    metadata: { namespace, name, creationTimestamp },
    spec: { priority },
    status: { phase },
  };
};

describe('admission', () => {
  it('lets the most urgent of a namespace run first, then the oldest', () => {
    const woken: string[] = [];
    const admission = new Admission({ parallelism: 1, wake: (run) => woken.push(run) });
    admission.seen('n/old', workflow('n/old', 0, 5));
    admission.seen('n/young', workflow('n/young', 0, 1));
    admission.seen('n/urgent', workflow('n/urgent', 1, 0));
    expect(woken).toEqual([]);
    admission.open();
    for (const run of ['n/urgent', 'n/old']) admission.seen(run, workflow(run, 0, 0, 'Succeeded'));
    expect(woken).toEqual(['n/urgent', 'n/old', 'n/young']);
    expect(admission.admits('n/young')).toBe(true);
  });

  it('lets another namespace go on when one is full, and knows limits of their own', () => {
    const admission = new Admission({ parallelism: 4, namespaceParallelism: 1, wake: () => undefined });
    admission.open();
    for (const run of ['a/1', 'a/2', 'b/1', 'b/2']) admission.seen(run, workflow(run, 0, 0));
    const admitted = (): string[] => ['a/1', 'a/2', 'b/1', 'b/2'].filter((run) => admission.admits(run));
    expect(admitted()).toEqual(['a/1', 'b/1']);
    admission.limitNamespace('b', 0);
    expect(admitted()).toEqual(['a/1', 'b/1', 'b/2']);
    admission.limitNamespace('b', null);
    admission.gone('b/1');
    expect(admitted()).toEqual(['a/1', 'b/2']);
  });

  it('never holds back what has begun, however many', () => {
    const admission = new Admission({ parallelism: 1, wake: () => undefined });
    for (const run of ['n/a', 'n/b']) admission.seen(run, workflow(run, 0, 0, 'Running'));
    admission.seen('n/c', workflow('n/c', 9, 0, 'Pending'));
    admission.open();
    expect(['n/a', 'n/b', 'n/c'].map((run) => admission.admits(run))).toEqual([true, true, false]);
  });

  it('follows a priority that is changed, and keeps up with thousands who wait', () => {
    const order: string[] = [];
    const admission = new Admission({ parallelism: 1, wake: (run) => order.push(run) });
    const runs = Array.from({ length: 5000 }, (_, i) => `n/${i}`);
    for (const run of runs) admission.seen(run, workflow(run, Number(run.slice(2)) % 7, 0));
    admission.seen('n/3', workflow('n/3', 99, 0));
    admission.gone('n/6');
    admission.open();
    for (let next = order.at(-1); next !== undefined && order.length < runs.length - 1; next = order.at(-1))
      admission.gone(next);
    expect(order[0]).toBe('n/3');
    expect(new Set(order).size).toBe(4999);
    expect(order).not.toContain('n/6');
    const priorities = order.slice(1).map((run) => Number(run.slice(2)) % 7);
    expect(priorities).toEqual(priorities.toSorted((a, b) => b - a));
  });

  it('lets everything run when nothing limits it', () => {
    const admission = new Admission({ parallelism: 0, wake: () => undefined });
    admission.open();
    admission.seen('n/a', workflow('n/a', 0, 0));
    expect(admission.admits('n/a')).toBe(true);
  });
});

describe('a namespace with a limit of its own', () => {
  const namespace = { type: resources.namespaces, name: 'default' };
  const label = (limit: string | null): Promise<unknown> =>
    cluster.kube.patch(namespace, 'merge', {
      metadata: { labels: { 'workflows.argoproj.io/parallelism-limit': limit } },
    });
  const running = async (): Promise<number> =>
    (await cluster.kube.list<Workflow>(resources.workflows)).items.filter(({ status }) => status?.phase === 'Running')
      .length;
  let cluster: TestCluster;
  afterEach(() => cluster.close());

  it('counts by its label, which may change at any time', async () => {
    cluster = new TestCluster(() => ({ endless: true }));
    await cluster.kube.create(resources.namespaces, { metadata: { name: 'default' } }).catch(() => undefined);
    await label('1');
    await cluster.controller(cluster.kube, { namespaceParallelism: 3 });
    for (const name of ['a', 'b', 'c', 'd', 'e']) await cluster.submit([container('main')], {}, name);
    await cluster.settle();
    expect(await running()).toBe(1);
    await label('2');
    await cluster.settle();
    expect(await running()).toBe(2);
    await label(null);
    await cluster.settle();
    expect(await running()).toBe(3);
    await label('many');
    await cluster.settle();
    expect(await running()).toBe(3);
  });

  it('whose label may not be read has none', async () => {
    cluster = new TestCluster();
    const api = new Proxy(cluster.kube, {
      get:
        (target, verb: keyof KubeApi) =>
        (type: { plural?: string }, ...rest: never[]) => {
          if (verb === 'list' && type.plural === 'namespaces')
            return Promise.reject(new KubeError('Forbidden', 'namespaces is forbidden', 403));
          return (target[verb] as (...args: unknown[]) => unknown).call(target, type, ...rest);
        },
    });
    await cluster.controller(api, { parallelism: 1 });
    await cluster.submit([container('main')]);
    expect((await cluster.ended()).status?.phase).toBe('Succeeded');
  });
});

describe('a controller that runs so many workflows at once', () => {
  let cluster: TestCluster;
  afterEach(() => cluster.close());

  it('keeps the others Pending, also after it was replaced, and lets people end them', async () => {
    let endless = true;
    cluster = new TestCluster(() => ({ endless }));
    const first = await cluster.controller(cluster.kube, { parallelism: 1 });
    for (const name of ['a', 'b', 'c']) {
      await cluster.submit([container('main')], {}, name);
      await cluster.settle();
    }
    const phases = (): Promise<(string | undefined)[]> =>
      Promise.all(['a', 'b', 'c'].map(async (name) => (await cluster.get(name)).status?.phase));
    expect(await phases()).toEqual(['Running', 'Pending', 'Pending']);
    expect((await cluster.get('b')).status?.message).toBe(
      'Workflow processing has been postponed because too many workflows are already running',
    );
    await cluster.stop(first);
    const second = await cluster.controller(cluster.kube, { parallelism: 1 });
    await cluster.settle();
    expect(await phases()).toEqual(['Running', 'Pending', 'Pending']);
    await second.applyIntent('default', 'b', { type: 'TerminateRun' });
    await cluster.settle();
    expect(await phases()).toEqual(['Running', 'Failed', 'Pending']);
    endless = false;
    await cluster.settle();
    expect(await phases()).toEqual(['Succeeded', 'Failed', 'Succeeded']);
    expect((await cluster.get('c')).status?.message).toBeUndefined();
  });
});
