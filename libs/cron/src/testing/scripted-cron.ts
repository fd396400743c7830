import { formatTime, instant } from '@argosy/workflow-engine';
import type { CronWorkflow, CronWorkflowSpec, ObjectMeta, Workflow, WorkflowPhase } from '@argosy/workflow-spec';
import { decide } from '../decide.js';
import type { CronCommand, CronDecision, CronPatch } from '../model.js';

export const at = (text: string): number => Date.parse(text);

/** What becomes of a pass: all of it, or the watcher dies before it writes, or after so many commands. */
export type PassFate = 'done' | 'nothing-written' | { readonly commandsDone: number };

/** One CronWorkflow in a cluster that does what it is told, in virtual time. */
export class ScriptedCron {
  cron: CronWorkflow;
  children: Workflow[] = [];
  /** How often each child was created. */
  readonly created = new Map<string, number>();
  readonly told: string[] = [];
  refusal: string | undefined;
  specProblem: string | undefined;
  nowMs: number;
  private sinceMs: number;
  private readonly refusals = new Map<string, string>();
  private uids = 0;

  constructor(spec: Partial<CronWorkflowSpec>, startAt = '2026-01-01T00:00:30Z', metadata: Partial<ObjectMeta> = {}) {
    this.nowMs = at(startAt);
    this.sinceMs = this.nowMs;
    this.cron = {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'CronWorkflow',
      metadata: { name: 'c', namespace: 'default', uid: 'cron-uid', ...metadata },
      spec: { schedules: ['* * * * *'], workflowSpec: { entrypoint: 'main' }, ...spec },
    };
  }

  decide(): CronDecision {
    const { cron, children, refusals, specProblem } = this;
    const world = { children, refusals, ...(specProblem !== undefined && { specProblem }) };
    return decide(cron, world, { now: instant(this.nowMs), since: instant(this.sinceMs) });
  }

  /** Decides, writes and acts once. */
  pass(fate: PassFate = 'done'): CronDecision {
    const decision = this.decide();
    if (fate === 'nothing-written') return decision;
    if (decision.patch) this.write(decision.patch);
    this.told.push(...decision.journal.map(({ message }) => message));
    const done = fate === 'done' ? Infinity : fate.commandsDone;
    for (const command of decision.commands.slice(0, done)) this.perform(command);
    if (fate === 'done') this.sinceMs = this.nowMs;
    return decision;
  }

  /** Passes until nothing changes any more. */
  settle(): CronDecision {
    for (let passes = 0; passes < 10; passes++) {
      const decision = this.pass();
      if (!decision.patch && decision.commands.length === 0) return decision;
    }
    throw new Error('the CronWorkflow does not come to rest');
  }

  /** Lets time pass, waking whenever it was asked for. */
  until(text: string): void {
    for (let { wakeAt } = this.settle(); wakeAt !== null && wakeAt <= at(text); { wakeAt } = this.settle())
      this.nowMs = wakeAt;
    this.nowMs = at(text);
    this.settle();
  }

  /** Nobody watches until then; whoever comes then knows nothing but the cluster. */
  awayUntil(text: string): void {
    this.nowMs = at(text);
    this.restart();
    this.settle();
  }

  restart(): void {
    this.sinceMs = this.nowMs;
    this.refusals.clear();
  }

  change(spec: Partial<CronWorkflowSpec>): void {
    this.cron = { ...this.cron, spec: { ...this.cron.spec, ...spec } };
  }

  end(name: string, phase: WorkflowPhase = 'Succeeded'): void {
    const finishedAt = formatTime(instant(this.nowMs));
    this.children = this.children.map((child) =>
      child.metadata.name === name ? { ...child, status: { phase, finishedAt } } : child,
    );
  }

  get names(): (string | undefined)[] {
    return this.children.map(({ metadata }) => metadata.name);
  }

  perform(command: CronCommand): void {
    switch (command.type) {
      case 'StartWorkflow':
        if (this.refusal !== undefined) this.refusals.set(command.name, this.refusal);
        else if (!this.names.includes(command.name)) this.create(command.name, command.workflow);
        return;
      case 'TerminateWorkflow':
        this.children = this.children.map((child) =>
          child.metadata.uid === command.uid ? { ...child, spec: { ...child.spec, shutdown: 'Terminate' } } : child,
        );
        return;
      case 'DeleteWorkflow':
        this.children = this.children.filter(({ metadata }) => metadata.uid !== command.uid);
        return;
    }
  }

  private create(name: string, workflow: Workflow): void {
    this.created.set(name, (this.created.get(name) ?? 0) + 1);
    const metadata = {
      ...workflow.metadata,
      uid: `uid-${(this.uids += 1)}`,
      creationTimestamp: formatTime(instant(this.nowMs)),
    };
    this.children = [...this.children, { ...workflow, metadata }];
  }

  private write({ metadata, status }: CronPatch): void {
    const { labels, annotations } = this.cron.metadata;
    const merged: Record<string, unknown> = { ...this.cron.status, ...status };
    for (const [key, value] of Object.entries(merged)) if (value === null) delete merged[key];
    this.cron = {
      ...this.cron,
      metadata: {
        ...this.cron.metadata,
        labels: { ...labels, ...metadata?.labels },
        annotations: { ...annotations, ...(metadata?.annotations as Record<string, string> | undefined) },
      },
      status: merged,
    };
  }
}
