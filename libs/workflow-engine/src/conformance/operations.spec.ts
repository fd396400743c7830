import { container, workflow, WorkflowSimulation } from '../testing/index.js';

const approval = {
  name: 'main',
  steps: [
    [{ name: 'before', template: 'c' }],
    [{ name: 'approve', template: 'wait' }],
    [{ name: 'after', template: 'c' }],
  ],
};
const wait = (suspend = {}, extra = {}) => ({ name: 'wait', suspend, ...extra });

describe('suspend and resume', () => {
  it('a suspended step waits for a person', () => {
    const run = new WorkflowSimulation(workflow([approval, wait(), container('c')]));
    expect(run.run()).toBe('Running');
    expect(run.node('wf[1].approve')).toMatchObject({ type: 'Suspend', phase: 'Running' });
    expect(run.intent({ type: 'ResumeRun', by: 'ann' }).ok).toBe(true);
    expect(run.run()).toBe('Succeeded');
    expect(run.node('wf[1].approve').message).toBe('Resumed by: ann');
  });

  it('tells who acted last, and only that', () => {
    const run = new WorkflowSimulation(workflow([approval, wait(), container('c')]));
    run.run();
    const prefix = 'workflows.argoproj.io/';
    const by = (actor: string, more = {}) => ({ labels: { [`${prefix}actor`]: actor, ...more } });
    const told = () => Object.entries(run.state.workflow.metadata.labels ?? {}).filter(([key]) => /\/act/.test(key));
    run.intent({ type: 'SuspendRun', ...by('ann', { [`${prefix}actor-email`]: 'a', [`${prefix}action`]: 'Suspend' }) });
    expect(told()).toHaveLength(3);
    run.intent({ type: 'SetNode', nodeFieldSelector: 'displayName=nobody', ...by('eve') });
    run.intent({ type: 'ResumeRun' });
    expect(told()).toHaveLength(3);
    run.intent({ type: 'StopRun', ...by('bob', { [`${prefix}action`]: 'Stop' }) });
    expect(Object.fromEntries(told())).toEqual({ [`${prefix}actor`]: 'bob', [`${prefix}action`]: 'Stop' });
    run.run();
    expect(told()).toHaveLength(2);
  });

  it('or for its duration', () => {
    const run = new WorkflowSimulation(workflow([wait({ duration: '90' }, { name: 'main' })]));
    expect(run.run()).toBe('Succeeded');
    expect(run.world.now).toBe(Date.UTC(2026, 0, 1) + 90_000);
  });

  it('takes outputs from whoever sets them, and refuses to go on without', () => {
    const outputs = { parameters: [{ name: 'yes', valueFrom: { supplied: {} } }] };
    const run = new WorkflowSimulation(workflow([approval, wait({}, { outputs }), container('c')]));
    run.run();
    expect(run.intent({ type: 'ResumeRun' })).toMatchObject({ ok: false, code: 'bad-parameters' });
    expect(run.intent({ type: 'SetNode', nodeFieldSelector: 'displayName=nobody' })).toMatchObject({
      code: 'nothing-selected',
    });
    expect(
      run.intent({ type: 'SetNode', nodeFieldSelector: 'displayName=approve', outputParameters: { no: '1' } }),
    ).toMatchObject({ code: 'bad-parameters' });
    expect(
      run.intent({
        type: 'SetNode',
        nodeFieldSelector: 'displayName=approve',
        outputParameters: { yes: '1' },
        phase: 'Succeeded',
      }).ok,
    ).toBe(true);
    expect(run.run()).toBe('Succeeded');
    expect(run.node('wf[1].approve').outputs?.parameters).toEqual([{ name: 'yes', value: '1' }]);
  });

  it('a suspended run starts nothing new and goes on where it was', () => {
    const run = new WorkflowSimulation(
      workflow([
        { name: 'main', steps: [[{ name: 'a', template: 'c' }], [{ name: 'b', template: 'c' }]] },
        container('c'),
      ]),
    );
    run.run((state) => state.nodes.some((node) => node.displayName === 'a' && node.phase === 'Running'));
    expect(run.intent({ type: 'SuspendRun' })).toMatchObject({ ok: true, patch: { spec: { suspend: true } } });
    expect(run.run()).toBe('Running');
    expect(run.nodes().some((node) => node.displayName === 'b')).toBe(false);
    expect(run.intent({ type: 'ResumeRun' })).toMatchObject({ ok: true, patch: { spec: { suspend: null } } });
    expect(run.run()).toBe('Succeeded');
    expect(run.intent({ type: 'ResumeRun' })).toMatchObject({ ok: false, code: 'already-finished' });
  });
});

