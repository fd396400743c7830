import { container, workflow, WorkflowSimulation } from '../testing/index.js';

const echo = container('echo', {
  inputs: { parameters: [{ name: 'm' }] },
  container: { image: 'x', args: ['{{inputs.parameters.m}}'] },
});
const loop = (call: object) =>
  workflow([
    {
      name: 'main',
      steps: [
        [{ name: 'l', template: 'echo', arguments: { parameters: [{ name: 'm', value: '{{item}}' }] }, ...call }],
      ],
    },
    echo,
  ]);
const messages = (run: WorkflowSimulation): unknown[] =>
  run
    .nodes()
    .filter((node) => node.type === 'Pod')
    .map((node) => [node.displayName, node.inputs?.parameters?.[0]?.value]);

describe('loops', () => {
  it('over items name their nodes by index and item', () => {
    const run = new WorkflowSimulation(loop({ withItems: ['hello (world)', 2, true, [1, 'a'], { b: 1, a: 'x' }] }));
    expect(run.run()).toBe('Succeeded');
    expect(messages(run)).toEqual([
      ['l(0:hello world)', 'hello (world)'],
      ['l(1:2)', '2'],
      ['l(2:true)', 'true'],
      ['l(3:[1 a])', '[1,"a"]'],
      ['l(4:a:x,b:1)', '{"a":"x","b":1}'],
    ]);
    expect(run.node('wf[0]').children).toHaveLength(5);
  });

  it('over a sequence count up or down in the given format', () => {
    const up = new WorkflowSimulation(loop({ withSequence: { start: '9', end: 11, format: 'host-%03d' } }));
    expect(up.run()).toBe('Succeeded');
    expect(messages(up).map((entry) => (entry as string[])[1])).toEqual(['host-009', 'host-010', 'host-011']);
    const down = new WorkflowSimulation(loop({ withSequence: { start: 2, end: 0, format: '%X' } }));
    down.run();
    expect(messages(down)).toEqual([
      ['l(0:2)', '2'],
      ['l(1:1)', '1'],
      ['l(2:0)', '0'],
    ]);
  });

  it('over nothing leave one skipped node', () => {
    const run = new WorkflowSimulation(loop({ withSequence: { count: 0 } }));
    expect(run.run()).toBe('Succeeded');
    expect(run.tree()).toEqual([
      'wf: Steps Succeeded -> wf[0]',
      'wf[0]: StepGroup Succeeded -> wf[0].l',
      'wf[0].l: Skipped Skipped (Skipped, empty params)',
    ]);
  });

  it('over the JSON result of an earlier step give the next step their results as a list', () => {
    const given: unknown[] = [];
    const run = new WorkflowSimulation(
      workflow([
        {
          name: 'main',
          steps: [
            [{ name: 'gen', template: 'gen' }],
            [
              {
                name: 'l',
                template: 'echo',
                withParam: '{{steps.gen.outputs.result}}',
                arguments: { parameters: [{ name: 'm', value: '{{item.n}}' }] },
              },
            ],
            [
              {
                name: 'sum',
                template: 'echo',
                arguments: { parameters: [{ name: 'm', value: '{{steps.l.outputs.result}}' }] },
              },
            ],
          ],
        },
        { name: 'gen', script: { image: 'x', source: 'y' } },
        echo,
      ]),
      (pod) => {
        given.push(pod.template.container?.args?.[0]);
        return {
          result:
            pod.displayName === 'gen'
              ? '[{"n":1},{"n":2},{"n":3}]'
              : `${Number(pod.template.container?.args?.[0]) * 10}`,
        };
      },
    );
    expect(run.run()).toBe('Succeeded');
    expect(given.slice(1)).toEqual(['1', '2', '3', '[10,20,30]']);
  });

  it('evaluate the condition for each item', () => {
    const run = new WorkflowSimulation(loop({ withItems: [1, 2, 3], when: '{{item}} > 1' }));
    expect(run.run()).toBe('Succeeded');
    expect(run.node('wf[0].l(0:1)').message).toBe("when '1 > 1' evaluated false");
    expect(run.node('wf[0].l(1:2)').type).toBe('Pod');
  });

  it('become Error when what they go over is no list', () => {
    const run = new WorkflowSimulation(loop({ withParam: 'nonsense' }));
    expect(run.run()).toBe('Failed');
    expect(run.node('wf[0]').phase).toBe('Error');
    expect(run.node('wf[0]').message).toContain('withParam value could not be parsed as a JSON list: nonsense');
  });

  it('never run more than parallelism allows, and all in the end', () => {
    const run = new WorkflowSimulation(
      workflow(
        [
          {
            name: 'main',
            steps: [
              [
                {
                  name: 'l',
                  template: 'echo',
                  withSequence: { count: 500 },
                  arguments: { parameters: [{ name: 'm', value: '{{item}}' }] },
                },
              ],
            ],
          },
          echo,
        ],
        { parallelism: 20 },
      ),
      (pod) => ({ endsAfterMs: 1500 + (Number(pod.template.container?.args?.[0]) % 7) * 100 }),
    );
    expect(run.run()).toBe('Succeeded');
    expect(run.mostPodsAtOnce).toBe(20);
    expect(run.nodes().filter((node) => node.type === 'Pod' && node.phase === 'Succeeded')).toHaveLength(500);
    expect(run.state.status.progress).toBe('500/500');
    expect(Math.max(...run.world.created.values())).toBe(1);
  });

  it('keep to the parallelism of the enclosing template', () => {
    const wf = loop({ withSequence: { count: 9 } });
    Object.assign(wf.spec.templates?.[0] ?? {}, { parallelism: 3 });
    const run = new WorkflowSimulation(wf);
    expect(run.run()).toBe('Succeeded');
    expect(run.mostPodsAtOnce).toBe(3);
  });

  it('end at the first failure when the template says failFast', () => {
    const wf = loop({ withSequence: { count: 9 } });
    Object.assign(wf.spec.templates?.[0] ?? {}, { parallelism: 2, failFast: true });
    const run = new WorkflowSimulation(wf, () => ({ phase: 'Failed' }));
    expect(run.run()).toBe('Failed');
    expect(run.node('wf').message).toBe('template has failed or errored children and failFast enabled');
    expect(run.nodes().filter((node) => node.type === 'Pod')).toHaveLength(2);
  });
});
