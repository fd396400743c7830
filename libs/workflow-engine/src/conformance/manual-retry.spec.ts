import type { Template } from '@argosy/workflow-spec';
import { container, workflow, WorkflowSimulation } from '../testing/index.js';
import type { PodScript } from '../testing/index.js';

/** How often each pod was started, by the name of its node. */
function starts(): { count: Record<string, number>; counting: (script: PodScript) => PodScript } {
  const count: Record<string, number> = {};
  const counting =
    (script: PodScript): PodScript =>
    (pod) => {
      count[pod.nodeName] = (count[pod.nodeName] ?? 0) + 1;
      return script(pod);
    };
  return { count, counting };
}
const retry = (run: WorkflowSimulation, options: object = {}) => run.intent({ type: 'RetryRun', ...options });
const names = (run: WorkflowSimulation): string[] => run.nodes().map(({ name }) => name);

describe('a manual retry with other arguments', () => {
  const loop = { name: 'each', template: 'c', withParam: '{{workflow.parameters.list}}' };
  const spec = { arguments: { parameters: [{ name: 'list', value: '["pass","fail"]' }] } };
  const fails: PodScript = (pod) => (pod.nodeName.includes('fail') ? { phase: 'Failed' } : { result: pod.nodeName });
  const withItem: Template = container('c', { inputs: { parameters: [{ name: 'i', default: '{{item}}' }] } });

  it.each<[string, Template]>([
    ['DAG', { name: 'main', dag: { tasks: [{ ...loop }, { name: 'after', template: 'c', depends: 'each' }] } }],
    ['steps', { name: 'main', steps: [[{ ...loop }], [{ name: 'after', template: 'c' }]] }],
  ])('has only the new items in a loop of %s', (_kind, main) => {
    const run = new WorkflowSimulation(workflow([main, container('c')], spec), fails);
    expect(run.run()).toBe('Failed');
    run.sleep(1000);
    expect(retry(run, { parameters: ['list=["good"]'] }).ok).toBe(true);
    expect(names(run).filter((name) => name.includes('('))).toEqual([]);
    expect(run.run()).toBe('Succeeded');
    expect(names(run).filter((name) => name.includes('('))).toEqual([expect.stringContaining('each(0:good)')]);
    expect(run.state.status.progress).toBe('2/2');
  });

  it('leaves loops alone that are not run again', () => {
    const { count, counting } = starts();
    const main: Template = {
      name: 'main',
      steps: [[{ name: 'done', template: 'c', withItems: ['a', 'b'] }], [{ ...loop }]],
    };
    const run = new WorkflowSimulation(workflow([main, withItem], spec), counting(fails));
    run.run();
    run.sleep(1000);
    retry(run, { parameters: ['list=["x","y"]'] });
    expect(run.run()).toBe('Succeeded');
    expect(count).toMatchObject({ 'wf[0].done(0:a)': 1, 'wf[0].done(1:b)': 1, 'wf[1].each(0:x)': 1 });
    expect(names(run)).not.toContain('wf[1].each(0:pass)');
  });

  it('keeps items that succeeded when the arguments stay', () => {
    const { count, counting } = starts();
    let isBroken = true;
    const main: Template = { name: 'main', steps: [[{ ...loop }]] };
    const run = new WorkflowSimulation(
      workflow([main, container('c')], spec),
      counting((pod) => (isBroken ? fails(pod) : {})),
    );
    run.run();
    run.sleep(1000);
    isBroken = false;
    retry(run);
    expect(run.run()).toBe('Succeeded');
    expect(count).toEqual({ 'wf[0].each(0:pass)': 1, 'wf[0].each(1:fail)': 2 });
  });

  it('writes them where the run reads them', () => {
    const stored = { ...workflow([]).spec, ...spec, shutdown: 'Stop' as const, activeDeadlineSeconds: 0 };
    const original = workflow([], { workflowTemplateRef: { name: 't' }, shutdown: 'Terminate' });
    const run = new WorkflowSimulation({
      ...original,
      status: { phase: 'Failed', startedAt: '2026-01-01T00:00:00Z', storedWorkflowTemplateSpec: stored },
    });
    expect(retry(run, { parameters: ['list=[]'] }).ok).toBe(true);
    const { storedWorkflowTemplateSpec } = run.state.status;
    expect(storedWorkflowTemplateSpec?.arguments?.parameters).toEqual([{ name: 'list', value: '[]' }]);
    expect(Object.keys(storedWorkflowTemplateSpec ?? {})).not.toContain('shutdown');
    expect(Object.keys(storedWorkflowTemplateSpec ?? {})).not.toContain('activeDeadlineSeconds');
    expect(run.state.workflow.spec).toEqual({ entrypoint: 'main', templates: [], workflowTemplateRef: { name: 't' } });
  });
});

