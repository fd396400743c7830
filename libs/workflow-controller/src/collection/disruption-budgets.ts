import type { Workflow } from '@argosy/workflow-spec';

/**
 * Which runs have their PodDisruptionBudget, as far as this process has made or deleted it. Argo's rights do not allow to
 * watch budgets, and there is no need to: asking once more after a restart does no harm.
 */
export class DisruptionBudgets {
  private readonly known = new Map<string, 'present' | 'absent'>();

  of({ metadata }: Pick<Workflow, 'metadata'>): 'present' | 'absent' | 'unknown' {
    return this.known.get(metadata.uid ?? '') ?? 'unknown';
  }

  record({ metadata }: Pick<Workflow, 'metadata'>, state: 'present' | 'absent'): void {
    this.known.set(metadata.uid ?? '', state);
  }

  forget({ metadata }: Pick<Workflow, 'metadata'>): void {
    this.known.delete(metadata.uid ?? '');
  }
}
