import { container, workflow, WorkflowSimulation } from '../testing/index.js';

describe('a run', () => {
  it('of one container ends when its pod does', () => {
    const run = new WorkflowSimulation(workflow([container('main')]));
    expect(run.run()).toBe('Succeeded');
    expect(run.tree()).toEqual(['wf: Pod Succeeded']);
    expect(run.state.status.progress).toBe('1/1');
    expect(run.world.podNames()).toEqual(['wf']);
  });
});
