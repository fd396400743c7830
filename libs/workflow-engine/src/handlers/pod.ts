import type { Artifact, NodeStatus, Outputs, Parameter, PodKind, Template } from '@argosy/workflow-spec';
import { createEnded, endNode } from '../kernel/closing.js';
import { describeNode } from '../kernel/node-description.js';
import type { RunDraft } from '../kernel/run-draft.js';
import type { EngineCommand } from '../model/command.js';
import { freePod } from '../model/command.js';
import type { CallSite, PodFrame } from '../model/frame.js';
import { instant, parseTime } from '../model/instant.js';
import type { PodLost, PodObserved, TimerDue } from '../model/node-event.js';
import type { PodObservation } from '../model/observation.js';
import { endPhase, isDaemon, isUp, whileRunning } from '../policies/daemon.policy.js';
import { workflowDeadline } from '../policies/deadline.policy.js';
import { hooksOf } from '../policies/hooks.policy.js';
import { isLeftover } from '../policies/leftover-pod.policy.js';
import { REFUSAL_ORDER } from '../policies/order.js';
import { boundaryTemplate } from '../policies/parallelism.policy.js';
import { restart } from '../policies/pod-restart.policy.js';
import { accrueProgress, accrueResources, completeProgress, reportProgress } from '../policies/progress.policy.js';
import { earliest, pendingTimeoutAt, timeoutAt } from '../policies/timeout.policy.js';
import { withRepository } from '../scope/artifact-repository.js';
import { podSettings } from '../scope/pod-settings.js';
import { podVariables, templateNameOf } from '../scope/pod-variables.js';
import { replaceTags } from '../scope/tags.js';
import type { TemplateHandler } from './handler.js';

/** How long a pod that was running may be missing before it counts as lost: caches lag behind. */
const LOST_AFTER_MS = 10_000;

/** What all kinds that run as a pod have in common. */
export function podHandler<K extends PodKind>(kind: K): TemplateHandler<PodKind> {
  return {
    start: (run, site, template) => startPod(run, site, template, kind),
    on: onPod,
    desired: (run, frame) => desiredPod(run, frame),
  };
}

/** Where a template says how much there will be to do: `0/100`. */
const PROGRESS_ANNOTATION = 'workflows.argoproj.io/progress';

function startPod(run: RunDraft, site: CallSite, template: Template, kind: PodKind): void {
  const id = run.idOf(site.nodeName);
  const isNew = run.node(id) === undefined;
  const refusal = isNew ? REFUSAL_ORDER.map((refuses) => refuses(run, site)).find((reason) => reason !== null) : null;
  if (refusal) {
    createEnded(run, site, { type: 'Pod', phase: 'Failed', message: refusal });
    return;
  }
  const names = podVariables(run, site);
  const bound = replaceTags(withRepository(run, template), run.globals.extend(names)).value;
  const startedAt = parseTime(run.node(id)?.startedAt) ?? run.now;
  const timeout = timeoutAt(bound, startedAt);
  const pendingTimeout = pendingTimeoutAt(bound, startedAt);
  if (isNew) {
    run.create({
      ...describeNode(run, site, template),
      type: 'Pod',
      phase: 'Pending',
      progress: '0/1',
      ...(template.inputs && { inputs: template.inputs }),
    });
  }
  const wholeRun = site.onExit ? null : workflowDeadline(run);
  const frame: PodFrame = {
    kind,
    id,
    name: site.nodeName,
    site,
    hooks: site.attempt ? null : hooksOf(site.call),
    startedHooks: [],
    openHooks: 0,
    template: bound,
    podName: names['pod.name'],
    deadline: earliest(wholeRun, timeout, site.attempt?.deadline ?? null),
  };
  run.setFrame(frame);
  if (isNew) {
    accrueProgress(run, frame, [0, 1]);
    reportProgress(run, frame, bound.metadata?.annotations?.[PROGRESS_ANNOTATION] ?? '');
  }
  // A daemon that starts over waits, node and all, until it is its turn; only then is its pod wanted.
  else run.changed.add(id);
  for (const at of [timeout, pendingTimeout]) if (at !== null) run.schedule(id, at);
}

function onPod(run: RunDraft, frame: PodFrame, event: PodObserved | PodLost | TimerDue): void {
  const node = run.node(frame.id);
  if (!node) return;
  switch (event.type) {
    case 'PodObserved':
      return observed(run, frame, node, event.pod);
    case 'PodLost':
      return lost(run, frame, node);
    case 'TimerDue':
      return timedOut(run, frame, node);
  }
}

