import type { Template, WorkflowStep } from '@argosy/workflow-spec';
import type { PodScript } from '../testing/index.js';
import { container, workflow, WorkflowSimulation } from '../testing/index.js';

const server = (extra: Template = {}): Template => container('server', { daemon: true, ...extra });
const client = container('client', {
  inputs: { parameters: [{ name: 'ip', default: '' }] },
  container: { image: 'x', args: ['{{inputs.parameters.ip}}'] },
});
const use = (ip: string): Pick<WorkflowStep, 'template' | 'arguments'> => ({
  template: 'client',
  arguments: { parameters: [{ name: 'ip', value: ip }] },
});
const endless: PodScript = (pod) => (pod.template.daemon ? { endsAfterMs: 'never', readyAfterMs: 5000 } : {});

const inSteps = (extra: Template = {}, script: PodScript = endless): WorkflowSimulation =>
  new WorkflowSimulation(
    workflow([
      {
        name: 'main',
        steps: [[{ name: 'db', template: 'server' }], [{ name: 'use', ...use('{{steps.db.ip}}') }]],
      },
      server(extra),
      client,
    ]),
    script,
  );
const openPods = (run: WorkflowSimulation): string[] =>
  run.world.podNames().filter((name) => /Pending|Running/.test(run.world.pod(name)?.phase ?? ''));

const podOf = (run: WorkflowSimulation, name: string): string => {
  const { id, templateName = '' } = run.node(name);
  return id.replace(/^wf-/, `wf-${templateName}-`);
};