describe('stop and terminate', () => {
  const spec = { onExit: 'exit' };
  const templates = [
    {
      name: 'main',
      steps: [
        [
          { name: 'a', template: 'c' },
          { name: 'w', template: 'wait' },
        ],
        [{ name: 'b', template: 'c' }],
      ],
    },
    wait(),
    container('c'),
    container('exit'),
  ];
  const running = (): WorkflowSimulation => {
    const run = new WorkflowSimulation(workflow(templates, spec), (pod) =>
      pod.onExit ? {} : { endsAfterMs: 'never' },
    );
    run.run((state) => state.nodes.some((node) => node.displayName === 'a' && node.phase === 'Running'));
    return run;
  };

  it('stop ends what is open, terminates pods and still runs the exit handler', () => {
    const run = running();
    run.intent({ type: 'StopRun' });
    const { commands } = run.pass();
    expect(commands.map((command) => command.type).sort()).toEqual(['EnsurePod', 'TerminatePod']);
    expect(run.run()).toBe('Failed');
    expect(run.message).toBe("Stopped with strategy 'Stop'");
    expect(run.node('wf[0].a').message).toBe('workflow shutdown with strategy:  Stop');
    expect(run.node('wf[0].w').message).toBe("Stopped with strategy 'Stop'");
    expect(run.node('wf.onExit').phase).toBe('Succeeded');
  });

  it('terminate runs no exit handler', () => {
    const run = running();
    run.intent({ type: 'TerminateRun' });
    expect(run.run()).toBe('Failed');
    expect(run.message).toBe("Stopped with strategy 'Terminate'");
    expect(run.nodes().some((node) => node.name === 'wf.onExit')).toBe(false);
  });

  it('stop with a selector fails only that suspended node', () => {
    const run = new WorkflowSimulation(workflow([approval, wait(), container('c')]));
    run.run();
    run.intent({ type: 'StopRun', nodeFieldSelector: 'displayName=approve', message: 'no' });
    expect(run.run()).toBe('Failed');
    expect(run.node('wf[1].approve')).toMatchObject({ phase: 'Failed', message: 'no' });
    expect(run.intent({ type: 'StopRun' })).toMatchObject({ code: 'already-finished' });
  });
});

describe('deadlines', () => {
  it('of the run end what is open', () => {
    const run = new WorkflowSimulation(workflow([approval, wait(), container('c')], { activeDeadlineSeconds: 60 }));
    run.run();
    expect(run.state.status.phase).toBe('Failed');
    expect(run.node('wf[1].approve').message).toBe('Step exceeded its deadline');
    expect(run.world.now).toBe(Date.UTC(2026, 0, 1) + 60_000);
  });

  it('of a template count pending time and go into the pod', () => {
    const run = new WorkflowSimulation(workflow([container('main', { timeout: '30s' })]), () => ({
      runsAfterMs: 99_000,
      endsAfterMs: 'never',
    }));
    const { commands } = run.pass();
    expect(commands).toMatchObject([{ type: 'EnsurePod', deadline: Date.UTC(2026, 0, 1) + 30_000 }]);
    expect(run.run()).toBe('Failed');
    expect(run.message).toBe('timeout');
  });
});

describe('manual retry', () => {
  it('keeps what succeeded and runs the rest again', () => {
    let broken = true;
    const run = new WorkflowSimulation(
      workflow(
        [
          {
            name: 'main',
            steps: [
              [{ name: 'a', template: 'c' }],
              [
                { name: 'b', template: 'c' },
                { name: 'd', template: 'c' },
              ],
              [{ name: 'e', template: 'c' }],
            ],
          },
          container('c'),
          container('exit'),
        ],
        { onExit: 'exit' },
      ),
      (pod) => (broken && pod.displayName === 'b' ? { phase: 'Failed' } : {}),
    );
    expect(run.intent({ type: 'RetryRun' })).toMatchObject({ ok: false, code: 'not-finished' });
    expect(run.run()).toBe('Failed');
    broken = false;
    const applied = run.intent({ type: 'RetryRun' });
    expect(applied).toMatchObject({ ok: true, commands: [{ type: 'DeletePod' }, { type: 'DeletePod' }] });
    expect(run.state.status.progress).toBe('2/2');
    expect(run.run()).toBe('Succeeded');
    const created = Object.fromEntries(
      run
        .nodes()
        .filter((node) => node.type === 'Pod')
        .map((node) => [node.displayName ?? '', run.world.created.get(`wf-${node.templateName}-${node.id.slice(3)}`)]),
    );
    expect(created).toEqual({ a: 1, b: 2, d: 1, e: 1, 'wf.onExit': 2 });
    expect(run.state.status.progress).toBe('5/5');
    expect(run.state.workflow.metadata.labels?.['workflows.argoproj.io/completed']).toBe('true');
  });

  it('starts a retried step over, with new arguments if given', () => {
    const seen: unknown[] = [];
    const run = new WorkflowSimulation(
      workflow(
        [
          container('main', {
            retryStrategy: { limit: 1 },
            container: { image: 'x', args: ['{{workflow.parameters.p}}'] },
          }),
        ],
        {
          arguments: { parameters: [{ name: 'p', value: 'bad' }] },
        },
      ),
      (pod) => {
        seen.push(pod.template.container?.args?.[0]);
        return pod.template.container?.args?.[0] === 'bad' ? { phase: 'Failed' } : {};
      },
    );
    run.run();
    run.sleep(5000);
    expect(run.intent({ type: 'RetryRun', parameters: ['nonsense'] })).toMatchObject({
      ok: false,
      code: 'bad-parameters',
    });
    expect(run.intent({ type: 'RetryRun', parameters: ['p=good'] }).ok).toBe(true);
    expect(run.run()).toBe('Succeeded');
    expect(seen).toEqual(['bad', 'bad', 'good']);
  });

  it('runs a chosen successful step again when told to', () => {
    const run = new WorkflowSimulation(workflow([approval, wait({ duration: 1 }), container('c')]));
    run.run();
    expect(run.intent({ type: 'RetryRun' })).toMatchObject({ ok: false, code: 'bad-selector' });
    expect(run.intent({ type: 'RetryRun', restartSuccessful: true, nodeFieldSelector: 'displayName=after' }).ok).toBe(
      true,
    );
    expect(run.run()).toBe('Succeeded');
    expect([...run.world.created.values()]).toEqual([1, 2]);
  });

  it('waits for pods that were left behind to go', () => {
    let broken = true;
    const run = new WorkflowSimulation(workflow([container('main')]), () => (broken ? { phase: 'Failed' } : {}));
    run.run();
    run.sleep(5000);
    broken = false;
    const pod = run.world.pod('wf');
    const lostCommand = run.world.perform.bind(run.world);
    run.world.perform = () => [];
    run.intent({ type: 'RetryRun' });
    run.world.perform = lostCommand;
    expect(run.world.pod('wf')).toBe(pod);
    expect(run.run()).toBe('Succeeded');
    expect(run.world.created.get('wf')).toBe(2);
  });
});

