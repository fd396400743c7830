export { ClusterSimulation } from './cluster-simulation.js';
export { ScriptedWorld } from './scripted-world.js';
export type { PodOutcome, PodScript } from './scripted-world.js';
export type { RequestOutcome } from './scripted-requests.js';
export { WorkflowSimulation } from './workflow-simulation.js';
export { container, workflow } from './builders.js';
export { Random } from './random.js';
export { randomScript, randomWorkflow } from './random-workflow.js';
