import type { RunDraft } from '../kernel/run-draft.js';
import type { EngineCommand } from '../model/command.js';
import { isFinalWorkflowPhase } from '../model/phases.js';

const WORKFLOW_LABEL = 'workflows.argoproj.io/workflow';

/** A budget over the run's own pods, there as long as the run is. */
export function disruptionBudgetCommands(run: RunDraft): EngineCommand[] {
  const { podDisruptionBudget } = run.spec;
  if (!podDisruptionBudget) return [];
  const { name } = run;
  const known = run.world.podDisruptionBudget?.(name) ?? 'unknown';
  if (isFinalWorkflowPhase(run.status.phase)) {
    const key = `DeletePodDisruptionBudget/${name}`;
    return known === 'absent' ? [] : [{ type: 'DeletePodDisruptionBudget', key, name }];
  }
  if (known === 'present') return [];
  // A selector of the user's is refused before the run begins: an empty one would stand for every pod of the namespace.
  const spec = { ...podDisruptionBudget, selector: { matchLabels: { [WORKFLOW_LABEL]: name } } };
  return [{ type: 'EnsurePodDisruptionBudget', key: `EnsurePodDisruptionBudget/${name}`, name, spec }];
}