describe('what a run leaves', () => {
  it('volume claims come before pods and go after success', () => {
    const claims = { volumeClaimTemplates: [{ metadata: { name: 'work' }, spec: {} }] };
    const run = new WorkflowSimulation(workflow([container('main')], claims));
    expect(run.pass().commands.map((command) => command.type)).toEqual(['EnsurePersistentVolumeClaim', 'EnsurePod']);
    expect(run.state.status.persistentVolumeClaims).toEqual([
      { name: 'work', persistentVolumeClaim: { claimName: 'wf-work' } },
    ]);
    expect(run.run()).toBe('Succeeded');
    expect(run.world.claims.size).toBe(0);
    const failed = new WorkflowSimulation(workflow([container('main')], claims), () => ({ phase: 'Failed' }));
    failed.run();
    expect([...failed.world.claims]).toEqual(['wf-work']);
  });

  it('a volume claim that is made late, after the run is over, goes as well', () => {
    const run = new WorkflowSimulation(
      workflow([container('main')], { volumeClaimTemplates: [{ metadata: { name: 'work' }, spec: {} }] }),
    );
    expect(run.run()).toBe('Succeeded');
    run.pass();
    expect(run.state.status.persistentVolumeClaims).toEqual([]);
    run.world.claims.add('wf-work');
    expect(run.pass().commands).toMatchObject([{ type: 'DeletePersistentVolumeClaim', name: 'wf-work' }]);
    expect(run.world.claims.size).toBe(0);
  });

  it('pods go when their strategy says so', () => {
    const left = (strategy: 'OnPodCompletion' | 'OnPodSuccess' | 'OnWorkflowSuccess' | ''): number => {
      const run = new WorkflowSimulation(
        workflow(
          [
            {
              name: 'main',
              steps: [
                [
                  { name: 'a', template: 'c', continueOn: { failed: true } },
                  { name: 'b', template: 'c' },
                ],
              ],
            },
            container('c'),
          ],
          { podGC: { strategy } },
        ),
        (pod) => (pod.displayName === 'a' ? { phase: 'Failed' } : {}),
      );
      expect(run.run()).toBe('Succeeded');
      return run.world.podNames().length;
    };
    expect([left(''), left('OnPodSuccess'), left('OnPodCompletion'), left('OnWorkflowSuccess')]).toEqual([2, 1, 0, 0]);
  });

  it('labels and conditions tell where it stands', () => {
    const run = new WorkflowSimulation(workflow([container('main')]));
    expect(run.pass().patch?.metadata?.labels).toEqual({
      'workflows.argoproj.io/phase': 'Running',
      'workflows.argoproj.io/completed': 'false',
    });
    run.run();
    expect(run.state.workflow.metadata).toMatchObject({
      labels: { 'workflows.argoproj.io/phase': 'Succeeded', 'workflows.argoproj.io/completed': 'true' },
      annotations: { 'workflows.argoproj.io/pod-name-format': 'v2' },
    });
    expect(run.state.status.conditions).toEqual([
      { type: 'PodRunning', status: 'False' },
      { type: 'Completed', status: 'True' },
    ]);
    expect(run.state.status.resourcesDuration).toEqual({ cpu: 1, memory: 2 });
    expect(run.journal.map((entry) => entry.reason)).toEqual([
      'WorkflowRunning',
      'WorkflowNodeRunning',
      'WorkflowNodeSucceeded',
      'WorkflowSucceeded',
    ]);
  });
});
