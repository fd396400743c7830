import type { RunIntent } from '../model/intent.js';
import type { RunState } from '../model/run-state.js';

const ACTOR_LABELS: ReadonlySet<string> = new Set(
  ['actor', 'actor-email', 'actor-preferred-username', 'action'].map((name) => `workflows.argoproj.io/${name}`),
);

/** The run after it was changed for somebody, who is told on it in place of who changed it before. */
export function signed(state: RunState, intent: RunIntent): RunState {
  if (!('labels' in intent) || !intent.labels) return state;
  const { workflow } = state;
  const others = Object.entries(workflow.metadata.labels ?? {}).filter(([key]) => !ACTOR_LABELS.has(key));
  const labels = { ...Object.fromEntries(others), ...intent.labels };
  return { ...state, workflow: { ...workflow, metadata: { ...workflow.metadata, labels } } };
}
