import { afterEach, describe, expect, it } from '@jest/globals';
import type { KubeApi, ResourceType } from '@argosy/kube';
import { KubeError, resources } from '@argosy/kube';
import type { ImageCommand, ImageQuestion } from '@argosy/pod-plan';
import { nodeIdOf, podNameOf } from '@argosy/workflow-engine';
import type { Pod, Template } from '@argosy/workflow-spec';
import type { WorkflowController } from './controller.js';
import type { ImageRegistry } from './images/registry-client.js';
import { RegistryProblem } from './images/registry-problem.js';
import type { RunSnapshot } from './snapshot.js';
import { RecordingKube } from './testing/recording-kube.js';
import type { PodScript } from './testing/scripted-kubelet.js';
import { container, TestCluster } from './testing/test-cluster.js';

let cluster: TestCluster;
afterEach(() => cluster.close());

const nodeName = (pod: Pod): string => pod.metadata?.annotations?.['workflows.argoproj.io/node-name'] ?? '';
const clusterOf = (script?: PodScript): TestCluster => (cluster = new TestCluster(script));
const steps = (...groups: string[][]): Template => ({
  name: 'main',
  steps: groups.map((group) => group.map((name) => ({ name, template: 'work' }))),
});

describe('the controller', () => {
  it('runs a workflow with one pod and three writes of its status', async () => {
    const { kube } = clusterOf();
    const { api, ...recorded } = recording(kube);
    await cluster.controller(api);
    await cluster.submit([container('main')]);
    expect((await cluster.ended()).status).toMatchObject({ phase: 'Succeeded', progress: '1/1' });
    expect(recorded.counts()).toEqual({ 'create pods': 1, 'patch workflows': 3 });
  });

  it('writes once for whatever happened at the same time', async () => {
    const { kube } = clusterOf();
    const { api, ...recorded } = recording(kube);
    const items = Array.from({ length: 100 }, (_, i) => String(i));
    await cluster.submit([
      { name: 'main', steps: [[{ name: 'a', template: 'work', withItems: items }]] },
      container('work'),
    ]);
    await cluster.controller(api);
    expect((await cluster.ended()).status).toMatchObject({ phase: 'Succeeded', progress: '100/100' });
    expect(recorded.counts()['create pods']).toBe(100);
    expect(recorded.counts()['patch workflows']).toBeLessThan(120);
  });

  it('hands outputs from step to step', async () => {
    clusterOf((pod) => (nodeName(pod) === 'wf[0].make' ? { result: '42', parameters: { a: 'x' } } : {}));
    await cluster.controller();
    const use = {
      parameters: [{ name: 'in', value: '{{steps.make.outputs.result}}-{{steps.make.outputs.parameters.a}}' }],
    };
    await cluster.submit([
      {
        name: 'main',
        steps: [[{ name: 'make', template: 'work' }], [{ name: 'use', template: 'use', arguments: use }]],
      },
      container('work', { outputs: { parameters: [{ name: 'a', valueFrom: { path: '/a' } }] } }),
      container('use', {
        inputs: { parameters: [{ name: 'in' }] },
        container: { name: '', image: 'busybox', command: ['echo', '{{inputs.parameters.in}}'] },
      }),
    ]);
    expect((await cluster.ended()).status?.phase).toBe('Succeeded');
    const pods = await cluster.pods();
    expect(pods.find((pod) => nodeName(pod) === 'wf[1].use')?.spec?.containers[0]?.command?.at(-1)).toBe('42-x');
  });

  it('takes up what another controller began, and what happened meanwhile', async () => {
    let endless = true;
    clusterOf(() => ({ endless }));
    const first = await cluster.controller();
    await cluster.submit([steps(['a'], ['b']), container('work')]);
    await cluster.settle();
    await cluster.stop(first);
    endless = false;
    await cluster.settle();
    expect(await cluster.node('a')).toMatchObject({ phase: 'Running' });
    const snapshots: RunSnapshot[] = [];
    await cluster.controller(cluster.kube, { onRunChanged: async (snapshot) => void snapshots.push(snapshot) });
    expect((await cluster.ended()).status?.phase).toBe('Succeeded');
    expect([...cluster.kubelet.started.values()]).toEqual([1, 1]);
    expect(snapshots[0]?.full).toBe(true);
  });

  it('tells the whole of every run once and afterwards what changed, and everything again when that was not taken', async () => {
    clusterOf();
    const snapshots: RunSnapshot[] = [];
    let refusals = 0;
    await cluster.controller(cluster.kube, {
      onRunChanged: async (snapshot) => {
        snapshots.push(snapshot);
        if (snapshots.length === 3 && refusals++ === 0) throw new Error('the disk is full');
      },
    });
    await cluster.submit([steps(['a', 'b']), container('work')]);
    await cluster.ended();
    await cluster.settle();
    expect(snapshots.map(({ full }) => full).slice(0, 4)).toEqual([true, false, false, true]);
    expect(snapshots.at(-1)).toMatchObject({ nodeCount: 4, status: { phase: 'Succeeded' } });
  });
});

