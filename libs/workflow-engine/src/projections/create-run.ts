import type { Workflow, WorkflowSpec, WorkflowStatus } from '@argosy/workflow-spec';
import type { RunState } from '../model/run-state.js';
import { hydrate } from './workflow.js';

export interface CreateRunOptions {
  /** The merged spec to execute, when the workflow refers to a template or the cluster has defaults. */
  readonly executionSpec?: WorkflowSpec;
  /** Templates of other objects that the run refers to, by Argo's key `<scope>/<name>/<template>`. */
  readonly storedTemplates?: WorkflowStatus['storedTemplates'];
}

/** A run that has not begun. Options only count when the object has no status of its own yet. */
export function createRun(workflow: Workflow, options: CreateRunOptions = {}): RunState {
  const state = hydrate(workflow);
  if (state.status.phase) return state;
  return {
    ...state,
    status: {
      ...state.status,
      ...(options.executionSpec && { storedWorkflowTemplateSpec: options.executionSpec }),
      ...(options.storedTemplates && { storedTemplates: options.storedTemplates }),
    },
  };
}
