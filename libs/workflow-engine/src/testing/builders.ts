import type { Template, Workflow, WorkflowSpec } from '@argosy/workflow-spec';

/** A workflow named `wf` whose entrypoint is `main`. */
export function workflow(templates: readonly Template[], spec: WorkflowSpec = {}): Workflow {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Workflow',
    metadata: { name: 'wf', namespace: 'default', uid: '00000000-0000-0000-0000-000000000001' },
    spec: { entrypoint: 'main', templates: [...templates], ...spec },
  };
}

/** A template that runs a container; what it does is for the script to say. */
export const container = (name: string, extra: Template = {}): Template => ({
  name,
  container: { image: 'busybox', command: ['true'] },
  ...extra,
});
