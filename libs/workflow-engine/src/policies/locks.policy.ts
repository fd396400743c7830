import type { Template } from '@argosy/workflow-spec';
import { endInError } from '../kernel/closing.js';
import { describeNode } from '../kernel/node-description.js';
import type { RunDraft } from '../kernel/run-draft.js';
import { firstUnavailable, waitingMessage } from '../locks/availability.js';
import type { LockState } from '../locks/availability.js';
import { holderName, lockRefs, nodeOfHolder } from '../locks/lock-ref.js';
import type { LockRef } from '../locks/lock-ref.js';
import { awaitedLocks, heldPlaces, withHolder, withoutHolder, withWaiting } from '../locks/synchronization-status.js';
import type { CallSite, WaitingFrame } from '../model/frame.js';
import type { NodeId } from '../model/ids.js';
import { parseTime } from '../model/instant.js';
import { nodeTypeOf } from '../model/node-type.js';
import { isFulfilled } from '../model/phases.js';
import { replaceTags } from '../scope/tags.js';
import { refuseAfterDeadline } from './deadline.policy.js';
import { hooksOf } from './hooks.policy.js';
import { workflowParallelism } from './parallelism.policy.js';
import { passLimit } from './pass-limit.policy.js';
import { refuseOnShutdown } from './shutdown.policy.js';
import { accrueProgress, discountProgress, hasOwnProgress } from './progress.policy.js';
import { isSuspended, suspension } from './suspension.policy.js';
import { pendingTimeoutAt, timeoutAt } from './timeout.policy.js';

interface Observed extends LockState {
  readonly problem: string | null;
}

/** The lock as it is now: what the others have, and what this run has after all that this pass took and let go. */
function stateOf(run: RunDraft, lock: LockRef): Observed {
  const seen = run.world.lock?.(lock);
  if (!seen) return { limit: 0, holders: [], isFirst: true, problem: `there is nobody here to ask for ${lock.key}` };
  const own = heldPlaces(run.status.synchronization).flatMap(([key, holder]) => (key === lock.key ? [holder] : []));
  return { ...seen, holders: own.length > 0 ? [...seen.holders, ...own] : seen.holders };
}

/**
 * Whether the call cannot go on because it wants locks. Its node is made at once and waits; who gets what is decided when
 * the pass has settled, in tree order, so that it does not matter who asked first.
 * @throws when a lock has no name, or no limit
 */
export function waitForLocks(run: RunDraft, site: CallSite, template: Template): boolean {
  if (!template.synchronization) return false;
  const id = run.idOf(site.nodeName);
  const node = run.node(id);
  // What is there and does not wait has its locks, or had them before.
  if (node && !node.synchronizationStatus?.waiting) return false;
  if (!node && (refuseOnShutdown(run, site) ?? refuseAfterDeadline(run, site)) !== null) return false;
  const locks = lockRefs(template.synchronization, run.namespace);
  const [first] = locks;
  if (!first) return false;
  if (!node) {
    const problem = problemOf(run, locks);
    if (problem !== null) throw new Error(problem);
    createWaiting(run, site, template, first);
  }
  const since = parseTime(run.node(id)?.startedAt) ?? run.now;
  run.setFrame({
    kind: 'waiting',
    id,
    name: site.nodeName,
    site,
    hooks: hooksOf(site.call),
    startedHooks: [],
    openHooks: 0,
    template,
    locks,
  });
  for (const at of [timeoutAt(template, since), pendingTimeoutAt(template, since)])
    if (at !== null) run.schedule(id, at);
  return true;
}

function createWaiting(run: RunDraft, site: CallSite, template: Template, first: LockRef): void {
  const type = nodeTypeOf(template);
  const hasOwn = hasOwnProgress({ type });
  const id = run.create({
    ...describeNode(run, site, template),
    type,
    phase: 'Pending',
    synchronizationStatus: { waiting: first.key },
    ...(hasOwn && { progress: '0/1' }),
    ...(template.inputs && { inputs: template.inputs }),
  });
  if (hasOwn) accrueProgress(run, { id, site }, [0, 1]);
}

/** Why nobody can have all of them as things are. */
const problemOf = (run: RunDraft, locks: readonly LockRef[]): string | null =>
  locks.map((lock) => stateOf(run, lock).problem).find((problem) => problem !== null) ?? null;

/** Gives the waiting calls what has become free. */
export function offerLocks(run: RunDraft): void {
  run.locksChanged = false;
  for (const lock of run.awaited.locks()) {
    for (const id of run.awaited.callsFor(lock)) {
      const frame = run.frame(id);
      if (frame?.kind !== 'waiting') continue;
      const wanted = frame.locks.find(({ key }) => key === lock);
      if (wanted && isTaken(stateOf(run, wanted))) break;
      if (![passLimit, suspension, workflowParallelism].every((admits) => admits(run, frame.site))) return;
      offer(run, frame);
    }
  }
}

