import type { WorkflowSpec } from '@argosy/workflow-spec';

/** What ended a run must not end the next one: shutdown goes, and so does a deadline of 0, which is how one terminates. */
export function reopenedSpec({ shutdown: _shutdown, ...spec }: WorkflowSpec): WorkflowSpec {
  if (spec.activeDeadlineSeconds === 0) delete spec.activeDeadlineSeconds;
  return spec;
}
