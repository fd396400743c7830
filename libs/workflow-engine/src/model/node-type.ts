import { requiredTemplateKind } from '@argosy/workflow-spec';
import type { NodeType, Template, TemplateKind } from '@argosy/workflow-spec';

const TYPES: Readonly<Record<TemplateKind, NodeType>> = {
  container: 'Pod',
  containerSet: 'Pod',
  script: 'Pod',
  resource: 'Pod',
  data: 'Pod',
  suspend: 'Suspend',
  http: 'HTTP',
  plugin: 'Plugin',
  steps: 'Steps',
  dag: 'DAG',
};

/** The type of the node that a call of the template makes. */
export const nodeTypeOf = (template: Template): NodeType =>
  template.retryStrategy ? 'Retry' : TYPES[requiredTemplateKind(template)];
