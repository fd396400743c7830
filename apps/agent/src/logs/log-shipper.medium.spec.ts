import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createInMemoryKube, resources } from '@argosy/kube';
import type { InMemoryKube } from '@argosy/kube';
import type { AgentFact, LogChunk } from '@argosy/link-protocol';
import { createLogger } from '@argosy/platform';
import { ANNOTATIONS } from '@argosy/pod-plan';
import type { Pod } from '@argosy/workflow-spec';
import { Outbox } from '../outbox/outbox.js';
import { eventually, ManualClock } from '../testing/manual-clock.js';
import { PodLogs } from '../testing/pod-logs.js';
import { LogShipper } from './log-shipper.js';

let dir: string;
let clock: ManualClock;
let kube: InMemoryKube;
let logs: PodLogs;
let outbox: Outbox;
let shipper: LogShipper;
let progress: string[];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'logs-'));
  clock = new ManualClock();
  kube = createInMemoryKube({ clock });
  logs = new PodLogs();
  kube.attachLogs(logs.source);
  start();
});
afterEach(async () => {
  await stop();
  rmSync(dir, { recursive: true });
});

function start(announced: (uid: string) => Promise<void> = () => Promise.resolve()): void {
  outbox = new Outbox({ dir });
  progress = [];
  shipper = new LogShipper({
    kube,
    outbox,
    clock,
    logger: createLogger('test', 'silent'),
    announced,
    onProgress: ({ metadata }, told) => progress.push(`${metadata?.name} ${told}`),
  });
}
async function stop(): Promise<void> {
  await shipper.stop();
  await outbox.close();
}

const at = (second: number): string => `2026-01-01T00:00:${String(second).padStart(2, '0')}.5Z`;
async function pod(name: string, state: 'running' | 'terminated'): Promise<Pod> {
  const seen = await kube.get<Pod>({ type: resources.pods, namespace: 'default', name }).catch(() => undefined);
  const created =
    seen ??
    (await kube.create<Pod>(resources.pods, {
      metadata: {
        name,
        namespace: 'default',
        annotations: { [ANNOTATIONS.nodeId]: `node-of-${name}` },
        ownerReferences: [{ apiVersion: 'argoproj.io/v1alpha1', kind: 'Workflow', name: 'wf', uid: 'wf-uid' }],
      },
      spec: { containers: [{ name: 'main', image: 'x' }] },
    }));
  const containerState = state === 'running' ? { running: {} } : { terminated: { exitCode: 0, finishedAt: at(0) } };
  return {
    ...created,
    status: {
      containerStatuses: [
        { name: 'main', state: containerState, image: 'x', imageID: '', ready: true, restartCount: 0 },
      ],
    },
  };
}
async function chunks(): Promise<LogChunk[]> {
  const found: LogChunk[] = [];
  for (let seq = outbox.firstSeq; seq <= outbox.lastSeq; seq++)
    found.push(...(JSON.parse((await outbox.read(seq)) ?? '[]') as AgentFact[]).filter((fact) => fact.kind === 'log'));
  return found;
}
const numbered = async (): Promise<string[]> =>
  (await chunks()).flatMap(({ firstLine, lines }) => lines.map(({ text }, index) => `${firstLine + index} ${text}`));
const isFinal = (): boolean => [...outbox.marks.values()].some((mark) => (mark as { final: boolean }).final);

