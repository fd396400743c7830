import type { NodeStatus, Workflow } from '@argosy/workflow-spec';
import { instant, reconcile } from '@argosy/workflow-engine';
import type { RunState } from '@argosy/workflow-engine';
import { WorkflowSimulation } from '@argosy/workflow-engine/testing';
import { median, memoryOf } from './measure.js';

export interface EngineRates {
  readonly nodes: number;
  /** Passes over one changed pod each, a second. */
  readonly passesPerSecond: number;
  /** Median time of such a pass. */
  readonly eventUs: number;
  /** Of the state and its index, beside what the process had before. */
  readonly bytesPerNode: number;
}

const EVENTS = 300;

/** A loop as wide as asked, all pods running, so that each pass sees exactly one of them end. */
export function measureEvents(nodes: number): EngineRates {
  const before = memoryOf();
  const run = new WorkflowSimulation(fanOut(nodes), () => ({ runsAfterMs: 1_000, endsAfterMs: 'never' }));
  run.run((state) => allRunning(state, nodes));
  const bytesPerNode = Math.round((memoryOf() - before) / nodes);
  const pods = run.world.podNames().slice(0, EVENTS);
  const times = pods.map((podName) => passOver(run, podName));
  const eventUs = median(times);
  return { nodes, passesPerSecond: Math.round(1e6 / eventUs), eventUs, bytesPerNode };
}

/** Time per node of a whole run, from its first pass to its last. */
export function measureRun(workflow: Workflow, nodes: number): number {
  const run = new WorkflowSimulation(workflow);
  const startedAt = performance.now();
  const phase = run.run();
  const elapsedUs = (performance.now() - startedAt) * 1_000;
  if (phase !== 'Succeeded') throw new Error(`The run ended as ${phase}: ${run.message}`);
  return elapsedUs / nodes;
}

function passOver(run: WorkflowSimulation, podName: string): number {
  // As the agent's informer does: the pod is at hand, so looking it up must not be what is measured.
  const { world } = run;
  world.perform({ type: 'TerminatePod', key: podName, podName, nodeId: podName });
  world.changedPods = [podName];
  const startedAt = performance.now();
  const { state } = reconcile(run.state, world, { now: instant(world.now) });
  const elapsedUs = (performance.now() - startedAt) * 1_000;
  run.state = state;
  return elapsedUs;
}

function allRunning({ nodes }: RunState, count: number): boolean {
  let running = 0;
  for (const node of nodes.values() as Iterable<NodeStatus>)
    if (node.type === 'Pod' && node.phase === 'Running') running++;
  return running === count;
}

const pod = { name: 'work', container: { name: '', image: 'any', command: ['true'] } };
const workflow = (name: string, templates: NonNullable<Workflow['spec']>['templates']): Workflow => ({
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'Workflow',
  metadata: { name, namespace: 'default', uid: name },
  spec: { entrypoint: 'main', templates },
});

/** One step over a sequence. A failing pod must not end the loop before all events are measured. */
export const fanOut = (width: number): Workflow =>
  workflow('fan-out', [
    {
      name: 'main',
      steps: [
        [{ name: 'each', template: 'work', withSequence: { count: String(width) }, continueOn: { failed: true } }],
      ],
    },
    pod,
  ]);

/** A DAG in which every task waits for the one before it. */
export const chain = (length: number): Workflow =>
  workflow('chain', [
    {
      name: 'main',
      dag: {
        tasks: Array.from({ length }, (_, index) => ({
          name: `t${index}`,
          template: 'work',
          ...(index > 0 && { dependencies: [`t${index - 1}`] }),
        })),
      },
    },
    pod,
  ]);