function observed(run: RunDraft, frame: PodFrame, node: NodeStatus, pod: PodObservation): void {
  if (pod.phase === 'Pending') {
    if (node.phase === 'Pending' && (node.message ?? '') !== pod.message) {
      run.update(frame.id, { message: pod.message || undefined });
    }
    return;
  }
  const restarted = restart(run, node, pod);
  if (restarted) return run.update(frame.id, restarted);
  const daemon = isDaemon(frame.template);
  const change: Partial<NodeStatus> = node.restartingPodUID === undefined ? {} : { restartingPodUID: undefined };
  if (pod.hostNodeName && pod.hostNodeName !== node.hostNodeName) change.hostNodeName = pod.hostNodeName;
  if (pod.phase === 'Running' || pod.outputsPending) {
    if (daemon) Object.assign(change, whileRunning(node, pod));
    else if (node.phase === 'Pending') Object.assign(change, { phase: 'Running', message: undefined });
    if (Object.keys(change).length > 0) run.update(frame.id, change);
    if (pod.progress) reportProgress(run, frame, pod.progress);
    return;
  }
  if (pod.resourcesDuration && Object.keys(pod.resourcesDuration).length > 0) {
    change.resourcesDuration = { ...pod.resourcesDuration };
    // A node whose outputs are being stored may be looked at again.
    if (!node.resourcesDuration) accrueResources(run, frame, pod.resourcesDuration);
  }
  if (pod.progress) reportProgress(run, frame, pod.progress);
  const phase = daemon ? endPhase(pod.phase) : pod.phase;
  if (phase === 'Succeeded') completeProgress(run, frame);
  endNode(run, frame, {
    phase,
    message: pod.message,
    outputs: outputsOf(frame.template, pod),
    finishedAt: pod.finishedAt,
    change,
  });
}

/** What the pod reported, with what only the template knows of it: global names, and values that are written there. */
function outputsOf(template: Template, pod: PodObservation): Outputs | undefined {
  const outputs: Outputs = { ...pod.outputs };
  if (pod.exitCode !== null) outputs.exitCode ??= String(pod.exitCode);
  const { parameters = [], artifacts = [] } = template.outputs ?? {};
  const reported = withGlobalNames(outputs.parameters ?? [], parameters);
  const isWritten = ({ name, value }: Parameter): boolean =>
    value !== undefined && !reported.some((parameter) => parameter.name === name);
  const all = [...reported, ...(pod.exitCode === null ? [] : parameters.filter(isWritten))];
  if (all.length > 0) outputs.parameters = all;
  if (outputs.artifacts) outputs.artifacts = withGlobalNames(outputs.artifacts, artifacts);
  return Object.keys(outputs).length > 0 ? outputs : undefined;
}

function withGlobalNames<T extends Parameter | Artifact>(reported: readonly T[], declared: readonly T[]): T[] {
  const globalNames = new Map(declared.map(({ name, globalName }) => [name, globalName]));
  return reported.map((output) => {
    const globalName = output.globalName ?? globalNames.get(output.name);
    return globalName ? { ...output, globalName } : output;
  });
}

/**
 * A missing pod. Whether it was ever there is read from the phase: a node is Pending until its pod was seen running or
 * ended. A Pending pod has not run a line of the user's, so it is simply made again; any other one is lost.
 */
function lost(run: RunDraft, frame: PodFrame, node: NodeStatus): void {
  if (node.phase === 'Pending') return;
  const lostAt = instant((parseTime(node.startedAt) ?? run.now) + LOST_AFTER_MS);
  if (run.now < lostAt) run.schedule(frame.id, lostAt);
  else endNode(run, frame, { phase: 'Error', message: 'pod deleted' });
}

function timedOut(run: RunDraft, frame: PodFrame, node: NodeStatus): void {
  if (!run.world.pod(frame.podName)) lost(run, frame, node);
  if (run.node(frame.id)?.phase !== 'Pending' && run.node(frame.id)?.phase !== 'Running') return;
  // Nobody waits for a daemon that is up; it may take its time.
  if (isUp(node)) return;
  const startedAt = parseTime(node.startedAt) ?? run.now;
  const pendingUntil = node.phase === 'Pending' ? pendingTimeoutAt(frame.template, startedAt) : null;
  const at = earliest(timeoutAt(frame.template, startedAt), pendingUntil);
  if (at !== null && run.now >= at) endNode(run, frame, { phase: 'Failed', message: 'timeout' });
}

function desiredPod(run: RunDraft, frame: PodFrame): readonly EngineCommand[] {
  const { site, podName } = frame;
  const node = run.node(frame.id);
  if (node?.phase !== 'Pending') return [];
  const pod = run.world.pod(podName);
  if (pod && isLeftover(node, pod))
    return [{ type: 'DeletePod', key: `DeletePod/${podName}`, podName, nodeId: frame.id }];
  // Deleted before any node took it up; once it is gone it is made again.
  if (pod) return pod.isHeldInVain && pod.phase === 'Pending' ? [freePod(podName, frame.id)] : [];
  const settings = podSettings(run, site, frame.template, { 'pod.name': podName, 'node.name': frame.name });
  return [
    {
      type: 'EnsurePod',
      key: `EnsurePod/${podName}`,
      podName,
      nodeId: frame.id,
      nodeName: frame.name,
      displayName: node.displayName ?? frame.name,
      template: frame.template,
      templateName: frame.template.name ?? templateNameOf(site) ?? '',
      boundaryTemplate: boundaryTemplate(run, site.boundary),
      ...(settings && { settings }),
      includeScriptOutput: site.resultWanted || frame.kind === 'data',
      deadline: frame.deadline,
      onExit: site.onExit,
      retryAttempt: site.attempt?.number ?? null,
      avoidHosts: site.attempt?.avoidHosts ?? [],
    },
  ];
}
