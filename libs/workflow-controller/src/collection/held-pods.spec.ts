import { afterEach, describe, expect, it } from '@jest/globals';
import { kubeTime, KubeError, resources } from '@argosy/kube';
import type { Pod, WorkflowSpec } from '@argosy/workflow-spec';
import type { Informers } from '../informers.js';
import { silentLogger } from '../ports.js';
import { RecordingKube } from '../testing/recording-kube.js';
import type { PodScript } from '../testing/scripted-kubelet.js';
import { container, TestCluster } from '../testing/test-cluster.js';
import type { WorkflowControllerOptions } from '../controller-options.js';
import { AbandonedPods } from './abandoned-pods.js';

let cluster: TestCluster;
afterEach(() => cluster.close());

const FINALIZER = 'workflows.argoproj.io/status';
const ref = { type: resources.pods, namespace: 'default', name: 'wf' };

/** A run whose pod does what the script says, as far as it goes without time passing. */
async function begun(
  script: PodScript,
  spec: WorkflowSpec = {},
  options: Partial<WorkflowControllerOptions> = { holdsPods: true },
): Promise<void> {
  cluster = new TestCluster(script);
  await cluster.controller(cluster.kube, options);
  await cluster.submit([container('main')], spec);
  await cluster.settle();
}
const thePod = async (): Promise<Pod | undefined> => (await cluster.pods())[0];
const scheduled = (): Promise<Pod> => cluster.kube.patch<Pod>(ref, 'merge', { spec: { nodeName: 'node-1' } });
const deletePod = async (): Promise<void> => {
  await cluster.kube.delete(ref, {});
  await cluster.settle();
};
/** What the kubelet does with a pod that is deleted: it tells how it ended, then asks for it to go at once. */
const kubeletEnds = async (exitCode: number): Promise<void> => {
  const now = kubeTime(cluster.clock.now());
  const terminated = { exitCode, startedAt: now, finishedAt: now };
  const main = { name: 'main', image: '', imageID: '', ready: false, restartCount: 0, state: { terminated } };
  const status = { phase: exitCode === 0 ? 'Succeeded' : 'Failed', containerStatuses: [main] };
  await cluster.kube.patch(ref, 'merge', { status }, 'status');
  await cluster.kube.delete(ref, { gracePeriodSeconds: 0 });
};

