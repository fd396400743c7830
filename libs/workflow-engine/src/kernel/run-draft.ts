import { Map as PersistentMap } from 'immutable';
import type {
  Condition,
  Metadata,
  NodeStatus,
  Template,
  Workflow,
  WorkflowSpec,
  WorkflowStatus,
} from '@argosy/workflow-spec';
import { SlowCalls } from '@argosy/expressions';
import type { VariableScope } from '@argosy/expressions';
import type { Scope, JournalEntry } from '../model/decision.js';
import type { CallSite, Frame } from '../model/frame.js';
import type { Instant } from '../model/instant.js';
import { formatTime } from '../model/instant.js';
import type { NodeEvent } from '../model/node-event.js';
import { nodeIdOf } from '../model/ids.js';
import type { NodeId } from '../model/ids.js';
import { isFulfilled } from '../model/phases.js';
import type { MetricUpdate } from '../model/metric-update.js';
import type { EarlierRun, MemoEntry, World } from '../model/observation.js';
import type { RunIndex, RunState } from '../model/run-state.js';
import { withTimer } from '../model/timer-heap.js';
import type { TimerHeap } from '../model/timer-heap.js';
import { holderName } from '../locks/lock-ref.js';
import { withoutHolder } from '../locks/synchronization-status.js';
import { earlierRunOf, estimate } from '../policies/estimate.policy.js';
import { globalVariables } from '../scope/global-variables.js';
import { AwaitedLocks } from './awaited-locks.js';
import { isBefore } from './tree-order.js';
import { Tally } from './tally.js';

/** What handlers may ask the kernel to do; given to the draft so that handlers do not import the table they are in. */
export interface Kernel {
  /** Executes a call, or finds it executed. @returns false when a limit holds it back */
  enter(run: RunDraft, site: CallSite): boolean;
  /** Goes on with a call, inputs resolved, that has all it waited for. */
  proceed(run: RunDraft, site: CallSite, template: Template): void;
  /** Starts a template, inputs resolved, without the retry around it. */
  start(run: RunDraft, site: CallSite, template: Template): void;
}

interface QueuedEvent {
  readonly frameId: NodeId;
  readonly event: NodeEvent;
}

/** Of functions that take a quarter of a second. */
const MOST_SLOW_CALLS = 20;

/**
 * The next state while a pass makes it. Lives for one pass; `toState` freezes it. Remembers which nodes it changed, so
 * that patch and commands cost what changed.
 */
export class RunDraft {
  workflow: Omit<Workflow, 'status'>;
  readonly now: Instant;
  readonly changed = new Set<NodeId>();
  readonly journal: JournalEntry[] = [];
  readonly metrics: MetricUpdate[] = [];
  /** True while the tree is walked from the root to build the index: nodes are found rather than made. */
  readonly rebuilding: boolean;
  readonly tally: Tally;
  status: Omit<WorkflowStatus, 'nodes'>;
  timers: TimerHeap | null;
  /** A slot became free in this pass. */
  roomMade = false;
  newNodes = 0;
  /** Calls that wait for locks. */
  readonly awaited: AwaitedLocks;
  /** Locks may be had that could not before: somebody asked, or let go, or it is the first look of the pass. */
  locksChanged: boolean;
  lockNews: string;
  /** Calls whose outputs a cache has yet to take. */
  readonly storing: Set<NodeId>;
  /** What caches gave in this pass. */
  readonly memosUsed: { readonly cacheName: string; readonly memoKey: string; readonly entry: MemoEntry }[] = [];

  private readonly nodes: PersistentMap<NodeId, NodeStatus>;
  private readonly frames: PersistentMap<NodeId, Frame>;
  private readonly pods: PersistentMap<string, NodeId>;
  private readonly prepared = new Map<NodeId, Partial<NodeStatus>>();
  private readonly ownChildren = new Set<NodeId>();
  private readonly queue: QueuedEvent[] = [];
  private queueHead = 0;
  private held: readonly NodeId[];
  /** Of one pass, which keeps all other runs waiting. What another controller began was begun in many passes. */
  readonly slowCalls: SlowCalls | undefined;
  private globalScope: VariableScope | null = null;
  private earlierRun: { readonly found: EarlierRun | null } | null = null;

