import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { InMemoryKube, KubeApi } from '@argosy/kube';
import { createInMemoryKube, KubeError, resources } from '@argosy/kube';
import type { CommandBody, CommandMessage, CommandResult } from '@argosy/link-protocol';
import { createLogger } from '@argosy/platform';
import type { IntentResult } from '@argosy/workflow-controller';
import type { Workflow } from '@argosy/workflow-spec';
import { Outbox } from '../outbox/outbox.js';
import { eventually, ManualClock } from '../testing/manual-clock.js';
import { CommandRunner, lastCommandSeq } from './command-runner.js';

let dir: string;
let clock: ManualClock;
let kube: InMemoryKube;
let outbox: Outbox;
let runner: CommandRunner;
let intents: unknown[];
let answers: IntentResult[];
let epoch: number;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'commands-'));
  clock = new ManualClock();
  kube = createInMemoryKube({ clock });
  intents = [];
  answers = [];
  epoch = 0;
  start();
});
afterEach(async () => {
  await runner.stop();
  await outbox.close();
  rmSync(dir, { recursive: true });
});

function start(api: KubeApi = kube): void {
  outbox = new Outbox({ dir });
  runner = new CommandRunner({
    kube: api,
    outbox,
    clock,
    logger: createLogger('test', 'silent'),
    epoch: () => epoch,
    resync: async (uids) => void intents.push({ resync: uids }),
    controller: {
      applyIntent: async (namespace, name, intent) => {
        intents.push({ namespace, name, ...intent });
        return answers.shift() ?? { ok: true };
      },
    },
  });
}
const command = (seq: number, body: CommandBody, at = 0): CommandMessage => ({
  t: 'command',
  seq,
  id: `c${seq}`,
  epoch: at,
  body,
});
const create = (name?: string): CommandBody => ({
  type: 'CreateWorkflow',
  runId: 'run-1',
  workflow: { metadata: { ...(name ? { name } : { generateName: 'build-' }), namespace: 'default' }, spec: {} },
});
async function results(): Promise<CommandResult[]> {
  const found: CommandResult[] = [];
  for (let seq = outbox.firstSeq; seq <= outbox.lastSeq; seq++)
    found.push(...(JSON.parse((await outbox.read(seq)) ?? '[]') as CommandResult[]));
  return found;
}
const done = (count: number): Promise<void> => eventually(() => outbox.lastSeq === count, clock);

describe('carrying out commands', () => {
  it('creates the workflow of a run, with its id and epoch, and once', async () => {
    await runner.take(command(1, create('build-1'), 4));
    await runner.take(command(2, create('build-1'), 4));
    await done(2);
    const made = await kube.get<Workflow>({ type: resources.workflows, namespace: 'default', name: 'build-1' });
    expect(made.metadata.labels).toEqual({ 'argosy.io/run-id': 'run-1' });
    expect(made.metadata.annotations).toEqual({ 'argosy.io/epoch': '4' });
    expect(await results()).toEqual([
      { kind: 'commandResult', commandId: 'c1', ok: true },
      { kind: 'commandResult', commandId: 'c2', ok: true },
    ]);
  });

  it('gives a workflow without a name the same one every time', async () => {
    for (const seq of [1, 2]) await runner.take(command(seq, create()));
    await done(2);
    const { items } = await kube.list(resources.workflows);
    expect(items.map(({ metadata }) => metadata?.name)).toEqual([expect.stringMatching(/^build-[0-9a-f]{10}$/)]);
  });

  it('refuses a name that another workflow has', async () => {
    await kube.create(resources.workflows, { metadata: { name: 'build-1', namespace: 'default' } });
    await runner.take(command(1, create('build-1')));
    await done(1);
    expect(await results()).toMatchObject([{ ok: false, code: 'already-exists' }]);
  });

  it('keeps commands that it has not carried out through a restart, in their order', async () => {
    await runner.stop();
    await runner.take(command(1, create('build-1')));
    await runner.take(command(2, { type: 'StopRun', runId: 'run-1', namespace: 'default', name: 'build-1' }));
    expect(lastCommandSeq(outbox)).toBe(2);
    await outbox.close();
    start();
    runner.start();
    await done(2);
    expect((await results()).map(({ commandId }) => commandId)).toEqual(['c1', 'c2']);
    expect(intents).toEqual([{ type: 'StopRun', namespace: 'default', name: 'build-1' }]);
    expect([...outbox.marks.keys()]).toEqual(['lastCommand']);
  });

  it('takes for done what a crash had interrupted and what is done already', async () => {
    const retry: CommandBody = { type: 'RetryRun', runId: 'run-1', namespace: 'default', name: 'build-1' };
    await runner.stop();
    await outbox.append([], { lastCommand: 1, 'command/1': { command: command(1, retry), begun: true } });
    await outbox.close();
    start();
    const refusal: IntentResult = { ok: false, code: 'not-finished', message: 'it runs' };
    answers = [refusal, refusal];
    runner.start();
    await runner.take(command(2, retry));
    await done(2);
    expect(await results()).toMatchObject([{ ok: true }, { ok: false, code: 'not-finished', message: 'it runs' }]);
  });

  it('refuses what was decided under a lease that is over', async () => {
    epoch = 2;
    await runner.take(command(1, create('build-1'), 1));
    await done(1);
    expect(await results()).toMatchObject([{ ok: false, code: 'stale-epoch' }]);
    expect((await kube.list(resources.workflows)).items).toEqual([]);
  });

  it('tries again while the cluster does not answer', async () => {
    await runner.stop();
    await outbox.close();
    let failures = 3;
    start({
      ...bound(kube),
      create: (type, object) => {
        if (failures-- > 0) throw new KubeError('Unavailable', 'no answer', 503);
        return kube.create(type, object);
      },
    });
    await runner.take(command(1, create('build-1')));
    await done(1);
    expect(failures).toBe(-1);
    expect(await results()).toMatchObject([{ ok: true }]);
  });

  it('deletes the workflow of the run and no other of its name', async () => {
    await runner.take(command(1, create('build-1')));
    const remove = (runId: string): CommandBody => ({
      type: 'DeleteWorkflow',
      runId,
      namespace: 'default',
      name: 'build-1',
    });
    await runner.take(command(2, remove('another-run')));
    await done(2);
    expect((await kube.list(resources.workflows)).items).toHaveLength(1);
    await runner.take(command(3, remove('run-1')));
    await runner.take(command(4, remove('run-1')));
    await done(4);
    expect((await kube.list(resources.workflows)).items).toEqual([]);
    expect((await results()).every(({ ok }) => ok)).toBe(true);
  });
});

const bound = (api: KubeApi): KubeApi => ({
  get: (ref) => api.get(ref),
  list: (type, options) => api.list(type, options),
  create: (type, object) => api.create(type, object),
  update: (type, object, subresource) => api.update(type, object, subresource),
  patch: (ref, type, patch, subresource) => api.patch(ref, type, patch, subresource),
  delete: (ref, options) => api.delete(ref, options),
  deleteCollection: (type, options) => api.deleteCollection(type, options),
  watch: (type, options) => api.watch(type, options),
  logs: (ref, options) => api.logs(ref, options),
});
