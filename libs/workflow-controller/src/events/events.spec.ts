import { afterEach, describe, expect, it } from '@jest/globals';
import type { KubeApi, KubeObject } from '@argosy/kube';
import { KubeError, resources } from '@argosy/kube';
import type { Template } from '@argosy/workflow-spec';
import type { ControllerLogger } from '../ports.js';
import { silentLogger } from '../ports.js';
import { RecordingKube } from '../testing/recording-kube.js';
import type { PodScript } from '../testing/scripted-kubelet.js';
import { container, TestCluster } from '../testing/test-cluster.js';
import type { EventSettings } from './run-event.js';

type Event = KubeObject & {
  readonly type: string;
  readonly reason: string;
  readonly message: string;
  readonly count: number;
  readonly involvedObject: { readonly kind: string; readonly name: string; readonly uid: string };
};

let cluster: TestCluster;
afterEach(() => cluster.close());

const ON: EventSettings = { workflowEvents: { enabled: true }, nodeEvents: { enabled: true } };

const clusterWith = async (script: PodScript = () => ({}), settings: EventSettings = ON): Promise<void> => {
  cluster = new TestCluster(script);
  await cluster.controller(cluster.kube, { ...settings, random: () => 0 });
};
const events = async (): Promise<Event[]> => {
  const { items } = await cluster.kube.list<Event>(resources.events);
  return items.sort((a, b) => ((a.metadata?.name ?? '') < (b.metadata?.name ?? '') ? -1 : 1));
};
const told = async (): Promise<string[]> =>
  (await events()).map(({ type, reason, message }) => `${type} ${reason}: ${message}`);
const loop = (items: number): Template[] => [
  { name: 'main', steps: [[{ name: 'a', template: 'work', withSequence: { count: items } }]] },
  container('work'),
];

describe('the events of a run', () => {
  it('say how it went, in Argo’s words', async () => {
    await clusterWith();
    await cluster.submit([container('main')]);
    const { metadata } = await cluster.ended();
    expect(await told()).toEqual([
      'Normal WorkflowRunning: Workflow Running',
      'Normal WorkflowNodeRunning: Running node wf',
      'Normal WorkflowNodeSucceeded: Succeeded node wf',
      'Normal WorkflowSucceeded: Workflow completed',
    ]);
    const [running, nodeRunning] = await events();
    expect(running).toMatchObject({
      metadata: { name: expect.stringMatching(/^wf\.[0-9a-f]{16}$/), namespace: 'default' },
      involvedObject: { apiVersion: 'argoproj.io/v1alpha1', kind: 'Workflow', name: 'wf', uid: metadata.uid },
      source: { component: 'workflow-controller' },
      firstTimestamp: '2026-01-01T00:00:00Z',
      lastTimestamp: '2026-01-01T00:00:00Z',
      count: 1,
    });
    expect(nodeRunning?.involvedObject.kind).toBe('Workflow');
    expect(nodeRunning?.metadata?.annotations).toEqual({
      'workflows.argoproj.io/node-type': 'Pod',
      'workflows.argoproj.io/node-name': 'wf',
      'workflows.argoproj.io/node-id': 'wf',
      'workflows.argoproj.io/node-start-time': '1767225600000000000',
    });
  });

  it('warn of what failed', async () => {
    await clusterWith(() => ({ exitCode: 3 }));
    await cluster.submit([container('main')]);
    await cluster.ended();
    expect((await told()).slice(2)).toEqual([
      'Warning WorkflowNodeFailed: Failed node wf: main: Error (exit code 3)',
      'Warning WorkflowFailed: main: Error (exit code 3)',
    ]);
  });

  it('warn of steps that could not be made, and of a run that took too long', async () => {
    await clusterWith(() => ({ endless: true }));
    await cluster.submit([container('main')], { activeDeadlineSeconds: 60 });
    await cluster.ended();
    expect(await told()).toContain('Warning WorkflowTimedOut: Workflow timed out');
    await cluster.submit([{ name: 'main', container: { name: '', image: 'x' } }], {}, 'other');
    await cluster.ended('other');
    expect(await told()).toContainEqual(expect.stringMatching(/^Warning WorkflowNodeError: Error node other: /));
  });

  it('are those of the pods when that is wished', async () => {
    await clusterWith(() => ({}), { ...ON, nodeEvents: { sendAsPod: true } });
    await cluster.submit([{ name: 'main', steps: [[{ name: 'a', template: 'work' }]] }, container('work')]);
    const { metadata } = await cluster.ended();
    const [pod] = await cluster.pods();
    const ofNodes = (await events()).filter(({ reason }) => reason.startsWith('WorkflowNode'));
    const ofPod = ofNodes.filter(({ involvedObject }) => involvedObject.kind === 'Pod');
    expect(ofPod.map(({ reason }) => reason)).toEqual(['WorkflowNodeRunning', 'WorkflowNodeSucceeded']);
    expect(ofPod[0]).toMatchObject({
      metadata: {
        annotations: {
          'workflows.argoproj.io/workflow-name': 'wf',
          'workflows.argoproj.io/workflow-uid': metadata.uid,
          'workflows.argoproj.io/node-name': 'wf[0].a',
        },
      },
      involvedObject: { apiVersion: 'v1', name: pod?.metadata?.name, uid: pod?.metadata?.uid },
    });
    // Groups have no pod.
    expect(ofNodes.filter(({ involvedObject }) => involvedObject.kind === 'Workflow')).toHaveLength(4);
  });

  it('are left out as the controller is told', async () => {
    await clusterWith(() => ({}), { workflowEvents: { enabled: false }, nodeEvents: { enabled: true } });
    await cluster.submit([container('main')]);
    await cluster.ended();
    expect((await events()).map(({ reason }) => reason)).toEqual(['WorkflowNodeRunning', 'WorkflowNodeSucceeded']);
    await clusterWith(() => ({}), { workflowEvents: {}, nodeEvents: { enabled: false } });
    await cluster.submit([container('main')]);
    await cluster.ended();
    expect((await events()).map(({ reason }) => reason)).toEqual(['WorkflowRunning', 'WorkflowSucceeded']);
  });
});

