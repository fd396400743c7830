import type { NodeType, Template } from '@argosy/workflow-spec';
import type { TemplateKind } from './frame.js';
import { templateKindOf } from './template-kind.js';

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
  template.retryStrategy ? 'Retry' : TYPES[templateKindOf(template)];
