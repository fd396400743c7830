import { container, workflow, WorkflowSimulation } from '../testing/index.js';

const labels = { 'workflows.argoproj.io/workflow': 'wf' };

describe('a pod disruption budget', () => {
  it('covers the pods of the run as long as it runs', () => {
    const run = new WorkflowSimulation(workflow([container('main')], { podDisruptionBudget: { minAvailable: 1 } }));
    run.run((state) => state.nodes.some(({ phase }) => phase === 'Running'));
    expect([...run.world.budgets]).toEqual([['wf', { minAvailable: 1, selector: { matchLabels: labels } }]]);
    expect(run.run()).toBe('Succeeded');
    expect(run.world.budgets.size).toBe(0);
    expect(run.pass().commands).toEqual([]);
  });

  it('goes with a run that failed, and comes again when that is retried', () => {
    let isBroken = true;
    const run = new WorkflowSimulation(workflow([container('main')], { podDisruptionBudget: {} }), () =>
      isBroken ? { phase: 'Failed' } : {},
    );
    expect(run.run()).toBe('Failed');
    expect(run.world.budgets.size).toBe(0);
    isBroken = false;
    run.sleep(1000);
    run.intent({ type: 'RetryRun' });
    run.pass();
    expect(run.world.budgets.size).toBe(1);
    expect(run.run()).toBe('Succeeded');
    expect(run.world.budgets.size).toBe(0);
  });

  it('has no selector of its own', () => {
    const selector = { matchLabels: { a: 'b' } };
    const run = new WorkflowSimulation(workflow([container('main')], { podDisruptionBudget: { selector } }));
    expect(run.run()).toBe('Failed');
    expect(run.message).toContain('the selector is set by the controller');
  });
});
