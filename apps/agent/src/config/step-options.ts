import type { WorkflowControllerOptions } from '@argosy/workflow-controller';
import type { AgentConfig } from './agent.config.js';

/** How the configuration says that steps are carried out: with which images, and where their requests may go. */
export function stepOptionsOf(config: AgentConfig): Pick<WorkflowControllerOptions, 'supervisor' | 'http' | 'plugins'> {
  const { ARGOSY_KUBECTL_IMAGE: kubectlImage, ARGOSY_HTTP_ALLOW: allow } = config;
  const token = config.ARGOSY_PLUGIN_TOKEN?.reveal();
  return {
    supervisor: {
      image: config.ARGOSY_SUPERVISOR_IMAGE,
      delivery: config.ARGOSY_SUPERVISOR_DELIVERY,
      ...(kubectlImage !== undefined && { kubectlImage }),
      progressTicks: { file: config.ARGOSY_PROGRESS_FILE_TICK, patch: config.ARGOSY_PROGRESS_PATCH_TICK },
    },
    http: { allowLinkLocal: config.ARGOSY_HTTP_ALLOW_LINK_LOCAL, ...(allow && { allow }) },
    plugins: (config.ARGOSY_PLUGIN_URLS ?? []).map((address) => ({
      ...namedAddress(address),
      ...(token !== undefined && { token }),
    })),
  };
}

/** `http://host:port`, or `name=http://host:port`. */
function namedAddress(text: string): { readonly url: string; readonly name?: string } {
  const [, name, url] = /^([\w.-]+)=(.*)$/.exec(text) ?? [];
  return name !== undefined && url !== undefined ? { name, url } : { url: text };
}