  constructor(
    state: RunState,
    readonly world: World,
    readonly scope: Scope,
    readonly kernel: Kernel,
  ) {
    this.workflow = state.workflow;
    this.status = state.status;
    this.now = scope.now;
    this.rebuilding = state.index === null;
    const isTakenOver = this.rebuilding && state.nodes.size > 0;
    this.slowCalls = isTakenOver ? undefined : new SlowCalls(scope.rules?.slowCallsAtOnce ?? MOST_SLOW_CALLS);
    this.tally = new Tally(state.index);
    if (!state.index) for (const node of state.nodes.values()) this.tally.move(undefined, node);
    this.nodes = state.nodes.asMutable();
    this.frames = (state.index?.frames ?? PersistentMap<NodeId, Frame>()).asMutable();
    this.pods = (state.index?.pods ?? PersistentMap<string, NodeId>()).asMutable();
    this.timers = state.index?.timers ?? null;
    this.held = state.index?.held ?? [];
    this.awaited = new AwaitedLocks(state.index?.awaited);
    this.locksChanged = !this.awaited.isEmpty();
    this.lockNews = state.index?.lockNews ?? '';
    this.storing = new Set(state.index?.storing);
  }

  get name(): string {
    return this.workflow.metadata.name ?? '';
  }
  get namespace(): string {
    return this.workflow.metadata.namespace ?? '';
  }
  /** `namespace/name`: what the cluster calls the run. */
  get key(): string {
    return `${this.namespace}/${this.name}`;
  }
  /** The spec that is executed: the merged one when the workflow refers to a template. */
  get spec(): WorkflowSpec {
    return this.status.storedWorkflowTemplateSpec ?? this.workflow.spec;
  }
  /** Variables of the whole workflow; made once a pass, and again when a global output comes in. */
  get globals(): VariableScope {
    return (this.globalScope ??= globalVariables(this));
  }
  forgetGlobals(): void {
    this.globalScope = null;
  }
  /** What durations are estimated by; null when there is nothing. Asked once a pass, and only by one that makes nodes. */
  get earlier(): EarlierRun | null {
    return (this.earlierRun ??= { found: earlierRunOf(this) }).found;
  }
  /** One of each type: a later one takes the place of an earlier one. */
  addCondition(condition: Condition): void {
    const known = this.status.conditions ?? [];
    const isKnown = known.some(({ type }) => type === condition.type);
    const conditions = known.map((other) => (other.type === condition.type ? condition : other));
    this.status = { ...this.status, conditions: isKnown ? conditions : [...known, condition] };
  }
  addMetadata({ labels, annotations }: Metadata): void {
    const { metadata } = this.workflow;
    const added = {
      ...(labels && { labels: { ...metadata.labels, ...labels } }),
      ...(annotations && { annotations: { ...metadata.annotations, ...annotations } }),
    };
    this.workflow = { ...this.workflow, metadata: { ...metadata, ...added } };
    this.forgetGlobals();
  }

  idOf(nodeName: string): NodeId {
    return nodeIdOf(this.name, nodeName);
  }
  node(id: NodeId): NodeStatus | undefined {
    return this.nodes.get(id);
  }
  nodeNamed(name: string): NodeStatus | undefined {
    return this.nodes.get(this.idOf(name));
  }
  allNodes(): IterableIterator<NodeStatus> {
    return this.nodes.values();
  }

  /** Adds a node; it must not exist. */
  create(node: Omit<NodeStatus, 'id' | 'startedAt'>): NodeId {
    const id = this.idOf(node.name);
    const startedAt = formatTime(this.now);
    const estimated = estimate(this.earlier?.nodeSeconds(node.name.slice(this.name.length)));
    const full: NodeStatus = { id, ...node, ...estimated, ...this.prepared.get(id), startedAt };
    if (isFulfilled(node.phase) && !node.finishedAt) full.finishedAt = startedAt;
    this.newNodes += 1;
    this.put(id, full);
    return id;
  }

  /** The node will have this once it is made, whoever makes it. */
  prepare(id: NodeId, fields: Partial<NodeStatus>): void {
    this.prepared.set(id, fields);
  }

  update(id: NodeId, change: Partial<NodeStatus>): void {
    const before = this.nodes.get(id);
    if (!before) throw new Error(`node ${id} does not exist`);
    const after: NodeStatus = { ...before, ...change };
    for (const key of Object.keys(change) as (keyof NodeStatus)[]) if (after[key] === undefined) delete after[key];
    this.put(id, after);
  }

  private put(id: NodeId, node: NodeStatus): void {
    const before = this.nodes.get(id);
    this.nodes.set(id, node);
    this.changed.add(id);
    if (this.tally.move(before, node)) this.makeRoom();
    if (before?.phase !== node.phase) this.tell(before, node);
    if (this.status.synchronization && isFulfilled(node.phase)) this.dropLocks(id);
  }

  /** Takes back a node that only waited, so that it can be made as what it is. */
  withdraw(id: NodeId): void {
    const node = this.nodes.get(id);
    if (!node) return;
    this.tally.remove(node);
    this.nodes.delete(id);
    this.changed.add(id);
    // What is made in its place may be over at once.
    this.makeRoom();
  }

