import { Map as PersistentMap } from 'immutable';
import type { NodeStatus } from '@argosy/workflow-spec';
import { isOpen, isUnsuccessful } from '../model/phases.js';
import type { NodeId } from '../model/ids.js';
import type { RunIndex } from '../model/run-state.js';
import { isUp } from '../policies/daemon.policy.js';

type Counts = Pick<RunIndex, 'activePods' | 'runningPods' | 'activeChildren' | 'failedChildren' | 'daemons'>;

/**
 * The counters that limits look at, kept up with every change of a node instead of counted anew: each change takes the
 * node's old share out and puts the new one in.
 */
export class Tally {
  activePods: number;
  runningPods: number;
  private readonly active: PersistentMap<NodeId, number>;
  private readonly failed: PersistentMap<NodeId, number>;
  private readonly up: PersistentMap<NodeId, number>;

  constructor(counts: Counts | null) {
    this.activePods = counts?.activePods ?? 0;
    this.runningPods = counts?.runningPods ?? 0;
    this.active = (counts?.activeChildren ?? PersistentMap<NodeId, number>()).asMutable();
    this.failed = (counts?.failedChildren ?? PersistentMap<NodeId, number>()).asMutable();
    this.up = (counts?.daemons ?? PersistentMap<NodeId, number>()).asMutable();
  }

  activeChildren(boundary: NodeId): number {
    return this.active.get(boundary, 0);
  }
  failedChildren(boundary: NodeId): number {
    return this.failed.get(boundary, 0);
  }
  daemons(boundary: NodeId): number {
    return this.up.get(boundary, 0);
  }

  /** @returns whether a slot of a limit became free */
  move(before: NodeStatus | undefined, after: NodeStatus): boolean {
    if (before) this.share(before, -1);
    this.share(after, 1);
    return before !== undefined && takesPlace(before) && !takesPlace(after);
  }

  remove(node: NodeStatus): void {
    this.share(node, -1);
  }

  private share(node: NodeStatus, by: 1 | -1): void {
    const boundary = (node.boundaryID ?? '') as NodeId;
    if (node.type === 'Pod' && takesPlace(node) && !isWaiting(node)) this.activePods += by;
    if (node.type === 'Pod' && node.phase === 'Running') this.runningPods += by;
    if (isLimited(node) && takesPlace(node)) add(this.active, boundary, by);
    if (isUp(node)) add(this.up, boundary, by);
    if (isUnsuccessful(node.phase) && isOwnFailure(node)) add(this.failed, boundary, by);
  }

  counts(): Counts {
    return {
      activePods: this.activePods,
      runningPods: this.runningPods,
      activeChildren: this.active.asImmutable(),
      failedChildren: this.failed.asImmutable(),
      daemons: this.up.asImmutable(),
    };
  }
}

const takesPlace = (node: NodeStatus): boolean => isOpen(node) && !isUp(node);

/** For a lock: it has no pod yet. */
const isWaiting = (node: NodeStatus): boolean => node.synchronizationStatus?.waiting !== undefined;

const isLimited = (node: NodeStatus): boolean => node.type === 'Pod' || node.type === 'Steps' || node.type === 'DAG';

/** Groups fail with their children, attempts may be made good, and hooks never count. */
const isOwnFailure = (node: NodeStatus): boolean =>
  node.type !== 'StepGroup' && node.type !== 'TaskGroup' && !node.nodeFlag?.retried && !node.nodeFlag?.hooked;

function add(counts: PersistentMap<NodeId, number>, key: NodeId, by: number): void {
  const value = counts.get(key, 0) + by;
  if (value === 0) counts.delete(key);
  else counts.set(key, value);
}
