import type { Instant } from '@argosy/workflow-engine';
import { formatTime, parseTime } from '@argosy/workflow-engine';
import type { Condition, CronWorkflow, CronWorkflowStatus } from '@argosy/workflow-spec';
import type { CronJournalEntry, CronPatch, CronScope } from './model.js';

export type CronCondition = 'SubmissionError' | 'SpecError';

/** A CronWorkflow while a pass is made over it; the given one stays as it is. */
export class CronDraft {
  readonly journal: CronJournalEntry[] = [];
  readonly name: string;
  readonly now: Instant;
  readonly since: Instant;
  status: CronWorkflowStatus;
  private readonly labels: Record<string, string> = {};
  private readonly annotations: Record<string, string> = {};

  constructor(
    private readonly original: CronWorkflow,
    { now, since }: CronScope,
  ) {
    this.status = original.status ?? {};
    this.name = original.metadata.name ?? '';
    this.now = now;
    this.since = since;
  }

  get spec(): CronWorkflow['spec'] {
    return this.original.spec;
  }

  /** As it is now, changes included. */
  get cron(): CronWorkflow {
    const { metadata } = this.original;
    const labels = { ...metadata.labels, ...this.labels };
    const annotations = { ...metadata.annotations, ...this.annotations };
    return { ...this.original, metadata: { ...metadata, labels, annotations }, status: this.status };
  }

  get lastScheduledAt(): Instant | null {
    return parseTime(this.status.lastScheduledTime);
  }

  annotation(key: string): string | undefined {
    return this.annotations[key] ?? this.original.metadata.annotations?.[key];
  }

  annotate(key: string, value: string): void {
    this.annotations[key] = value;
  }

  label(key: string, value: string): void {
    this.labels[key] = value;
  }

  set(change: Partial<CronWorkflowStatus>): void {
    this.status = { ...this.status, ...change };
  }

  schedule(at: Instant | null): void {
    const { lastScheduledTime: _before, ...status } = this.status;
    this.status = at === null ? status : { ...status, lastScheduledTime: formatTime(at) };
  }

  count(outcome: 'succeeded' | 'failed'): void {
    this.set({ [outcome]: (this.status[outcome] ?? 0) + 1 });
  }

  report(type: CronCondition, message: string): void {
    const reported: Condition = { type, status: 'True', message };
    const kept = this.status.conditions ?? [];
    const isNew = !kept.some((condition) => condition.type === type);
    const conditions = kept.map((condition) => (condition.type === type ? reported : condition));
    this.set({ conditions: isNew ? [...conditions, reported] : conditions });
  }

  withdraw(type: CronCondition): void {
    const conditions = this.status.conditions?.filter((condition) => condition.type !== type);
    if (conditions && conditions.length < (this.status.conditions?.length ?? 0)) this.set({ conditions });
  }

  tell(reason: CronJournalEntry['reason'], message: string): void {
    this.journal.push({ reason, message });
  }

  patch(): CronPatch | null {
    const { labels = {}, annotations = {} } = this.original.metadata;
    const metadata = {
      ...changedMembers('labels', labels, this.labels),
      ...changedMembers('annotations', annotations, this.annotations),
    };
    const status = changedFields(this.original.status ?? {}, this.status);
    const isMetadataSame = Object.keys(metadata).length === 0;
    const isStatusSame = Object.keys(status).length === 0;
    if (isMetadataSame && isStatusSame) return null;
    return { ...(!isMetadataSame && { metadata }), ...(!isStatusSame && { status }) };
  }
}

function changedMembers(
  field: 'labels' | 'annotations',
  before: Readonly<Record<string, string>>,
  written: Readonly<Record<string, string>>,
): Pick<NonNullable<CronPatch['metadata']>, 'labels' | 'annotations'> {
  const changed = Object.entries(written).filter(([key, value]) => before[key] !== value);
  return changed.length === 0 ? {} : { [field]: Object.fromEntries(changed) };
}

function changedFields(before: CronWorkflowStatus, after: CronWorkflowStatus): NonNullable<CronPatch['status']> {
  const keys = new Set([...Object.keys(before), ...Object.keys(after)] as (keyof CronWorkflowStatus)[]);
  const changed = [...keys].filter((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]));
  return Object.fromEntries(changed.map((key) => [key, after[key] ?? null]));
}
