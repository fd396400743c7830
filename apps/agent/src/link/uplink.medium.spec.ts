import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { AgentFact, CommandMessage } from '@argosy/link-protocol';
import { createLogger } from '@argosy/platform';
import { Outbox } from '../outbox/outbox.js';
import { TestControlPlane } from '../testing/control-plane.js';
import { eventually, ManualClock } from '../testing/manual-clock.js';
import { lastEpoch, Uplink } from './uplink.js';

let dir: string;
let clock: ManualClock;
let outbox: Outbox;
let controlPlane: TestControlPlane;
let uplink: Uplink;
let taken: CommandMessage[];
let startedOver: string[];
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'uplink-'));
  clock = new ManualClock();
  outbox = new Outbox({ dir });
  controlPlane = await TestControlPlane.start();
  taken = [];
  startedOver = [];
  uplink = makeUplink();
});
afterEach(async () => {
  await uplink.stop();
  await outbox.close();
  await controlPlane.close();
  rmSync(dir, { recursive: true });
});

const makeUplink = (): Uplink =>
  new Uplink({
    url: controlPlane.url,
    credential: 'secret',
    outbox,
    clock,
    random: () => 0.5,
    logger: createLogger('test', 'silent'),
    describeCluster: async () => ({
      agentVersion: '1',
      cluster: { kubernetesVersion: 'v1.34.0', nodes: 1, labels: {}, local: true },
    }),
    load: () => ({ runningWorkflows: 1, runningPods: 2, pendingPods: 3 }),
    take: async (command) => {
      taken.push(command);
      await outbox.append([], { lastCommand: command.seq });
    },
    knownRuns: () => [{ uid: 'u', digest: 'd' }],
    drained: () => undefined,
    startOver: (reason) => startedOver.push(reason),
  });
const fact = (id: number): AgentFact => ({ kind: 'commandResult', commandId: `f${id}`, ok: true });
const stored = (): string[] => controlPlane.facts.map((each) => (each as { commandId: string }).commandId);

describe('the uplink', () => {
  it('brings every fact once and in order, and takes every command once, though the wire is cut after any message', async () => {
    controlPlane.patience = [1, 2, 3, 5, 1, 8, 4, 2];
    uplink.start();
    for (let n = 1; n <= 30; n++) {
      await outbox.append([fact(n)]);
      if (n % 5 === 0) controlPlane.command({ type: 'ResyncRuns', uids: [`${n}`] });
    }
    await eventually(() => outbox.depth === 0 && controlPlane.taken.at(-1) === 6, clock);
    expect(stored()).toEqual(Array.from({ length: 30 }, (_, n) => `f${n + 1}`));
    expect(taken.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(controlPlane.hellos.length).toBeGreaterThan(5);
  }, 60_000);

  it('sends after a restart what it had not sent before', async () => {
    await outbox.append([fact(1)]);
    await outbox.close();
    outbox = new Outbox({ dir });
    uplink = makeUplink();
    uplink.start();
    await eventually(() => outbox.depth === 0, clock);
    expect(stored()).toEqual(['f1']);
  });

  it('tells at intervals how it is, and how far behind', async () => {
    uplink.start();
    await eventually(() => controlPlane.heartbeats.length >= 2, clock);
    expect(controlPlane.heartbeats[0]).toMatchObject({
      runningWorkflows: 1,
      runningPods: 2,
      pendingPods: 3,
      outboxDepth: 0,
    });
    expect(uplink.connected).toBe(true);
  });

  it('hangs up on a control plane that has fallen silent, and dials again', async () => {
    uplink.start();
    await eventually(() => controlPlane.heartbeats.length === 1, clock);
    await eventually(() => controlPlane.hellos.length === 2, clock);
    expect(controlPlane.heartbeats.length).toBeLessThanOrEqual(5);
  });

  it('sends digests when asked, the last message marked', async () => {
    controlPlane.resync = true;
    uplink.start();
    await eventually(() => controlPlane.digests.length > 0, clock);
    expect(controlPlane.digests).toEqual([{ t: 'digests', runs: [{ uid: 'u', digest: 'd' }], last: true }]);
  });

  it('remembers the lease epoch through a restart', async () => {
    controlPlane.epoch = 7;
    uplink.start();
    await eventually(() => uplink.connected, clock);
    await uplink.stop();
    await outbox.close();
    outbox = new Outbox({ dir });
    expect(lastEpoch(outbox)).toBe(7);
  });

  it('starts over with an empty outbox when the control plane knows more than its disk', async () => {
    controlPlane.stored.set(outbox.streamId, 5);
    const { streamId } = outbox;
    uplink.start();
    await eventually(() => startedOver.length > 0, clock);
    expect(outbox.streamId).not.toBe(streamId);
  });

  it('stays away for long when it was replaced, and comes back soon when the control plane restarts', async () => {
    uplink.start();
    await eventually(() => uplink.connected, clock);
    let before = clock.now();
    controlPlane.send({ t: 'bye', code: 'shutdown', message: 'stopping' });
    await eventually(() => controlPlane.hellos.length === 2 && uplink.connected, clock);
    expect(clock.now() - before).toBeLessThan(5000);
    before = clock.now();
    controlPlane.send({ t: 'bye', code: 'replaced', message: 'another one' });
    await eventually(() => controlPlane.hellos.length === 3, clock);
    expect(clock.now() - before).toBeGreaterThan(14_000);
  });
});
