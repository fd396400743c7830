import type { Workflow } from '@argosy/workflow-spec';
import { rankOf } from '../locks/lock-table.js';
import type { ControllerRules } from '../model/controller-rules.js';
import { instant } from '../model/instant.js';
import type { Instant } from '../model/instant.js';
import { ScriptedLocks } from './scripted-locks.js';
import { ScriptedMemos } from './scripted-memos.js';
import type { PodScript } from './scripted-world.js';
import { ScriptedWorld } from './scripted-world.js';
import { WorkflowSimulation } from './workflow-simulation.js';

/** Most moments one simulation lives through before it gives up: runs that never end are a bug to be seen. */
const MAX_MOMENTS = 200_000;

/** Runs of one cluster, which share time, ConfigMaps, locks and caches. */
export class ClusterSimulation {
  readonly locks = new ScriptedLocks();
  readonly memos = new ScriptedMemos();
  readonly configMaps = new Map<string, Record<string, string>>();
  /** By `namespace/name`. */
  readonly runs = new Map<string, WorkflowSimulation>();
  now: Instant;

  constructor(startAt = Date.UTC(2026, 0, 1)) {
    this.now = instant(startAt);
  }

  /** Adds a workflow, at which nobody has looked yet. One that ended before under the same name is forgotten. */
  add(workflow: Workflow, script?: PodScript, rules?: ControllerRules): WorkflowSimulation {
    const name = rankOf(workflow).run;
    if (this.runs.get(name)?.isOver === false) throw new RangeError(`there is a workflow ${name} already`);
    const world = new ScriptedWorld(script, this.now);
    const { locks, memos, configMaps } = this;
    Object.assign(world, { locks, memos, configMaps });
    const run = new WorkflowSimulation(workflow, script, world, rules);
    this.runs.set(name, run);
    return run;
  }

  /** From one moment at which something happens to the next, until nothing does by itself, or until a condition holds. */
  run(until: () => boolean = () => false): void {
    for (let moments = 0; moments < MAX_MOMENTS; moments++) {
      this.settle();
      if (until() || !this.skipTo(this.nextAt())) break;
    }
  }

  /** The same until a moment, at which everybody looks whether anything happens or not. */
  runTo(at: Instant): void {
    for (let moments = 0; moments < MAX_MOMENTS; moments++) {
      this.settle();
      const next = this.nextAt();
      if (next === null || next > at || !this.skipTo(next)) break;
    }
    if (this.now >= at) return;
    this.now = at;
    this.settle();
  }

  /** Lets these runs look at the present moment, and then whoever is called by what others let go. */
  settle(runs: Iterable<WorkflowSimulation> = this.runs.values()): void {
    for (let wanted = [...runs]; wanted.length > 0; wanted = this.called()) {
      for (const run of wanted) run.settleAt(this.now);
    }
  }

  /** The runs whose turn came since this was asked last. */
  called(): WorkflowSimulation[] {
    const names = new Set<string>();
    for (const { called } of this.runs.values()) {
      for (const name of called) names.add(name);
      called.clear();
    }
    return [...names].flatMap((name) => this.runs.get(name) ?? []);
  }

  /** The controller forgets everything that is not in the Workflow objects. */
  restart(): void {
    this.locks.forget();
    for (const run of this.runs.values()) {
      run.restart();
      this.locks.record(run.state);
    }
  }

  private nextAt(): Instant | null {
    const times = [...this.runs.values()].map((run) => run.nextAt()).filter((at) => at !== null);
    return times.length === 0 ? null : instant(Math.min(...times));
  }

  private skipTo(at: Instant | null): boolean {
    if (at === null) return false;
    this.now = instant(Math.max(at, this.now));
    return true;
  }
}