describe('what a program says of its own progress', () => {
  it('is that of its node, and counts into that of the run', async () => {
    clusterOf(() => ({ endless: true }));
    const controller = await cluster.controller();
    await cluster.submit([steps(['a', 'b']), container('work')]);
    await cluster.settle();
    const told = (await cluster.pods()).find((pod) => nodeName(pod) === 'wf[0].a') as Pod;
    controller.progressReported(told, '30/100');
    controller.progressReported({ metadata: { ...told.metadata, name: 'unknown' } }, '1/9');
    await cluster.settle();
    expect((await cluster.node('a'))?.progress).toBe('30/100');
    expect((await cluster.get()).status?.progress).toBe('30/101');
    const writes = async (): Promise<number> => Number((await cluster.get()).metadata.resourceVersion);
    const before = await writes();
    for (let done = 31; done < 50; done++) {
      controller.progressReported(told, `${done}/100`);
      await cluster.settle();
    }
    expect([(await cluster.node('a'))?.progress, await writes()]).toEqual(['30/100', before]);
    await cluster.pass(1_000);
    expect((await cluster.node('a'))?.progress).toBe('49/100');
    controller.progressReported(told, '2/1');
    await cluster.pass(1_000);
    expect((await cluster.node('a'))?.progress).toBe('49/100');
  });
});

describe('containers without a command', () => {
  const bare = (name: string, extra: Template = {}): Template => ({
    name,
    container: { name: '', image: 'tool' },
    ...extra,
  });
  it('run what their images run, which is looked up once for all pods', async () => {
    clusterOf();
    let answer: (command: ImageCommand) => void = () => undefined;
    const asked: ImageQuestion[] = [];
    const registry: ImageRegistry = {
      commandOf: (question) => {
        asked.push(question);
        return new Promise((resolve) => (answer = resolve));
      },
      close: async () => undefined,
    };
    await cluster.controller(cluster.kube, { images: { registry } });
    await cluster.submit([steps(['a', 'b', 'c']), bare('work')], { serviceAccountName: 'builder' });
    await cluster.submit([container('main')], {}, 'other');
    expect((await cluster.ended('other')).status?.phase).toBe('Succeeded');
    expect(await cluster.node('a')).toMatchObject({ phase: 'Pending' });
    expect(asked).toMatchObject([{ image: 'tool', namespace: 'default', serviceAccountName: 'builder' }]);
    answer({ entrypoint: ['/tool'], cmd: ['serve'] });
    expect((await cluster.ended()).status?.phase).toBe('Succeeded');
    const commands = (await cluster.pods()).map(({ spec }) => [
      spec?.containers[0]?.command?.at(-1),
      spec?.containers[0]?.args,
    ]);
    expect(commands.filter(([last]) => last === '/tool')).toEqual(Array(3).fill(['/tool', ['serve']]));
  });

  it('end in an error that says what the registry said, and may be retried', async () => {
    clusterOf();
    let tries = 0;
    const commandOf = async (): Promise<ImageCommand> => {
      if (++tries === 1) throw new RegistryProblem('MANIFEST_UNKNOWN', 'final');
      return { entrypoint: [], cmd: ['serve'] };
    };
    const registry = { commandOf, close: async () => undefined };
    await cluster.controller(cluster.kube, { images: { registry } });
    const retryStrategy = { limit: 1, retryPolicy: 'Always' as const, backoff: { duration: '10s' } };
    await cluster.submit([bare('main', { retryStrategy })]);
    expect((await cluster.ended()).status?.phase).toBe('Succeeded');
    expect(await cluster.node('wf(0)')).toMatchObject({
      phase: 'Error',
      message:
        'template "main" has no command, and that of image "tool" could not be looked up: MANIFEST_UNKNOWN; set it',
    });
  });
});