describe('shipping logs', () => {
  it('sends lines while they are written, and says when that was all', async () => {
    shipper.podSeen(await pod('p', 'running'), false);
    logs.write('p', [at(1), 'a'], [at(1), 'b']);
    await eventually(() => outbox.lastSeq > 0, clock);
    expect(await numbered()).toEqual(['0 a', '1 b']);
    logs.write('p', [at(2), 'c']);
    logs.end('p');
    shipper.podSeen(await pod('p', 'terminated'), false);
    await eventually(isFinal, clock);
    expect(await numbered()).toEqual(['0 a', '1 b', '2 c']);
    expect((await chunks()).at(-1)).toMatchObject({
      uid: 'wf-uid',
      nodeId: 'node-of-p',
      podName: 'p',
      container: 'main',
      firstLine: 3,
      final: true,
      missingBefore: 0,
    });
  });

  it('hands on what programs say of their progress, and does not send it', async () => {
    shipper.podSeen(await pod('p', 'running'), false);
    logs.write('p', [at(1), '::argosy-progress 1/9'], [at(1), 'a'], [at(2), '::argosy-progress 2/9']);
    await eventually(() => progress.length === 2, clock);
    expect(progress).toEqual(['p 1/9', 'p 2/9']);
    await eventually(() => outbox.lastSeq > 0, clock);
    expect(await numbered()).toEqual(['0 a']);
  });

  it('loses and doubles nothing when the agent is killed and started again and again', async () => {
    const running = await pod('p', 'running');
    for (let life = 0; life < 6; life++) {
      shipper.podSeen(running, false);
      for (let n = 0; n < 3; n++) logs.write('p', [at(life), `line ${life * 3 + n}`]);
      const before = outbox.lastSeq;
      if (life % 2 === 0) await eventually(() => outbox.lastSeq > before, clock);
      await stop();
      start();
    }
    logs.end('p');
    shipper.podSeen(await pod('p', 'terminated'), false);
    await eventually(isFinal, clock);
    expect(await numbered()).toEqual(Array.from({ length: 18 }, (_, n) => `${n} line ${n}`));
  });

  it('goes on where it was when a stream breaks off', async () => {
    shipper.podSeen(await pod('p', 'running'), false);
    logs.write('p', [at(1), 'a'], [at(1), 'b']);
    await eventually(() => outbox.lastSeq > 0, clock);
    logs.cut();
    logs.write('p', [at(1), 'c']);
    logs.end('p');
    shipper.podSeen(await pod('p', 'terminated'), false);
    await eventually(isFinal, clock);
    expect(await numbered()).toEqual(['0 a', '1 b', '2 c']);
  });

  it('shows a hole where the log was rotated away', async () => {
    shipper.podSeen(await pod('p', 'running'), false);
    logs.write('p', [at(1), 'a']);
    await eventually(() => outbox.lastSeq > 0, clock);
    await stop();
    logs.write('p', [at(2), 'lost'], [at(3), 'kept']);
    logs.rotate('p', 1);
    logs.end('p');
    start();
    shipper.podSeen(await pod('p', 'terminated'), false);
    await eventually(isFinal, clock);
    expect(await numbered()).toEqual(['0 a', '1 kept']);
    expect((await chunks()).map(({ missingBefore }) => missingBefore)).toEqual([0, 1, 0]);
  });

  it('sends no line of a run that the control plane has not heard of', async () => {
    await stop();
    let announce: () => void = () => undefined;
    start(() => new Promise((resolve) => (announce = resolve)));
    logs.write('p', [at(1), 'a']);
    logs.end('p');
    shipper.podSeen(await pod('p', 'terminated'), false);
    await new Promise<void>((resolve) => setImmediate(resolve));
    expect(logs.reads).toBe(0);
    announce();
    await eventually(isFinal, clock);
    expect(await numbered()).toEqual(['0 a']);
  });

  it('lets a pod go only when its log is safe, but not never', async () => {
    logs.breakAfter = 0;
    logs.write('p', [at(1), 'a']);
    logs.end('p');
    const ended = await pod('p', 'terminated');
    shipper.podSeen(ended, false);
    expect(shipper.isReleased(ended)).toBe(false);
    clock.advance(100_000);
    expect(shipper.isReleased(ended)).toBe(true);
    logs.breakAfter = Infinity;
    await eventually(isFinal, clock);
    expect(shipper.isReleased(ended)).toBe(true);
  });

  it('ends the log of a pod that went before it was read with a hole, and forgets it', async () => {
    logs.breakAfter = 0;
    const running = await pod('p', 'running');
    logs.write('p', [at(1), 'a']);
    shipper.podSeen(running, false);
    await kube.delete({ type: resources.pods, namespace: 'default', name: 'p' }, { gracePeriodSeconds: 0 });
    shipper.podSeen(running, true);
    await eventually(() => outbox.lastSeq > 0 && outbox.marks.size === 0, clock);
    expect(await chunks()).toMatchObject([{ final: true, missingBefore: 1, lines: [] }]);
  });

  it('does so too for a pod that went while the agent was away', async () => {
    shipper.podSeen(await pod('p', 'running'), false);
    logs.write('p', [at(1), 'a']);
    await eventually(() => outbox.lastSeq > 0, clock);
    await stop();
    start();
    await shipper.closeLost();
    expect((await chunks()).at(-1)).toMatchObject({ podName: 'p', firstLine: 1, final: true, missingBefore: 1 });
    expect(outbox.marks.size).toBe(0);
  });

  it('does not read a log again that is complete', async () => {
    logs.write('p', [at(1), 'a']);
    logs.end('p');
    const ended = await pod('p', 'terminated');
    shipper.podSeen(ended, false);
    await eventually(isFinal, clock);
    const { reads } = logs;
    await stop();
    start();
    shipper.podSeen(ended, false);
    expect(shipper.isReleased(ended)).toBe(true);
    expect(logs.reads).toBe(reads);
  });
});