describe('a daemon', () => {
  it('is waited for until it is ready, and then runs beside the steps after it', () => {
    const run = inSteps();
    run.run(() => openPods(run).some((name) => run.world.pod(name)?.phase === 'Running'));
    expect(run.node('wf[0].db')).toMatchObject({ phase: 'Pending' });
    expect(run.node('wf[0].db')).not.toHaveProperty('daemoned');
    run.run((state) => [...state.nodes.values()].some((node) => node.name === 'wf[1].use' && node.phase === 'Running'));
    expect(run.node('wf[0].db')).toMatchObject({ phase: 'Running', daemoned: true, podIP: '10.0.0.1' });
    expect(run.node('wf[0]')).toMatchObject({ phase: 'Succeeded' });
    expect(run.node('wf[1].use').inputs?.parameters?.[0]?.value).toBe('10.0.0.1');
  });

  it('is ended with the steps around it, and counts as done', () => {
    const run = inSteps();
    expect(run.run()).toBe('Succeeded');
    expect(run.node('wf[0].db')).toMatchObject({ phase: 'Succeeded', progress: '1/1', podIP: '10.0.0.1' });
    expect(run.node('wf[0].db')).not.toHaveProperty('daemoned');
    expect(run.state.status.progress).toBe('2/2');
    expect(run.node('wf[0]').progress).toBe('1/1');
    expect(openPods(run)).toEqual([]);
  });

  it('has an address, and several of them in a loop', () => {
    for (const body of [
      {
        steps: [
          [{ name: 'db', template: 'server', withItems: ['a', 'b'] }],
          [{ name: 'use', ...use('{{steps.db.ip}}') }],
        ],
      },
      {
        dag: {
          tasks: [
            { name: 'db', template: 'server', withItems: ['a', 'b'] },
            { name: 'use', depends: 'db', ...use('{{tasks.db.ip}}') },
          ],
        },
      },
    ]) {
      const run = new WorkflowSimulation(
        workflow([{ name: 'main', ...body }, server({ retryStrategy: { limit: 1 } }), client]),
        endless,
      );
      expect(run.run()).toBe('Succeeded');
      const [user] = [...run.state.nodes.values()].filter(({ displayName }) => displayName === 'use');
      expect(user?.inputs?.parameters?.[0]?.value).toBe('["10.0.0.1","10.0.0.1"]');
    }
  });

  it('is found again after a restart, wherever it stands', () => {
    for (const body of [
      { steps: [[{ name: 'db', template: 'server' }], [{ name: 'use', ...use('{{steps.db.ip}}') }]] },
      { steps: [[{ name: 'db', template: 'server', withItems: [1, 2] }], [{ name: 'use', template: 'client' }]] },
      {
        dag: {
          tasks: [
            { name: 'db', template: 'server', withItems: [1, 2] },
            { name: 'use', template: 'client', depends: 'db' },
          ],
        },
      },
      {
        dag: {
          tasks: [
            { name: 'db', template: 'server' },
            { name: 'use', ...use('{{tasks.db.ip}}'), depends: 'db.Daemoned' },
          ],
        },
      },
    ] satisfies Template[]) {
      for (const extra of [{}, { retryStrategy: { limit: 1 } }]) {
        const make = (): WorkflowSimulation =>
          new WorkflowSimulation(workflow([{ name: 'main', ...body }, server(extra), client]), endless);
        const calm = make();
        expect(calm.run()).toBe('Succeeded');
        const restarted = make();
        restarted.run(() => {
          restarted.restart();
          return false;
        });
        expect(restarted.tree()).toEqual(calm.tree());
        expect(openPods(restarted)).toEqual([]);
        expect(Math.max(...restarted.world.created.values())).toBe(1);
      }
    }
  });

  it('satisfies a dependency, and `depends` can ask for it by name', () => {
    const run = new WorkflowSimulation(
      workflow([
        {
          name: 'main',
          dag: {
            tasks: [
              { name: 'db', template: 'server' },
              { name: 'plain', ...use('{{tasks.db.ip}}'), depends: 'db' },
              { name: 'named', ...use('{{tasks.db.ip}}'), depends: 'db.Daemoned' },
              { name: 'never', template: 'client', depends: 'db.Succeeded' },
            ],
          },
        },
        server(),
        client,
      ]),
      endless,
    );
    expect(run.run()).toBe('Succeeded');
    expect(run.tree()).toEqual([
      'wf: DAG Succeeded -> wf.db',
      'wf.db: Pod Succeeded -> wf.named, wf.never, wf.plain',
      'wf.named: Pod Succeeded',
      'wf.never: Skipped Omitted (omitted: depends condition not met)',
      'wf.plain: Pod Succeeded',
    ]);
  });

  it('has failed when it ends by itself before it is ready, however well', () => {
    const run = new WorkflowSimulation(
      workflow([{ name: 'main', steps: [[{ name: 'db', template: 'server' }]] }, server()]),
      () => ({ readyAfterMs: 9000, endsAfterMs: 3000 }),
    );
    expect(run.run()).toBe('Failed');
    expect(run.node('wf[0].db')).toMatchObject({ phase: 'Failed', outputs: { exitCode: '0' } });
  });

  it('is replaced when it goes away and may be retried, while the steps beside it go on', () => {
    const script: PodScript = (pod) => {
      if (!pod.template.daemon) return { endsAfterMs: 60_000 };
      return pod.retryAttempt === 0 ? { endsAfterMs: 10_000 } : { endsAfterMs: 'never' };
    };
    const run = new WorkflowSimulation(
      workflow([
        {
          name: 'main',
          steps: [[{ name: 'db', template: 'server' }], [{ name: 'use', ...use('{{steps.db.ip}}') }]],
        },
        server({ retryStrategy: { limit: 3 } }),
        client,
      ]),
      script,
    );
    run.run((state) => [...state.nodes.values()].some((node) => node.name === 'wf[0].db(1)' && node.daemoned === true));
    expect(run.node('wf[0].db')).toMatchObject({ phase: 'Running', daemoned: true, podIP: '10.0.0.1' });
    expect(run.node('wf[1].use')).toMatchObject({ phase: 'Running' });
    expect(run.run()).toBe('Succeeded');
    expect(run.tree()).toEqual([
      'wf: Steps Succeeded -> wf[0]',
      'wf[0]: StepGroup Succeeded -> wf[0].db',
      'wf[0].db: Retry Succeeded -> wf[0].db(0), wf[0].db(1)',
      // What follows was drawn below the attempt that was up when it began.
      'wf[0].db(0): Pod Failed -> wf[1]',
      'wf[0].db(1): Pod Succeeded',
      'wf[1]: StepGroup Succeeded -> wf[1].use',
      'wf[1].use: Pod Succeeded',
    ]);
  });

  it.each([
    ['fails its steps once what runs is over, and nothing follows', {}, undefined, 'Failed'],
    ['fails them as an item of a loop too', { withItems: [1, 2] }, undefined, 'Failed'],
    ['may be allowed to fail', { continueOn: { failed: true } }, undefined, 'Succeeded'],
    ['fails them when all retries are used up', {}, { limit: 1 }, 'Failed'],
  ] satisfies [string, Partial<WorkflowStep>, Template['retryStrategy'], string][])(
    'that goes away %s',
    (_what, call, retryStrategy, phase) => {
      const steps: WorkflowStep[][] = [
        [{ name: 'db', template: 'server', ...call }],
        [{ name: 'use', template: 'client' }],
        [{ name: 'report', template: 'client' }],
      ];
      const templates = [{ name: 'main', steps }, server(retryStrategy && { retryStrategy }), client];
      const make = (): WorkflowSimulation =>
        new WorkflowSimulation(workflow(templates), (pod) => ({ endsAfterMs: pod.template.daemon ? 10_000 : 60_000 }));
      const run = make();
      expect(run.run()).toBe(phase);
      const lost = run.nodes().find(({ name }) => name.startsWith('wf[0].db'));
      expect(run.message).toBe(phase === 'Failed' ? `child '${lost?.id}' failed` : '');
      expect(run.node('wf[1].use').phase).toBe('Succeeded');
      expect(run.nodes().some(({ name }) => name === 'wf[2].report')).toBe(phase === 'Succeeded');
      const restarted = make();
      restarted.run(() => {
        restarted.restart();
        return false;
      });
      expect(restarted.tree()).toEqual(run.tree());
    },
  );

  it('takes no place under a limit once it is up', () => {
    for (const limits of [{ spec: { parallelism: 1 } }, { template: { parallelism: 1 } }]) {
      const run = new WorkflowSimulation(
        workflow(
          [
            {
              name: 'main',
              steps: [[{ name: 'db', template: 'server' }], [{ name: 'use', ...use('{{steps.db.ip}}') }]],
              ...limits.template,
            },
            server(),
            client,
          ],
          limits.spec,
        ),
        endless,
      );
      expect(run.run()).toBe('Succeeded');
    }
  });

  it('may outlast its own timeout once it is up, but not before', () => {
    expect(inSteps({ timeout: '6s' }).run()).toBe('Succeeded');
    const late = inSteps({ timeout: '4s' });
    expect(late.run()).toBe('Failed');
    expect(late.node('wf[0].db').message).toBe('timeout');
  });

  it('ends with a run that is stopped', () => {
    const run = inSteps();
    run.run((state) => [...state.nodes.values()].some((node) => node.daemoned === true));
    run.intent({ type: 'StopRun' });
    expect(run.run()).toBe('Failed');
    expect(openPods(run)).toEqual([]);
  });

  it('as the entry or the exit handler ends as soon as it is up', () => {
    const run = new WorkflowSimulation(
      workflow([container('main', { daemon: true }), server({ retryStrategy: { limit: 1 } })], { onExit: 'server' }),
      endless,
    );
    expect(run.run()).toBe('Succeeded');
    expect(run.tree()).toEqual([
      'wf: Pod Succeeded',
      'wf.onExit: Retry Succeeded -> wf.onExit(0)',
      'wf.onExit(0): Pod Succeeded',
    ]);
    expect(openPods(run)).toEqual([]);
  });

  it('that is lost counts as gone', () => {
    const run = inSteps({ retryStrategy: { limit: 1, retryPolicy: 'Always' } }, (pod) => ({
      endsAfterMs: pod.template.daemon ? 'never' : 60_000,
    }));
    run.run((state) => [...state.nodes.values()].some((node) => node.daemoned === true));
    const [pod = ''] = openPods(run);
    run.sleep(20_000);
    run.world.remove(pod);
    run.restart();
    expect(run.run()).toBe('Succeeded');
    expect(run.node('wf[0].db(0)')).toMatchObject({ phase: 'Error', message: 'pod deleted' });
    expect(run.node('wf[0].db(1)')).toMatchObject({ phase: 'Succeeded' });
  });

  it('runs again when what uses it is retried, and not when nothing does', () => {
    let isBroken = true;
    const script: PodScript = (pod) => {
      if (pod.template.daemon) return { endsAfterMs: 'never' };
      return pod.templateName === 'client' && isBroken ? { phase: 'Failed' } : {};
    };
    for (const extra of [{}, { retryStrategy: { limit: 1 } }]) {
      isBroken = true;
      const run = new WorkflowSimulation(
        workflow([
          {
            name: 'main',
            dag: {
              tasks: [
                { name: 'db', template: 'server' },
                { name: 'good', template: 'good', depends: 'db' },
                { name: 'other', template: 'server' },
                { name: 'after', template: 'good', depends: 'other' },
                { name: 'use', ...use('{{tasks.db.ip}}'), depends: 'good' },
              ],
            },
          },
          server(extra),
          container('good'),
          client,
        ]),
        script,
      );
      expect(run.run()).toBe('Failed');
      const before = run.tree();
      isBroken = false;
      run.sleep(5000);
      expect(run.intent({ type: 'RetryRun' })).toMatchObject({ ok: true });
      expect(run.run()).toBe('Succeeded');
      expect(run.tree().map((line) => line.replace(/ \(.*\)/, ''))).toEqual(
        before.map((line) => line.replace(/ \(main: .*\)/, '').replace('Failed', 'Succeeded')),
      );
      const times = (name: string): number =>
        [...run.world.created].filter(([pod]) => pod === podOf(run, name)).map(([, count]) => count)[0] ?? 0;
      const attempt = 'retryStrategy' in extra ? '(0)' : '';
      expect([times(`wf.db${attempt}`), times(`wf.other${attempt}`), times('wf.good'), times('wf.use')]).toEqual([
        2, 1, 1, 2,
      ]);
      expect(openPods(run)).toEqual([]);
      expect(run.state.status.progress).toBe('5/5');
    }
  });

  it('behind another daemon starts over too, each in its turn', () => {
    let isBroken = true;
    const run = new WorkflowSimulation(
      workflow([
        {
          name: 'main',
          dag: {
            tasks: [
              { name: 'db', template: 'server' },
              { name: 'fill', template: 'good', depends: 'db' },
              { name: 'web', template: 'server', depends: 'fill' },
              { name: 'use', ...use('{{tasks.web.ip}}'), depends: 'web' },
            ],
          },
        },
        server(),
        container('good'),
        client,
      ]),
      (pod) => {
        if (pod.template.daemon) return { endsAfterMs: 'never' };
        return pod.templateName === 'client' && isBroken ? { phase: 'Failed' } : {};
      },
    );
    expect(run.run()).toBe('Failed');
    isBroken = false;
    run.sleep(5000);
    run.intent({ type: 'RetryRun' });
    expect(run.run()).toBe('Succeeded');
    const created = ['wf.db', 'wf.fill', 'wf.web', 'wf.use'].map((name) => run.world.created.get(podOf(run, name)));
    expect(created).toEqual([2, 1, 2, 2]);
  });
});
