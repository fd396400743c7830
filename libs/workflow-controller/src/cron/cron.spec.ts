import { afterEach, describe, expect, it } from '@jest/globals';
import { KubeError, resources } from '@argosy/kube';
import type { CronWorkflow, CronWorkflowSpec, Workflow } from '@argosy/workflow-spec';
import type { Fate } from '../testing/recording-kube.js';
import { RecordingKube } from '../testing/recording-kube.js';
import { container, TestCluster } from '../testing/test-cluster.js';

let cluster: TestCluster;
afterEach(() => cluster.close());

const START = Date.UTC(2026, 0, 1);
const MINUTE = 60_000;
const ref = { type: resources.cronWorkflows, namespace: 'default', name: 'c' };
const child = (minute: number): string => `c-${(START + minute * MINUTE) / 1000}`;

async function schedule(spec: Partial<CronWorkflowSpec> = {}): Promise<CronWorkflow> {
  return cluster.kube.create<CronWorkflow>(resources.cronWorkflows, {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'CronWorkflow',
    metadata: { name: 'c', namespace: 'default' },
    spec: {
      schedules: ['*/10 * * * *'],
      workflowSpec: { entrypoint: 'main', templates: [container('main')] },
      ...spec,
    },
  });
}
const cron = (): Promise<CronWorkflow> => cluster.kube.get<CronWorkflow>(ref);
const change = (spec: Partial<CronWorkflowSpec>): Promise<unknown> => cluster.kube.patch(ref, 'merge', { spec });
const workflows = async (): Promise<Workflow[]> => (await cluster.kube.list<Workflow>(resources.workflows)).items;
const names = async (): Promise<(string | undefined)[]> =>
  (await workflows()).map(({ metadata }) => metadata.name).sort();

