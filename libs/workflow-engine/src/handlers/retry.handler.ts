import type { VariableScope } from '@argosy/expressions';
import { isPodTemplate, requiredTemplateKind } from '@argosy/workflow-spec';
import type { NodeStatus, RetryStrategy, Template } from '@argosy/workflow-spec';
import { attemptsOf } from '../graph/attempts.js';
import { endNode, releaseEnded } from '../kernel/closing.js';
import { describeNode } from '../kernel/node-description.js';
import type { RunDraft } from '../kernel/run-draft.js';
import type { CallSite, RetryFrame } from '../model/frame.js';
import type { NodeId } from '../model/ids.js';
import { isFulfilled, isUnsuccessful } from '../model/phases.js';
import { isUp } from '../policies/daemon.policy.js';
import { isPastDeadline, workflowDeadline } from '../policies/deadline.policy.js';
import { hooksOf } from '../policies/hooks.policy.js';
import { endMetrics } from '../policies/metrics.policy.js';
import { ADMISSION_ORDER } from '../policies/order.js';
import { decideRetry, lastRetryVariables, maxDurationAt } from '../policies/retry.policy.js';
import type { RetryVerdict } from '../policies/retry.policy.js';
import { isShutDown, shutdownOf, stoppedMessage } from '../policies/shutdown.policy.js';
import { formatTime } from '../model/instant.js';
import { podVariables } from '../scope/pod-variables.js';
import { replaceTags } from '../scope/tags.js';
import { inputVariables } from '../scope/template-inputs.js';
import type { NodeHandler } from './handler.js';

/** Stands for a call that is tried several times; each attempt is a node of its own below it. */
export const retryHandler: NodeHandler<'retry'> = {
  on(run, frame) {
    advance(run, frame);
  },
};

export function startRetry(run: RunDraft, site: CallSite, template: Template, strategy: RetryStrategy): void {
  const id = run.idOf(site.nodeName);
  if (!run.node(id)) {
    run.create({
      ...describeNode(run, site, template),
      type: 'Retry',
      phase: 'Running',
      ...(template.inputs && { inputs: template.inputs }),
    });
  }
  const { retryStrategy: _strategy, ...attempt } = template;
  const frame: RetryFrame = {
    kind: 'retry',
    id,
    name: site.nodeName,
    site,
    hooks: hooksOf(site.call),
    startedHooks: [],
    openHooks: 0,
    template: attempt,
    strategy,
  };
  run.setFrame(frame);
  advance(run, frame);
}

/** What cannot be asked for cannot be tried again either. */
function advance(run: RunDraft, frame: RetryFrame): void {
  try {
    decideNext(run, frame);
  } catch (error) {
    endNode(run, frame, { phase: 'Error', message: error instanceof Error ? error.message : String(error) });
  }
}

function decideNext(run: RunDraft, frame: RetryFrame): void {
  const attempts = attemptsOf(run, run.node(frame.id));
  const last = attempts.at(-1);
  if (last && !isFulfilled(last.phase)) {
    // Found open while the tree is walked anew: take it up.
    if (!run.frame(last.id as NodeId)) startAttempt(run, frame, attempts.slice(0, -1));
    return followDaemon(run, frame, last.id as NodeId);
  }
  if (last && !isUnsuccessful(last.phase)) {
    return endNode(run, frame, { phase: 'Succeeded', outputs: last.outputs });
  }
  const verdict = decide(run, frame, attempts);
  switch (verdict.verdict) {
    case 'retry':
      return nextAttempt(run, frame, attempts);
    case 'wait':
      if (run.node(frame.id)?.message !== verdict.message) run.update(frame.id, { message: verdict.message });
      return run.schedule(frame.id, verdict.until);
    case 'fail':
      return endNode(run, frame, {
        phase: last?.phase === 'Error' ? 'Error' : 'Failed',
        message: verdict.message,
        outputs: last?.outputs,
      });
  }
}

/** With its attempt the call as a whole is up, and stays so while a further attempt replaces one that went away. */
function followDaemon(run: RunDraft, frame: RetryFrame, attempt: NodeId): void {
  const up = run.node(attempt);
  const node = run.node(frame.id);
  if (!isUp(up) || (node?.daemoned && node.podIP === up?.podIP)) return;
  run.update(frame.id, { daemoned: true, ...(up?.podIP && { podIP: up.podIP }) });
}

function decide(run: RunDraft, frame: RetryFrame, attempts: readonly NodeStatus[]): RetryVerdict {
  return decideRetry({
    strategy: frame.strategy,
    attempts,
    now: run.now,
    ended: endedBy(run, frame),
    globals: variablesOf(run, frame),
  });
}

const variablesOf = (run: RunDraft, { template }: RetryFrame): VariableScope =>
  run.globals.extend(inputVariables(template.inputs));

function endedBy(run: RunDraft, frame: RetryFrame): string | null {
  const { onExit } = frame.site;
  if (isShutDown(run, onExit)) return stoppedMessage(shutdownOf(run));
  const deadline = workflowDeadline(run);
  if (onExit || deadline === null || !isPastDeadline(run)) return null;
  return `retry exceeded workflow deadline ${formatTime(deadline).replace('T', ' ').replace('Z', ' +0000 UTC')}`;
}

function nextAttempt(run: RunDraft, frame: RetryFrame, attempts: readonly NodeStatus[]): void {
  run.release(frame.id);
  // The first attempt comes with its call's own admission; later ones have to ask again.
  if (attempts.length > 0 && !ADMISSION_ORDER.every((admits) => admits(run, attemptSite(run, frame, attempts)))) {
    return run.hold(frame.id);
  }
  if (run.node(frame.id)?.message) run.update(frame.id, { message: undefined });
  startAttempt(run, frame, attempts);
  const failed = attempts.at(-1);
  if (failed) endMetrics(run, failed.id as NodeId, attemptTemplate(run, frame, attempts.slice(0, -1)));
  run.addChild(frame.id, run.idOf(attemptName(frame, attempts)));
}

const attemptName = (frame: RetryFrame, earlier: readonly NodeStatus[]): string => `${frame.name}(${earlier.length})`;

function attemptSite(run: RunDraft, frame: RetryFrame, earlier: readonly NodeStatus[]): CallSite {
  const avoids = frame.strategy.affinity?.nodeAntiAffinity !== undefined;
  const hosts = avoids ? earlier.flatMap((attempt) => attempt.hostNodeName ?? []) : [];
  return {
    ...frame.site,
    nodeName: attemptName(frame, earlier),
    owner: frame.id,
    ordinal: earlier.length,
    attempt: {
      number: earlier.length,
      avoidHosts: [...new Set(hosts)],
      deadline: maxDurationAt(frame.strategy, earlier[0]),
    },
  };
}

/** @throws when the attempt cannot be made, for example because of an expression about the earlier ones */
function attemptTemplate(run: RunDraft, frame: RetryFrame, earlier: readonly NodeStatus[]): Template {
  const site = { ...frame.site, nodeName: attemptName(frame, earlier) };
  const variables = {
    retries: String(earlier.length),
    ...lastRetryVariables(earlier, '0'),
    ...(isPodTemplate(requiredTemplateKind(frame.template)) && podVariables(run, site)),
  };
  return replaceTags(frame.template, variablesOf(run, frame).extend(variables)).value;
}

function startAttempt(run: RunDraft, frame: RetryFrame, earlier: readonly NodeStatus[]): void {
  const template = attemptTemplate(run, frame, earlier);
  const site = attemptSite(run, frame, earlier);
  run.kernel.start(run, site, template);
  releaseEnded(run, run.idOf(site.nodeName));
}
