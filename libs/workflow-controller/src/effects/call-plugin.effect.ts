import type { Effect } from './effect.js';

/** Hands the template to the executor plugins. They may be asked again, so nothing has to be on record first. */
export const callPlugin: Effect<'CallPlugin'> = async ({ nodeId, template }, context) => {
  const { requests, plugins, workflow, nowMs } = context;
  const runKey = `${workflow.metadata.namespace ?? ''}/${workflow.metadata.name ?? ''}`;
  requests.prepare(runKey, nodeId);
  requests.send(runKey, nodeId, (signal) => plugins.perform(workflow, template, signal));
  return { lookAgainAtMs: nowMs };
};
