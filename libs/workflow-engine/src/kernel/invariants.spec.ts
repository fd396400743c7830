import type { Workflow } from '@argosy/workflow-spec';
import { isFinalWorkflowPhase, isFulfilled, LEGAL_NODE_TRANSITIONS } from '../model/phases.js';
import type { RunState } from '../model/run-state.js';
import { instant } from '../model/instant.js';
import type { Decision } from '../model/decision.js';
import type { EngineCommand } from '../model/command.js';
import { hydrate, project, projectWorkflow } from '../projections/workflow.js';
import { ScriptedWorld, WorkflowSimulation } from '../testing/index.js';
import { Random } from '../testing/random.js';
import { randomScript, randomWorkflow } from '../testing/random-workflow.js';
import { reconcile } from './reconcile.js';

const seeds = (count: number, from = 0): number[] => Array.from({ length: count }, (_, i) => from + i);
const plain = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

function mergePatch(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const isMap = typeof target === 'object' && target !== null && !Array.isArray(target);
  const result: Record<string, unknown> = isMap ? { ...(target as Record<string, unknown>) } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = mergePatch(result[key], value);
  }
  return result;
}

function checkTransitions(seed: number, before: RunState, after: RunState): void {
  for (const [id, node] of after.nodes) {
    const old = before.nodes.get(id);
    if (old === undefined || old.phase === node.phase) continue;
    const legal = LEGAL_NODE_TRANSITIONS[old.phase ?? 'Pending'];
    if (!legal.includes(node.phase ?? 'Pending'))
      throw new Error(`seed ${seed}: ${node.name} ${old.phase} -> ${node.phase}`);
  }
  for (const id of before.nodes.keys()) if (!after.nodes.has(id)) throw new Error(`seed ${seed}: node ${id} is gone`);
}

interface Chaos {
  readonly restart: number;
  readonly discard: number;
  readonly drop: number;
  readonly resync: number;
  /** News of one moment come one by one, each in a pass of its own. */
  readonly split?: boolean;
}

/** A run in a world where agents restart, writes conflict, effects get lost and news come twice or in any order. */
function runThrough(seed: number, chaos: Chaos): { state: RunState; world: ScriptedWorld; ends: number } {
  const random = new Random(seed * 7919 + 1);
  const world = new ScriptedWorld(randomScript(seed));
  let state = hydrate(randomWorkflow(seed));
  let changed: readonly string[] | null = null;
  let lost = false;
  let ends = 0;
  for (let passes = 0; passes < 5000; passes++) {
    if (random.chance(chaos.restart)) {
      state = hydrate(plain(projectWorkflow(state)));
      changed = null;
    }
    const news: string[] | null = changed && random.shuffled(changed);
    const later: string[] = chaos.split ? (news?.slice(1) ?? []) : [];
    const told = chaos.split ? (news?.slice(0, 1) ?? null) : news;
    world.changedPods = random.chance(chaos.resync) ? null : told && [...told, ...told];
    const decision = reconcile(state, world, { now: world.now });
    if (random.chance(chaos.discard)) continue;
    checkTransitions(seed, state, decision.state);
    if (!isFinalWorkflowPhase(state.status.phase) && isFinalWorkflowPhase(decision.state.status.phase)) ends += 1;
    if (isFinalWorkflowPhase(state.status.phase) && decision.state.status.phase !== state.status.phase) ends += 1;
    state = decision.state;
    const done = decision.commands.filter(() => !random.chance(chaos.drop));
    lost ||= done.length < decision.commands.length;
    changed = [...done.flatMap((command) => world.perform(command)), ...later];
    if (changed.length > 0) continue;
    const next = nextTime(world, decision, lost);
    if (next === null) return { state, world, ends };
    changed = world.advanceTo(next);
    if (lost) changed = null;
    lost = false;
  }
  throw new Error(`seed ${seed}: the run does not end: ${JSON.stringify(project(state).nodes, null, 1)}`);
}

function nextTime(
  world: ScriptedWorld,
  decision: Decision<RunState>,
  lost: boolean,
): ReturnType<typeof instant> | null {
  const resyncAt = lost ? world.now + 1000 : null;
  const times = [world.nextEventAt(), decision.wakeAt, resyncAt].filter((at) => at !== null);
  return times.length === 0 ? null : instant(Math.max(world.now, Math.min(...times)));
}

const CALM: Chaos = { restart: 0, discard: 0, drop: 0, resync: 0 };
const openNodes = (state: RunState): string[] =>
  [...state.nodes.values()].filter((node) => !isFulfilled(node.phase)).map((node) => node.name);
const outcome = (state: RunState): unknown => plain(project(state));

