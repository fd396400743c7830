import type { Clock, KubeApi } from '@argosy/kube';
import type { RequestObservation } from '@argosy/workflow-engine';
import type { HTTP } from '@argosy/workflow-spec';
import type { HttpOptions } from './http-client.js';
import { HttpClient } from './http-client.js';
import { PendingRequests } from './pending-requests.js';
import type { PluginAddress } from './plugin-client.js';
import { PluginClient } from './plugin-client.js';
import { Slots } from './slots.js';

/** Most requests under way at once; the others wait for their turn. */
const CONCURRENCY = 16;

/** Makes the requests of HTTP templates. */
export interface HttpSender {
  /** Never rejects: what goes wrong is an end of its own. */
  perform(namespace: string, http: HTTP, signal: AbortSignal): Promise<RequestObservation>;
  close(): Promise<void>;
}

/** What HTTP and plugin templates may do. */
export interface RequestOptions {
  readonly http?: HttpOptions;
  /** Default: over the network, within the limits of `http`. A simulation has one of its own. */
  readonly sender?: HttpSender;
  /** Executor plugins, asked in this order. Default: none. */
  readonly plugins?: readonly PluginAddress[];
}

/** What nodes without a pod are carried out with. */
export interface NodeRequests {
  readonly requests: PendingRequests;
  readonly http: HttpSender;
  readonly plugins: PluginClient;
}

export function createNodeRequests(
  { kube, clock, http, sender, plugins = [] }: RequestOptions & { readonly kube: KubeApi; readonly clock: Clock },
  onNews: (runKey: string, nodeId: string) => void,
): NodeRequests {
  const slots = new Slots(CONCURRENCY);
  return {
    requests: new PendingRequests(onNews),
    http: sender ?? new HttpClient(kube, clock, slots, http),
    plugins: new PluginClient(plugins, clock, slots),
  };
}