const isTaken = ({ isFirst, holders, limit, problem }: Observed): boolean =>
  problem === null && (!isFirst || holders.length >= limit);

function offer(run: RunDraft, frame: WaitingFrame): void {
  const { id, site, template, locks } = frame;
  const broken = problemOf(run, locks);
  if (broken !== null) {
    // A limit that goes away while somebody waits for it may come back.
    if (run.node(id)?.message) return;
    discountProgress(run, frame);
    run.removeFrame(id);
    run.withdraw(id);
    return endInError(run, site, new Error(broken));
  }
  if (firstUnavailable(locks, (lock) => stateOf(run, lock))) return;
  run.status = withLocks(run, withHolder(run.status.synchronization, locks, holderName(run.key, id)));
  run.removeFrame(id);
  run.kernel.proceed(run, site, template);
}

/** The run as a whole, before it begins. @returns what it waits for, or null when it has its locks */
export function waitForRunLocks(run: RunDraft): { readonly message: string } | { readonly problem: string } | null {
  if (!run.spec.synchronization) return null;
  const locks = lockRefs(replaceTags(run.spec.synchronization, run.globals).value, run.namespace);
  const problem = problemOf(run, locks);
  const isWaiting = run.status.phase === 'Pending';
  if (problem !== null && !isWaiting) return { problem };
  const missing = firstUnavailable(locks, (lock) => stateOf(run, lock));
  const waiting = missing ? locks.map((lock) => ({ lock, holders: stateOf(run, lock).holders })) : [];
  const before = missing
    ? run.status.synchronization
    : withHolder(run.status.synchronization, locks, holderName(run.key, null));
  run.status = withLocks(run, withWaiting(before, waiting));
  return missing && { message: waitingMessage(missing.lock.key, missing.state) };
}

/** The run leaves every queue it stands in. */
export function withoutWaiting(run: RunDraft): void {
  run.status = withLocks(run, withWaiting(run.status.synchronization, []));
}

/** Forgets holders that ended otherwise than in a pass: a person ended them, or an older controller did. */
export function releaseStale(run: RunDraft): void {
  for (const [, holder] of heldPlaces(run.status.synchronization)) {
    const id = nodeOfHolder(run.key, holder);
    const node = id === null ? undefined : run.node(id as NodeId);
    if (id !== null && (!node || isFulfilled(node.phase)))
      run.status = withLocks(run, withoutHolder(run.status.synchronization, holder));
  }
}

/** Tells people, and the runs of the cluster, what the run waits for. Looks at all who wait only when there is news. */
export function recordWaiting(run: RunDraft): void {
  const states = new Map<string, { readonly lock: LockRef; readonly state: Observed }>();
  for (const key of run.awaited.locks()) {
    const frame = run.frame(run.awaited.firstFor(key));
    const lock = frame?.kind === 'waiting' && frame.locks.find((wanted) => wanted.key === key);
    if (lock) states.set(key, { lock, state: stateOf(run, lock) });
  }
  if (states.size === 0 && awaitedLocks(run.status.synchronization).length === 0) return;
  // Who cannot go on anyway keeps nobody else from it.
  const isIdle = isSuspended(run);
  const waiting = [...states.values()].map(({ lock, state }) => ({ lock, holders: state.holders }));
  run.status = withLocks(run, withWaiting(run.status.synchronization, isIdle ? [] : waiting));
  const news = [...states].map(([key, { state }]) => waitingMessage(key, state)).join('; ');
  if (news === run.lockNews) return;
  run.lockNews = news;
  for (const id of new Set(run.awaited.locks().flatMap((key) => run.awaited.callsFor(key)))) {
    const frame = run.frame(id);
    if (frame?.kind === 'waiting') tell(run, frame, states);
  }
}

function tell(run: RunDraft, frame: WaitingFrame, states: ReadonlyMap<string, { readonly state: Observed }>): void {
  const found = firstUnavailable(frame.locks, ({ key }) => states.get(key)?.state ?? NOBODY);
  const [first] = frame.locks;
  const lock = found?.lock ?? first;
  if (!lock) return;
  const { message: before, synchronizationStatus } = run.node(frame.id) ?? {};
  const message = waitingMessage(lock.key, states.get(lock.key)?.state ?? NOBODY);
  if (message === before && synchronizationStatus?.waiting === lock.key) return;
  run.update(frame.id, { message, synchronizationStatus: { waiting: lock.key } });
}
const NOBODY: LockState = { limit: 0, holders: [], isFirst: true };

function withLocks(run: RunDraft, synchronization: RunDraft['status']['synchronization']): RunDraft['status'] {
  const { synchronization: _before, ...rest } = run.status;
  return synchronization ? { ...rest, synchronization } : rest;
}