describe('a manual retry', () => {
  it('makes and forgets its claims anew', () => {
    let isBroken = true;
    const run = new WorkflowSimulation(
      workflow([container('main')], {
        volumeClaimTemplates: [{ metadata: { name: 'work' }, spec: {} }],
        volumeClaimGC: { strategy: 'OnWorkflowCompletion' },
      }),
      () => (isBroken ? { phase: 'Failed' } : { endsAfterMs: 60_000 }),
    );
    run.run();
    expect([...run.world.claims]).toEqual([]);
    run.sleep(1000);
    isBroken = false;
    retry(run);
    run.run((state) => state.nodes.some(({ phase }) => phase === 'Running'));
    expect([...run.world.claims]).toEqual(['wf-work']);
    expect(run.state.status.persistentVolumeClaims).toHaveLength(1);
    expect(run.run()).toBe('Succeeded');
    expect([...run.world.claims]).toEqual([]);
  });

  it('is no longer archived', () => {
    const original = workflow([container('main')]);
    const labels = {
      'workflows.argoproj.io/completed': 'true',
      'workflows.argoproj.io/workflow-archiving-status': 'Archived',
      team: 'a',
    };
    const metadata = { ...original.metadata, labels };
    const run = new WorkflowSimulation({ ...original, metadata, status: { phase: 'Failed' } });
    expect(retry(run)).toMatchObject({ patch: { metadata: { labels: { [Object.keys(labels)[1] ?? '']: null } } } });
    expect(run.state.workflow.metadata.labels).toEqual({ team: 'a' });
  });

  it('runs a chosen step again with what came after it, and nothing else', () => {
    const { count, counting } = starts();
    const tasks = [
      { name: 'a', template: 'c' },
      { name: 'b', template: 'c', depends: 'a' },
      { name: 'other', template: 'c', depends: 'a' },
      { name: 'end', template: 'c', depends: 'b && other' },
    ];
    const run = new WorkflowSimulation(
      workflow([{ name: 'main', dag: { tasks } }, container('c')]),
      counting(() => ({})),
    );
    run.run();
    run.sleep(1000);
    expect(retry(run, { restartSuccessful: true, nodeFieldSelector: 'displayName=nobody' })).toMatchObject({
      code: 'nothing-selected',
    });
    expect(retry(run, { restartSuccessful: true, nodeFieldSelector: 'displayName=b,phase!=Failed' }).ok).toBe(true);
    expect(run.run()).toBe('Succeeded');
    expect(count).toEqual({ 'wf.a': 1, 'wf.b': 2, 'wf.other': 1, 'wf.end': 2 });
  });

  it('runs a chosen group again as a whole', () => {
    const { count, counting } = starts();
    const templates: Template[] = [
      { name: 'main', steps: [[{ name: 'a', template: 'inner' }], [{ name: 'b', template: 'c' }]] },
      { name: 'inner', steps: [[{ name: 'x', template: 'c' }], [{ name: 'y', template: 'c' }]] },
      container('c', { retryStrategy: { limit: 1 } }),
    ];
    const run = new WorkflowSimulation(
      workflow(templates),
      counting(() => ({})),
    );
    run.run();
    run.sleep(1000);
    expect(retry(run, { restartSuccessful: true, nodeFieldSelector: 'templateName=inner' }).ok).toBe(true);
    expect(run.run()).toBe('Succeeded');
    expect(Object.values(count)).toEqual([2, 2, 2]);
  });

  it('of a failed run takes what is chosen too', () => {
    const { count, counting } = starts();
    let isBroken = true;
    const main: Template = {
      name: 'main',
      steps: [
        [
          { name: 'a', template: 'c' },
          { name: 'b', template: 'c' },
          { name: 'd', template: 'c' },
        ],
      ],
    };
    const script: PodScript = ({ displayName }) => (isBroken && displayName === 'b' ? { phase: 'Failed' } : {});
    const run = new WorkflowSimulation(workflow([main, container('c')]), counting(script));
    run.run();
    run.sleep(1000);
    isBroken = false;
    retry(run, { restartSuccessful: true, nodeFieldSelector: 'displayName=a' });
    expect(run.run()).toBe('Succeeded');
    expect(count).toEqual({ 'wf[0].a': 2, 'wf[0].b': 2, 'wf[0].d': 1 });
  });

  it('asks a person again where one had said no', () => {
    const templates: Template[] = [
      { name: 'main', steps: [[{ name: 'ask', template: 'wait' }]] },
      { name: 'wait', suspend: {}, outputs: { parameters: [{ name: 'why', valueFrom: { supplied: {} } }] } },
    ];
    const run = new WorkflowSimulation(workflow(templates));
    run.run();
    run.intent({ type: 'StopRun', nodeFieldSelector: 'displayName=ask', message: 'no' });
    expect(run.run()).toBe('Failed');
    run.sleep(1000);
    retry(run);
    expect(run.run()).toBe('Running');
    expect(run.node('wf[0].ask')).toMatchObject({
      phase: 'Running',
      outputs: { parameters: [{ name: 'why', valueFrom: { supplied: {} } }] },
    });
  });
});