describe('whatever the workflow', () => {
  it('a run ends, once, and nothing is left open', () => {
    const phases = new Set<string>();
    for (const seed of seeds(800)) {
      const { state, ends } = runThrough(seed, CALM);
      expect({ seed, ends }).toEqual({ seed, ends: 1 });
      phases.add(state.status.phase ?? '');
      expect({ seed, open: openNodes(state) }).toEqual({ seed, open: [] });
    }
    expect([...phases].sort()).toEqual(['Error', 'Failed', 'Succeeded']);
  });

  it('restarts, conflicts and news in any order change nothing of the result', () => {
    for (const seed of seeds(250)) {
      const calm = runThrough(seed, CALM);
      const rough = runThrough(seed, { restart: 0.3, discard: 0.2, drop: 0, resync: 0.3 });
      expect({ seed, result: outcome(rough.state) }).toEqual({ seed, result: outcome(calm.state) });
      expect([...rough.world.created].sort()).toEqual([...calm.world.created].sort());
    }
  });

  it('facts that have nothing to do with each other may come in any order and any number of passes', () => {
    const phases = (state: RunState): string[] =>
      [...state.nodes.values()].map((node) => `${node.name} ${node.type} ${node.phase} ${node.message ?? ''}`).sort();
    const isUnlimited = (seed: number): boolean =>
      !/parallelism|failFast/.test(JSON.stringify(randomWorkflow(seed).spec));
    for (const seed of seeds(900).filter(isUnlimited)) {
      const calm = runThrough(seed, CALM);
      const split = runThrough(seed, { ...CALM, split: true });
      expect({ seed, phases: phases(split.state) }).toEqual({ seed, phases: phases(calm.state) });
    }
  });

  it('lost effects are asked for again, and nothing that ran is run twice', () => {
    for (const seed of seeds(450, 5000)) {
      const { state, world, ends } = runThrough(seed, { restart: 0.1, discard: 0.1, drop: 0.4, resync: 0.2 });
      expect({ seed, ends }).toEqual({ seed, ends: 1 });
      expect(isFinalWorkflowPhase(state.status.phase)).toBe(true);
      expect({ seed, most: Math.max(...world.created.values(), 0) }).toEqual({
        seed,
        most: Math.min(1, world.created.size),
      });
    }
  });

  it('a pass is deterministic, leaves its input alone, and its patch is the difference', () => {
    for (const seed of seeds(30)) {
      const simulation = new WorkflowSimulation(randomWorkflow(seed), randomScript(seed));
      let before: Workflow = plain(projectWorkflow(simulation.state));
      simulation.run((state) => {
        const after = plain(projectWorkflow(state));
        expect(plain(project(hydrate(after)))).toEqual(after.status);
        before = after;
        return false;
      });
      expect(isFinalWorkflowPhase(before.status?.phase)).toBe(true);
    }
    for (const seed of seeds(30)) {
      const world = new ScriptedWorld(randomScript(seed));
      let state = hydrate(randomWorkflow(seed));
      let commands: readonly EngineCommand[] = [];
      for (let pass = 0; pass < 12; pass++) {
        const before = plain(projectWorkflow(state));
        const first = reconcile(state, world, { now: world.now });
        const second = reconcile(state, world, { now: world.now });
        expect(plain(projectWorkflow(state))).toEqual(before);
        expect(plain([second.patch, second.commands, second.wakeAt])).toEqual(
          plain([first.patch, first.commands, first.wakeAt]),
        );
        expect(plain(mergePatch(before, plain(first.patch ?? {})))).toEqual(plain(projectWorkflow(first.state)));
        state = first.state;
        commands = first.commands;
        for (const command of commands) world.perform(command);
        const next = world.nextEventAt();
        if (next !== null) world.advanceTo(next);
      }
    }
  });

  it('a run that is stopped or terminated at any moment ends, and leaves no pod running', () => {
    for (const seed of seeds(200)) {
      const random = new Random(seed);
      const simulation = new WorkflowSimulation(randomWorkflow(seed), randomScript(seed));
      let passes = random.below(15);
      simulation.run(() => --passes < 0);
      if (isFinalWorkflowPhase(simulation.state.status.phase)) continue;
      simulation.intent({ type: random.pick(['StopRun', 'TerminateRun']) });
      simulation.run();
      expect(isFinalWorkflowPhase(simulation.state.status.phase)).toBe(true);
      expect({ seed, open: openNodes(simulation.state) }).toEqual({ seed, open: [] });
      const alive = simulation.world
        .podNames()
        .filter((name) => /Pending|Running/.test(simulation.world.pod(name)?.phase ?? ''));
      expect({ seed, alive }).toEqual({ seed, alive: [] });
    }
  });

  it('a failed run that is retried ends again, with its tree whole', () => {
    let retried = 0;
    for (const seed of seeds(200)) {
      const simulation = new WorkflowSimulation(randomWorkflow(seed), randomScript(seed));
      simulation.run();
      simulation.sleep(2000);
      if (!simulation.intent({ type: 'RetryRun' }).ok) continue;
      retried += 1;
      simulation.run();
      const { state } = simulation;
      expect({ seed, phase: isFinalWorkflowPhase(state.status.phase) }).toEqual({ seed, phase: true });
      expect({ seed, open: openNodes(state) }).toEqual({ seed, open: [] });
      const drawn = [...state.nodes.values()].flatMap((node) => node.children ?? []);
      expect({ seed, lost: drawn.filter((id) => !state.nodes.has(id as never)) }).toEqual({ seed, lost: [] });
      for (const node of state.nodes.values()) expect(new Set(node.children).size).toBe(node.children?.length ?? 0);
    }
    expect(retried).toBeGreaterThan(50);
  });

  it('a world that satisfies every command is asked for nothing more', () => {
    for (const seed of seeds(300)) {
      const simulation = new WorkflowSimulation(randomWorkflow(seed), randomScript(seed));
      simulation.run((state) => state.nodes.size > 4);
      const { world } = simulation;
      let { state } = simulation;
      for (let pass = 0; pass < 4; pass++) {
        world.changedPods = null;
        const decision = reconcile(state, world, { now: world.now });
        state = decision.state;
        for (const command of decision.commands) world.perform(command);
      }
      const quiet = reconcile(state, world, { now: world.now });
      expect({ seed, commands: quiet.commands, patch: quiet.patch }).toEqual({ seed, commands: [], patch: null });
    }
  });
});