describe('pods that never come to be', () => {
  it('end their node with the reason', async () => {
    clusterOf();
    await cluster.controller();
    await cluster.submit([{ name: 'main', container: { name: '', image: 'alpine' } }]);
    expect((await cluster.ended()).status?.phase).toBe('Error');
    expect((await cluster.node('wf'))?.message).toContain('has no command');
  });

  it('are tried again by the step’s retry strategy', async () => {
    clusterOf();
    await cluster.controller();
    const retryStrategy = { limit: 1, retryPolicy: 'Always' as const };
    await cluster.submit([{ name: 'main', container: { name: '', image: 'alpine' }, retryStrategy }]);
    await cluster.ended();
    expect(await cluster.node('wf(1)')).toMatchObject({ phase: 'Error' });
  });

  it('are refused for good by the API, or only until there is room', async () => {
    const { kube } = clusterOf();
    let refusals = 3;
    let message = 'exceeded quota: pods';
    const { api } = new RecordingKube(kube, (request) => {
      if (request === 'create pods' && refusals-- > 0) throw new KubeError('Forbidden', message, 403);
      return 'done';
    });
    await cluster.controller(api);
    await cluster.submit([container('main')]);
    expect((await cluster.ended()).status?.phase).toBe('Succeeded');
    refusals = 1;
    message = 'pods "x" is forbidden: violates PodSecurity';
    await cluster.submit([container('main')], {}, 'other');
    expect((await cluster.ended('other')).status).toMatchObject({ phase: 'Error' });
    expect(await cluster.node('other', 'other')).toMatchObject({ message });
  });

  it('do not take the place of a stranger, but of what a deleted workflow of the same name left', async () => {
    clusterOf();
    const owner = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Workflow', name: 'wf', uid: 'gone' };
    const pod = (name: string, ownerReferences?: (typeof owner)[]): Pod => ({
      metadata: { name, namespace: 'default', ownerReferences, labels: { 'workflows.argoproj.io/workflow': 'wf' } },
      spec: { containers: [{ name: 'main', image: 'x' }] },
    });
    await cluster.kube.create(resources.pods, pod('other'));
    await cluster.controller();
    await cluster.submit([container('main')], {}, 'other');
    expect((await cluster.ended('other')).status).toMatchObject({ phase: 'Error' });
    expect(await cluster.node('other', 'other')).toMatchObject({
      message: 'pod other exists already and does not belong to this workflow',
    });
    await cluster.kube.create(resources.pods, pod('wf', [owner]));
    await cluster.submit([container('main')]);
    expect((await cluster.ended()).status?.phase).toBe('Succeeded');
  });
});

describe('volume claims that are refused', () => {
  const volumeClaimTemplates = [{ metadata: { name: 'work' }, spec: { accessModes: ['ReadWriteOnce'] } }];
  const refusing = async (refusals: number, message: string): Promise<WorkflowController> => {
    const { kube } = clusterOf();
    let left = refusals;
    const { api } = new RecordingKube(kube, (request) => {
      if (request === 'create persistentvolumeclaims' && left-- > 0) throw new KubeError('Forbidden', message, 403);
      return 'done';
    });
    return cluster.controller(api);
  };

  it('for want of room are waited for, and no pod is made before', async () => {
    const message = 'persistentvolumeclaims "wf-work" is forbidden: exceeded quota: claims';
    await refusing(3, message);
    await cluster.submit([container('main')], { volumeClaimTemplates });
    await cluster.settle();
    expect((await cluster.get()).status).toMatchObject({
      phase: 'Running',
      message: `Waiting for a PVC to be created. ${message}`,
    });
    expect(await cluster.pods()).toEqual([]);
    const { status } = await cluster.ended();
    expect([status?.phase, status?.message]).toEqual(['Succeeded', undefined]);
  });

  it('for good end the run with the reason, until it is tried again', async () => {
    const message = 'persistentvolumeclaims "wf-work" is forbidden: no storage class';
    const controller = await refusing(1, message);
    await cluster.submit([container('main')], { volumeClaimTemplates });
    expect((await cluster.ended()).status).toMatchObject({ phase: 'Error', message });
    expect(await cluster.node('wf')).toMatchObject({ phase: 'Error' });
    expect(await cluster.pods()).toEqual([]);
    await controller.applyIntent('default', 'wf', { type: 'RetryRun' });
    expect((await cluster.ended()).status?.phase).toBe('Succeeded');
  });
});

