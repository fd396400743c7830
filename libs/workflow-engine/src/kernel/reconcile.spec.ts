import type { PodObservation } from '../model/observation.js';
import { container, ScriptedWorld, workflow, WorkflowSimulation } from '../testing/index.js';
import { hydrate } from '../projections/workflow.js';
import { reconcile } from './reconcile.js';

const fanOut = (count: number, extra = {}) =>
  workflow([{ name: 'main', steps: [[{ name: 'l', template: 'c', withSequence: { count } }]] }, container('c')], extra);

describe('a run', () => {
  it('of one container ends when its pod does', () => {
    const run = new WorkflowSimulation(workflow([container('main')]));
    expect(run.run()).toBe('Succeeded');
    expect(run.tree()).toEqual(['wf: Pod Succeeded']);
    expect(run.state.status.progress).toBe('1/1');
    expect(run.world.podNames()).toEqual(['wf']);
  });

  it('waits for outputs that are still on their way', () => {
    const run = new WorkflowSimulation(workflow([container('main')]));
    run.pass();
    run.world.advanceTo((run.world.now + 5000) as never);
    const pod = run.world.pod('wf') as PodObservation;
    const world = (seen: PodObservation) => ({
      pod: () => seen,
      changedPods: ['wf'],
      persistentVolumeClaim: () => 'absent' as const,
    });
    const waiting = reconcile(run.state, world({ ...pod, outputsPending: true }), { now: run.world.now });
    expect(waiting.state.nodes.first()?.phase).toBe('Running');
    const done = reconcile(waiting.state, world(pod), { now: run.world.now });
    expect(done.state.status.phase).toBe('Succeeded');
  });

  it('runs templates that are written where they are called', () => {
    const run = new WorkflowSimulation(
      workflow([{ name: 'main', dag: { tasks: [{ name: 'a', inline: container('ignored') }] } }]),
    );
    expect(run.run()).toBe('Succeeded');
    expect(run.node('wf.a').type).toBe('Pod');
  });

  it('reads arguments from a ConfigMap', () => {
    const args: unknown[] = [];
    const world = new ScriptedWorld((pod) => {
      args.push(pod.template.container?.args);
      return {};
    });
    world.configMaps.set('settings', { level: 'high' });
    const main = container('main', {
      inputs: { parameters: [{ name: 'l', valueFrom: { configMapKeyRef: { name: 'settings', key: 'level' } } }] },
      container: { image: 'x', args: ['{{inputs.parameters.l}}'] },
    });
    const run = new WorkflowSimulation(workflow([main]), undefined, world);
    expect(run.run()).toBe('Succeeded');
    expect(args).toEqual([['high']]);
  });

  it('ends at once when an input is missing', () => {
    const run = new WorkflowSimulation(workflow([container('main', { inputs: { parameters: [{ name: 'x' }] } })]));
    run.rules = { validate: false };
    expect(run.run()).toBe('Error');
    expect(run.message).toBe('error in entry template execution: inputs.parameters.x was not supplied');
  });

  it('refuses recursion without end', () => {
    const run = new WorkflowSimulation(workflow([{ name: 'main', steps: [[{ name: 's', template: 'main' }]] }]));
    expect(run.run()).toBe('Failed');
    expect(run.nodes().some((node) => node.message?.startsWith('Maximum recursion depth exceeded'))).toBe(true);
  });
});

describe('a pass', () => {
  it('over one pod of a wide loop touches that pod, what encloses it, and nothing else', () => {
    const run = new WorkflowSimulation(fanOut(2000), () => ({ endsAfterMs: 'never' }));
    run.pass();
    run.pass();
    run.sleep(2000);
    const podName = run.world.podNames()[1234] ?? '';
    const changedPods = run.world.perform({ type: 'TerminatePod', key: '', podName, nodeId: '' });
    let lookedAt = 0;
    const world = {
      changedPods,
      persistentVolumeClaim: () => 'absent' as const,
      pod: (name: string) => {
        lookedAt += 1;
        return run.world.pod(name);
      },
    };
    const { patch } = reconcile(run.state, world, { now: run.world.now });
    expect(Object.keys(patch?.status?.nodes ?? {})).toHaveLength(3);
    expect(JSON.stringify(patch).length).toBeLessThan(1000);
    expect(lookedAt).toBeLessThan(5);
  });

  it('starts only so many nodes as it may and asks to be called again at once', () => {
    const world = new ScriptedWorld();
    let state = hydrate(fanOut(25));
    const sizes: number[] = [];
    let wakes = 0;
    for (let pass = 0; pass < 4; pass++) {
      const decision = reconcile(state, world, { now: world.now, maxNewNodes: 10 });
      state = decision.state;
      if (decision.wakeAt === world.now) wakes += 1;
      world.changedPods = decision.commands.flatMap((command) => world.perform(command));
      sizes.push(world.podNames().length);
    }
    expect(sizes).toEqual([8, 18, 25, 25]);
    expect(wakes).toBe(2);
  });

  it('goes on with a tree that another agent began', () => {
    const begun = new WorkflowSimulation(
      workflow([
        { name: 'main', steps: [[{ name: 'a', template: 'c' }], [{ name: 'b', template: 'c' }]] },
        container('c'),
      ]),
    );
    begun.run((state) => state.nodes.some((node) => node.displayName === 'b'));
    begun.restart();
    expect(begun.run()).toBe('Succeeded');
    expect(Math.max(...begun.world.created.values())).toBe(1);
  });
});