describe('setting a suspended node', () => {
  const parameters = [
    { name: 'yes', globalName: 'answer', valueFrom: { supplied: {} } },
    { name: 'fix', value: 'ed' },
  ];
  const asked = (): WorkflowSimulation => {
    const templates: Template[] = [
      { name: 'main', steps: [[{ name: 'ask', template: 'wait' }], [{ name: 'tell', template: 'c' }]] },
      { name: 'wait', suspend: {}, outputs: { parameters } },
      container('c', { container: { image: 'x', args: ['{{workflow.outputs.parameters.answer}}'] } }),
    ];
    const run = new WorkflowSimulation(workflow(templates));
    run.run();
    return run;
  };
  const set = (run: WorkflowSimulation, change: object) =>
    run.intent({ type: 'SetNode', nodeFieldSelector: 'displayName=ask', ...change });

  it('adds messages up', () => {
    const run = asked();
    set(run, { message: 'first' });
    set(run, { message: 'second' });
    expect(run.node('wf[0].ask')).toMatchObject({ phase: 'Running', message: 'first; second' });
  });

  it('takes a value once, and only where one is to be supplied', () => {
    const run = asked();
    expect(set(run, { outputParameters: { no: '1' } })).toMatchObject({ code: 'bad-parameters' });
    expect(set(run, { outputParameters: { fix: '1' } })).toMatchObject({ code: 'bad-parameters' });
    expect(set(run, { outputParameters: { yes: '1' } }).ok).toBe(true);
    expect(set(run, { outputParameters: { yes: '2' } })).toMatchObject({
      code: 'bad-parameters',
      message: "cannot set output parameter 'yes' because it does not use valueFrom.raw or it was already set",
    });
  });

  it.each<[string, (run: WorkflowSimulation) => unknown]>([
    ['resumed', (run) => run.intent({ type: 'ResumeRun' })],
    ['ended', (run) => set(run, { phase: 'Succeeded' })],
  ])('makes its global outputs known when it is %s', (_how, go) => {
    const run = asked();
    set(run, { outputParameters: { yes: '42' } });
    go(run);
    const seen: unknown[] = [];
    const perform = run.world.perform.bind(run.world);
    run.world.perform = (command) => {
      if (command.type === 'EnsurePod') seen.push(command.template.container?.args);
      return perform(command);
    };
    expect(run.run()).toBe('Succeeded');
    expect(run.state.status.outputs?.parameters).toEqual([{ name: 'answer', value: '42' }]);
    expect(seen).toEqual([['42']]);
  });

  it.each(['Failed', 'Error', 'Skipped'] as const)('may end it %s', (phase) => {
    const run = asked();
    set(run, { phase, outputParameters: { yes: '1' } });
    expect(run.node('wf[0].ask').finishedAt).toBeDefined();
    expect(run.run()).toBe(phase === 'Skipped' ? 'Succeeded' : 'Failed');
  });
});
