import { afterEach, describe, expect, it } from '@jest/globals';
import { createInformer, resources } from '@argosy/kube';
import { claimOf } from '@argosy/workflow-engine';
import type { Template, Workflow, WorkflowSpec } from '@argosy/workflow-spec';
import type { Fate } from '../testing/recording-kube.js';
import { RecordingKube } from '../testing/recording-kube.js';
import { container, TestCluster } from '../testing/test-cluster.js';
import { InMemoryLockDatabase } from './lock-database.js';

let cluster: TestCluster;
afterEach(() => cluster.close());

const MUTEX = 'default/Mutex/m';
const mutex: WorkflowSpec = { synchronization: { mutexes: [{ name: 'm' }] } };
const semaphore: WorkflowSpec = { synchronization: { semaphores: [{ configMapKeyRef: { name: 'cm', key: 'k' } }] } };

/** A cluster in which the named workflows run until they are told to end. */
function clusterWith(endless: Set<string>): TestCluster {
  return (cluster = new TestCluster((pod) => ({
    endless: endless.has(pod.metadata?.labels?.['workflows.argoproj.io/workflow'] ?? ''),
  })));
}
const submit = (name: string, spec: WorkflowSpec): Promise<Workflow> => cluster.submit([container('main')], spec, name);
const phase = async (name: string): Promise<string | undefined> => (await cluster.get(name)).status?.phase;
const message = async (name: string): Promise<string | undefined> => (await cluster.get(name)).status?.message;

async function setLimit(k: string): Promise<void> {
  const ref = { type: resources.configMaps, namespace: 'default', name: 'cm' };
  const create = (): Promise<unknown> =>
    cluster.kube.create(resources.configMaps, {
      metadata: { name: 'cm', namespace: 'default' },
      data: { k },
    });
  await cluster.kube.patch(ref, 'merge', { data: { k } }).catch(create);
  await cluster.settle();
}

describe('a lock', () => {
  it('keeps a workflow waiting until the other has ended, at the price of one more write', async () => {
    const endless = new Set(['a']);
    const { kube } = clusterWith(endless);
    const recorder = new RecordingKube(kube);
    await cluster.controller(recorder.api);
    await submit('a', mutex);
    await cluster.settle();
    await submit('b', mutex);
    await cluster.settle();
    expect([await phase('a'), await phase('b')]).toEqual(['Running', 'Pending']);
    expect(await message('b')).toBe(`Waiting for ${MUTEX} lock. Lock status: 0/1`);
    expect((await cluster.get('b')).status?.synchronization).toEqual({
      mutex: { waiting: [{ mutex: MUTEX, holder: 'default/a' }] },
    });
    endless.clear();
    await cluster.settle();
    expect([await phase('a'), await phase('b')]).toEqual(['Succeeded', 'Succeeded']);
    expect(recorder.counts()).toEqual({ 'create pods': 2, 'patch workflows': 7 });
  });

  it('is held and waited for by the same runs after the controller was replaced', async () => {
    const endless = new Set(['a']);
    clusterWith(endless);
    const first = await cluster.controller();
    for (const name of ['a', 'b', 'c']) {
      await submit(name, { ...mutex, priority: name === 'c' ? 1 : 0 });
      await cluster.settle();
    }
    await cluster.stop(first);
    await cluster.controller();
    await cluster.settle();
    expect([await phase('a'), await phase('b'), await phase('c')]).toEqual(['Running', 'Pending', 'Pending']);
    endless.add('c').delete('a');
    await cluster.settle();
    expect([await phase('a'), await phase('b'), await phase('c')]).toEqual(['Succeeded', 'Pending', 'Running']);
  });

  it('is free again when the workflow that holds it is deleted', async () => {
    clusterWith(new Set(['a']));
    await cluster.controller();
    await submit('a', mutex);
    await cluster.settle();
    await submit('b', mutex);
    await cluster.settle();
    await cluster.kube.delete({ type: resources.workflows, namespace: 'default', name: 'a' });
    expect((await cluster.ended('b')).status?.phase).toBe('Succeeded');
  });

  it('has as many places as the ConfigMap says at any moment', async () => {
    clusterWith(new Set(['a', 'b', 'c']));
    await setLimit('0');
    await cluster.controller();
    for (const name of ['a', 'b', 'c']) await submit(name, semaphore);
    const phases = (): Promise<(string | undefined)[]> => Promise.all(['a', 'b', 'c'].map(phase));
    await cluster.settle();
    expect(await phases()).toEqual(['Pending', 'Pending', 'Pending']);
    await setLimit('2');
    expect(await phases()).toEqual(['Running', 'Running', 'Pending']);
    await setLimit('1');
    expect(await phases()).toEqual(['Running', 'Running', 'Pending']);
    await cluster.kube.delete({ type: resources.configMaps, namespace: 'default', name: 'cm' });
    await cluster.settle();
    expect(await phases()).toEqual(['Running', 'Running', 'Pending']);
    await setLimit('3');
    expect(await phases()).toEqual(['Running', 'Running', 'Running']);
  });

  it('whose limit nobody can tell ends who asks for it, with the reason', async () => {
    clusterWith(new Set());
    await cluster.controller();
    await submit('a', semaphore);
    expect((await cluster.ended('a')).status).toMatchObject({
      phase: 'Failed',
      message:
        'Failed to acquire the synchronization lock. semaphore default/ConfigMap/cm/k: there is no configmap cm in namespace default',
    });
    await setLimit('many');
    await submit('b', semaphore);
    await cluster.ended('b');
    expect(await message('b')).toContain('its limit "many" is no whole number');
    await setLimit('1');
    await submit('c', semaphore);
    expect((await cluster.ended('c')).status?.phase).toBe('Succeeded');
    const other = { semaphores: [{ configMapKeyRef: { name: 'cm', key: 'other' } }] };
    await submit('d', { synchronization: other });
    await cluster.ended('d');
    expect(await message('d')).toContain('configmap cm has no key other');
  });

  it('of a database needs one', async () => {
    const inDatabase: WorkflowSpec = { synchronization: { semaphores: [{ database: { key: 'q' } }] } };
    clusterWith(new Set(['b']));
    const first = await cluster.controller();
    await submit('a', inDatabase);
    await cluster.ended('a');
    expect(await message('a')).toBe(
      'Failed to acquire the synchronization lock. lock default/Database/q needs a synchronization database, and none is configured',
    );
    await cluster.stop(first);
    const lockDatabase = new InMemoryLockDatabase();
    lockDatabase.setLimit('default', 'q', 1);
    await cluster.controller(cluster.kube, { lockDatabase });
    for (const name of ['b', 'c']) {
      await submit(name, inDatabase);
      await cluster.settle();
    }
    expect(await phase('c')).toBe('Pending');
    lockDatabase.setLimit('default', 'q', 2);
    await cluster.settle();
    expect(await phase('c')).toBe('Succeeded');
    await submit('d', { synchronization: { mutexes: [{ name: 'm', database: true }] } });
    await cluster.settle();
    expect(await phase('d')).toBe('Succeeded');
  });
});

