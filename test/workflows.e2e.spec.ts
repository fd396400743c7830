import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ended, logOf, nodeNamed, reaches } from './harness/await-run.js';
import { repositoryRoot, startStack } from './harness/start-stack.js';
import type { RunningStack } from './harness/start-stack.js';

const example = (name: string): string =>
  readFileSync(join(repositoryRoot, 'examples/workflows', `${name}.yaml`), 'utf8');

describe('the example workflows on a local cluster', () => {
  let stack: RunningStack;
  beforeAll(async () => void (stack = await startStack(['local-east'])), 60_000);
  afterAll(() => stack.stop(), 30_000);

  const run = async (name: string, parameters: { name: string; value: string }[] = []) =>
    ended(stack.client, await stack.client.submitRun({ manifest: example(name), parameters }));

  it('says hello', async () => {
    const result = await run('hello-world');
    expect(result.phase).toBe('SUCCEEDED');
    expect(result.progress).toBe('1/1');
    expect(await logOf(stack.client, result.id, result.nodes[0]?.id ?? '')).toEqual(['hello world']);
  }, 60_000);

  it('puts a submitted parameter over the one of the workflow', async () => {
    const result = await run('parameters', [{ name: 'message', value: 'ahoy "sailor" $HOME' }]);
    expect(result.phase).toBe('SUCCEEDED');
    expect(await logOf(stack.client, result.id, result.nodes[0]?.id ?? '')).toEqual(['ahoy "sailor" $HOME']);
  }, 60_000);

  it('hands the result of a script to the next step', async () => {
    const { phase, id, nodes } = await run('script-result');
    expect(phase).toBe('SUCCEEDED');
    const rolled = nodeNamed(nodes, 'roll').result;
    expect(rolled).toMatch(/^[1-6]$/);
    expect(await logOf(stack.client, id, nodeNamed(nodes, 'print').id)).toEqual([`rolled ${rolled}`]);
  }, 60_000);

  it('flips a coin until it is heads, and runs nothing else', async () => {
    const { phase, nodes } = await run('coinflip-recursive');
    expect(phase).toBe('SUCCEEDED');
    const heads = nodes.filter(
      ({ displayName, phase: nodePhase }) => displayName === 'heads' && nodePhase === 'SUCCEEDED',
    );
    expect(heads).toHaveLength(1);
    const flips = nodes.filter(({ displayName }) => displayName === 'flip').map(({ result }) => result);
    expect(flips.filter((result) => result === 'heads')).toHaveLength(1);
  }, 120_000);

  it('runs a diamond in the order of its edges', async () => {
    const { phase, nodes } = await run('dag-diamond');
    expect(phase).toBe('SUCCEEDED');
    const [a, b, c, d] = ['A', 'B', 'C', 'D'].map((name) => nodeNamed(nodes, name));
    expect(a?.children.toSorted()).toEqual([b?.id, c?.id].toSorted());
    for (const middle of [b, c]) {
      expect(Date.parse(middle?.startedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(a?.finishedAt ?? ''));
      expect(Date.parse(d?.startedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(middle?.finishedAt ?? ''));
    }
  }, 60_000);

  it('loops over items, a sequence and a JSON result', async () => {
    const { phase, nodes } = await run('loops');
    expect(phase).toBe('SUCCEEDED');
    expect(nodes.map(({ displayName }) => displayName)).toEqual(
      expect.arrayContaining([
        'items(0:name:grain,tonnes:40)',
        'sequence(2:03)',
        'from-json(0:Iolcus)',
        'from-json(2:Cyzicus)',
      ]),
    );
  }, 60_000);

  it('runs only the steps whose condition holds', async () => {
    const { phase, nodes } = await run('conditionals', [{ name: 'wind', value: '3' }]);
    expect(phase).toBe('SUCCEEDED');
    expect(['sail', 'row', 'wait'].map((name) => nodeNamed(nodes, name).phase)).toEqual([
      'SKIPPED',
      'SUCCEEDED',
      'SKIPPED',
    ]);
    expect(nodeNamed(nodes, 'sail').message).toBe("when '3 >= 5 && 3 < 40' evaluated false");
  }, 60_000);

  it('tries again, with longer and longer waits, until it works', async () => {
    const { phase, nodes } = await run('retry-backoff');
    expect(phase).toBe('SUCCEEDED');
    const attempts = nodes.filter(({ type }) => type === 'Pod').toSorted((a, b) => a.name.localeCompare(b.name));
    expect(attempts.map((attempt) => attempt.phase)).toEqual(['FAILED', 'FAILED', 'SUCCEEDED']);
    expect(attempts[0]?.message).toBe('main: Error (exit code 1)');
  }, 60_000);

  it('runs the exit handler of a failed workflow, and the handler knows', async () => {
    const result = await run('exit-handler');
    expect(result.phase).toBe('FAILED');
    expect(result.message).toBe('main: Error (exit code 3)');
    expect(await logOf(stack.client, result.id, nodeNamed(result.nodes, 'mourn').id)).toEqual(['it Failed']);
    expect(nodeNamed(result.nodes, 'celebrate').phase).toBe('SKIPPED');
  }, 60_000);

  it('waits at a suspend step until resumed', async () => {
    const submitted = await stack.client.submitRun({ manifest: example('suspend') });
    await reaches(stack.client, submitted, (nodes) =>
      nodes.some(({ displayName, phase }) => displayName === 'approve' && phase === 'RUNNING'),
    );
    await stack.client.resumeRun(submitted.id);
    const { phase, nodes } = await ended(stack.client, submitted);
    expect(phase).toBe('SUCCEEDED');
    expect(nodeNamed(nodes, 'release').phase).toBe('SUCCEEDED');
  }, 60_000);

  it('fans out to 500 steps, never more than 20 at a time', async () => {
    const { phase, nodes, progress } = await run('fan-out');
    expect(phase).toBe('SUCCEEDED');
    expect(progress).toBe('500/500');
    const pods = nodes.filter(({ type }) => type === 'Pod');
    expect(pods).toHaveLength(500);
    // Times have a precision of one second, so overlap is counted from the second after the start to the second before the end.
    const moments = pods.flatMap(({ startedAt, finishedAt }) => [
      { at: Date.parse(startedAt ?? '') + 1000, change: 1 },
      { at: Date.parse(finishedAt ?? '') - 1000, change: -1 },
    ]);
    let open = 0;
    const most = Math.max(
      ...moments.toSorted((a, b) => a.at - b.at || a.change - b.change).map(({ change }) => (open += change)),
    );
    expect(most).toBeLessThanOrEqual(20);
  }, 240_000);
});