describe('the controller of CronWorkflows', () => {
  it('starts workflows at their times, counts their ends and keeps the last ones', async () => {
    cluster = new TestCluster();
    await cluster.controller();
    const { metadata } = await schedule();
    await cluster.pass(65 * MINUTE);
    expect(await names()).toEqual([child(40), child(50), child(60)]);
    const [first] = await workflows();
    expect(first).toMatchObject({
      metadata: { ownerReferences: [{ kind: 'CronWorkflow', uid: metadata.uid }] },
      status: { phase: 'Succeeded' },
    });
    expect(await cron()).toMatchObject({
      metadata: { annotations: { 'cronworkflows.argoproj.io/last-used-schedule': '*/10 * * * *' } },
      status: { phase: 'Active', succeeded: 6, active: [], lastScheduledTime: '2026-01-01T01:00:00Z' },
    });
    expect(cluster.kubelet.started.size).toBe(6);
  });

  it('tells what nobody can read, goes on with the others, and begins once it is put right', async () => {
    cluster = new TestCluster();
    await cluster.controller();
    await schedule({ schedules: '*/10 * * * *' as never });
    const { metadata, spec } = await cron();
    await cluster.kube.create<CronWorkflow>(resources.cronWorkflows, {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'CronWorkflow',
      metadata: { name: 'good', namespace: metadata.namespace ?? '' },
      spec: { ...spec, schedules: ['*/10 * * * *'] },
    });
    await cluster.pass(15 * MINUTE);
    const message = 'cannot unmarshall spec: spec.schedules: expected a list, found the string "*/10 * * * *"';
    expect((await cron()).status?.conditions).toEqual([{ type: 'SpecError', status: 'True', message }]);
    expect(await names()).toEqual([child(10).replace('c-', 'good-')]);
    await change({ schedules: ['*/10 * * * *'] });
    await cluster.pass(10 * MINUTE);
    expect((await cron()).status?.conditions).toEqual([]);
    expect(await names()).toContain(child(20));
  });

  it('does not delete history before it is told and its logs are safe', async () => {
    cluster = new TestCluster();
    let released = false;
    const told = new Set<string>();
    await cluster.controller(cluster.kube, {
      isPodReleased: () => released,
      onRunChanged: async ({ workflow, status }) => void (status.finishedAt && told.add(workflow.metadata.name ?? '')),
    });
    await schedule({ successfulJobsHistoryLimit: 0 });
    await cluster.pass(25 * MINUTE);
    expect(await names()).toEqual([child(10), child(20)]);
    released = true;
    await cluster.pass(2_000);
    expect(await names()).toEqual([]);
    expect([...told]).toEqual([child(10), child(20)]);
  });

  it('replaces what is active', async () => {
    cluster = new TestCluster(() => ({ endless: true }));
    await cluster.controller();
    await schedule({ concurrencyPolicy: 'Replace', failedJobsHistoryLimit: 5 });
    await cluster.pass(25 * MINUTE);
    expect((await workflows()).map(({ metadata, status }) => [metadata.name, status?.phase])).toEqual([
      [child(10), 'Failed'],
      [child(20), 'Running'],
    ]);
    expect((await cron()).status).toMatchObject({ failed: 1, active: [{ name: child(20) }] });
  });

  it('forbids a second one', async () => {
    cluster = new TestCluster(() => ({ endless: true }));
    await cluster.controller();
    await schedule({ concurrencyPolicy: 'Forbid' });
    await cluster.pass(25 * MINUTE);
    expect(await names()).toEqual([child(10)]);
  });

  it('follows changes: suspended, resumed, another schedule, deleted', async () => {
    cluster = new TestCluster();
    await cluster.controller();
    await schedule({ suspend: true });
    await cluster.pass(25 * MINUTE);
    expect(await names()).toEqual([]);
    await change({ suspend: false });
    await cluster.pass(10 * MINUTE);
    expect(await names()).toEqual([child(30)]);
    await change({ schedules: ['37 * * * *'] });
    await cluster.pass(10 * MINUTE);
    expect(await names()).toEqual([child(30), child(37)]);
    await cluster.kube.delete(ref);
    await cluster.pass(120 * MINUTE);
    expect(await names()).toEqual([]);
  });

  it('tells what is wrong on the CronWorkflow', async () => {
    cluster = new TestCluster();
    await cluster.controller();
    await schedule({ workflowSpec: { entrypoint: 'nobody', templates: [container('main')] } });
    await cluster.pass(15 * MINUTE);
    expect((await cron()).status?.conditions).toMatchObject([
      { type: 'SpecError', message: expect.stringContaining('nobody') },
    ]);
    await change({ workflowSpec: { entrypoint: 'main' } });
    await cluster.pass(10 * MINUTE);
    expect((await cron()).status?.conditions).toEqual([]);
    expect(await names()).toEqual([child(20)]);
  });

  it('takes what the defaults give for given', async () => {
    cluster = new TestCluster();
    await cluster.controller(cluster.kube, { rules: { workflowDefaults: { spec: { entrypoint: 'main' } } } });
    await schedule({ workflowSpec: { templates: [container('main')] } });
    await cluster.pass(15 * MINUTE);
    expect(await workflows()).toMatchObject([{ status: { phase: 'Succeeded' } }]);
  });

  it('tells when a workflow cannot be created, and goes on', async () => {
    cluster = new TestCluster();
    let denied = true;
    const { api } = new RecordingKube(cluster.kube, (request) => {
      if (request === 'create workflows' && denied) throw new KubeError('Forbidden', 'a webhook denied it', 403);
      return 'done';
    });
    await cluster.controller(api);
    await schedule();
    await cluster.pass(15 * MINUTE);
    expect((await cron()).status).toMatchObject({
      failed: 1,
      active: [],
      conditions: [{ type: 'SubmissionError', message: 'Failed to submit Workflow: a webhook denied it' }],
    });
    denied = false;
    await cluster.submit([container('main')], {}, child(20));
    await cluster.pass(10 * MINUTE);
    expect((await cron()).status).toMatchObject({
      failed: 2,
      conditions: [{ message: expect.stringContaining('does not belong to this CronWorkflow') }],
    });
    await cluster.pass(10 * MINUTE);
    expect((await cron()).status).toMatchObject({ succeeded: 1, conditions: [] });
  });

  it('starts a yearly workflow next year', async () => {
    cluster = new TestCluster();
    await cluster.controller();
    await schedule({ schedules: ['@yearly'] });
    await cluster.settle();
    // The resync of runs every ten minutes would make this a long year.
    await cluster.close();
    cluster.clock.advanceTo(Date.UTC(2026, 11, 31, 23, 55));
    await cluster.controller();
    await cluster.pass(6 * MINUTE);
    expect(await names()).toEqual([`c-${Date.UTC(2027, 0, 1) / 1000}`]);
  });
});

