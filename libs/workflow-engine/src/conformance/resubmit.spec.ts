import type { NodeStatus, Template, Workflow, WorkflowSpec } from '@argosy/workflow-spec';
import { resubmit } from '../intents/resubmit.js';
import type { ResubmitOptions } from '../intents/resubmit.js';
import { instant } from '../model/instant.js';
import { projectWorkflow } from '../projections/workflow.js';
import { container, workflow, WorkflowSimulation } from '../testing/index.js';
import type { PodScript } from '../testing/index.js';

const options: ResubmitOptions = { suffix: 'abcde', now: instant(Date.UTC(2026, 5, 1)) };

function resubmitted(original: Workflow, changes: Partial<ResubmitOptions> = {}): Workflow {
  const result = resubmit(original, { ...options, ...changes });
  if (!result.ok) throw new Error(result.message);
  return result.workflow;
}

/** Runs a workflow of these templates to its end, then the memoized one that is made of it. */
function twice(
  templates: readonly Template[],
  script: PodScript,
  spec: WorkflowSpec = {},
): { first: WorkflowSimulation; again: Workflow; second: WorkflowSimulation; phase: string } {
  let isSecond = false;
  const first = new WorkflowSimulation(workflow(templates, spec), (pod) => (isSecond ? {} : script(pod)));
  expect(first.run()).toBe('Failed');
  const again = resubmitted(projectWorkflow(first.state), { memoized: true });
  isSecond = true;
  const second = new WorkflowSimulation(again);
  return { first, again, second, phase: second.run() };
}
const tree = ({ status }: Workflow): string[] =>
  Object.values<NodeStatus>(status?.nodes ?? {})
    .map(({ name, type, phase, children = [], message }) => {
      const names = children.map((id) => status?.nodes?.[id]?.name ?? `?${id}`);
      const told = message ? ` (${message.replace(/\d{4,}/, '#')})` : '';
      return `${name}: ${type} ${phase}${told}${names.length > 0 ? ` -> ${names.join(', ')}` : ''}`;
    })
    .sort();
const started = (run: WorkflowSimulation): string[] =>
  [...run.world.created.keys()].map((name) => name.replace(/-\d+$/, ''));

describe('resubmitting', () => {
  const original: Workflow = {
    ...workflow([container('main')], { shutdown: 'Stop', activeDeadlineSeconds: 0, priority: 3 }),
    metadata: {
      name: 'nightly-x1y2z',
      generateName: 'nightly-',
      namespace: 'team',
      uid: 'u',
      resourceVersion: '9',
      creationTimestamp: '2026-01-01T00:00:00Z',
      labels: {
        team: 'a',
        'argosy.io/run-id': 'r',
        'workflows.argoproj.io/creator': 'ada',
        'workflows.argoproj.io/creator-email': 'ada.example',
        'workflows.argoproj.io/creator-preferred-username': 'ada',
        'workflows.argoproj.io/phase': 'Failed',
        'workflows.argoproj.io/completed': 'true',
        'workflows.argoproj.io/workflow-archiving-status': 'Archived',
        'workflows.argoproj.io/cron-workflow': 'nightly',
      },
      annotations: { note: 'n', 'argosy.io/epoch': '3' },
      ownerReferences: [{ apiVersion: 'v1', kind: 'X', name: 'x', uid: 'y' }],
      finalizers: ['f'],
    },
    status: { phase: 'Succeeded', startedAt: '2026-01-01T00:00:00Z' },
  };

  it('makes a new workflow of the old one', () => {
    expect(resubmitted(original)).toEqual({
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Workflow',
      metadata: {
        generateName: 'nightly-',
        namespace: 'team',
        labels: {
          team: 'a',
          'workflows.argoproj.io/cron-workflow': 'nightly',
          'workflows.argoproj.io/resubmitted-from-workflow': 'nightly-x1y2z',
        },
        annotations: { note: 'n' },
        ownerReferences: [{ apiVersion: 'v1', kind: 'X', name: 'x', uid: 'y' }],
      },
      spec: { entrypoint: 'main', templates: [container('main')], priority: 3 },
    });
    expect(original.spec.shutdown).toBe('Stop');
  });

  it('names it after a workflow that has a name of its own', () =>
    expect(resubmitted(workflow([])).metadata.generateName).toBe('wf-'));

  it('may give it other arguments', () => {
    const spec = {
      arguments: {
        parameters: [
          { name: 'a', value: '1' },
          { name: 'b', value: '2' },
        ],
      },
    };
    const parameters = ['b=3=4', 'c=5'];
    expect(resubmitted(workflow([], spec), { parameters }).spec.arguments?.parameters).toEqual([
      { name: 'a', value: '1' },
      { name: 'b', value: '3=4' },
      { name: 'c', value: '5' },
    ]);
    expect(resubmit(workflow([], spec), { ...options, parameters: ['b'] })).toMatchObject({ code: 'bad-parameters' });
  });

  it('keeps results only of a run that failed', () =>
    expect(resubmit(original, { ...options, memoized: true })).toEqual({
      ok: false,
      code: 'not-finished',
      message: 'workflow must be Failed/Error to resubmit in memoized mode',
    }));
});

