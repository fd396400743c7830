import type { NodeStatus, NodeType, Workflow } from '@argosy/workflow-spec';
import { nodeIdOf } from '../model/ids.js';
import { container, ScriptedWorld, workflow, WorkflowSimulation } from '../testing/index.js';
import type { PodScript } from '../testing/index.js';

const BEGAN = '2025-12-31T23:59:00Z';

type Recorded = Partial<Omit<NodeStatus, 'children'>> & { readonly type: NodeType; readonly children?: string[] };

/** The workflow with nodes as Argo would have recorded them: by name, children too. */
function recorded(
  given: Workflow,
  nodes: Readonly<Record<string, Recorded>>,
  status: Workflow['status'] = {},
): Workflow {
  const entries = Object.entries(nodes).map(([name, { children, ...node }]): [string, NodeStatus] => {
    const id = nodeIdOf('wf', name);
    const lines = children && { children: children.map((child) => nodeIdOf('wf', child)) };
    const phase = node.phase ?? 'Running';
    return [id, { id, name, displayName: name, templateName: 'main', startedAt: BEGAN, ...node, phase, ...lines }];
  });
  return { ...given, status: { phase: 'Running', startedAt: BEGAN, ...status, nodes: Object.fromEntries(entries) } };
}

function goOn(given: Workflow, script: PodScript = () => ({})): WorkflowSimulation {
  const run = new WorkflowSimulation(given, undefined, new ScriptedWorld(script));
  run.run();
  return run;
}

