import { attempts, fails, hangs, succeeds, vanishes } from '@argosy/sdk/testing';
import type { PodScripts } from '@argosy/sdk/testing';
import { begin, play } from './play.js';

describe('podGC', () => {
  const templates =
    'main: { steps: [[{ name: a, template: c, continueOn: { failed: true } }, { name: b, template: d }]] }';
  /** Templates of the pods that are left. */
  const left = (strategy: string, pods: PodScripts): string[] =>
    play(templates, pods, { spec: strategy && `podGC: { strategy: ${strategy} }` }).podObjects.map(
      (name) => name.split('-')[1] ?? '',
    );

  it.each([
    ['', {}, ['c', 'd']],
    ['OnPodCompletion', { a: fails() }, []],
    ['OnPodSuccess', { a: fails() }, ['c']],
    ['OnWorkflowCompletion', { b: fails() }, []],
    ['OnWorkflowSuccess', {}, []],
    ['OnWorkflowSuccess', { b: fails() }, ['c', 'd']],
  ] as readonly [string, PodScripts, string[]][])('%s (%#)', (strategy, pods, expected) => {
    expect(left(strategy || '""', pods).sort()).toEqual(expected);
  });

  it('on completion deletes each pod when it is over, not at the end', () => {
    const run = begin(templates, { b: hangs() }, { spec: 'podGC: { strategy: OnPodCompletion }' }).at('1m');
    expect(run.podObjects.map((name) => name.split('-')[1])).toEqual(['d']);
  });
});

describe('volume claims', () => {
  const spec = (gc = ''): string => `{ volumeClaimTemplates: [{ metadata: { name: work }, spec: {} }]${gc} }`;
  const main = 'main: { container: { image: x } }';

  it('are made before the first pod and named after the workflow', () => {
    const run = begin(main, {}, { spec: spec() });
    expect(run.claims).toEqual(['wf-work']);
    expect(run.workflow.status?.persistentVolumeClaims).toEqual([
      { name: 'work', persistentVolumeClaim: { claimName: 'wf-work' } },
    ]);
  });

  it.each([
    ['', succeeds(), []],
    ['', fails(), ['wf-work']],
    [', volumeClaimGC: { strategy: OnWorkflowSuccess }', fails(), ['wf-work']],
    [', volumeClaimGC: { strategy: OnWorkflowCompletion }', fails(), []],
  ])('gc%s (%#)', (gc, outcome, expected) => {
    expect(play(main, { main: outcome }, { spec: spec(gc) }).claims).toEqual(expected);
  });

  it('of a failed run serve its retry', () => {
    const run = play(main, { main: attempts(fails(), succeeds()) }, { spec: spec() });
    expect(run.claims).toEqual(['wf-work']);
    run.retry().finish();
    expect(run.phase).toBe('Succeeded');
    expect(run.claims).toEqual([]);
  });
});

describe('a pod that is gone', () => {
  it('while it was Pending is made again', () => {
    const run = begin('main: { container: { image: x } }', { main: attempts(succeeds({ pending: '1h' }), succeeds()) });
    run.at('5s').losePod('wf').finish();
    expect(run.phase).toBe('Succeeded');
    expect(run.pods).toHaveLength(2);
  });

  it('while it ran is lost: the node is Error', () => {
    const run = play('main: { container: { image: x } }', { main: vanishes({ runs: '1m' }) });
    expect(run.node('wf')).toMatchObject({ phase: 'Error', message: 'pod deleted' });
    expect(run.phase).toBe('Error');
  });

  it('within ten seconds of its start may only be late', () => {
    const run = begin('main: { container: { image: x } }', { main: vanishes({ runs: '2s' }) }).at('8s');
    expect(run.node('wf').phase).toBe('Running');
    expect(run.finish().node('wf')).toMatchObject({ phase: 'Error', finishedAfter: 10 });
  });

  it('is made again by a retry strategy for errors', () => {
    const run = play('main: { retryStrategy: { limit: 1, retryPolicy: OnError }, container: { image: x } }', {
      main: attempts(vanishes({ runs: '1m' }), succeeds()),
    });
    expect(run.phase).toBe('Succeeded');
  });

  it('after its end does not matter', () => {
    const run = begin('main: { steps: [[{ name: a, template: c }], [{ name: b, template: c }]] }', { b: hangs() });
    run.at('10s').losePod('a').at('1m');
    expect(run.node('a').phase).toBe('Succeeded');
  });
});

describe('while a pod is Pending', () => {
  it('the node says why, and forgets it when the pod runs', () => {
    const run = begin('main: { container: { image: x } }', {
      main: succeeds({ pending: '1m', waits: 'ImagePullBackOff: no such image' }),
    }).at('30s');
    expect(run.node('wf')).toMatchObject({ phase: 'Pending', message: 'ImagePullBackOff: no such image' });
    run.at('61s');
    expect(run.node('wf').message).toBe('');
  });
});

describe('what a run leaves', () => {
  it('labels tell its phase, and whether it is over', () => {
    const run = begin('main: { container: { image: x } }', { main: fails() });
    expect(run.workflow.metadata.labels).toMatchObject({
      'workflows.argoproj.io/phase': 'Running',
      'workflows.argoproj.io/completed': 'false',
    });
    expect(run.finish().workflow.metadata.labels).toMatchObject({
      'workflows.argoproj.io/phase': 'Failed',
      'workflows.argoproj.io/completed': 'true',
    });
  });

  it('conditions tell of running pods and of the end', () => {
    const run = begin('main: { container: { image: x } }').at('1s');
    expect(run.workflow.status?.conditions).toContainEqual({ type: 'PodRunning', status: 'True' });
    run.finish();
    expect(run.workflow.status?.conditions).toEqual([
      { type: 'PodRunning', status: 'False' },
      { type: 'Completed', status: 'True' },
    ]);
  });

  it('that no pod runs is told at the end, unless the run was over at once', () => {
    const told = (templates: string, spec = 'activeDeadlineSeconds: 5'): (string | undefined)[] =>
      (play(templates, {}, { spec }).workflow.status?.conditions ?? []).map(({ type, status }) => `${type} ${status}`);
    expect(told('main: { suspend: {} }')).toEqual(['PodRunning False', 'Completed True']);
    expect(told('main: { suspend: {} }', 'activeDeadlineSeconds: 0')).toEqual(['Completed True']);
  });

  it('events tell what happened', () => {
    const run = play('main: { steps: [[{ name: a, template: c }]] }', { a: fails() });
    expect(run.journal.map(({ reason, nodeName }) => `${reason} ${nodeName ?? ''}`.trim())).toEqual([
      'WorkflowRunning',
      'WorkflowNodeRunning wf',
      'WorkflowNodeRunning wf[0]',
      'WorkflowNodeRunning wf[0].a',
      'WorkflowNodeFailed wf[0].a',
      'WorkflowNodeFailed wf[0]',
      'WorkflowNodeFailed wf',
      'WorkflowFailed',
    ]);
  });
});
