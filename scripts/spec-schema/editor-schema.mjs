// The schema that editors complete and explain from: any manifest of the group.
export const KINDS = [
  'Workflow',
  'WorkflowTemplate',
  'ClusterWorkflowTemplate',
  'CronWorkflow',
  'WorkflowEventBinding',
  'WorkflowTaskSet',
  'WorkflowTaskResult',
  'WorkflowArtifactGCTask',
];

export function editorSchema(definitions) {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Argo Workflows',
    description: 'The kinds of argoproj.io/v1alpha1',
    type: 'object',
    required: ['apiVersion', 'kind'],
    properties: { apiVersion: { const: 'argoproj.io/v1alpha1' }, kind: { enum: KINDS } },
    allOf: KINDS.map((kind) => ({
      if: { properties: { kind: { const: kind } } },
      then: { $ref: `#/definitions/${kind}` },
    })),
    definitions,
  };
}