describe('a run that Argo began', () => {
  it('tries again when it is not known when an attempt ended', () => {
    const backoff = { duration: '10', factor: 1, maxDuration: '20m' };
    const main = container('main', { retryStrategy: { retryPolicy: 'Always', limit: 4, backoff } });
    const run = goOn(
      recorded(workflow([main]), {
        wf: { type: 'Retry', children: ['wf(0)'] },
        'wf(0)': { type: 'Pod', phase: 'Error', nodeFlag: { retried: true } },
      }),
    );
    expect(run.tree()).toEqual(['wf: Retry Succeeded -> wf(0), wf(1)', 'wf(0): Pod Error', 'wf(1): Pod Succeeded']);
  });

  it('knows its attempts without flags, which Argo did not write before 3.5', () => {
    const result = { name: 'm', value: '{{steps.a.outputs.result}}' };
    const b = { name: 'b', template: 'd', arguments: { parameters: [result] } };
    const main = { name: 'main', steps: [[{ name: 'a', template: 'c' }], [b]] };
    const inputs = { parameters: [{ name: 'm' }] };
    const d = container('d', { inputs, container: { image: 'x', args: ['{{inputs.parameters.m}}'] } });
    const said: unknown[] = [];
    const run = goOn(
      recorded(workflow([main, container('c', { retryStrategy: { limit: 2 } }), d]), {
        wf: { type: 'Steps', children: ['wf[0]'] },
        'wf[0]': { type: 'StepGroup', boundaryID: 'wf', children: ['wf[0].a'] },
        'wf[0].a': { type: 'Retry', boundaryID: 'wf', templateName: 'c', children: ['wf[0].a(0)'] },
        'wf[0].a(0)': { type: 'Pod', boundaryID: 'wf', templateName: 'c', phase: 'Failed', finishedAt: BEGAN },
      }),
      ({ nodeName, template }) => {
        said.push([nodeName, template.container?.args]);
        return { result: 'hi' };
      },
    );
    expect(run.state.status.phase).toBe('Succeeded');
    expect(said).toEqual([
      ['wf[0].a(1)', undefined],
      ['wf[1].b', ['hi']],
    ]);
  });

  it('has no use for nodes of which there is nothing but outputs', () => {
    const main = { name: 'main', steps: [[{ name: 'a', template: 'c' }]] };
    const given = recorded(workflow([main, container('c')]), {
      wf: { type: 'Steps', children: ['wf[0]'] },
      'wf[0]': { type: 'StepGroup', boundaryID: 'wf' },
    });
    const left = { id: '', name: '', type: '', outputs: { exitCode: '0' } } as unknown as NodeStatus;
    Object.assign(given.status?.nodes ?? {}, { [nodeIdOf('wf', 'wf[0].a')]: left });
    const run = goOn(given);
    expect(run.tree()).toEqual([
      'wf: Steps Succeeded -> wf[0]',
      'wf[0]: StepGroup Succeeded -> wf[0].a',
      'wf[0].a: Pod Succeeded',
    ]);
  });

  it('tells the progress that its nodes tell, also those of which none was told', () => {
    const tasks = [
      { name: 'a', template: 'c' },
      { name: 'b', template: 'c' },
      { name: 'd', template: 'c' },
    ];
    const run = new WorkflowSimulation(
      recorded(
        workflow([{ name: 'main', dag: { tasks } }, container('c')]),
        {
          wf: { type: 'DAG', children: ['wf.a', 'wf.b'] },
          'wf.a': { type: 'Pod', boundaryID: 'wf', templateName: 'c', phase: 'Succeeded' },
          'wf.b': { type: 'Pod', boundaryID: 'wf', templateName: 'c', phase: 'Pending' },
        },
        { progress: '7/9' },
      ),
    );
    run.pass();
    expect([run.state.status.progress, run.node('wf').progress]).toEqual(['1/3', '1/3']);
    run.run();
    expect([run.state.status.progress, run.node('wf').progress]).toEqual(['3/3', '3/3']);
  });

  it('leaves no container open whose pod is over', () => {
    const group = { name: 'c', containerSet: { containers: [{ name: 'main', image: 'x', command: ['x'] }] } };
    const run = goOn(
      recorded(workflow([{ name: 'main', dag: { tasks: [{ name: 'a', template: 'c' }] } }, group]), {
        wf: { type: 'DAG', children: ['wf.a'] },
        'wf.a': {
          type: 'Pod',
          boundaryID: 'wf',
          templateName: 'c',
          phase: 'Failed',
          message: 'why',
          children: ['wf.a.main'],
        },
        'wf.a.main': { type: 'Container', boundaryID: nodeIdOf('wf', 'wf.a'), phase: 'Pending' },
      }),
    );
    expect(run.tree()).toEqual([
      'wf: DAG Failed -> wf.a',
      'wf.a: Pod Failed (why) -> wf.a.main',
      'wf.a.main: Container Failed (why)',
    ]);
  });

  it('ends its daemons with what they serve, retried ones too', () => {
    const main = { name: 'main', steps: [[{ name: 'db', template: 'd' }], [{ name: 'use', template: 'c' }]] };
    const d = container('d', { daemon: true, retryStrategy: { limit: 2 } });
    const up = { phase: 'Running', daemoned: true, podIP: '10.0.0.9' } as const;
    const run = goOn(
      recorded(workflow([main, d, container('c')]), {
        wf: { type: 'Steps', children: ['wf[0]'] },
        'wf[0]': { type: 'StepGroup', boundaryID: 'wf', phase: 'Succeeded', children: ['wf[0].db'] },
        'wf[0].db': {
          type: 'Retry',
          boundaryID: 'wf',
          phase: 'Succeeded',
          templateName: 'd',
          children: ['wf[0].db(0)'],
        },
        'wf[0].db(0)': { type: 'Pod', boundaryID: 'wf', templateName: 'd', ...up, startedAt: '2025-12-31T23:59:59Z' },
      }),
      ({ templateName }) => (templateName === 'd' ? { endsAfterMs: 'never' } : {}),
    );
    expect(run.state.status.phase).toBe('Succeeded');
    expect(run.nodes().filter(({ phase }) => phase === 'Running')).toEqual([]);
  });

  it('has each line of its graph once', () => {
    const tasks = [
      { name: 'a', template: 'c' },
      { name: 'b', template: 'c', depends: 'a' },
    ];
    const run = goOn(
      recorded(workflow([{ name: 'main', dag: { tasks } }, container('c')]), {
        wf: { type: 'DAG', children: ['wf.a'] },
        'wf.a': { type: 'Pod', boundaryID: 'wf', phase: 'Succeeded', children: ['wf.b'] },
      }),
    );
    expect(run.tree()).toEqual(['wf: DAG Succeeded -> wf.a', 'wf.a: Pod Succeeded -> wf.b', 'wf.b: Pod Succeeded']);
  });
});
