import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ImageCommand, ImageQuestion } from '@argosy/pod-plan';
import { ManualClock } from '../testing/manual-clock.js';
import { ImageCommands } from './image-commands.js';
import type { ImageOptions } from './image-commands.js';
import type { ImageRegistry } from './registry-client.js';
import { RegistryProblem } from './registry-problem.js';

/** A registry whose answers a test gives one by one. */
class SlowRegistry implements ImageRegistry {
  readonly asked: string[] = [];
  isClosed = false;
  private readonly open: { answer: (command: ImageCommand) => void; fail: (error: Error) => void }[] = [];

  commandOf({ image }: ImageQuestion, signal: AbortSignal): Promise<ImageCommand> {
    this.asked.push(image);
    return new Promise((answer, fail) => {
      this.open.push({ answer, fail });
      signal.addEventListener('abort', () => fail(new RegistryProblem('no answer in time', 'passing')));
    });
  }

  async close(): Promise<void> {
    this.isClosed = true;
  }

  async answers(...cmd: string[]): Promise<void> {
    this.open.shift()?.answer({ entrypoint: [], cmd });
    await rest();
  }

  async fails(kind: RegistryProblem['kind']): Promise<void> {
    this.open.shift()?.fail(new RegistryProblem('it says no', kind));
    await rest();
  }
}
const rest = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

let clock: ManualClock;
let registry: SlowRegistry;
let woken: string[];
let images: ImageCommands;
const start = (options: ImageOptions = { registry }): ImageCommands =>
  (images = new ImageCommands(clock, options, ({ podName }) => woken.push(podName)));
beforeEach(() => {
  clock = new ManualClock(0);
  registry = new SlowRegistry();
  woken = [];
  start();
});
afterEach(() => images.stop());

const ask = (image: string, podName = 'pod', more: Partial<ImageQuestion> = {}) =>
  images.answer(
    { image, namespace: 'ns', serviceAccountName: undefined, pullSecrets: [], architecture: undefined, ...more },
    { runKey: 'ns/wf', podName },
  );
const known = (...cmd: string[]) => ({ state: 'known', command: { entrypoint: [], cmd } });

describe('the commands of images', () => {
  it('are looked up once for all pods that ask meanwhile, each of which is told when it may ask again', async () => {
    for (const pod of ['a', 'b', 'a']) expect(ask('tool', pod)).toEqual({ state: 'pending' });
    await registry.answers('serve');
    expect(registry.asked).toEqual(['tool']);
    expect(woken).toEqual(['a', 'b']);
    expect(ask('tool', 'c')).toEqual(known('serve'));
  });

  it('are looked up again when a tag may have moved', async () => {
    ask('tool');
    await registry.answers('old');
    clock.advanceTo(29_999);
    expect(ask('tool')).toEqual(known('old'));
    clock.advanceTo(30_000);
    expect(ask('tool')).toEqual({ state: 'pending' });
    await registry.answers('new');
    expect(ask('tool')).toEqual(known('new'));
  });

  it('are told nobody who may not know them', async () => {
    ask('tool');
    await registry.answers('serve');
    for (const other of [{ namespace: 'other' }, { pullSecrets: ['x'] }, { serviceAccountName: 'x' }])
      expect(ask('tool', 'pod', other)).toEqual({ state: 'pending' });
  });

  it('come from the settings first, and registries need not be asked at all', () => {
    const commands = { tool: { entrypoint: ['/tool'], cmd: [] } };
    start({ registry, commands });
    expect(ask('tool')).toEqual({ state: 'known', command: commands.tool });
    expect(ask('constructor')).toEqual({ state: 'pending' });
    start({ commands });
    expect(ask('other')).toEqual({ state: 'unknown', reason: 'registries are not asked here' });
    expect(registry.asked).toEqual(['constructor']);
    expect([start({ commands }), start(), start({})].map(({ areTold }) => areTold)).toEqual([true, true, false]);
  });

  it('are unknown for a moment when the registry says no', async () => {
    ask('tool');
    await registry.fails('final');
    expect(ask('tool')).toEqual({ state: 'unknown', reason: 'it says no' });
    clock.advanceTo(5_000);
    expect(ask('tool')).toEqual({ state: 'pending' });
  });

  it('are asked for a few times while the registry is away', async () => {
    ask('tool');
    for (const atMs of [1_000, 6_000, 26_000, 86_000]) {
      await registry.fails('passing');
      expect(ask('tool')).toEqual({ state: 'pending' });
      expect(clock.nextAt).toBe(atMs);
      clock.advanceTo(atMs);
      await rest();
    }
    await registry.fails('passing');
    expect(ask('tool')).toEqual({ state: 'unknown', reason: 'it says no' });
    expect(registry.asked).toHaveLength(5);
    expect(woken).toEqual(['pod']);
  });

  it('do not keep anybody waiting when the registry does not answer', async () => {
    ask('tool');
    await rest();
    clock.advanceTo(30_000);
    await rest();
    clock.advanceTo(31_000);
    await rest();
    await registry.answers('nobody waits for this any more');
    await registry.answers('serve');
    expect(ask('tool')).toEqual(known('serve'));
  });

  it('are asked for so many at a time', async () => {
    const tools = Array.from({ length: 20 }, (_, i) => `tool-${i}`);
    for (const tool of tools) ask(tool);
    await rest();
    expect(registry.asked).toHaveLength(16);
    for (const tool of tools) await registry.answers(tool);
    expect(tools.map((tool) => ask(tool))).toEqual(tools.map((tool) => known(tool)));
  });

  it('are forgotten in time', async () => {
    for (let i = 0; i < 1_100; i++) {
      ask(`tool-${i}`);
      await registry.answers();
    }
    expect([ask('tool-0'), ask('tool-1099')]).toEqual([{ state: 'pending' }, known()]);
  });

  it('interest nobody after the end', async () => {
    ask('tool');
    await images.stop();
    await registry.answers('serve');
    expect(woken).toEqual([]);
    expect(registry.isClosed).toBe(true);
  });
});
