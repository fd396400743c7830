import type { DAGTask, Template, TemplateCall, Workflow, WorkflowSpec, WorkflowStep } from '@argosy/workflow-spec';
import { fnv1a32 } from '../model/fnv1a.js';
import { container, workflow } from './builders.js';
import { Random } from './random.js';
import type { PodScript } from './scripted-world.js';

const LEAVES = ['plain', 'retried', 'patient', 'pause', 'server', 'request'] as const;

/** A workflow of nested steps and DAGs with loops, conditions, retries, hooks and limits, the same for the same seed. */
export function randomWorkflow(seed: number): Workflow {
  const random = new Random(seed);
  const templates: Template[] = [
    container('plain', { inputs: { parameters: [{ name: 'm', default: '0' }] } }),
    container('retried', {
      inputs: { parameters: [{ name: 'm', default: '0' }] },
      retryStrategy: { limit: 2, retryPolicy: 'Always' },
    }),
    container('patient', {
      inputs: { parameters: [{ name: 'm', default: '0' }] },
      retryStrategy: { limit: 1, backoff: { duration: 5, factor: 2 } },
    }),
    container('server', {
      inputs: { parameters: [{ name: 'm', default: '0' }] },
      daemon: true,
      ...(random.chance(0.5) && { retryStrategy: { limit: 1 } }),
    }),
    {
      name: 'request',
      inputs: { parameters: [{ name: 'm', default: '0' }] },
      http: { url: 'http://x/{{inputs.parameters.m}}' },
    },
    { name: 'pause', inputs: { parameters: [{ name: 'm', default: '0' }] }, suspend: { duration: 3 } },
    ...[0, 1].map((i) => composite(random, `inner${i}`, LEAVES)),
    composite(random, 'main', [...LEAVES, 'inner0', 'inner1']),
  ];
  const spec: WorkflowSpec = {};
  if (random.chance(0.3)) spec.parallelism = 1 + random.below(4);
  if (random.chance(0.4)) spec.onExit = random.pick(['plain', 'inner0']);
  if (random.chance(0.2))
    spec.podGC = { strategy: random.pick(['OnPodCompletion', 'OnPodSuccess', 'OnWorkflowCompletion']) };
  return workflow(lockedOrMemoized(new Random(seed ^ 0x10c), templates), spec);
}

/** Templates that enclose each other never want the same lock: that would be for ever. */
function lockedOrMemoized(random: Random, templates: readonly Template[]): Template[] {
  return templates.map((template) => {
    const level = template.steps || template.dag ? (template.name ?? '') : 'leaves';
    const isMemoized = random.chance(0.15);
    if (template.daemon) return template;
    const memoize = { key: `${template.name}-{{inputs.parameters.m}}`, cache: { configMap: { name: 'cache' } } };
    return {
      ...template,
      ...(random.chance(0.2) && { synchronization: { mutexes: [{ name: level }] } }),
      ...(isMemoized && { memoize }),
    };
  });
}

function composite(random: Random, name: string, callable: readonly string[]): Template {
  const limits: Template = {};
  if (random.chance(0.3)) limits.parallelism = 1 + random.below(3);
  if (random.chance(0.15)) limits.failFast = true;
  if (random.chance(0.2)) limits.retryStrategy = { limit: 1 };
  const body = random.chance(0.5) ? { steps: groups(random, callable) } : { dag: tasks(random, callable) };
  const inputs = { parameters: [{ name: 'm', default: '0' }] };
  return { name, inputs, ...limits, ...body };
}

function groups(random: Random, callable: readonly string[]): WorkflowStep[][] {
  return Array.from({ length: 1 + random.below(3) }, (_, g) =>
    Array.from({ length: 1 + random.below(3) }, (_unused, s) => call(random, `s${g}${s}`, callable)),
  );
}

function tasks(random: Random, callable: readonly string[]): { tasks: DAGTask[]; failFast?: boolean } {
  const names = Array.from({ length: 2 + random.below(5) }, (_, i) => `t${i}`);
  // A DAG says it in one way or the other; with `depends` there is no continueOn.
  const usesDepends = random.chance(0.5);
  const list = names.map((name, i): DAGTask => {
    const earlier = names.slice(0, i).filter(() => random.chance(0.4));
    const { continueOn, ...task } = call(random, name, callable);
    if (!usesDepends) return { ...task, name, dependencies: earlier, ...(continueOn && { continueOn }) };
    if (earlier.length === 0) return { ...task, name };
    const conditions = earlier.map(
      (other) => `${other}${random.pick(['', '.Succeeded', '.Failed', '.Omitted', '.Skipped'])}`,
    );
    return { ...task, name, depends: conditions.join(random.pick([' && ', ' || '])) };
  });
  return { tasks: list, ...(random.chance(0.3) && { failFast: false }) };
}

function call(random: Random, name: string, callable: readonly string[]): TemplateCall {
  const made: TemplateCall = { name, template: random.pick(callable) };
  if (random.chance(0.25)) {
    const items = Array.from({ length: random.below(4) }, (_, i) => i);
    if (items.length > 0) made.withItems = items;
    else made.withParam = '[]';
    made.arguments = { parameters: [{ name: 'm', value: '{{item}}' }] };
    if (random.chance(0.3)) made.when = '{{item}} > 0';
  } else if (random.chance(0.15)) made.when = random.pick(['1 == 1', '1 == 2']);
  if (random.chance(0.3)) made.continueOn = { failed: true, error: random.chance(0.5) };
  if (random.chance(0.15)) made.onExit = 'plain';
  return made;
}

/** What pods do, decided by seed and name, so that it does not depend on when they are made. */
export const randomScript =
  (seed: number): PodScript =>
  (pod) => {
    const random = new Random(fnv1a32(`${seed} ${pod.podName}`));
    const times = { runsAfterMs: random.below(3) * 1000, endsAfterMs: 1000 + random.below(8) * 1000 };
    const fate = random.next();
    // One that goes away while others use it ends differently depending on who is faster; that is for examples to show.
    if (pod.template.daemon) {
      if (fate < 0.8) return { runsAfterMs: 1000, readyAfterMs: times.endsAfterMs, endsAfterMs: 'never' };
      return { ...times, readyAfterMs: times.endsAfterMs + 1 };
    }
    if (fate < 0.7) return { ...times, result: String(random.below(5)) };
    if (fate < 0.88) return { ...times, phase: 'Failed', exitCode: 1 + random.below(3) };
    if (fate < 0.95) return { ...times, phase: 'Error', message: 'pod could not start' };
    return { ...times, endsAfterMs: times.endsAfterMs + 3000, vanishes: true };
  };
