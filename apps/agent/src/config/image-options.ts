import type { KubeApi } from '@argosy/kube';
import { RegistryClient } from '@argosy/workflow-controller';
import type { WorkflowControllerOptions } from '@argosy/workflow-controller';
import type { AgentConfig } from './agent.config.js';

/** Who tells what images run: the configuration, then the registries. */
export function imageOptionsOf(config: AgentConfig, kube: KubeApi): Pick<WorkflowControllerOptions, 'images'> {
  const { ARGOSY_IMAGES: commands, ARGOSY_PLAIN_HTTP_REGISTRIES: plainHttp } = config;
  const options = { allowLinkLocal: config.ARGOSY_HTTP_ALLOW_LINK_LOCAL, ...(plainHttp && { plainHttp }) };
  return {
    images: {
      ...(commands && { commands }),
      ...(config.ARGOSY_IMAGE_LOOKUP && { registry: new RegistryClient(kube, options) }),
    },
  };
}