describe('a pod that is evicted before it began', () => {
  const evict = async (): Promise<void> => {
    const status = { phase: 'Failed', reason: 'Evicted', message: 'The node was low on resource: memory.' };
    await cluster.kube.patch({ type: resources.pods, namespace: 'default', name: 'wf' }, 'merge', { status }, 'status');
  };

  it('goes, and comes anew', async () => {
    let stuck = true;
    let released = false;
    clusterOf(() => ({ stuck }));
    const rules = { failedPodRestart: { enabled: true } };
    await cluster.controller(cluster.kube, { rules, isPodReleased: () => released });
    await cluster.submit([container('main')]);
    await cluster.settle();
    const [first] = await cluster.pods();
    await evict();
    await cluster.settle();
    expect(await cluster.node('wf')).toMatchObject({
      phase: 'Pending',
      message: 'Pod auto-restarting due to Evicted: The node was low on resource: memory.',
      restartingPodUID: first?.metadata?.uid,
    });
    [stuck, released] = [false, true];
    expect((await cluster.ended()).status?.phase).toBe('Succeeded');
    expect(await cluster.node('wf')).toMatchObject({ phase: 'Succeeded', failedPodRestarts: 1 });
    const [second] = await cluster.pods();
    expect(second?.metadata?.uid).not.toBe(first?.metadata?.uid);
  });

  it('is the end of its node when nothing is said of it', async () => {
    clusterOf(() => ({ stuck: true }));
    await cluster.controller();
    await cluster.submit([container('main')]);
    await cluster.settle();
    await evict();
    expect((await cluster.ended()).status?.phase).toBe('Failed');
  });
});

describe('a pod into which a webhook puts a container that never ends', () => {
  /** As the service mesh's webhook does. */
  const meshed = (kube: KubeApi): KubeApi => {
    const create = (async (type: ResourceType, object: Pod) => {
      const { spec } = object;
      if (type.kind !== 'Pod' || !spec) return kube.create(type, object);
      const containers = [...spec.containers, { name: 'proxy', image: 'mesh' }];
      return kube.create<Pod>(type, { ...object, spec: { ...spec, containers } });
    }) as KubeApi['create'];
    return new Proxy(kube, {
      get: (target, key, receiver) => (key === 'create' ? create : (Reflect.get(target, key, receiver) as unknown)),
    });
  };
  const tells = async (exitCode: number): Promise<void> => {
    const time = '2026-01-01T00:00:00Z';
    const status = { image: '', imageID: '', ready: true, restartCount: 0 };
    const terminated = { exitCode, startedAt: time, finishedAt: time };
    const containerStatuses = [
      { ...status, name: 'main', state: { terminated } },
      { ...status, name: 'proxy', state: { running: { startedAt: time } } },
    ];
    const running = { phase: 'Running', startTime: time, containerStatuses };
    const ref = { type: resources.pods, namespace: 'default', name: 'wf' };
    await cluster.kube.patch(ref, 'merge', { status: running }, 'status');
  };

  it.each([
    [0, 'Succeeded'],
    [1, 'Failed'],
  ])('ends with the step: exit code %d is %s', async (exitCode, phase) => {
    clusterOf((pod) => ({ stuck: pod.status?.phase === 'Pending', endless: true }));
    await cluster.controller(meshed(cluster.kube));
    await cluster.submit([container('main')]);
    await cluster.settle();
    await tells(exitCode);
    expect((await cluster.ended()).status?.phase).toBe(phase);
    await cluster.settle();
    const [pod] = await cluster.pods();
    expect(pod?.spec?.containers).toHaveLength(2);
    expect(pod).toMatchObject({ spec: { activeDeadlineSeconds: 1 }, status: { reason: 'DeadlineExceeded' } });
    expect(await cluster.node('wf')).toMatchObject({ phase });
  });
});