describe('a pod that is held', () => {
  it('is let go once its end is on record, and otherwise lives as any other', async () => {
    let endless = true;
    await begun(() => ({ endless }));
    expect((await thePod())?.metadata?.finalizers).toEqual([FINALIZER]);
    endless = false;
    expect((await cluster.ended()).status?.phase).toBe('Succeeded');
    await cluster.settle();
    expect((await thePod())?.metadata?.finalizers ?? []).toEqual([]);
  });

  it.each(['of a run that is over', 'of a run that is gone'])(
    'is let go at last when it cannot be at first: %s',
    async (run) => {
      let endless = true;
      cluster = new TestCluster(() => ({ endless }));
      let refusals = 3;
      const { api } = new RecordingKube(cluster.kube, (request) => {
        if (request !== 'patch pods' || refusals === 0) return 'done';
        refusals -= 1;
        throw new KubeError('Conflict', 'somebody else wrote the pod', 409);
      });
      await cluster.controller(api, { holdsPods: true });
      await cluster.submit([container('main')]);
      await cluster.settle();
      if (run === 'of a run that is gone')
        await cluster.kube.delete({ type: resources.workflows, namespace: 'default', name: 'wf' });
      endless = false;
      await cluster.until(async () => ((await thePod())?.metadata?.finalizers ?? []).length === 0);
      expect(refusals).toBe(0);
    },
  );

  it('goes with podGC, and leaves the finalizers of others alone', async () => {
    await begun(() => ({ endless: true }), { podGC: { strategy: 'OnPodCompletion' } });
    const finalizers = [FINALIZER, 'example.com/mine'];
    await cluster.kube.patch(ref, 'merge', { metadata: { finalizers } });
    await scheduled();
    await kubeletEnds(0);
    await cluster.ended();
    await cluster.pass(10_000);
    expect((await thePod())?.metadata?.finalizers).toEqual(['example.com/mine']);
    await cluster.kube.patch(ref, 'merge', { metadata: { finalizers: [] } });
    expect(await thePod()).toBeUndefined();
  });

  it('tells how it ended though somebody deleted it meanwhile', async () => {
    await begun(() => ({ endless: true }));
    await scheduled();
    await deletePod();
    await cluster.pass(60_000);
    expect(await cluster.node('wf')).toMatchObject({ phase: 'Running' });
    await kubeletEnds(0);
    expect((await cluster.ended()).status?.phase).toBe('Succeeded');
    await cluster.settle();
    expect(await thePod()).toBeUndefined();
  });

  it.each([
    [true, 'Succeeded', ''],
    [false, 'Error', 'pod deleted'],
  ])('tells (%s) how it ended while no controller was there', async (holdsPods, phase, message) => {
    cluster = new TestCluster(() => ({ endless: true }));
    const first = await cluster.controller(cluster.kube, { holdsPods });
    await cluster.submit([container('main')]);
    await cluster.settle();
    await scheduled();
    await cluster.stop(first);
    await cluster.kube.delete(ref, {});
    await kubeletEnds(0);
    await cluster.controller(cluster.kube, { holdsPods });
    await cluster.ended();
    expect(await cluster.node('wf')).toMatchObject({ phase, ...(message && { message }) });
    await cluster.settle();
    expect(await thePod()).toBeUndefined();
  });

  it('goes and is made again when it is deleted before a node took it up', async () => {
    let stuck = true;
    await begun(() => ({ stuck }));
    const first = (await thePod())?.metadata?.uid;
    await deletePod();
    stuck = false;
    expect((await cluster.ended()).status?.phase).toBe('Succeeded');
    expect((await thePod())?.metadata?.uid).not.toBe(first);
  });

  it('goes when the run is stopped before it began', async () => {
    cluster = new TestCluster(() => ({ stuck: true }));
    const controller = await cluster.controller(cluster.kube, { holdsPods: true });
    await cluster.submit([container('main')]);
    await cluster.settle();
    await controller.applyIntent('default', 'wf', { type: 'TerminateRun' });
    expect((await cluster.ended()).status?.phase).toBe('Failed');
    await cluster.settle();
    expect(await thePod()).toBeUndefined();
  });

  it('goes to make room for the next try of its step', async () => {
    cluster = new TestCluster(() => ({ exitCode: 1 }));
    const controller = await cluster.controller(cluster.kube, { holdsPods: true });
    await cluster.submit([container('main')]);
    await cluster.ended();
    const first = (await thePod())?.metadata?.uid;
    await controller.applyIntent('default', 'wf', { type: 'RetryRun' });
    await cluster.until(async () => (await thePod())?.metadata?.uid !== first);
    expect((await cluster.ended()).status?.phase).toBe('Failed');
  });

  it('goes with its workflow', async () => {
    await begun(() => ({ stuck: true }));
    await cluster.kube.delete({ type: resources.workflows, namespace: 'default', name: 'wf' });
    await cluster.settle();
    expect(await thePod()).toBeUndefined();
  });

  it('goes with a workflow that waits for its pods', async () => {
    await begun(() => ({ stuck: true }));
    const workflow = { type: resources.workflows, namespace: 'default', name: 'wf' };
    await cluster.kube.delete(workflow, { propagationPolicy: 'Foreground' });
    await cluster.settle();
    expect(await cluster.pods()).toEqual([]);
    await expect(cluster.get()).rejects.toMatchObject({ code: 'NotFound' });
  });

  it('is let go by a controller that finds it, whatever became of its run meanwhile', async () => {
    cluster = new TestCluster(() => ({ stuck: true }));
    const first = await cluster.controller(cluster.kube, { holdsPods: true });
    for (const name of ['wf', 'kept']) await cluster.submit([container('main')], {}, name);
    await cluster.settle();
    await cluster.stop(first);
    await cluster.kube.delete({ type: resources.workflows, namespace: 'default', name: 'wf' });
    expect(await cluster.pods()).toHaveLength(2);
    await cluster.controller();
    await cluster.settle();
    const left = await cluster.pods();
    expect(left.map(({ metadata }) => [metadata?.name, metadata?.finalizers])).toEqual([['kept', [FINALIZER]]]);
  });

  it('is left alone by a controller that was stopped, whatever it had begun', async () => {
    await begun(() => ({ stuck: true }));
    const { kube, clock } = cluster;
    const stale = (await thePod()) ?? {};
    await cluster.close();
    await kube.delete({ type: resources.workflows, namespace: 'default', name: 'wf' }, { propagationPolicy: 'Orphan' });
    await scheduled();
    const known = { pods: { list: () => [], byIndex: () => [] }, workflows: { get: () => undefined } };
    const informers = known as unknown as Pick<Informers, 'pods' | 'workflows'>;
    const abandoned = new AbandonedPods({ kube, clock, logger: silentLogger, informers: () => informers });
    const planned = clock.nextAt;
    abandoned.look([stale]);
    abandoned.stop();
    await new Promise((resolve) => setImmediate(resolve));
    expect(clock.nextAt).toBe(planned);
  });
});