describe('resubmitting with what succeeded kept', () => {
  const steps: Template[] = [
    {
      name: 'main',
      steps: [
        [{ name: 'a', template: 'c' }],
        [
          {
            name: 'b',
            template: 'use',
            arguments: { parameters: [{ name: 'x', value: '{{steps.a.outputs.result}}' }] },
          },
          { name: 'not', template: 'c', when: '1 == 2' },
        ],
        [
          {
            name: 'd',
            template: 'use',
            arguments: { parameters: [{ name: 'x', value: '{{steps.a.outputs.result}}' }] },
          },
        ],
      ],
    },
    container('c'),
    container('use', {
      inputs: { parameters: [{ name: 'x' }] },
      container: { image: 'x', args: ['{{inputs.parameters.x}}'] },
    }),
    container('exit'),
  ];
  const bFails: PodScript = ({ displayName }) =>
    displayName === 'b' ? { phase: 'Failed', exitCode: 1 } : { result: `of ${displayName}` };

  it('renames every node and skips the pods that succeeded', () => {
    const { first, again } = twice(steps, bFails, { onExit: 'exit' });
    expect(again.metadata).toMatchObject({ name: 'wf-abcde', generateName: 'wf-' });
    expect(tree(again)).toEqual([
      'wf-abcde: Steps Pending -> wf-abcde[0]',
      'wf-abcde[0].a: Skipped Skipped (original pod: wf-#) -> wf-abcde[1]',
      'wf-abcde[0]: StepGroup Pending -> wf-abcde[0].a',
      'wf-abcde[1].b: Pod Pending',
      'wf-abcde[1]: StepGroup Pending -> wf-abcde[1].b',
    ]);
    const { nodes = {}, ...status } = again.status ?? {};
    expect(status).toEqual({
      phase: '',
      conditions: [{ type: 'Completed', status: 'False' }],
    });
    const a = Object.values(nodes).find(({ displayName }) => displayName === 'a');
    expect(a).toMatchObject({
      boundaryID: 'wf-abcde',
      templateName: 'c',
      outputs: { result: 'of a' },
      startedAt: '2026-06-01T00:00:00Z',
      finishedAt: '2026-06-01T00:00:00Z',
      message: `original pod: ${first.node('wf[0].a').id}`,
    });
    for (const [id, node] of Object.entries(nodes)) expect(node.id).toBe(id);
    const b = Object.values(nodes).find(({ displayName }) => displayName === 'b');
    expect([b?.startedAt, b?.finishedAt]).toEqual([undefined, undefined]);
  });

  it('runs what is left, with the results of what was kept', () => {
    const { second, phase } = twice(steps, bFails, { onExit: 'exit' });
    expect(phase).toBe('Succeeded');
    expect(started(second)).toEqual(['wf-abcde-use', 'wf-abcde-use', 'wf-abcde-exit']);
    expect(second.node('wf-abcde[2].d').inputs?.parameters).toEqual([{ name: 'x', value: 'of a' }]);
    expect(second.node('wf-abcde[1].not').phase).toBe('Skipped');
    expect(second.state.status.progress).toBe('3/3');
  });

  it('of a DAG with loops and retries leaves nothing open, whatever limits there are', () => {
    const templates: Template[] = [
      {
        name: 'main',
        dag: {
          tasks: [
            {
              name: 'loop',
              template: 'flaky',
              withItems: ['x', 'y'],
              arguments: { parameters: [{ name: 'i', value: '{{item}}' }] },
            },
            {
              name: 'bad',
              template: 'flaky',
              depends: 'loop',
              arguments: { parameters: [{ name: 'i', value: 'bad' }] },
            },
            { name: 'sub', template: 'sub', depends: 'loop' },
            { name: 'last', template: 'c', depends: 'bad && sub' },
          ],
        },
      },
      { name: 'sub', retryStrategy: { limit: 1 }, steps: [[{ name: 's', template: 'c', onExit: 'c' }]] },
      container('flaky', { inputs: { parameters: [{ name: 'i' }] }, retryStrategy: { limit: 1 } }),
      container('c'),
    ];
    const tries = new Map<string, number>();
    const script: PodScript = ({ nodeName, podName }) => {
      tries.set(podName, (tries.get(podName) ?? 0) + 1);
      if (nodeName.includes('bad(') || /loop\(0:x\)\(0\)|sub\(0\)/.test(nodeName)) return { phase: 'Failed' };
      return {};
    };
    const { second, phase } = twice(templates, script, { parallelism: 1 });
    expect(phase).toBe('Succeeded');
    expect(started(second)).toEqual(['wf-abcde-flaky', 'wf-abcde-c']);
    expect(second.nodes().filter((node) => node.phase === 'Pending' || node.phase === 'Running')).toEqual([]);
  });

  it('waits again where a person was asked', () => {
    const templates: Template[] = [
      { name: 'main', steps: [[{ name: 'wait', template: 'wait' }], [{ name: 'b', template: 'c' }]] },
      { name: 'wait', suspend: {}, outputs: { parameters: [{ name: 'who', valueFrom: { supplied: {} } }] } },
      container('c'),
    ];
    const first = new WorkflowSimulation(workflow(templates), bFails);
    const approve = { type: 'SetNode', nodeFieldSelector: 'displayName=wait', phase: 'Succeeded' } as const;
    first.run();
    first.intent({ ...approve, outputParameters: { who: 'ann' } });
    expect(first.run()).toBe('Failed');
    const again = resubmitted(projectWorkflow(first.state), { memoized: true });
    expect(tree(again)).toContain('wf-abcde[0].wait: Suspend Pending -> wf-abcde[1]');
    const second = new WorkflowSimulation(again);
    expect(second.run()).toBe('Running');
    expect(second.node('wf-abcde[0].wait')).toMatchObject({
      phase: 'Running',
      startedAt: '2026-01-01T00:00:00Z',
      outputs: { parameters: [{ name: 'who', valueFrom: { supplied: {} } }] },
    });
    second.intent({ ...approve, outputParameters: { who: 'bob' } });
    expect(second.run()).toBe('Succeeded');
  });

  it('knows that a set of containers succeeded or failed as a whole', () => {
    const templates: Template[] = [
      { name: 'main', steps: [[{ name: 'a', template: 'set' }], [{ name: 'b', template: 'set' }]] },
      {
        name: 'set',
        containerSet: {
          containers: [
            { name: 'main', image: 'x' },
            { name: 'two', image: 'x' },
          ],
        },
      },
    ];
    const { second, phase } = twice(templates, bFails);
    expect(phase).toBe('Succeeded');
    expect(started(second)).toEqual(['wf-abcde-set']);
    expect(second.nodes().filter((node) => node.phase === 'Pending' || node.phase === 'Running')).toEqual([]);
  });
});
