import type { InMemoryKube, KubeIds } from '@argosy/kube';
import { createInMemoryKube, resources } from '@argosy/kube';
import { WorkflowController } from '@argosy/workflow-controller';
import { fnv1a32, isFinalWorkflowPhase, isFulfilled } from '@argosy/workflow-engine';
import { Random, randomScript, randomWorkflow } from '@argosy/workflow-engine/testing';
import type { EnsurePod } from '@argosy/workflow-engine';
import type { NodeStatus, PersistentVolumeClaim, Pod, Template, Workflow } from '@argosy/workflow-spec';
import { ChaosKube } from './chaos-kube.js';
import { scriptedSender } from './scripted-sender.js';
import { SteppedClock } from './stepped-clock.js';
import { TimedKubelet } from './timed-kubelet.js';
import { Witness } from './witness.js';

const NAMESPACE = 'default';
const NAME = 'wf';
/** Steps of virtual time after which a run that has not ended never will. */
const MOST_STEPS = 3_000;
const QUIET_TURNS = 3;
const MOST_TURNS = 5_000;
/** What is left after the end has had this long to be cleared away. */
const AFTERWARDS_MS = 30 * 60_000;

export interface SimulationResult {
  readonly seed: number;
  readonly phase: string;
  readonly nodes: number;
  /** Controllers that took over from one that died. */
  readonly restarts: number;
  readonly virtualMs: number;
}

/** What a seed shows to be wrong. The seed alone brings it back. */
export class SimulationFailed extends Error {
  override readonly name = 'SimulationFailed';
  constructor(
    readonly seed: number,
    readonly problem: string,
    readonly history: readonly string[],
  ) {
    super(`seed ${seed}: ${problem}`);
  }
}

/**
 * A random workflow on a cluster where everything goes wrong that can: see ChaosKube; controllers die at any moment, two
 * are at work at once, watches break off, pods fail, vanish and are late. All of it follows from the seed.
 */
export async function simulate(seed: number): Promise<SimulationResult> {
  const simulation = new Simulation(seed);
  try {
    return await simulation.run();
  } finally {
    await simulation.close();
  }
}

class Simulation {
  private readonly random: Random;
  private readonly clock = new SteppedClock(Date.UTC(2026, 0, 1));
  private readonly kube: InMemoryKube;
  private readonly kubelet: TimedKubelet;
  private readonly witness: Witness;
  private readonly controllers: { readonly chaos: ChaosKube; readonly controller: WorkflowController }[] = [];
  private readonly stopping: Promise<void>[] = [];
  private readonly trouble: number;
  private activity = 0;
  private restarts = 0;
  /** What the cluster's controllers are told to do. */
  private readonly holdsPods: boolean;
  private readonly restartsPods: boolean;

  constructor(private readonly seed: number) {
    this.random = new Random(seed * 2_654_435_761 + 1);
    this.holdsPods = seed % 3 === 0;
    this.restartsPods = seed % 4 === 0;
    this.trouble = this.random.pick([0, 0.05, 0.15, 0.3]);
    this.kube = createInMemoryKube({ clock: this.clock, ids: countedIds() });
    const script = randomScript(seed);
    this.kubelet = new TimedKubelet(
      this.kube,
      this.clock,
      (podName) => script(asCommand(podName)),
      (podName, incarnation) => this.restartsPods && incarnation < 3 && fnv1a32(podName) % 3 === 0,
    );
    this.witness = new Witness(this.kube);
  }

  async run(): Promise<SimulationResult> {
    const watched = this.witness.watch();
    await this.startController();
    const workflow = randomWorkflow(this.seed);
    const metadata = { ...workflow.metadata, name: NAME, namespace: NAMESPACE };
    await this.kube.create<Workflow>(resources.workflows, { ...withClaim(workflow, this.random), metadata });
    await this.untilEnded();
    await this.pass(AFTERWARDS_MS);
    const last = await this.workflow();
    await this.check(last);
    this.witness.stop();
    await watched;
    return {
      seed: this.seed,
      phase: last.status?.phase ?? '',
      nodes: Object.keys(last.status?.nodes ?? {}).length,
      restarts: this.restarts,
      virtualMs: this.clock.now() - Date.UTC(2026, 0, 1),
    };
  }

  async close(): Promise<void> {
    this.witness.stop();
    for (const { chaos, controller } of this.controllers.splice(0)) {
      chaos.kill();
      this.stopping.push(controller.stop());
    }
    // Requests that are on their way come to their end.
    for (let next = this.clock.nextAt; next !== undefined; next = this.clock.nextAt) {
      this.clock.advanceTo(next);
      await turn();
    }
    await Promise.all(this.stopping);
  }

  private async startController(): Promise<void> {
    const { clock, random, trouble } = this;
    const chaos = new ChaosKube(this.kube, { random, clock, trouble, onActivity: () => this.activity++ });
    const controller = new WorkflowController({
      kube: chaos.api,
      clock,
      random: () => random.next(),
      sender: scriptedSender(this.seed, clock, () => this.activity++),
      supervisor: { image: 'argosy/executor', delivery: 'image-volume' },
      holdsPods: this.holdsPods,
      rules: { failedPodRestart: { enabled: this.restartsPods } },
    });
    this.controllers.push({ chaos, controller });
    // The first lists may be late as well; time must not wait for them.
    controller.start().catch((error: unknown) => this.witness.note(`a controller did not start: ${String(error)}`));
    await turn();
  }

