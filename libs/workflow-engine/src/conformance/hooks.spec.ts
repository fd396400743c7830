import { container, workflow, WorkflowSimulation } from '../testing/index.js';

const say = container('say', {
  inputs: { parameters: [{ name: 'm' }] },
  container: { image: 'x', args: ['{{inputs.parameters.m}}'] },
});

describe('exit handlers and hooks', () => {
  it('the exit handler of the run sees its status and failures', () => {
    const heard: unknown[] = [];
    const run = new WorkflowSimulation(
      workflow(
        [
          container('main'),
          container('exit', { container: { image: 'x', args: ['{{workflow.status}}', '{{workflow.failures}}'] } }),
        ],
        { onExit: 'exit' },
      ),
      (pod) => {
        if (pod.onExit) heard.push(...(pod.template.container?.args ?? []));
        return pod.onExit ? {} : { phase: 'Failed' };
      },
    );
    expect(run.run()).toBe('Failed');
    expect(run.message).toBe('main: Error (exit code 1)');
    expect(heard[0]).toBe('Failed');
    expect(JSON.parse(JSON.parse(heard[1] as string) as string)).toMatchObject([
      { displayName: 'wf', phase: 'Failed', templateName: 'main' },
    ]);
    expect(run.tree()).toEqual(['wf: Pod Failed (main: Error (exit code 1))', 'wf.onExit: Pod Succeeded']);
    expect(run.node('wf.onExit').nodeFlag).toEqual({ hooked: true });
  });

  it('a failed exit handler fails a run that had succeeded', () => {
    const run = new WorkflowSimulation(workflow([container('main'), container('exit')], { onExit: 'exit' }), (pod) =>
      pod.onExit ? { phase: 'Error', message: 'no luck' } : {},
    );
    expect(run.run()).toBe('Error');
    expect(run.message).toBe('no luck');
  });

  it('the exit hook of a step sees its outputs, delays the next group and does not change the result', () => {
    const order: string[] = [];
    const run = new WorkflowSimulation(
      workflow([
        {
          name: 'main',
          steps: [
            [
              {
                name: 'a',
                template: 'c',
                hooks: {
                  exit: {
                    template: 'say',
                    arguments: { parameters: [{ name: 'm', value: '{{steps.a.status}} {{steps.a.outputs.result}}' }] },
                  },
                },
              },
            ],
            [{ name: 'b', template: 'c' }],
          ],
        },
        container('c'),
        say,
      ]),
      (pod) => {
        order.push(`${pod.nodeName} ${String(pod.template.container?.args?.[0] ?? '')}`.trim());
        return pod.onExit ? { phase: 'Failed' } : { result: 'r' };
      },
    );
    expect(run.run()).toBe('Succeeded');
    expect(order).toEqual(['wf[0].a', 'wf[0].a.onExit Succeeded r', 'wf[1].b']);
    expect(run.tree()).toContain('wf[0].a: Pod Succeeded -> wf[0].a.onExit, wf[1]');
  });

  it('a hook with an expression starts once, as soon as it holds, and is waited for', () => {
    const run = new WorkflowSimulation(
      workflow([
        {
          name: 'main',
          dag: {
            tasks: [
              {
                name: 'a',
                template: 'c',
                hooks: {
                  running: { template: 'h', expression: 'tasks.a.status == "Running"' },
                  never: { template: 'h', expression: 'tasks.a.status == "Error"' },
                },
              },
              { name: 'b', template: 'c', dependencies: ['a'] },
            ],
          },
        },
        container('c'),
        container('h'),
      ]),
      (pod) => (pod.nodeName.includes('hooks') ? { endsAfterMs: 9000 } : {}),
    );
    expect(run.run()).toBe('Succeeded');
    expect(run.tree()).toEqual([
      'wf: DAG Succeeded -> wf.a',
      'wf.a: Pod Succeeded -> wf.a.hooks.running, wf.b',
      'wf.a.hooks.running: Pod Succeeded',
      'wf.b: Pod Succeeded',
    ]);
    expect(Date.parse(run.node('wf.b').startedAt ?? '')).toBe(Date.UTC(2026, 0, 1) + 10_000);
  });

  it('hooks of the run see its status', () => {
    const run = new WorkflowSimulation(
      workflow([container('main'), container('h')], {
        hooks: { running: { template: 'h', expression: 'workflow.status == "Running"' }, exit: { template: 'h' } },
      }),
    );
    expect(run.run()).toBe('Succeeded');
    expect(run.node('wf').children).toEqual([run.node('wf.hooks.running').id]);
  });

  it('belong to a call and not to its attempts, even to one that must not start any more', () => {
    const run = new WorkflowSimulation(
      workflow(
        [
          {
            name: 'main',
            steps: [
              [
                { name: 'a', template: 'c' },
                { name: 'b', template: 'retried', onExit: 'c' },
              ],
            ],
          },
          container('c'),
          container('retried', { retryStrategy: { limit: 1 } }),
        ],
        { parallelism: 1 },
      ),
    );
    run.run((state) => state.nodes.some(({ displayName, phase }) => displayName === 'a' && phase === 'Running'));
    run.intent({ type: 'StopRun' });
    expect(run.run()).toBe('Failed');
    expect(run.node('wf[0].b(0)').message).toBe('workflow shutdown with strategy: Stop');
    expect(run.nodes().map(({ name }) => name)).toEqual([
      'wf',
      'wf[0]',
      'wf[0].a',
      'wf[0].b',
      'wf[0].b(0)',
      'wf[0].b.onExit',
    ]);
  });
});
