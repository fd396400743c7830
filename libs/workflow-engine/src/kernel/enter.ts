import { requiredTemplateKind } from '@argosy/workflow-spec';
import type { Template } from '@argosy/workflow-spec';
import { HANDLERS } from '../handlers/table.js';
import { startRetry } from '../handlers/retry.handler.js';
import type { CallSite } from '../model/frame.js';
import { isFulfilled } from '../model/phases.js';
import { driveHooks } from '../policies/hooks.policy.js';
import { beginMetrics } from '../policies/metrics.policy.js';
import { waitForLocks } from '../policies/locks.policy.js';
import { discountProgress } from '../policies/progress.policy.js';
import { ADMISSION_ORDER } from '../policies/order.js';
import { bindInputs } from '../scope/template-inputs.js';
import { resolveTemplate } from '../scope/template-lookup.js';
import { nodeTypeOf } from '../model/node-type.js';
import { publishGlobalOutputs } from '../policies/global-outputs.policy.js';
import { recall } from '../policies/memoize.policy.js';
import { adoptEnded, createEnded, describeError, endInError, releaseEnded } from './closing.js';
import type { Kernel, RunDraft } from './run-draft.js';

const MAX_DEPTH = 100;

/** See policies/order.ts for what happens in which order. */
function enter(run: RunDraft, site: CallSite): boolean {
  const id = run.idOf(site.nodeName);
  const existing = run.node(id);
  if (existing && isFulfilled(existing.phase)) {
    adoptEnded(run, site, existing);
    return true;
  }
  if (!existing && !ADMISSION_ORDER.every((admits) => admits(run, site))) return false;
  let template: Template;
  let inner: CallSite;
  try {
    const resolved = resolveTemplate(run, site);
    inner = { ...site, innerScope: resolved.scope };
    template = bindInputs(run, resolved.template, site.call.arguments, localVariables(site));
    limitDepth(site);
    if (waitForLocks(run, inner, template)) return true;
  } catch (error) {
    endInError(run, site, describeError(site, error));
    return true;
  }
  proceed(run, inner, template);
  return true;
}

function proceed(run: RunDraft, site: CallSite, template: Template): void {
  const id = run.idOf(site.nodeName);
  if (run.node(id)?.synchronizationStatus?.waiting) {
    discountProgress(run, { id, site });
    run.withdraw(id);
  }
  if (!run.node(id) && isRemembered(run, site, template)) return;
  if (template.retryStrategy) startRetry(run, site, template, template.retryStrategy);
  else start(run, site, template);
  driveHooks(run, id);
  // A daemon that was up before is found again and not waited for.
  releaseEnded(run, id);
}

/** Ends the call at once with what a cache has of it, or because its cache is of no use. */
function isRemembered(run: RunDraft, site: CallSite, template: Template): boolean {
  try {
    const memo = recall(run, run.idOf(site.nodeName), template);
    if (!memo) return false;
    const { inputs } = template;
    const outputs = memo.outputs ?? undefined;
    const change = { ...(inputs && { inputs }), ...(outputs && { outputs }) };
    publishGlobalOutputs(run, outputs);
    createEnded(run, site, { type: nodeTypeOf(template), phase: 'Succeeded', change });
  } catch (error) {
    endInError(run, site, describeError(site, error));
  }
  return true;
}

function limitDepth(site: CallSite): void {
  if (site.depth > MAX_DEPTH) {
    throw new Error(`Maximum recursion depth exceeded: more than ${MAX_DEPTH} template calls inside each other`);
  }
}

/** `pod.name` and `node.name` of a retried call belong to its attempts and are replaced there. */
const localVariables = (site: CallSite): Record<string, string> => ({
  'steps.name': site.call.name ?? '',
  'tasks.name': site.call.name ?? '',
});

function start(run: RunDraft, site: CallSite, template: Template): void {
  const id = run.idOf(site.nodeName);
  const isNew = run.node(id) === undefined;
  try {
    HANDLERS[requiredTemplateKind(template)].start(run, site, template);
  } catch (error) {
    // The retried call answers for its attempts: they would be made for ever.
    if (site.attempt) throw error;
    return endInError(run, site, describeError(site, error));
  }
  if (isNew) beginMetrics(run, id, template);
}

export const KERNEL: Kernel = { enter, proceed, start };
