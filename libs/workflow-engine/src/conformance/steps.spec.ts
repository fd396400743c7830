import type { PodScript } from '../testing/index.js';
import { container, workflow, WorkflowSimulation } from '../testing/index.js';

const steps = (...groups: object[][]) => ({ name: 'main', steps: groups as never });

describe('steps', () => {
  it('run group after group and hang each group below the last nodes of the one before', () => {
    const run = new WorkflowSimulation(
      workflow([
        steps(
          [{ name: 'a', template: 'c' }],
          [
            { name: 'b', template: 'c' },
            { name: 'd', template: 'c' },
          ],
          [{ name: 'e', template: 'c' }],
        ),
        container('c'),
      ]),
    );
    expect(run.run()).toBe('Succeeded');
    expect(run.tree()).toEqual([
      'wf: Steps Succeeded -> wf[0]',
      'wf[0]: StepGroup Succeeded -> wf[0].a',
      'wf[0].a: Pod Succeeded -> wf[1]',
      'wf[1]: StepGroup Succeeded -> wf[1].b, wf[1].d',
      'wf[1].b: Pod Succeeded -> wf[2]',
      'wf[1].d: Pod Succeeded -> wf[2]',
      'wf[2]: StepGroup Succeeded -> wf[2].e',
      'wf[2].e: Pod Succeeded',
    ]);
    expect(run.node('wf[1].d')).toMatchObject({
      displayName: 'd',
      boundaryID: 'wf',
      templateName: 'c',
      templateScope: 'local/wf',
    });
    expect(run.node('wf').outboundNodes).toEqual([run.node('wf[2].e').id]);
    expect(run.state.status.progress).toBe('4/4');
  });

  it('hand arguments to templates, from the workflow, from defaults and from earlier steps', () => {
    const said: unknown[] = [];
    const script: PodScript = (pod) => {
      said.push(pod.template.container?.args);
      return { result: '42', parameters: { out: 'from-a' } };
    };
    const say = container('say', {
      inputs: { parameters: [{ name: 'text' }, { name: 'greeting', default: 'hi' }] },
      container: { image: 'x', args: ['{{inputs.parameters.greeting}} {{inputs.parameters.text}}'] },
      outputs: { parameters: [{ name: 'out', valueFrom: { path: '/out' } }] },
    });
    const run = new WorkflowSimulation(
      workflow(
        [
          steps(
            [
              {
                name: 'a',
                template: 'say',
                arguments: { parameters: [{ name: 'text', value: '{{workflow.parameters.who}}' }] },
              },
            ],
            [
              {
                name: 'b',
                template: 'say',
                arguments: {
                  parameters: [
                    { name: 'text', value: '{{steps.a.outputs.result}}' },
                    { name: 'greeting', value: '{{steps.a.outputs.parameters.out}}' },
                  ],
                },
              },
            ],
          ),
          say,
        ],
        { arguments: { parameters: [{ name: 'who', value: 'world' }] } },
      ),
      script,
    );
    expect(run.run()).toBe('Succeeded');
    expect(said).toEqual([['hi world'], ['from-a 42']]);
    expect(run.node('wf[1].b').inputs?.parameters).toEqual([
      { name: 'text', value: '42' },
      { name: 'greeting', value: 'from-a', default: 'hi' },
    ]);
  });

  it('capture stdout only where a later step reads the result', () => {
    const captured: Record<string, boolean> = {};
    const run = new WorkflowSimulation(
      workflow([
        steps(
          [
            { name: 'generate', template: 's' },
            { name: 'quiet', template: 's' },
          ],
          [
            {
              name: 'print',
              template: 'p',
              arguments: { parameters: [{ name: 'n', value: '{{steps.generate.outputs.result}}' }] },
            },
          ],
        ),
        { name: 's', script: { image: 'x', source: 'echo $RANDOM' } },
        container('p', { inputs: { parameters: [{ name: 'n' }] } }),
      ]),
      (pod) => {
        captured[pod.displayName] = pod.includeScriptOutput;
        return { result: '7' };
      },
    );
    expect(run.run()).toBe('Succeeded');
    expect(captured).toEqual({ generate: true, quiet: false, print: false });
  });

  it('skip what its condition excludes and recurse until a coin says heads', () => {
    let flips = 0;
    const run = new WorkflowSimulation(
      workflow([
        steps(
          [{ name: 'flip', template: 'coin' }],
          [
            { name: 'heads', template: 'done', when: '{{steps.flip.outputs.result}} == heads' },
            { name: 'tails', template: 'main', when: '{{steps.flip.outputs.result}} == tails' },
          ],
        ),
        { name: 'coin', script: { image: 'x', source: 'flip' } },
        container('done'),
      ]),
      (pod) => (pod.displayName === 'flip' ? { result: ++flips < 3 ? 'tails' : 'heads' } : {}),
    );
    expect(run.run()).toBe('Succeeded');
    expect(run.tree()).toEqual([
      'wf: Steps Succeeded -> wf[0]',
      'wf[0]: StepGroup Succeeded -> wf[0].flip',
      'wf[0].flip: Pod Succeeded -> wf[1]',
      'wf[1]: StepGroup Succeeded -> wf[1].heads, wf[1].tails',
      "wf[1].heads: Skipped Skipped (when 'tails == heads' evaluated false)",
      'wf[1].tails: Steps Succeeded -> wf[1].tails[0]',
      'wf[1].tails[0]: StepGroup Succeeded -> wf[1].tails[0].flip',
      'wf[1].tails[0].flip: Pod Succeeded -> wf[1].tails[1]',
      'wf[1].tails[1]: StepGroup Succeeded -> wf[1].tails[1].heads, wf[1].tails[1].tails',
      "wf[1].tails[1].heads: Skipped Skipped (when 'tails == heads' evaluated false)",
      'wf[1].tails[1].tails: Steps Succeeded -> wf[1].tails[1].tails[0]',
      'wf[1].tails[1].tails[0]: StepGroup Succeeded -> wf[1].tails[1].tails[0].flip',
      'wf[1].tails[1].tails[0].flip: Pod Succeeded -> wf[1].tails[1].tails[1]',
      'wf[1].tails[1].tails[1]: StepGroup Succeeded -> wf[1].tails[1].tails[1].heads, wf[1].tails[1].tails[1].tails',
      'wf[1].tails[1].tails[1].heads: Pod Succeeded',
      "wf[1].tails[1].tails[1].tails: Skipped Skipped (when 'heads == tails' evaluated false)",
    ]);
  });

  it('fail with the id of the child that failed', () => {
    const run = new WorkflowSimulation(
      workflow([steps([{ name: 'a', template: 'c' }], [{ name: 'b', template: 'c' }]), container('c')]),
      () => ({ phase: 'Failed' }),
    );
    expect(run.run()).toBe('Failed');
    const message = `child '${run.node('wf[0].a').id}' failed`;
    expect(run.message).toBe(message);
    expect(run.tree()).toEqual([
      `wf: Steps Failed (${message}) -> wf[0]`,
      `wf[0]: StepGroup Failed (${message}) -> wf[0].a`,
      'wf[0].a: Pod Failed (main: Error (exit code 1))',
    ]);
    expect(run.node('wf[0].a').outputs?.exitCode).toBe('1');
  });

  it('go on after a failure that was foreseen', () => {
    const run = new WorkflowSimulation(
      workflow([
        steps([{ name: 'a', template: 'c', continueOn: { failed: true } }], [{ name: 'b', template: 'd' }]),
        container('c'),
        container('d'),
      ]),
      (pod) => (pod.displayName === 'a' ? { phase: 'Failed' } : {}),
    );
    expect(run.run()).toBe('Succeeded');
    expect(run.node('wf[0]').phase).toBe('Succeeded');
  });

  it('take their outputs from what ran inside, by parameter and by expression, or by default', () => {
    const run = new WorkflowSimulation(
      workflow([
        {
          ...steps([{ name: 'a', template: 'c' }]),
          outputs: {
            parameters: [
              { name: 'p', valueFrom: { parameter: '{{steps.a.outputs.parameters.out}}' }, globalName: 'shared' },
              { name: 'e', valueFrom: { expression: 'steps.a.outputs.result' } },
              { name: 'd', valueFrom: { parameter: '{{steps.a.outputs.parameters.none}}', default: 'fallback' } },
            ],
          },
        },
        container('c', {
          outputs: { parameters: ['out', 'none'].map((name) => ({ name, valueFrom: { path: `/${name}` } })) },
        }),
      ]),
      () => ({ result: 'r', parameters: { out: 'o' } }),
    );
    expect(run.run()).toBe('Succeeded');
    expect(run.node('wf').outputs?.parameters?.map(({ name, value }) => [name, value])).toEqual([
      ['p', 'o'],
      ['e', 'r'],
      ['d', 'fallback'],
    ]);
    expect(run.state.status.outputs?.parameters).toEqual([{ name: 'shared', value: 'o' }]);
  });

  it('become Error when a template does not exist', () => {
    const run = new WorkflowSimulation(workflow([steps([{ name: 'a', template: 'nowhere' }])]));
    run.rules = { validate: false };
    expect(run.run()).toBe('Failed');
    expect(run.tree().slice(1)).toEqual([
      'wf[0]: StepGroup Error (step group deemed errored due to child wf[0].a error: template nowhere not found) -> wf[0].a',
      'wf[0].a: Skipped Error (template nowhere not found)',
    ]);
  });
});
