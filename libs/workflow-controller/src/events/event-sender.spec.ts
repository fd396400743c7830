import { describe, expect, it } from '@jest/globals';
import { createInMemoryKube, KubeError } from '@argosy/kube';
import { silentLogger } from '../ports.js';
import { ManualClock } from '../testing/manual-clock.js';
import { EventSender } from './event-sender.js';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function setUp() {
  const clock = new ManualClock();
  const sender = new EventSender({ kube: createInMemoryKube({ clock }), clock, logger: silentLogger });
  const sent: string[] = [];
  const add = (name: string, options: { isOfRun?: boolean; namespace?: string; error?: Error } = {}): void => {
    const { isOfRun = false, namespace = 'default', error } = options;
    const send = async (): Promise<void> => {
      sent.push(name);
      if (error) throw error;
    };
    sender.add({ namespace, isOfRun, send });
  };
  const after = async (ms: number): Promise<number> => {
    await turn();
    for (const end = clock.now() + ms; clock.now() < end;) {
      clock.advanceTo(Math.min(end, clock.nextAt ?? end));
      await turn();
    }
    return sent.length;
  };
  return { sender, sent, add, after, clock };
}

describe('the sender of events', () => {
  it('writes a hundred at once, and then ten a second', async () => {
    const { add, after, sent } = setUp();
    for (let i = 0; i < 150; i++) add(String(i));
    expect(await after(0)).toBe(100);
    expect(await after(1000)).toBe(110);
    expect(await after(2000)).toBe(130);
    expect(await after(60_000)).toBe(150);
    expect(sent).toEqual([...sent].sort((a, b) => Number(a) - Number(b)));
  });

  it('gives up what is too much, and of runs later than of nodes', async () => {
    const { add, after, sent } = setUp();
    for (let i = 0; i < 5000; i++) add('node');
    for (let i = 0; i < 5000; i++) add('run', { isOfRun: true });
    await after(30 * 60_000);
    expect(sent.filter((name) => name === 'node').length).toBeLessThanOrEqual(1001);
    expect(sent.length).toBeLessThanOrEqual(2001);
    expect(sent.filter((name) => name === 'run').length).toBeGreaterThanOrEqual(1000);
  });

  it('leaves a namespace alone that refuses, unless that is only because it goes', async () => {
    const { add, after, sent } = setUp();
    const going = new KubeError('Forbidden', 'unable to create new content because it is being terminated', 403);
    add('a', { namespace: 'going', error: going });
    add('b', { namespace: 'going' });
    add('c', { namespace: 'closed', error: new KubeError('Forbidden', 'no', 403) });
    add('d', { namespace: 'closed' });
    add('e', { namespace: 'open' });
    await after(0);
    expect(sent).toEqual(['a', 'b', 'c', 'e']);
    await after(10 * 60_000);
    add('f', { namespace: 'closed' });
    await after(0);
    expect(sent.at(-1)).toBe('f');
  });

  it('ends at once, and leaves nothing planned', async () => {
    const { sender, add, after, clock } = setUp();
    for (let i = 0; i < 150; i++) add(String(i));
    await after(0);
    sender.stop();
    expect(clock.pending).toBe(0);
    add('late');
    expect(await after(60_000)).toBe(100);
  });
});