  private async untilEnded(): Promise<void> {
    for (let steps = 0; steps < MOST_STEPS; steps++) {
      await this.settle();
      if (isFinalWorkflowPhase((await this.workflow()).status?.phase)) return;
      await this.disturb();
      await this.advance();
    }
    throw await this.failed('the run does not end');
  }

  /** What no request does: processes die, successors overlap, connections break. */
  private async disturb(): Promise<void> {
    const { random, trouble } = this;
    if (random.chance(trouble / 3)) this.kube.disconnectWatchers();
    if (!random.chance(trouble / 2)) return;
    const isOverlap = random.chance(0.3);
    if (!isOverlap) this.killAll();
    await this.startController();
    this.restarts += 1;
    if (this.controllers.length > 2) this.killAll(1);
  }

  private killAll(keep = 0): void {
    for (const { chaos, controller } of this.controllers.splice(0, this.controllers.length - keep)) {
      chaos.kill();
      this.stopping.push(controller.stop());
    }
  }

  private async pass(ms: number): Promise<void> {
    const until = this.clock.now() + ms;
    for (let steps = 0; this.clock.now() < until; steps++) {
      if (steps > MOST_STEPS) throw await this.failed('the cluster does not come to rest after the run');
      await this.advance(until);
      await this.settle();
    }
  }

  private async advance(latest = Number.POSITIVE_INFINITY): Promise<void> {
    const times = [this.clock.nextAt, await this.kubelet.nextAt()].filter((at) => at !== undefined);
    if (times.length === 0 && latest === Number.POSITIVE_INFINITY)
      throw await this.failed('nothing will ever happen again, and the run has not ended');
    this.clock.advanceTo(Math.min(latest, ...times.map((at) => Math.max(at, this.clock.now() + 1))));
  }

  /** Until nothing happens any more without time passing. */
  private async settle(): Promise<void> {
    for (let quiet = 0, turns = 0; quiet < QUIET_TURNS; turns++) {
      if (turns > MOST_TURNS) throw await this.failed('the cluster does not come to rest');
      const before = this.activity;
      const happened = await this.kubelet.step();
      await turn();
      quiet = happened || this.activity !== before ? 0 : quiet + 1;
    }
  }

  private workflow(): Promise<Workflow> {
    return this.kube.get<Workflow>({ type: resources.workflows, namespace: NAMESPACE, name: NAME });
  }

  private async check({ status, spec }: Workflow): Promise<void> {
    const nodes = Object.values<NodeStatus>(status?.nodes ?? {});
    const open = nodes.filter(({ phase }) => !isFulfilled(phase));
    if (open.length > 0) throw await this.failed(`the run is over, but ${namesOf(open)} is open`);
    const { repeated } = this.kubelet;
    if (repeated.length > 0) throw await this.failed(`run again though it had ended: ${repeated.join(', ')}`);
    const [broken] = this.witness.problems;
    if (broken !== undefined) throw await this.failed(broken);
    const lost = nodes.flatMap(({ children }) => children ?? []).filter((id) => !status?.nodes?.[id]);
    if (lost.length > 0) throw await this.failed(`children that do not exist: ${lost.join(', ')}`);
    await this.checkLeftovers(spec.podGC?.strategy ?? '', status?.phase ?? '');
  }

  private async checkLeftovers(podGC: string, phase: string): Promise<void> {
    const pods = (await this.kube.list<Pod>(resources.pods)).items;
    const alive = pods.filter((pod) => /Pending|Running/.test(pod.status?.phase ?? ''));
    if (alive.length > 0)
      throw await this.failed(`pods outlive the run: ${alive.map((p) => p.metadata?.name).join(', ')}`);
    const held = pods.filter(({ metadata }) => (metadata?.finalizers ?? []).length > 0);
    if (held.length > 0)
      throw await this.failed(`pods are held for nothing: ${held.map((p) => p.metadata?.name).join()}`);
    const mustBeGone = podGC === 'OnPodCompletion' || podGC === 'OnWorkflowCompletion';
    if (mustBeGone && pods.length > 0) throw await this.failed(`podGC ${podGC} left ${pods.length} pods`);
    const claims = (await this.kube.list<PersistentVolumeClaim>(resources.persistentVolumeClaims)).items;
    if (claims.length > 0 && phase === 'Succeeded') throw await this.failed('the volume claim outlives the run');
  }

  private async failed(problem: string): Promise<SimulationFailed> {
    const { status } = await this.workflow();
    const tree = Object.values<NodeStatus>(status?.nodes ?? {}).map(
      ({ name, type, phase, message }) => `${name}: ${type} ${phase}${message ? ` (${message})` : ''}`,
    );
    return new SimulationFailed(this.seed, problem, [
      ...this.witness.history,
      '',
      `now: ${status?.phase}`,
      ...tree.sort(),
    ]);
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const namesOf = (nodes: readonly NodeStatus[]): string => nodes.map(({ name }) => name).join(', ');

function countedIds(): KubeIds {
  let count = 0;
  return { uid: () => `uid-${++count}`, suffix: () => String(++count).padStart(5, 'x') };
}

/** The script is asked as the engine's own simulation asks it; a pod's name tells its template. */
const asCommand = (podName: string): EnsurePod =>
  ({ podName, template: { daemon: podName.includes('-server-') } satisfies Template }) as EnsurePod;

function withClaim(workflow: Workflow, random: Random): Workflow {
  if (!random.chance(0.3)) return workflow;
  return {
    ...workflow,
    spec: { ...workflow.spec, volumeClaimTemplates: [{ metadata: { name: 'work' }, spec: {} }] },
  };
}
