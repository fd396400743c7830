import { resolveExecutionSpec } from '@argosy/workflow-spec';
import { libraryOf } from '../scope/template-library.js';
import { labelsOfOrigin, specMetadata } from './adopted-metadata.js';
import { firstCheck } from './first-check.js';
import { endWorkflow } from './lifecycle.js';
import type { RunDraft } from './run-draft.js';

/**
 * Which spec the run executes: the workflow's over that of the template it refers to over the controller's defaults.
 * Settled on the first pass and kept, so that later edits of templates and defaults do not change the run.
 * @returns false when the run has ended over it
 */
export function adoptSpec(run: RunDraft): boolean {
  if (!isUnsettled(run)) return true;
  try {
    mergeSpec(run);
    run.addMetadata(labelsOfOrigin(run));
    // A run that is tried again has begun before.
    const problem = run.allNodes().next().done ? firstCheck(run) : null;
    if (problem !== null) {
      endWorkflow(run, 'Failed', problem);
      return false;
    }
    run.addMetadata(specMetadata(run));
    return true;
  } catch (error) {
    endWorkflow(run, 'Error', error instanceof Error ? error.message : String(error));
    return false;
  }
}

/** A run that waits for its turn may have been put there by somebody who left this for later. */
function isUnsettled({ status, workflow }: RunDraft): boolean {
  const isMissing = workflow.spec.workflowTemplateRef !== undefined && !status.storedWorkflowTemplateSpec;
  return !status.phase || (status.phase === 'Pending' && isMissing);
}

/** Of a workflow that refers to no template the merged spec takes the place of its own, as in Argo. */
function mergeSpec(run: RunDraft): void {
  const { workflow, status } = run;
  const { workflowDefaults } = run.scope.rules ?? {};
  // A run that is tried again goes on with what it had.
  if (status.storedWorkflowTemplateSpec) return;
  const refers = workflow.spec.workflowTemplateRef !== undefined;
  if (!refers && !workflowDefaults) return;
  const spec = resolveExecutionSpec(workflow, { templates: libraryOf(run.world), workflowDefaults });
  if (refers) run.status = { ...status, storedWorkflowTemplateSpec: spec };
  else run.workflow = { ...workflow, spec };
  const { labels, annotations } = workflow.metadata;
  run.addMetadata(workflowDefaults?.metadata ?? {});
  run.addMetadata({ ...(labels && { labels }), ...(annotations && { annotations }) });
}