const templates: Template[] = [
  { name: 'main', steps: [[{ name: 's', template: 'c', withItems: [0, 1] }]] },
  container('c', { synchronization: { mutexes: [{ name: 'n' }] } }),
];

/** Three workflows that want the same locks, run to their ends while the API and the controllers fail. Returns what went wrong. */
async function runRoughly(fateOf: (write: number) => Fate, crashAt: number): Promise<{ most: number; writes: number }> {
  cluster = new TestCluster();
  let most = 0;
  const watch = createInformer<Workflow>(cluster.kube, resources.workflows, {
    onChange: () => {
      const held = watch.list().flatMap((workflow) => claimOf(workflow).holding);
      for (const lock of new Set(held.map(([key]) => key)))
        most = Math.max(most, held.filter(([key]) => key === lock).length);
    },
  });
  let writes = 0;
  let crashed = false;
  const { api } = new RecordingKube(cluster.kube, (_request, write) => {
    writes = write;
    if (write < crashAt) return fateOf(write);
    const isFirst = !crashed;
    crashed = true;
    return isFirst ? 'answer-lost' : 'refused';
  });
  const first = await cluster.controller(api);
  for (const name of ['a', 'b', 'c']) await cluster.submit(templates, name === 'c' ? {} : mutex, name);
  const isOver = async (): Promise<boolean> =>
    (await Promise.all(['a', 'b', 'c'].map(cluster.get.bind(cluster)))).every(({ status }) => status?.finishedAt);
  await cluster.until(async () => crashed || (await isOver()));
  await cluster.stop(first);
  await cluster.controller();
  await cluster.until(isOver);
  for (const name of ['a', 'b', 'c']) {
    expect(await phase(name)).toBe('Succeeded');
    expect((await cluster.get(name)).status?.synchronization).toBeUndefined();
  }
  await watch.stop();
  await cluster.close();
  return { most, writes };
}

describe('whatever fails', () => {
  it('no two workflows ever say that they hold the same place, wherever a controller dies', async () => {
    const calm = await runRoughly(() => 'done', Number.POSITIVE_INFINITY);
    expect(calm.most).toBe(1);
    for (let crashAt = 1; crashAt <= calm.writes; crashAt++) {
      const { most } = await runRoughly(() => 'done', crashAt);
      expect({ crashAt, most }).toEqual({ crashAt, most: 1 });
    }
  }, 30_000);

  it('none waits for ever, though half of the answers fail', async () => {
    for (let seed = 1; seed <= 8; seed++) {
      let state = seed;
      const draw = (): number => (state = (state * 48271) % 2147483647) / 2147483647;
      const fates: Fate[] = ['done', 'done', 'refused', 'answer-lost'];
      const { most } = await runRoughly(() => fates[Math.floor(draw() * 4)] ?? 'done', Number.POSITIVE_INFINITY);
      expect({ seed, most }).toEqual({ seed, most: 1 });
    }
  }, 30_000);
});
