import type { Template } from '@argosy/workflow-spec';
import { createEnded, endNode } from '../kernel/closing.js';
import type { Ending } from '../kernel/closing.js';
import { describeNode } from '../kernel/node-description.js';
import type { RunDraft } from '../kernel/run-draft.js';
import type { EngineCommand } from '../model/command.js';
import type { AgentFrame, CallSite } from '../model/frame.js';
import { instant, parseTime } from '../model/instant.js';
import type { Instant } from '../model/instant.js';
import type { RequestObservation } from '../model/observation.js';
import { DEADLINE_MESSAGE } from '../policies/deadline.policy.js';
import { hooksOf } from '../policies/hooks.policy.js';
import { httpEnding } from '../policies/http-success.policy.js';
import { REFUSAL_ORDER } from '../policies/order.js';
import { accrueProgress, completeProgress } from '../policies/progress.policy.js';
import { activeDeadlineAt, earliest, pendingTimeoutAt, timeoutAt } from '../policies/timeout.policy.js';
import { replaceTags } from '../scope/tags.js';
import type { TemplateHandler } from './handler.js';

/** What a template without a timeout of its own gives its server. */
export const HTTP_TIMEOUT_SECONDS = 30;
/** How long after its timeout a request may still be answered: it had to wait for its turn, and its answer for a write. */
const LOST_AFTER_MS = 30_000;

/** What a kind that is carried out by a request of the controller's own has to say for itself. */
export interface AgentKind {
  readonly kind: AgentFrame['kind'];
  readonly type: 'HTTP' | 'Plugin';
  /** What makes the request; derived until it is known to have been made. */
  command(frame: AgentFrame, isRecorded: boolean): EngineCommand;
  /** What to do about a node that is Running and whose request nobody knows of: its controller is gone. */
  readonly onLost: Ending | 'ask again';
}

/**
 * Kinds without a pod. A node is Pending until it is certain that its request has not been made; it becomes Running on
 * record before the request goes out, so that a restarted controller knows that it may have.
 */
export function agentHandler(kind: AgentKind): TemplateHandler<'http' | 'plugin'> {
  return {
    start: (run, site, template) => start(run, site, template, kind),
    on(run, frame, event) {
      if (event.type === 'RequestObserved') observed(run, frame, kind, event.request);
      else timedOut(run, frame, kind);
    },
    desired(run, frame) {
      const request = run.world.request?.(frame.id);
      const isRecorded = run.node(frame.id)?.phase === 'Running';
      const isUnknown = request === undefined && (!isRecorded || kind.onLost === 'ask again');
      const isDue = request?.state === 'ready' && isRecorded;
      return isUnknown || isDue ? [kind.command(frame, isRecorded)] : [];
    },
  };
}

function start(run: RunDraft, site: CallSite, template: Template, { kind, type }: AgentKind): void {
  const id = run.idOf(site.nodeName);
  const isNew = run.node(id) === undefined;
  const refusal = isNew ? REFUSAL_ORDER.map((refuses) => refuses(run, site)).find((reason) => reason !== null) : null;
  if (refusal) {
    createEnded(run, site, { type, phase: 'Failed', message: refusal });
    return;
  }
  if (isNew) {
    run.create({
      ...describeNode(run, site, template),
      type,
      phase: 'Pending',
      progress: '0/1',
      ...(template.inputs && { inputs: template.inputs }),
    });
  }
  const frame: AgentFrame = {
    kind,
    id,
    name: site.nodeName,
    site,
    hooks: site.attempt ? null : hooksOf(site.call),
    startedHooks: [],
    openHooks: 0,
    template: replaceTags(template, run.globals.extend({ 'node.name': site.nodeName })).value,
  };
  run.setFrame(frame);
  if (isNew) accrueProgress(run, frame, [0, 1]);
  for (const { at } of limitsOf(run, frame)) if (at !== null) run.schedule(id, at);
}

interface Limit {
  readonly at: Instant | null;
  readonly message: string;
}

function limitsOf(run: RunDraft, { id, template, site }: AgentFrame): readonly Limit[] {
  const node = run.node(id);
  const startedAt = parseTime(node?.startedAt) ?? run.now;
  const pending = node?.phase === 'Pending' ? pendingTimeoutAt(template, startedAt) : null;
  return [
    { at: earliest(timeoutAt(template, startedAt), pending), message: 'timeout' },
    {
      at: earliest(activeDeadlineAt(template, startedAt), site.attempt?.deadline ?? null),
      message: DEADLINE_MESSAGE,
    },
  ];
}

function timedOut(run: RunDraft, frame: AgentFrame, kind: AgentKind): void {
  const limit = limitsOf(run, frame).find(({ at }) => at !== null && run.now >= at);
  if (limit) endNode(run, frame, { phase: 'Failed', message: limit.message });
  else if (run.world.request?.(frame.id) === undefined) lost(run, frame, kind);
}

/** Nobody here knows of the request. Whoever made it may be alive, and has until the answer cannot come any more. */
function lost(run: RunDraft, frame: AgentFrame, { onLost }: AgentKind): void {
  const node = run.node(frame.id);
  if (node?.phase !== 'Running' || onLost === 'ask again') return;
  const startedAt = parseTime(node.startedAt) ?? run.now;
  const seconds = frame.template.http?.timeoutSeconds ?? HTTP_TIMEOUT_SECONDS;
  const lostAt = instant(startedAt + seconds * 1000 + LOST_AFTER_MS);
  if (run.now < lostAt) run.schedule(frame.id, lostAt);
  else endNode(run, frame, onLost);
}

function observed(run: RunDraft, frame: AgentFrame, kind: AgentKind, request: RequestObservation | undefined): void {
  const phase = run.node(frame.id)?.phase;
  switch (request?.state) {
    case undefined:
      return lost(run, frame, kind);
    case 'ready':
    case 'sent':
      if (phase === 'Pending') run.update(frame.id, { phase: 'Running', message: undefined });
      return;
    case 'answered':
      return end(run, frame, httpEnding(frame.template.http ?? { url: '' }, request.answer));
    case 'ended':
      return end(run, frame, request);
  }
}

function end(run: RunDraft, frame: AgentFrame, ending: Ending): void {
  if (ending.phase === 'Succeeded') completeProgress(run, frame);
  endNode(run, frame, { phase: ending.phase, message: ending.message ?? '', outputs: ending.outputs });
}
