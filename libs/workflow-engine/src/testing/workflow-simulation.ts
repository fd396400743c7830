import type { NodeStatus, Workflow } from '@argosy/workflow-spec';
import { applyIntent } from '../intents/apply-intent.js';
import { reconcile } from '../kernel/reconcile.js';
import { rankOf } from '../locks/lock-table.js';
import type { EngineCommand } from '../model/command.js';
import type { ControllerRules } from '../model/controller-rules.js';
import type { Decision, JournalEntry } from '../model/decision.js';
import { instant } from '../model/instant.js';
import type { NodeId } from '../model/ids.js';
import type { Instant } from '../model/instant.js';
import type { MetricUpdate } from '../model/metric-update.js';
import type { RunIntent } from '../model/intent.js';
import { isFinalWorkflowPhase } from '../model/phases.js';
import type { RunState } from '../model/run-state.js';
import { hydrate, projectWorkflow } from '../projections/workflow.js';
import type { PodScript } from './scripted-world.js';
import { ScriptedWorld } from './scripted-world.js';
import { recordStep } from './step-coverage.js';

/** Most passes one simulation makes before it gives up: a run that never ends is a bug to be seen. */
const MAX_PASSES = 200_000;

/** Runs a workflow against scripted pods in virtual time, doing what an agent does: decide, keep, act, look again. */
export class WorkflowSimulation {
  state: RunState;
  readonly world: ScriptedWorld;
  readonly journal: JournalEntry[] = [];
  readonly metrics: MetricUpdate[] = [];
  /** Most pods Pending or Running at once so far. */
  mostPodsAtOnce = 0;
  /** Other runs whose turn came by what this one let go. */
  readonly called = new Set<string>();
  /** What the controller is configured with. */
  rules: ControllerRules;
  private wakeAt: Instant | null = null;
  private isIdle = false;
  private changed: string[] | null = null;

  constructor(workflow: Workflow, script?: PodScript, world = new ScriptedWorld(script), rules: ControllerRules = {}) {
    this.world = world;
    this.state = hydrate(workflow);
    this.rules = rules;
  }

  /** One pass with everything it asks for done. */
  pass(): Decision<RunState> {
    this.world.changedPods = this.changed;
    this.world.run = rankOf(this.state.workflow);
    const decision = reconcile(this.state, this.world, { now: this.world.now, rules: this.rules, trace: recordStep });
    this.state = decision.state;
    this.world.requests.settle((id) => decision.state.index?.frames.has(id as NodeId) === true);
    for (const other of this.world.locks.record(this.state)) this.called.add(other);
    this.wakeAt = decision.wakeAt;
    this.isIdle = decision.commands.length === 0;
    this.journal.push(...decision.journal);
    this.metrics.push(...decision.metrics);
    this.changed = decision.commands.flatMap((command: EngineCommand) => this.world.perform(command));
    this.mostPodsAtOnce = Math.max(this.mostPodsAtOnce, decision.state.index?.activePods ?? 0);
    return decision;
  }

  /** Passes until nothing happens any more by itself, or until a condition holds. @returns the final phase */
  run(until: (state: RunState) => boolean = () => false): string {
    for (let passes = 0; passes < MAX_PASSES; passes++) {
      this.pass();
      if (until(this.state)) break;
      if (this.changed?.length) continue;
      if (this.isOver || !this.waitForNext()) break;
    }
    return this.state.status.phase ?? '';
  }

  /** Passes until a moment, and makes one at it, whether the run is over or not. */
  runTo(at: Instant): void {
    for (let passes = 0; passes < MAX_PASSES; passes++) {
      this.pass();
      if (this.changed?.length) continue;
      if (!this.waitForNext(at)) break;
    }
    if (this.world.now >= at) return;
    this.changed = this.world.advanceTo(at);
    this.pass();
  }

  /** Passes at one moment, and not before it, until nothing changes any more at that moment. */
  settleAt(at: Instant): void {
    const seen = at > this.world.now ? this.world.advanceTo(at) : [];
    this.changed = this.changed && [...this.changed, ...seen];
    for (let passes = 0; passes < MAX_PASSES; passes++) {
      this.pass();
      if (!this.changed?.length && !this.waitForNext(at)) break;
    }
  }

  /** It has ended, and the last pass had nothing more to ask for. */
  get isOver(): boolean {
    return isFinalWorkflowPhase(this.state.status.phase) && this.isIdle;
  }

  /** When something happens next by itself; null when nothing will. */
  nextAt(): Instant | null {
    const times = [this.world.nextEventAt(), this.wakeAt].filter((at) => at !== null);
    return times.length === 0 ? null : instant(Math.max(Math.min(...times), this.world.now));
  }

  /** @returns false when nothing will happen by itself, or not until then */
  private waitForNext(until: Instant | null = null): boolean {
    const next = this.nextAt();
    if (next === null || (until !== null && next > until)) return false;
    this.changed = this.world.advanceTo(next);
    return true;
  }

  /** Lets time pass and makes a pass at the end of it. */
  sleep(ms: number): void {
    this.changed = this.world.advanceTo(instant(this.world.now + ms));
    this.pass();
  }

  intent(intent: RunIntent): ReturnType<typeof applyIntent> {
    const applied = applyIntent(this.state, intent, { now: this.world.now });
    if (applied.ok) {
      this.state = applied.state;
      this.changed = null;
      for (const command of applied.commands) this.world.perform(command);
    }
    return applied;
  }

  /** Forgets everything that is not in the Workflow object, as a restarted agent has. */
  restart(): void {
    this.state = hydrate(JSON.parse(JSON.stringify(projectWorkflow(this.state))) as Workflow);
    this.changed = null;
  }

  get message(): string {
    return this.state.status.message ?? '';
  }
  nodes(): NodeStatus[] {
    return [...this.state.nodes.values()].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  }
  node(name: string): NodeStatus {
    const node = this.nodes().find((candidate) => candidate.name === name);
    if (!node)
      throw new Error(
        `no node is named ${name}; there are: ${this.nodes()
          .map(({ name: n }) => n)
          .join(', ')}`,
      );
    return node;
  }

  /** The tree as lines `name: type phase (message) -> children`, sorted by name. */
  tree(): string[] {
    return this.nodes().map((node) => {
      const children = (node.children ?? []).map((id) => this.state.nodes.get(id as never)?.name ?? `?${id}`);
      const message = node.message ? ` (${node.message})` : '';
      return `${node.name}: ${node.type} ${node.phase}${message}${children.length ? ` -> ${children.join(', ')}` : ''}`;
    });
  }
}