describe('outputs too large for a termination message', () => {
  const value = 'é'.repeat(100_000);
  const template = container('main', { outputs: { parameters: [{ name: 'a', valueFrom: { path: '/a' } }] } });

  it('are read from the log', async () => {
    clusterOf(() => ({ parameters: { a: value } }));
    await cluster.controller();
    await cluster.submit([template]);
    expect((await cluster.ended()).status?.phase).toBe('Succeeded');
    expect((await cluster.node('wf'))?.outputs?.parameters?.[0]?.value).toBe(value);
  });

  it('are an error when the log has lost them', async () => {
    clusterOf(() => ({ parameters: { a: value } }));
    await cluster.controller();
    cluster.kubelet.logs.set = () => cluster.kubelet.logs;
    await cluster.submit([template]);
    expect((await cluster.ended()).status?.phase).toBe('Error');
    expect((await cluster.node('wf'))?.message).toMatch(/^outputs of 2000\d\d bytes are not in the log of pod wf/);
  });
});

function recording(kube: TestCluster['kube']): { api: RecordingKube['api']; counts: () => Record<string, number> } {
  const recorder = new RecordingKube(kube);
  return { api: recorder.api, counts: () => recorder.counts() };
}

describe('a pod that was Argo’s when the run was taken over', () => {
  const began = async (): Promise<void> => {
    clusterOf();
    const use = { parameters: [{ name: 'm', value: '{{steps.a.outputs.result}}' }] };
    const templates = [
      { name: 'main', steps: [[{ name: 'a', template: 'c' }], [{ name: 'b', template: 'd', arguments: use }]] },
      container('c'),
      container('d', { inputs: { parameters: [{ name: 'm' }] } }),
    ];
    const node = { startedAt: '2026-01-01T00:00:00Z', finishedAt: null };
    const nodes = {
      wf: { ...node, id: 'wf', name: 'wf', type: 'Steps', phase: 'Running', children: [ids.group] },
      [ids.group]: { ...node, id: ids.group, name: 'wf[0]', type: 'StepGroup', phase: 'Running', children: [ids.a] },
      [ids.a]: {
        ...node,
        id: ids.a,
        name: 'wf[0].a',
        displayName: 'a',
        type: 'Pod',
        phase: 'Pending',
        templateName: 'c',
      },
    };
    const { metadata } = await cluster.submit(templates);
    const status = { phase: 'Running', startedAt: '2026-01-01T00:00:00Z', nodes };
    const workflow = { type: resources.workflows, namespace: 'default', name: 'wf' };
    await cluster.kube.patch(workflow, 'merge', { status });
    const owner = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Workflow', name: 'wf', uid: metadata.uid ?? '' };
    await cluster.kube.create<Pod>(resources.pods, {
      metadata: {
        name: podNameOf('v2', 'wf', 'wf[0].a', 'c'),
        namespace: 'default',
        labels: { 'workflows.argoproj.io/workflow': 'wf' },
        annotations: { 'workflows.argoproj.io/node-id': ids.a },
        ownerReferences: [owner],
      },
      spec: { containers: [{ name: 'main', image: 'x', command: ['/var/run/argo/argoexec', 'emissary'] }] },
    });
  };
  const ids = { group: nodeIdOf('wf', 'wf[0]'), a: nodeIdOf('wf', 'wf[0].a') };

  it('gives the outputs that Argo’s executor wrote down, once all are there', async () => {
    await began();
    const labels = { 'workflows.argoproj.io/report-outputs-completed': 'false' };
    const result = {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'WorkflowTaskResult',
      metadata: { name: ids.a, namespace: 'default', labels },
    };
    await cluster.kube.create(resources.workflowTaskResults, result);
    await cluster.controller();
    await cluster.pass(300_000);
    expect((await cluster.node('a'))?.phase).toBe('Running');
    const ref = { type: resources.workflowTaskResults, namespace: 'default', name: ids.a };
    const complete = { 'workflows.argoproj.io/report-outputs-completed': 'true' };
    await cluster.kube.patch(ref, 'merge', { metadata: { labels: complete }, outputs: { result: 'hi' } });
    expect((await cluster.ended()).status?.phase).toBe('Succeeded');
    expect((await cluster.node('b'))?.inputs?.parameters).toEqual([{ name: 'm', value: 'hi' }]);
  });

  it('has none when nothing was written down', async () => {
    await began();
    await cluster.controller();
    await cluster.ended();
    expect(await cluster.node('a')).toMatchObject({ phase: 'Succeeded', outputs: { exitCode: '0' } });
    expect((await cluster.get()).status?.message).toContain('{{steps.a.outputs.result}}');
  });
});