describe('the events of a large run', () => {
  it('are few: what is alike is told as one, again and again', async () => {
    cluster = new TestCluster();
    const recorder = new RecordingKube(cluster.kube);
    await cluster.controller(recorder.api, { ...ON, random: () => 0 });
    await cluster.submit(loop(500));
    await cluster.ended();
    await cluster.pass(30_000);
    const counts = recorder.counts();
    expect((counts['create events'] ?? 0) + (counts['patch events'] ?? 0)).toBeLessThan(40);
    const ofKind = (await events()).filter(({ reason }) => reason === 'WorkflowNodeSucceeded');
    expect(ofKind).toHaveLength(11);
    // The loop's, that of its group, and the root.
    expect(ofKind.reduce((sum, { count }) => sum + count, 0)).toBe(502);
    expect(ofKind.at(-1)?.message).toBe('(combined from similar events): Succeeded node wf');
  });

  it('are told singly again after ten minutes', async () => {
    let endless = true;
    await clusterWith(() => ({ endless }));
    const group = (name: string, count: number) => [{ name, template: 'work', withSequence: { count } }];
    await cluster.submit([{ name: 'main', steps: [group('a', 15), group('b', 3)] }, container('work')]);
    await cluster.pass(11 * 60_000);
    endless = false;
    await cluster.ended();
    const running = (await events()).filter(({ reason }) => reason === 'WorkflowNodeRunning');
    expect(running.map(({ count }) => count)).toEqual([...Array<number>(10).fill(1), 7, 1, 1, 1, 1]);
    expect(running.at(-1)?.message).toMatch(/^Running node wf\[1\]\.b/);
  });
});

describe('a cluster that takes no events', () => {
  const runWith = async (api: KubeApi, logger?: ControllerLogger): Promise<void> => {
    await cluster.controller(api, { ...ON, ...(logger && { logger }) });
    await cluster.submit(loop(5));
    expect((await cluster.ended()).status?.phase).toBe('Succeeded');
  };

  it('is not asked again for a while', async () => {
    cluster = new TestCluster();
    const recorder = new RecordingKube(cluster.kube, (request) => {
      if (request === 'create events') throw new KubeError('Forbidden', 'events is forbidden', 403);
      return 'done';
    });
    const warnings: string[] = [];
    await runWith(recorder.api, { ...silentLogger, warn: (_fields, message) => void warnings.push(message) });
    expect(warnings).toEqual(['May not write events; leaving them out for a while']);
    expect(recorder.counts()['create events']).toBe(1);
    await cluster.pass(11 * 60_000);
    await cluster.submit([container('main')], {}, 'other');
    await cluster.ended('other');
    expect(recorder.counts()['create events']).toBe(2);
  });

  it('does not hold up a run, whether it fails or never answers', async () => {
    cluster = new TestCluster();
    const failing = new RecordingKube(cluster.kube, (request) => (request === 'create events' ? 'refused' : 'done'));
    await runWith(failing.api);
    expect(await events()).toEqual([]);
    expect(failing.counts()['create events']).toBeGreaterThan(10);
    cluster = new TestCluster();
    const { kube } = cluster;
    const create: KubeApi['create'] = (type, object) =>
      type.kind === 'Event' ? new Promise<never>(() => undefined) : kube.create(type, object);
    await runWith(
      new Proxy(kube, {
        get: (target, key, receiver) => (key === 'create' ? create : (Reflect.get(target, key, receiver) as unknown)),
      }),
    );
  });
});
