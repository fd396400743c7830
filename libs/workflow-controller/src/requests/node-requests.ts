import type { Clock, KubeApi } from '@argosy/kube';
import type { HttpOptions } from './http-client.js';
import { HttpClient } from './http-client.js';
import { PendingRequests } from './pending-requests.js';
import type { PluginAddress } from './plugin-client.js';
import { PluginClient } from './plugin-client.js';
import { Slots } from './slots.js';

/** Most requests under way at once; the others wait for their turn. */
const CONCURRENCY = 16;

/** What HTTP and plugin templates may do. */
export interface RequestOptions {
  readonly http?: HttpOptions;
  /** Executor plugins, asked in this order. Default: none. */
  readonly plugins?: readonly PluginAddress[];
}

/** What nodes without a pod are carried out with. */
export interface NodeRequests {
  readonly requests: PendingRequests;
  readonly http: HttpClient;
  readonly plugins: PluginClient;
}

export function createNodeRequests(
  { kube, clock, http, plugins = [] }: RequestOptions & { readonly kube: KubeApi; readonly clock: Clock },
  onNews: (runKey: string, nodeId: string) => void,
): NodeRequests {
  const slots = new Slots(CONCURRENCY);
  return {
    requests: new PendingRequests(onNews),
    http: new HttpClient(kube, clock, slots, http),
    plugins: new PluginClient(plugins, clock, slots),
  };
}