describe('a controller that dies', () => {
  /** The controller dies at the given write, and another one takes over some seconds later. */
  async function runWithCrash(atWrite: number, fate: Fate): Promise<boolean> {
    cluster = new TestCluster();
    let crashed = false;
    const recorder = new RecordingKube(cluster.kube, (_request, write) => {
      if (write < atWrite) return 'done';
      const isFirst = !crashed;
      crashed = true;
      return isFirst ? fate : 'refused';
    });
    const first = await cluster.controller(recorder.api);
    await schedule({ startingDeadlineSeconds: 300, successfulJobsHistoryLimit: 10 });
    for (let minute = 0; minute < 35 && !crashed; minute++) await cluster.pass(MINUTE);
    await cluster.stop(first);
    await cluster.pass(30_000);
    await cluster.controller();
    const now = cluster.clock.now();
    await cluster.pass(START + 35 * MINUTE + 30_000 - now);
    expect({ atWrite, names: await names() }).toEqual({ atWrite, names: [child(10), child(20), child(30)] });
    expect({ atWrite, started: [...cluster.kubelet.started.values()] }).toEqual({ atWrite, started: [1, 1, 1] });
    const { succeeded, active } = (await cron()).status ?? {};
    expect({ atWrite, succeeded, active }).toEqual({ atWrite, succeeded: 3, active: [] });
    await cluster.close();
    return crashed;
  }

  it.each<Fate>(['refused', 'answer-lost'])('at any write (%s) starts every time once', async (fate) => {
    let writes = 1;
    while (await runWithCrash(writes, fate)) writes += 1;
    expect(writes).toBeGreaterThan(15);
  });

  it('may overlap with others, and with people who write the object too', async () => {
    cluster = new TestCluster();
    await Promise.all([cluster.controller(), cluster.controller(), cluster.controller()]);
    await schedule({ successfulJobsHistoryLimit: 10 });
    for (let minute = 0; minute < 35; minute++) {
      await cluster.pass(MINUTE);
      await cluster.kube.patch(ref, 'merge', { metadata: { labels: { touched: String(minute) } } });
    }
    expect(await names()).toEqual([child(10), child(20), child(30)]);
    expect([...cluster.kubelet.started.values()]).toEqual([1, 1, 1]);
    expect((await cron()).status).toMatchObject({ succeeded: 3, active: [] });
  });

  it('may find the API failing half of the time', async () => {
    for (let seed = 1; seed <= 5; seed++) {
      cluster = new TestCluster();
      let state = seed;
      const draw = (): number => (state = (state * 48271) % 2147483647) / 2147483647;
      const fates: Fate[] = ['done', 'done', 'refused', 'answer-lost'];
      const recorder = new RecordingKube(cluster.kube, () => fates[Math.floor(draw() * 4)] ?? 'done');
      await cluster.controller(recorder.api, { random: draw });
      await schedule({ successfulJobsHistoryLimit: 10 });
      await cluster.pass(35 * MINUTE);
      expect({ seed, names: await names() }).toEqual({ seed, names: [child(10), child(20), child(30)] });
      expect((await cron()).status).toMatchObject({ succeeded: 3, active: [] });
      await cluster.close();
    }
  });
});
