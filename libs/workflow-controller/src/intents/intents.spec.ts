import { afterEach, describe, expect, it } from '@jest/globals';
import { KubeError } from '@argosy/kube';
import { instant, resubmit } from '@argosy/workflow-engine';
import { RecordingKube } from '../testing/recording-kube.js';
import { container, TestCluster } from '../testing/test-cluster.js';

let cluster: TestCluster;
afterEach(() => cluster.close());

const approval = {
  name: 'main',
  steps: [[{ name: 'approve', template: 'wait' }], [{ name: 'work', template: 'work' }]],
};

describe('what a person asks of a run', () => {
  it('stops its pods, which keep their status', async () => {
    cluster = new TestCluster(() => ({ endless: true }));
    const controller = await cluster.controller();
    await cluster.submit([container('main')]);
    await cluster.settle();
    expect(await controller.applyIntent('default', 'wf', { type: 'TerminateRun' })).toEqual({ ok: true });
    expect((await cluster.ended()).status).toMatchObject({
      phase: 'Failed',
      message: "Stopped with strategy 'Terminate'",
    });
    await cluster.settle();
    expect((await cluster.pods()).map(({ status }) => status?.phase)).toEqual(['Failed']);
  });

  it('removes pods that no node has taken up', async () => {
    cluster = new TestCluster(() => ({ stuck: true }));
    const controller = await cluster.controller();
    await cluster.submit([container('main')]);
    await cluster.settle();
    expect(await cluster.pods()).toHaveLength(1);
    await controller.applyIntent('default', 'wf', { type: 'StopRun' });
    await cluster.ended();
    await cluster.settle();
    expect(await cluster.pods()).toEqual([]);
  });

  it('resumes it', async () => {
    cluster = new TestCluster();
    const controller = await cluster.controller();
    await cluster.submit([approval, container('work'), { name: 'wait', suspend: {} }]);
    await cluster.settle();
    expect(await cluster.node('approve')).toMatchObject({ type: 'Suspend', phase: 'Running' });
    expect(await controller.applyIntent('default', 'wf', { type: 'ResumeRun' })).toEqual({ ok: true });
    expect((await cluster.ended()).status?.phase).toBe('Succeeded');
  });

  it('tries it again, with the failed pods out of the way', async () => {
    let exitCode = 1;
    cluster = new TestCluster(() => ({ exitCode }));
    const controller = await cluster.controller();
    await cluster.submit([container('main')]);
    expect((await cluster.ended()).status?.phase).toBe('Failed');
    exitCode = 0;
    await cluster.pass(10_000);
    expect(await controller.applyIntent('default', 'wf', { type: 'RetryRun' })).toEqual({ ok: true });
    expect((await cluster.ended()).status?.phase).toBe('Succeeded');
    expect([...cluster.kubelet.started]).toEqual([['wf', 2]]);
  });

  it('tries a run again whose pod was refused', async () => {
    cluster = new TestCluster();
    const controller = await cluster.controller();
    await cluster.submit([{ name: 'main', container: { name: '', image: 'alpine' } }]);
    expect((await cluster.ended()).status?.phase).toBe('Error');
    await cluster.pass(10_000);
    expect(await controller.applyIntent('default', 'wf', { type: 'RetryRun' })).toEqual({ ok: true });
    expect((await cluster.ended()).status?.phase).toBe('Error');
  });

  it('is refused when it makes no sense', async () => {
    cluster = new TestCluster();
    const controller = await cluster.controller();
    await cluster.submit([container('main')]);
    await cluster.ended();
    expect(await controller.applyIntent('default', 'wf', { type: 'StopRun' })).toMatchObject({
      ok: false,
      code: 'already-finished',
    });
    expect(await controller.applyIntent('default', 'nobody', { type: 'StopRun' })).toEqual({
      ok: false,
      code: 'not-found',
      message: 'there is no workflow nobody in namespace default',
    });
  });

  it('is asked again when somebody wrote meanwhile, but not for ever', async () => {
    cluster = new TestCluster(() => ({ endless: true }));
    let conflicts = 0;
    const { api } = new RecordingKube(cluster.kube, () => {
      if (conflicts-- > 0) throw new KubeError('Conflict', 'the object has been modified', 409);
      return 'done';
    });
    const controller = await cluster.controller(api);
    await cluster.submit([container('main')]);
    await cluster.settle();
    conflicts = 3;
    expect(await controller.applyIntent('default', 'wf', { type: 'SuspendRun' })).toEqual({ ok: true });
    conflicts = 5;
    await expect(controller.applyIntent('default', 'wf', { type: 'TerminateRun' })).rejects.toThrow('modified');
    conflicts = 0;
  });

  it('runs what is left of a run that was resubmitted with its results', async () => {
    let exitCode = 1;
    cluster = new TestCluster((pod) => {
      const name = pod.metadata?.annotations?.['workflows.argoproj.io/node-name'] ?? '';
      return name.endsWith('.b') ? { exitCode } : { result: 'kept' };
    });
    await cluster.controller();
    const b = {
      name: 'b',
      template: 'use',
      arguments: { parameters: [{ name: 'x', value: '{{steps.a.outputs.result}}' }] },
    };
    const use = container('use', { inputs: { parameters: [{ name: 'x' }] } });
    await cluster.submit([{ name: 'main', steps: [[{ name: 'a', template: 'work' }], [b]] }, container('work'), use]);
    expect((await cluster.ended()).status?.phase).toBe('Failed');
    exitCode = 0;
    const now = instant(cluster.clock.now());
    const again = resubmit(await cluster.get(), { memoized: true, suffix: 'again', now });
    if (!again.ok) throw new Error(again.message);
    await cluster.adopt(again.workflow);
    expect((await cluster.ended('wf-again')).status).toMatchObject({ phase: 'Succeeded', progress: '1/1' });
    expect(await cluster.node('b', 'wf-again')).toMatchObject({
      inputs: { parameters: [{ name: 'x', value: 'kept' }] },
    });
    expect([...cluster.kubelet.started.keys()].filter((name) => name.startsWith('wf-again'))).toHaveLength(1);
  });
});
