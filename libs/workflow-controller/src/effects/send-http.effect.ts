import type { Effect } from './effect.js';

/**
 * Makes the request of an HTTP template. It is made ready first, and goes out only when the node says on record that it
 * has: whatever happens in between, it is never made twice. If another controller was faster to say so, it is for that one.
 */
export const sendHttp: Effect<'SendHttp'> = async ({ nodeId, request, isRecorded }, context) => {
  const { requests, http, workflow, nowMs } = context;
  const { namespace = '', name = '' } = workflow.metadata;
  const runKey = `${namespace}/${name}`;
  if (isRecorded) {
    if (requests.yield(runKey, nodeId)) return { lookAgainAtMs: nowMs };
    requests.send(runKey, nodeId, (signal) => http.perform(namespace, request, signal));
    return 'done';
  }
  requests.prepare(runKey, nodeId);
  return { lookAgainAtMs: nowMs };
};
