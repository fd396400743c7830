import type { Template } from '@argosy/workflow-spec';
import { PodPlanError } from './plan-error.js';

/** A step that would run without its files, or whose files nobody would keep, is not run at all. @throws PodPlanError */
export function refuseArtifacts({ name = '', inputs, outputs }: Template): void {
  const taken = inputs?.artifacts?.find(({ optional }) => !optional);
  if (taken)
    throw new PodPlanError(
      `template "${name}" takes the artifact "${taken.name}", and artifacts are not moved yet: pass it as a parameter or through a volume`,
    );
  const made = outputs?.artifacts?.find(({ optional }) => !optional);
  if (made)
    throw new PodPlanError(
      `template "${name}" makes the artifact "${made.name}", and artifacts are not kept yet: pass it as a parameter or through a volume, or mark it as optional`,
    );
}
