import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { KubeObject, ResourceType } from '@argosy/kube';
import { isKubeError, resources } from '@argosy/kube';
import type { ClientNodeKube } from '@argosy/kube/client-node';
import { createClientNodeKube } from '@argosy/kube/client-node';
import { WorkflowController } from '@argosy/workflow-controller';
import { isFinalWorkflowPhase } from '@argosy/workflow-engine';
import type { NodeStatus, Pod, Workflow } from '@argosy/workflow-spec';
import { parse } from 'yaml';
import { repositoryRoot } from './harness/start-stack.js';

/*
 * What only a real API server can say: whether it takes our CRDs, what it makes of workflows and of the writes of the
 * controller. No kubelet is needed: the pods are played here. The contract suite of libs/kube runs against it too.
 */
const kubeconfig = process.env.ARGOSY_TEST_KUBECONFIG;
if (kubeconfig === undefined)
  process.stderr.write('ARGOSY_TEST_KUBECONFIG is not set: the tests with a real API server are left out.\n');

type Crd = KubeObject & { status?: { conditions?: { type: string; status: string }[] | null } };
const crds: ResourceType = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  kind: 'CustomResourceDefinition',
  plural: 'customresourcedefinitions',
  namespaced: false,
  statusSubresource: true,
};
const manifests = <T>(folder: string): T[] =>
  readdirSync(join(repositoryRoot, folder))
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => parse(readFileSync(join(repositoryRoot, folder, file), 'utf8')) as T);

(kubeconfig === undefined ? describe.skip : describe)('a real API server', () => {
  let api: ClientNodeKube;
  let controller: WorkflowController;
  let namespace = '';
  const ending = new AbortController();
  let kubelet: Promise<void>;

  beforeAll(async () => {
    api = createClientNodeKube({ kubeconfig: kubeconfig ?? '' });
    for (const crd of manifests<Crd>('deploy/crds')) await put(crd);
    await established(manifests('deploy/crds').length);
    namespace =
      (await api.create<KubeObject>(resources.namespaces, { metadata: { generateName: 'argosy-' } })).metadata?.name ??
      '';
    kubelet = playPods();
    controller = new WorkflowController({
      kube: api,
      namespace,
      supervisor: { image: 'argosy/executor', delivery: 'image-volume' },
    });
    await controller.start();
  }, 120_000);

  afterAll(async () => {
    await controller?.stop();
    ending.abort();
    await kubelet;
    await api.delete({ type: resources.namespaces, name: namespace });
    await api.close();
  }, 30_000);

  async function put(crd: Crd): Promise<void> {
    try {
      await api.create(crds, crd);
    } catch (error) {
      if (!isKubeError(error, 'AlreadyExists')) throw error;
      const ref = { type: crds, name: crd.metadata?.name ?? '' };
      await api.update(crds, { ...crd, metadata: { ...(await api.get<Crd>(ref)).metadata, ...crd.metadata } });
    }
  }

  async function established(count: number): Promise<void> {
    const ready = new Set<string>();
    for await (const event of api.watch<Crd>(crds, { signal: ending.signal })) {
      if (event.type === 'BOOKMARK' || !event.object.metadata?.name?.endsWith('.argoproj.io')) continue;
      const conditions = event.object.status?.conditions ?? [];
      expect(conditions.filter(({ type, status }) => type === 'NonStructuralSchema' && status === 'True')).toEqual([]);
      if (conditions.some(({ type, status }) => type === 'Established' && status === 'True'))
        ready.add(event.object.metadata.name);
      if (ready.size === count) return;
    }
  }

  /** Every pod runs and ends well with the result [4], told the way the supervisor tells it; `endless` has to be ended. */
  async function playPods(): Promise<void> {
    for await (const event of api.watch<Pod>(resources.pods, { namespace, signal: ending.signal })) {
      if (event.type === 'BOOKMARK' || event.type === 'DELETED') continue;
      const status = nextStatus(event.object);
      const { name = '' } = event.object.metadata ?? {};
      if (status) await api.patch({ type: resources.pods, namespace, name }, 'merge', { status }, 'status');
    }
  }

  function nextStatus({ metadata, spec, status }: Pod): object | undefined {
    const now = new Date().toISOString().replace(/\.\d+/, '');
    const each = (state: object) =>
      spec?.containers.map(({ name }) => ({ name, image: '', imageID: '', ready: true, restartCount: 0, state }));
    if (status?.phase === 'Pending')
      return { phase: 'Running', startTime: now, containerStatuses: each({ running: { startedAt: now } }) };
    if (status?.phase !== 'Running') return undefined;
    if (spec?.activeDeadlineSeconds === 1) return { phase: 'Failed', reason: 'DeadlineExceeded', message: 'late' };
    if (metadata?.annotations?.['workflows.argoproj.io/node-name']?.endsWith('.endless')) return undefined;
    const message = JSON.stringify({ v: 1, result: '[4]', parameters: {} });
    const terminated = { exitCode: 0, reason: 'Completed', startedAt: now, finishedAt: now, message };
    return { phase: 'Succeeded', containerStatuses: each({ terminated }) };
  }

  async function submit(manifest: Workflow): Promise<string> {
    const { metadata: given, ...rest } = manifest;
    const { metadata } = await api.create<Workflow>(resources.workflows, {
      ...rest,
      metadata: { ...given, namespace },
    });
    return metadata.name ?? '';
  }

  async function seen(name: string, isWanted: (workflow: Workflow) => boolean): Promise<Workflow> {
    const fieldSelector = `metadata.name=${name}`;
    for await (const event of api.watch<Workflow>(resources.workflows, {
      namespace,
      fieldSelector,
      signal: ending.signal,
    }))
      if (event.type !== 'BOOKMARK' && isWanted(event.object)) return event.object;
    throw new Error('the watch ended');
  }

  const isOver = ({ status }: Workflow): boolean => isFinalWorkflowPhase(status?.phase);
  const submitted = async (manifest: Workflow): Promise<Workflow> => seen(await submit(manifest), isOver);

  async function gone(type: ResourceType, labelSelector: string): Promise<void> {
    const { items, resourceVersion } = await api.list(type, { namespace, labelSelector });
    const left = new Set(items.map(({ metadata }) => metadata?.name));
    const options = { namespace, labelSelector, resourceVersion, signal: ending.signal };
    if (left.size > 0)
      for await (const event of api.watch(type, options)) {
        if (event.type === 'DELETED') left.delete(event.object.metadata?.name);
        if (left.size === 0) return;
      }
    expect([...left]).toEqual([]);
  }

  // Not those that wait for a person or for a server, never end with these pods, or have five hundred of them.
  const runnable = manifests<Workflow>('examples/workflows').filter(
    ({ metadata }) =>
      !['suspend-', 'daemon-and-http-', 'coinflip-recursive-', 'fan-out-'].includes(metadata.generateName ?? ''),
  );
  it.each(runnable.map((manifest) => [manifest.metadata.generateName ?? '', manifest] as const))(
    'runs %s',
    async (_, manifest) => {
      const { status } = await submitted(manifest);
      expect([status?.phase, status?.message]).toEqual(['Succeeded', undefined]);
    },
    60_000,
  );

  it('has claims, budgets and pods deleted that the controller no longer needs', async () => {
    const { metadata, status } = await submitted(EVERYTHING);
    expect([status?.phase, status?.message]).toEqual(['Succeeded', undefined]);
    const cache = await api.get<KubeObject & { data?: object }>({
      type: resources.configMaps,
      namespace,
      name: 'memory',
    });
    expect(Object.keys(cache.data ?? {})).toEqual(['key']);
    const labelSelector = `workflows.argoproj.io/workflow=${metadata.name ?? ''}`;
    for (const type of [resources.pods, resources.persistentVolumeClaims, resources.podDisruptionBudgets])
      await gone(type, labelSelector);
  }, 60_000);

  it('lets a running pod be ended', async () => {
    const name = await submit(ENDLESS);
    await seen(name, ({ status }) => Object.values(status?.nodes ?? {}).some((node) => isRunningPod(node)));
    expect(await controller.applyIntent(namespace, name, { type: 'StopRun' })).toMatchObject({ ok: true });
    const { status } = await seen(name, isOver);
    expect([status?.phase, status?.message]).toEqual(['Failed', "Stopped with strategy 'Stop'"]);
    const pods = await api.list<Pod>(resources.pods, {
      namespace,
      labelSelector: `workflows.argoproj.io/workflow=${name}`,
    });
    expect(pods.items.map((pod) => pod.spec?.activeDeadlineSeconds)).toEqual([1]);
  }, 60_000);

  it.each([
    ['a misspelt type', { entrypoint: ['main'] }, 'spec.entrypoint'],
    ['no whole number', { entrypoint: 'main', parallelism: 'many' }, 'spec.parallelism'],
  ])('refuses %s', async (_, spec, field) => {
    const workflow = { metadata: { generateName: 'bad-', namespace }, spec };
    await expect(api.create(resources.workflows, workflow)).rejects.toThrow(field);
  });

  it('keeps every field that a status may have', async () => {
    const { status } = await submitted(manifests<Workflow>('examples/workflows').find(isDiamond) as Workflow);
    const node = Object.values(status?.nodes ?? {}).find(({ type }) => type === 'Pod');
    expect(node).toMatchObject({ phase: 'Succeeded', progress: '1/1', templateScope: expect.any(String) });
    expect(status?.conditions).toEqual(expect.arrayContaining([expect.objectContaining({ type: 'Completed' })]));
  }, 60_000);
});

