import { afterEach, describe, expect, it } from '@jest/globals';
import type { PodGC, Template } from '@argosy/workflow-spec';
import { container, TestCluster } from '../testing/test-cluster.js';

let cluster: TestCluster;
afterEach(() => cluster.close());

const SECOND = 1_000;
const templates: Template[] = [
  {
    name: 'main',
    steps: [
      [
        { name: 'good', template: 'good' },
        { name: 'bad', template: 'bad', continueOn: { failed: true } },
      ],
      [{ name: 'wait', template: 'wait' }],
      [{ name: 'last', template: 'last' }],
    ],
  },
  container('good', { metadata: { labels: { tier: 'a' } } }),
  container('bad', { metadata: { labels: { tier: 'b' } } }),
  container('last', { metadata: { labels: { tier: 'a' } } }),
  { name: 'wait', suspend: { duration: '60' } },
];

/** The templates whose pods are left: while the run waits, at its end, and long after. */
async function left(podGC: PodGC, fails = false): Promise<string[][]> {
  cluster = new TestCluster((pod) => {
    const name = pod.metadata?.annotations?.['workflows.argoproj.io/node-name'] ?? '';
    return { exitCode: name.endsWith('bad') || (fails && name.endsWith('last')) ? 1 : 0 };
  });
  const pods = async (): Promise<string[]> =>
    (await cluster.pods()).map(({ metadata }) => metadata?.name?.split('-')[1] ?? '').sort();
  await cluster.controller();
  await cluster.submit(templates, { podGC });
  await cluster.pass(30 * SECOND);
  const seen = [await pods()];
  await cluster.ended();
  await cluster.settle();
  seen.push(await pods());
  await cluster.pass(30 * SECOND);
  seen.push(await pods());
  await cluster.close();
  return seen;
}

describe('pod garbage by its strategy', () => {
  const all = ['bad', 'good', 'last'];

  it.each<[string, PodGC, string[][]]>([
    ['none', {}, [['bad', 'good'], all, all]],
    ['OnPodCompletion', { strategy: 'OnPodCompletion' }, [[], ['last'], []]],
    ['OnPodSuccess', { strategy: 'OnPodSuccess' }, [['bad'], ['bad', 'last'], ['bad']]],
    ['OnWorkflowCompletion', { strategy: 'OnWorkflowCompletion' }, [['bad', 'good'], all, []]],
    ['OnWorkflowSuccess', { strategy: 'OnWorkflowSuccess' }, [['bad', 'good'], all, []]],
    [
      'OnPodCompletion, of some labels',
      { strategy: 'OnPodCompletion', labelSelector: { matchLabels: { tier: 'a' } } },
      [['bad'], ['bad', 'last'], ['bad']],
    ],
    [
      'OnWorkflowCompletion, of some labels',
      { strategy: 'OnWorkflowCompletion', labelSelector: { matchLabels: { tier: 'b' } } },
      [['bad', 'good'], all, ['good', 'last']],
    ],
    [
      'OnPodCompletion, with a delay',
      { strategy: 'OnPodCompletion', deleteDelayDuration: '45s' },
      [['bad', 'good'], ['last'], ['last']],
    ],
    [
      'OnWorkflowCompletion, with a delay from the end of the run',
      { strategy: 'OnWorkflowCompletion', deleteDelayDuration: '20' },
      [['bad', 'good'], all, []],
    ],
    [
      'OnWorkflowCompletion, with a long delay',
      { strategy: 'OnWorkflowCompletion', deleteDelayDuration: '1m' },
      [['bad', 'good'], all, all],
    ],
    ['OnPodCompletion, at once', { strategy: 'OnPodCompletion', deleteDelayDuration: '0s' }, [[], [], []]],
  ])('%s', async (_name, podGC, expected) => expect(await left(podGC)).toEqual(expected));

  it('OnWorkflowSuccess keeps the pods of a run that failed', async () =>
    expect(await left({ strategy: 'OnWorkflowSuccess' }, true)).toEqual([['bad', 'good'], all, all]));
});
