import type { WorkflowControllerOptions } from '@argosy/workflow-controller';
import type { AgentConfig } from './agent.config.js';

/** How the configuration says what all workflows have in common, and what they may say themselves. */
export function rulesOf(config: AgentConfig): Pick<WorkflowControllerOptions, 'rules' | 'ownNamespace'> {
  const { ARGOSY_TEMPLATE_REFERENCING: templateReferencing, ARGOSY_OVERRIDABLE_FIELDS: overridableFields } = config;
  const { ARGOSY_FAILED_POD_MAX_RESTARTS: maxRestarts } = config;
  return {
    rules: {
      workflowDefaults: config.ARGOSY_WORKFLOW_DEFAULTS,
      artifactRepository: config.ARGOSY_ARTIFACT_REPOSITORY,
      ...(config.ARGOSY_FAILED_POD_RESTART && {
        failedPodRestart: { enabled: true, ...(maxRestarts !== undefined && { maxRestarts }) },
      }),
      ...(!config.ARGOSY_EXPRESSION_TEMPLATES && { expressionTemplates: false }),
      ...(templateReferencing && { templateReferencing }),
      ...(overridableFields && { overridableFields }),
    },
    ...(config.ARGOSY_OWN_NAMESPACE !== undefined && { ownNamespace: config.ARGOSY_OWN_NAMESPACE }),
  };
}