const workflow = (generateName: string, yaml: string): Workflow => ({
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'Workflow',
  metadata: { generateName },
  spec: parse(yaml) as NonNullable<Workflow['spec']>,
});

/** Whatever makes the controller write to other objects than pods. */
const EVERYTHING = workflow(
  'everything-',
  `
entrypoint: main
podGC: { strategy: OnPodCompletion, deleteDelayDuration: 0s }
podDisruptionBudget: { minAvailable: 1 }
synchronization: { mutexes: [{ name: one-at-a-time }] }
volumeClaimTemplates:
  - metadata: { name: work }
    spec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 1Mi } } }
templates:
  - name: main
    steps: [[{ name: kept, template: kept }], [{ name: plain, template: plain, withItems: [1, 2] }]]
  - name: kept
    memoize: { key: key, cache: { configMap: { name: memory } } }
    container: { image: busybox, command: ['true'], volumeMounts: [{ name: work, mountPath: /work }] }
  - name: plain
    retryStrategy: { limit: 1 }
    container: { image: busybox, command: ['true'], volumeMounts: [{ name: work, mountPath: /work }] }
`,
);
const ENDLESS = workflow(
  'endless-',
  `
entrypoint: main
templates:
  - name: main
    steps: [[{ name: endless, template: sleep }]]
  - name: sleep
    container: { image: busybox, command: [sleep, '3600'] }
`,
);
const isRunningPod = ({ type, phase }: NodeStatus): boolean => type === 'Pod' && phase === 'Running';
const isDiamond = ({ metadata }: Workflow): boolean => metadata.generateName === 'dag-diamond-';
