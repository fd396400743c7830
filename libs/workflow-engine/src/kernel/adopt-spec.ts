import { misshapen } from '@argosy/workflow-spec';
import type { NodeId } from '../model/ids.js';
import { formatTime } from '../model/instant.js';
import { isFulfilled } from '../model/phases.js';
import {
  executionSpec,
  forgetStored,
  mustBeUnchanged,
  mustKeepToTemplate,
} from '../policies/template-referencing.policy.js';
import { recordRepository } from '../scope/artifact-repository.js';
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
  try {
    const isNew = isUnsettled(run) && run.allNodes().next().done === true;
    const wrong = isNew ? misshapen('Workflow', run.workflow.spec) : null;
    if (wrong !== null) {
      // Argo's words, and Argo's spelling.
      endWorkflow(run, 'Failed', `cannot unmarshall spec: ${wrong}`);
      return false;
    }
    mustKeepToTemplate(run);
    if (!isUnsettled(run)) {
      mustBeUnchanged(run);
      return true;
    }
    mergeSpec(run);
    run.addMetadata(labelsOfOrigin(run));
    // A run that is tried again has begun before.
    const problem = isNew ? firstCheck(run) : null;
    if (problem !== null) {
      endWorkflow(run, 'Failed', problem);
      return false;
    }
    adoptRepository(run);
    run.addMetadata(specMetadata(run));
    run.addMetadata(labelsOfOrigin(run));
    return true;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    endOpenNodes(run, message);
    endWorkflow(run, 'Error', message);
    return false;
  }
}

/** A run that is tried again keeps its repository. */
function adoptRepository(run: RunDraft): void {
  if (run.status.artifactRepositoryRef) return;
  try {
    recordRepository(run);
  } catch (error) {
    throw new Error(`failed to resolve artifact repository: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** What belongs to a run that may not run must not go on. */
export function endOpenNodes(run: RunDraft, message: string): void {
  const open = [...run.allNodes()].filter(({ phase }) => !isFulfilled(phase));
  for (const { id } of open)
    run.update(id as NodeId, { phase: 'Error', message, finishedAt: formatTime(run.now), daemoned: undefined });
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
  const refers = workflow.spec.workflowTemplateRef !== undefined;
  if (!refers && (!workflowDefaults || status.storedWorkflowTemplateSpec)) return;
  const spec = executionSpec(run);
  if (!refers) run.workflow = { ...workflow, spec };
  else run.status = { ...status, storedWorkflowTemplateSpec: spec };
  forgetStored(run);
  const { labels, annotations } = workflow.metadata;
  run.addMetadata(workflowDefaults?.metadata ?? {});
  run.addMetadata({ ...(labels && { labels }), ...(annotations && { annotations }) });
}