  /** A place came free: for calls that a limit holds back, and for those that have their locks but for the limit. */
  private makeRoom(): void {
    this.roomMade = true;
    this.locksChanged ||= !this.awaited.isEmpty();
  }

  private dropLocks(id: NodeId): void {
    const synchronization = withoutHolder(this.status.synchronization, holderName(this.key, id));
    if (synchronization === this.status.synchronization) return;
    const { synchronization: _before, ...rest } = this.status;
    this.status = synchronization ? { ...rest, synchronization } : rest;
    this.locksChanged = true;
  }

  /** Appends to `children`. Copies the list once a pass, however many are added: fan-outs are wide. */
  addChild(parent: NodeId, child: NodeId): void {
    const node = this.nodes.get(parent);
    if (!node) return;
    if (node.children && this.ownChildren.has(parent)) {
      node.children.push(child);
      return;
    }
    this.ownChildren.add(parent);
    this.nodes.set(parent, { ...node, children: [...(node.children ?? []), child] });
    this.changed.add(parent);
  }

  frame(id: NodeId): Frame | undefined {
    return this.frames.get(id);
  }
  openFrames(): IterableIterator<Frame> {
    return this.frames.values();
  }
  setFrame(frame: Frame): void {
    this.forgetWaiting(frame.id);
    this.frames.set(frame.id, frame);
    if (frame.kind === 'storing') this.storing.add(frame.id);
    else this.storing.delete(frame.id);
    if ('podName' in frame) this.pods.set(frame.podName, frame.id);
    if (frame.kind !== 'waiting') return;
    this.awaited.add(this, frame);
    this.locksChanged = true;
    this.lockNews = '';
  }
  private forgetWaiting(id: NodeId): void {
    const frame = this.frames.get(id);
    if (frame?.kind === 'waiting') this.awaited.remove(frame);
  }
  removeFrame(id: NodeId): void {
    this.forgetWaiting(id);
    this.storing.delete(id);
    this.frames.delete(id);
    this.release(id);
  }
  /** The pod's end, whenever it comes, no longer concerns a node. */
  forgetPod(podName: string): void {
    this.pods.delete(podName);
  }
  nodeOfPod(podName: string): NodeId | undefined {
    return this.pods.get(podName);
  }
  openPods(): IterableIterator<[string, NodeId]> {
    return this.pods.entries();
  }

  /** The node wants to be looked at then, whatever happens outside. */
  schedule(nodeId: NodeId, at: Instant): void {
    this.timers = withTimer(this.timers, at, nodeId);
  }

  emit(frameId: NodeId, event: NodeEvent): void {
    this.queue.push({ frameId, event });
  }
  nextEvent(): QueuedEvent | undefined {
    return this.queue[this.queueHead] && this.queue[this.queueHead++];
  }
  hasEvents(): boolean {
    return this.queueHead < this.queue.length;
  }

  /** The frame has calls that a limit holds back; it hears RoomMade when that may have changed. */
  hold(id: NodeId): void {
    if (this.held.includes(id)) return;
    const at = this.held.findIndex((other) => isBefore(this, id, other));
    this.held = at < 0 ? [...this.held, id] : this.held.toSpliced(at, 0, id);
  }
  release(id: NodeId): void {
    if (this.held.includes(id)) this.held = this.held.filter((other) => other !== id);
  }
  heldFrames(): readonly NodeId[] {
    return this.held;
  }

  private tell(before: NodeStatus | undefined, node: NodeStatus): void {
    const reason = NODE_REASONS[node.phase ?? 'Pending'];
    if (!reason) return;
    const entry = { nodeId: node.id, nodeName: node.name };
    const began = before?.phase ?? null;
    // What ended without having been seen running is told as both.
    if (reason !== 'WorkflowNodeRunning' && began !== 'Running') {
      this.journal.push({ ...entry, reason: 'WorkflowNodeRunning', before: began, after: 'Running', message: '' });
    }
    this.journal.push({ ...entry, reason, before: began, after: node.phase ?? '', message: node.message ?? '' });
  }

  toState(workflow: Omit<Workflow, 'status'>): RunState {
    const index: RunIndex = {
      ...this.tally.counts(),
      frames: this.frames.asImmutable(),
      pods: this.pods.asImmutable(),
      timers: this.timers,
      held: this.held,
      awaited: this.awaited.asImmutable(),
      lockNews: this.lockNews,
      storing: [...this.storing],
    };
    return { workflow, status: this.status, nodes: this.nodes.asImmutable(), index };
  }
}

const NODE_REASONS: Partial<Record<string, JournalEntry['reason']>> = {
  Running: 'WorkflowNodeRunning',
  Succeeded: 'WorkflowNodeSucceeded',
  Failed: 'WorkflowNodeFailed',
  Error: 'WorkflowNodeError',
};
